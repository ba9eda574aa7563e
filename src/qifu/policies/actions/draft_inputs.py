"""What officers type into a draft, read once by the rulebook: refused where it is wrong."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.policies.logic import BENEFITS
from qifu.rulebook.amounts import parse_amount
from qifu.rulebook.finding_words import in_chinese
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.gather import Gather
from qifu.rulebook.reading import ConditionReader

LONGEST_ID: Final = 64
FILLED: Final = ("id", "version", "title", "title_en", "benefit", "amount")


def readable(clause: Any) -> None:
    """Refuse a condition that the rulebook cannot read, at the field that is wrong."""
    gather = Gather()
    try:
        ConditionReader(current_city().catalogue, gather, {}).when({"all": [dict(clause)]})
    except RuleError as error:
        raise refused(error.findings) from None
    if gather.findings:
        raise refused(gather.findings)


def refused(findings: Iterable[Finding]) -> BadInput:
    """The refusal of a form: what was found, in words, at the fields that it has."""
    fields: dict[str, str] = {}
    for one in findings:
        last = one.path.rpartition(".")[2].partition("[")[0]
        name = last if last in ("attr", "op", "value", "unit", "period") else "value"
        fields.setdefault(name, said(one))
    return BadInput(fields=fields, message=next(iter(fields.values())))


def said(finding: Finding) -> str:
    """A finding in the reader's language, what is allowed behind it."""
    if (get_language() or "").startswith("en"):
        return f"{finding.message} ({finding.allowed})" if finding.allowed else finding.message
    return in_chinese(finding) + (f"（{finding.allowed}）" if finding.allowed else "")


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was filled in, as the document writes it; BadInput at the field that is wrong."""
    made: dict[str, Any] = {}
    wrong: dict[str, object] = {}
    for key in FILLED:
        value = str(values.get(key) or "").strip()
        if not value:
            continue
        made[key] = value
        if key == "version":
            if not value.isdecimal() or not 1 <= int(value) <= 1_000_000:
                wrong[key] = _("请填写整数，第一版是 1。")
            else:
                made[key] = int(value)
        elif key == "id" and (len(value) > LONGEST_ID or not _plain(value)):
            wrong[key] = _("编号只用字母、数字、- 和 _，最多 64 个，例如 SZ-2027-0001。")
        elif key == "benefit" and value not in BENEFITS:
            wrong[key] = _("请从列表里选。")
        elif key == "amount":
            try:
                parse_amount(value, current_city().catalogue)
            except RuleError as error:
                wrong[key] = said(error.findings[0])
            made[key] = {"expr": value, "unit": "CNY"}
        elif key in ("title", "title_en") and len(value) > 300:
            wrong[key] = _("最多 300 个字，请缩短。")
    if wrong:
        raise BadInput(next(iter(wrong.values())), fields=wrong)
    return made


def _plain(text: str) -> bool:
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum()
