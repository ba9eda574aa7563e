"""From a row of the register to a firm: what it says, read strictly; what it leaves open, open."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from qifu.organisations.logic.legal_forms import is_legal_person, parse_legal_form
from qifu.organisations.logic.places import locate
from qifu.organisations.logic.register_files import count_rows, read_register
from qifu.organisations.logic.register_values import (
    NOTHING,
    Capital,
    Unreadable,
    parse_capital,
    parse_founded,
    validate_uscc,
)
from qifu.rulebook.codes import CodeTree

__all__ = [
    "Capital", "RegisterReader", "Unreadable", "count_rows", "is_legal_person", "locate",
    "parse_capital", "parse_founded", "parse_legal_form", "read_register", "validate_uscc",
]  # fmt: skip

# The longest text that is kept of each column.
LONGEST = {"name": 200, "address": 400, "scope": 20_000, "capital": 100}


class RegisterReader:
    """Reads rows of `read_register` for one tree of regions and one day."""

    def __init__(self, regions: CodeTree, *, today: date) -> None:
        self.regions = regions
        self.today = today

    def firm(self, row: Mapping[str, str]) -> tuple[dict[str, Any] | None, str, str]:
        """The firm as (values, "", "") or (None, why not zh, why not en).

        Refused are a wrong credit code, no name, a founding day that cannot be or lies in the
        future, and texts of a length that no register has. Values: uscc, name, founded (day or
        None), legal_form ("" unknown), region ("" unknown), capital in yuan or None, capital_text,
        capital_currency, address, scope, and `notes`: what stays unknown, for a summary.
        """
        code, zh, en = validate_uscc(row.get("uscc", ""))
        if code is None:
            return None, zh, en
        name = row.get("name", "")
        if name in NOTHING:
            return None, "没有企业名称", "there is no name"
        for column, most in LONGEST.items():
            if len(row.get(column, "")) > most:
                length = len(row[column])
                return (
                    None,
                    f"{column} 过长：{length} 字，最多 {most} 字",
                    f"{column} is too long: {length} characters, at most {most}",
                )
        try:
            founded = parse_founded(row.get("founded", ""), today=self.today)
        except Unreadable as error:
            return None, error.zh, error.en
        capital = parse_capital(row.get("capital", ""))
        form = parse_legal_form(row.get("legal_form", ""))
        address = row.get("address", "")
        region = locate(row.get("province", ""), row.get("city", ""), address, self.regions)
        notes = []
        if capital.reason:
            notes.append(f"capital {capital.reason.replace('_', ' ')}")
        if founded is None:
            notes.append("founding date unknown")
        if form is None:
            notes.append("legal form unknown")
        if region is None or len(region) < 6:
            level = "region" if region is None else "city" if len(region) == 2 else "district"
            notes.append(f"{level} unknown")
        values = {
            "uscc": code,
            "name": name,
            "founded": founded,
            "legal_form": form or "",
            "region": region or "",
            "capital": capital.amount_yuan,
            "capital_text": "" if capital.reason == "absent" else capital.original,
            "capital_currency": capital.currency or "",
            "address": "" if address in NOTHING else address,
            "scope": "" if row.get("scope", "") in NOTHING else row.get("scope", ""),
            "notes": tuple(notes),
        }
        return values, "", ""
