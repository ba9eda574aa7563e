"""The official calendar in force: the national pack's, with the years that officials uploaded."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.errors import BadInput, Conflict
from qifu.base.models import CalendarUpload
from qifu.rulebook.calendar_days import Calendar, load_calendar
from qifu.rulebook.calendar_years import parse_calendar_year
from qifu.rulebook.documents import Document

# the uploads that hold: number and content, in the order of years
_Holding = tuple[tuple[int, str], ...]


def calendar_in_force() -> Calendar:
    """The calendar as it is now. One small query; the calendar itself is kept between calls."""
    return _calendar(_holding(_uploads()))


def calendar_version() -> int:
    """The number of the newest upload; 0 where nobody has uploaded anything. One small query."""
    newest = CalendarUpload.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def calendar_of(version: int) -> Calendar:
    """The calendar as it was after that upload; version 0 is the pack's own, without a query.

    LookupError for a version that never was.
    """
    return calendars_of([version])[version]


def calendars_of(versions: Iterable[int]) -> dict[int, Calendar]:
    """The calendars of several versions with one small query, for lists; LookupError as above."""
    asked = set(versions)
    uploads = _uploads() if asked - {0} else []
    unknown = asked - {0} - {number for number, _year, _hash in uploads}
    if unknown:
        raise LookupError(f"no calendar has the version {min(unknown)}")
    return {
        version: _calendar(_holding(row for row in uploads if row[0] <= version))
        for version in asked
    }


def uploads_in_force() -> list[CalendarUpload]:
    """The uploads that hold, one a year, in the order of years."""
    return list(CalendarUpload.objects.filter(replaced_by=None).order_by("year"))


def record_calendar(
    doc: Any,
    *,
    uploaded_by: int | None,
    now: datetime,
    file: str = "",
    document: Document | None = None,
) -> CalendarUpload:
    """Keep the calendar of one year; it is in force from the commit of the transaction.

    `doc` is what `parse_calendar_year` reads; `file` and `document` give its findings their place.
    RuleError with every finding, BadInput for a year that leaves one before it unknown, Conflict
    where somebody else was faster. The calendar that holds already changes nothing. Open clocks
    are counted again by the caller (`appeals.actions.recompute_clocks`).
    """
    pack = calendar_of(0)
    year = parse_calendar_year(doc, statutory=pack.statutory, file=file, document=document)
    content = _plain(year.document)
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    content_hash = hashlib.sha256(text.encode()).hexdigest()
    try:
        with transaction.atomic():
            before = CalendarUpload.objects.filter(year=year.year, replaced_by=None).first()
            if before and before.content_hash == content_hash:
                return before
            _no_year_between(year.year)
            upload = CalendarUpload.objects.create(
                # not from a sequence: versions have no gap and are committed in their order,
                # so no upload slips in below a version that clocks stand on already
                pk=calendar_version() + 1,
                year=year.year,
                document=content,
                source=year.source,
                content_hash=content_hash,
                uploaded_by=uploaded_by,
                uploaded_at=now,
                replaces=before,
            )
            journal.record(
                upload,
                "upload_calendar",
                actor_id=uploaded_by,
                now=now,
                note=f"{year.year} {year.source}",
            )
    except IntegrityError:
        raise Conflict(_("别人刚刚也上传了放假安排，请核对后再试。")) from None
    return upload


def _no_year_between(year: int) -> None:
    """BadInput where years between the calendar's end and this one would stay unknown."""
    last = max(calendar_in_force().years)
    if year > last + 1:
        missing = str(_("、")).join(str(number) for number in range(last + 1, year))
        message = _("日历中间会缺少 %(years)s 年，请先上传这些年份的放假安排。")
        raise BadInput(message % {"years": missing}, field="year")


def _uploads() -> list[tuple[int, int, str]]:
    """Number, year and content of every upload ever, oldest first: a few rows."""
    return list(CalendarUpload.objects.order_by("pk").values_list("pk", "year", "content_hash"))


def _holding(uploads: Iterable[tuple[int, int, str]]) -> _Holding:
    """Of each year the newest."""
    newest = {year: (number, content) for number, year, content in uploads}
    return tuple(newest[year] for year in sorted(newest))


@cache
def _pack_calendar() -> Calendar:
    """The calendar of the national pack, read once a process."""
    return load_calendar(settings.BASE_DIR / "cities" / "national" / "calendar")


@lru_cache(maxsize=8)
def _calendar(holding: _Holding) -> Calendar:
    """The pack's calendar with these uploads.

    Kept by content too, not by number alone: a transaction that fails gives its number back.
    """
    pack = _pack_calendar()
    if not holding:
        return pack
    rows = CalendarUpload.objects.filter(pk__in=[number for number, _hash in holding])
    documents = {row.year: row.document for row in rows}
    # checked against the statutory holidays when it came; a later table must not unmake it
    return pack.with_years(*(parse_calendar_year(documents[year]) for year in sorted(documents)))


def _plain(value: Any) -> Any:
    """A document as JSON keeps it: days as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
