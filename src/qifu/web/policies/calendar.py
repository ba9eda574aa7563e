"""The window of a policy as a calendar entry (RFC 5545), to be reminded before it closes."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from qifu.web.policies.rows import Row


def entry(row: Row, address: str, now: datetime) -> str:
    """One all-day event on the last day, with a reminder a week before."""
    assert row.closes is not None
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Qifu//policies//ZH",
        "BEGIN:VEVENT",
        f"UID:{row.id}-v{row.version.version}@qifu",
        f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{row.closes:%Y%m%d}",
        f"DTEND;VALUE=DATE:{row.closes + timedelta(days=1):%Y%m%d}",
        "SUMMARY:" + _text(_("截止：%(title)s") % {"title": row.title}),
        "DESCRIPTION:" + _text(row.summary),
        f"URL:{address}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-P7D",
        "DESCRIPTION:" + _text(row.title),
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(_folded(line) + "\r\n" for line in lines)


def _text(words: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, escaped)
    return words.replace("\r", "")


def _folded(line: str) -> str:
    """No line longer than 75 octets; characters stay whole."""
    parts, now = [], ""
    for character in line:
        if len((now + character).encode()) > 73:
            parts.append(now)
            now = ""
        now += character
    return "\r\n ".join([*parts, now])
