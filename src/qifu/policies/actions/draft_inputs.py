"""What officers type into a draft, read once by the rulebook: refused where it is wrong."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.policies.logic import BENEFITS
from qifu.rulebook.amounts import parse_amount
from qifu.rulebook.finding_words import WORDS, in_chinese
from qifu.rulebook.findings import Finding, RuleError, shorten
from qifu.rulebook.gather import Gather
from qifu.rulebook.reading import ConditionReader
from qifu.textmine.policy_reading.marks import AMOUNT, CONDITION, DATE, REGION, WINDOW

LONGEST_ID: Final = 64
AMOUNT_SHAPES: Final = ("rate", "fixed", "cap", "floor", "per", "tier")
# an English sentence, and not codes or figures
_PROSE: Final = re.compile("[a-z]+ [a-z]+|[a-z]+$").fullmatch
# what a document cannot do without
PARTS: Final[Mapping[str, Promise]] = {
    "id": _("政策编号"),
    "version": _("版本"),
    "title": _("名称"),
    "when": _("至少一项条件"),
}
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


def fitting(kind: str, clause: Any) -> None:
    """Refuse a clause that its kind cannot have, at the field that is wrong.

    A condition is read by the rulebook; of an amount `clause` is what it says.
    """
    if kind == CONDITION and isinstance(clause, Mapping):
        readable(clause)
    elif kind == AMOUNT and isinstance(clause, Mapping):
        value, shape = clause.get("value"), clause.get("shape")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
            raise BadInput(_("请填写数字，例如 300"), field="value")
        if shape not in AMOUNT_SHAPES:
            raise BadInput(_("请从列表里选。"), field="shape")
    elif kind == WINDOW and isinstance(clause, Mapping):
        _window(next(iter(clause.values()), None))
    elif kind == DATE and isinstance(clause, Mapping):
        _day(clause.get("published"), "words")
    elif kind == REGION and not current_city().catalogue.trees["region"].has(str(clause)):
        raise BadInput(_("找不到这个地方。请填市、区的名称，或六位区划代码。"), field="words")


def _window(days: Any) -> None:
    told = days if isinstance(days, Mapping) else {}
    first = _day(told.get("opens") or told.get("from"), "first")
    last = _day(told.get("closes") or told.get("to"), "last")
    if first is None and last is None:
        raise BadInput(_("请至少填一个日期。"), field="first")
    if first and last and last < first:
        raise BadInput(_("「到」要在「从」之后。"), field="last")


def _day(text: Any, field: str) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        raise BadInput(_("请填写日期，例如 2027-03-01"), field=field) from None


def refused(findings: Iterable[Finding]) -> BadInput:
    """The refusal of a form: what was found, in words, at the fields that it has."""
    fields: dict[str, str] = {}
    for one in findings:
        last = one.path.rpartition(".")[2].partition("[")[0]
        name = last if last in ("attr", "op", "value", "unit", "period") else "value"
        fields.setdefault(name, said(one))
    return BadInput(fields=fields, message=next(iter(fields.values())))


def said(finding: Finding) -> str:
    """A finding as a sentence in the reader's language: what is wrong, what may stand there.

    What the rulebook says of one place (「is missing」) is no sentence without it: then that of
    the code is said.
    """
    english = (get_language() or "").startswith("en")
    own = finding.message if english and finding.zh else ""
    general = WORDS.get(finding.code)
    words = own or (general.en if english and general else "")
    told = [words or (finding.message if english else in_chinese(finding))]
    if finding.found is not None and not finding.zh:
        told.append(str(_("现在写的是 %(found)s。")) % {"found": shorten(finding.found, 60)})
    if finding.allowed and finding.code != "missing" and (english or not _PROSE(finding.allowed)):
        told.append(str(_("可以写：%(allowed)s。")) % {"allowed": finding.allowed})
    return (" " if english else "").join(told)


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
