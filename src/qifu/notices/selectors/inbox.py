"""Every read of messages that a door needs. A person sees their own and nobody else's."""

import re
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet

from qifu.accounts.models import User
from qifu.base.city import City, current_city
from qifu.notices.models import Notice


def notices_of(user: User | None) -> QuerySet[Notice]:
    """The inbox, newest first; of nobody it is empty."""
    if user is None:
        return Notice.objects.none()
    return Notice.objects.filter(to=user).order_by("-pk")


def unread_count(user: User | None) -> int:
    """How many messages are not yet read."""
    return notices_of(user).filter(read_at=None).order_by().count()


_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
# what somebody wrote ends a sentence already: the template's own full stop is one too many
_TWO_STOPS: Final = re.compile(r"(?<!\.)([。！？.!?])[。.](?!\.)")


class _Spoken(dict[str, Any]):
    """Values for a template: bilingual ones in the reader's language, missing ones as a dash."""

    def __init__(self, values: dict[str, Any], language: str) -> None:
        super().__init__({key: _said(value, language) for key, value in values.items()})

    def __missing__(self, key: str) -> str:
        return "—"


def _said(value: Any, language: str) -> Any:
    if isinstance(value, dict):
        return value.get(language, value.get("zh", ""))
    if isinstance(value, str) and _DAY.fullmatch(value):
        day = date.fromisoformat(value)
        return f"{day:%-d %b %Y}" if language == "en" else f"{day.year}年{day.month}月{day.day}日"
    return value


def notice_text(notice: Notice, language: str, city: City | None = None) -> tuple[str, str]:
    """Title and body in `zh` or `en`, from the template of the pack in force.

    `city` is that pack where the caller has it already: a list asks for it once.
    """
    template = (city or current_city()).notices.get(notice.template)
    if template is None:
        return notice.template, ""
    values = _Spoken(notice.values, language)
    title = template["title"].get(language) or template["title"]["zh"]
    body = template["body"].get(language) or template["body"]["zh"]
    text = _TWO_STOPS.sub(r"\1", body.format_map(values))
    return title.format_map(values), text
