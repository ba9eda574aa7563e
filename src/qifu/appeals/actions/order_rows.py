"""One row of another system as we understand it: times, kinds, matters, firms in its words."""

from datetime import datetime

from django.utils.timezone import make_aware
from django.utils.translation import override

from qifu.appeals.states import Kind
from qifu.base.city import City
from qifu.base.errors import Refused
from qifu.organisations.logic.register_values import validate_uscc
from qifu.organisations.models import Enterprise
from qifu.organisations.selectors import firms_by_name
from qifu.organisations.selectors.command_line import firm_by_code

TIME_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
    "%Y年%m月%d日 %H:%M", "%Y-%m-%d", "%Y/%m/%d",
)  # fmt: skip
EARLIEST = 1990  # year


class BadRow(ValueError):
    """Why one row cannot be taken, in both languages; `field` is the column at fault, if one is."""

    def __init__(self, zh: str, en: str, field: str = "") -> None:
        super().__init__(zh)
        self.zh, self.en, self.field = zh, en, field


def in_both(error: Refused) -> tuple[str, str]:
    """What a refusal says, in Chinese and in English."""
    messages = list(getattr(error, "fields", {}).values()) or [error.message]
    with override("zh-hans"):
        zh = "；".join(str(message) for message in messages)
    with override("en"):
        en = "; ".join(str(message) for message in messages)
    return zh, en


def read_time(text: str, *, now: datetime, field: str = "time") -> datetime:
    """A moment, without a zone that of the city; BadRow in the future or before EARLIEST."""
    at: datetime | None = None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        for form in TIME_FORMS:
            try:
                at = datetime.strptime(text, form)  # noqa: DTZ007 – given its zone below
                break
            except ValueError:
                continue
    try:
        if at is not None and at.tzinfo is None:
            at = make_aware(at)
        late = at is not None and at > now
        if at is not None and at.year < EARLIEST:
            at = None  # a mistake of a program, and no day that a calendar knows
    except (OverflowError, ValueError):
        at = None
    if at is None:
        raise BadRow(
            f"时间「{text[:40]}」读不懂，例如 2026-11-22 09:30",
            f"the time {text[:40]!r} cannot be read, for example 2026-11-22 09:30",
            field,
        )
    if late:
        raise BadRow(f"时间 {text[:40]} 在将来", f"the time {text[:40]} is in the future", field)
    return at


def read_kind(text: str) -> str:
    """A kind by its code or its Chinese word; empty is a request for help."""
    if not text:
        return str(Kind.HELP_REQUEST.value)
    with override("zh-hans"):
        words = {str(label): value for value, label in Kind.choices}
    found = words.get(text, text)
    if found not in Kind.values:
        known = "、".join(words)
        raise BadRow(
            f"类型「{text[:20]}」不在 {known} 之中", f"kind {text[:20]!r} is unknown", "kind"
        )
    return str(found)


def read_matter(text: str, city: City) -> str:
    """A matter of the pack by its code or its name; empty stays empty."""
    if not text:
        return ""
    for matter in city.matters:
        if text in (matter.code, *matter.name):
            return str(matter.code)
    raise BadRow(
        f"没有「{text[:20]}」这个事项", f"there is no matter {text[:20]!r}", "matter"
    )  # fmt: skip


def read_firm(text: str) -> tuple[Enterprise | None, str]:
    """The firm of the register, by code or exact name; else its name as the requester."""
    if not text:
        return None, ""
    code, zh, en = validate_uscc(text)
    if code is not None:
        found = firm_by_code(code)
        if found is None:
            raise BadRow(f"登记库里没有 {code}", f"{code} is not in the register", "firm")
        return found, ""
    if text.isascii() and len(text) >= 15:
        raise BadRow(zh, en, "firm")
    named = list(firms_by_name(text)[:2])
    return (named[0], "") if len(named) == 1 else (None, text[:200])
