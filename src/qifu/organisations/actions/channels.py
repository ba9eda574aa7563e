"""Keep the channel list: from the pack, by hand, by what people report."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, models, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.city import City, current_city
from qifu.base.errors import BadInput, Conflict, NotAllowed
from qifu.base.packs.changes import plain
from qifu.base.packs.check_channels import Known, check_row
from qifu.base.packs.desk import Desk
from qifu.base.transitions import move
from qifu.organisations.logic.hours_text import plain_hours
from qifu.organisations.models import Channel, ChannelReport, Unit
from qifu.organisations.permissions import Actor, may_keep_channel
from qifu.organisations.selectors.channels import keepers_of
from qifu.organisations.states import REPORT_STEPS
from qifu.rulebook.codes import REGION
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding
from qifu.textmine.normal import digest

LONGEST_REPORT: Final = 1_000
LONGEST_CONTACT: Final = 120
# one entry is wrong in so many ways at most: anybody may report without an account
MOST_REPORTS: Final = 20
# what is wrong with a value, for the person at the form; the finding itself is for pack writers
_MESSAGES: Final = {
    "missing": _("这一项要填写。"),
    "language": _("中文和英文都要填写。"),
    "reference": _("没有这一项：%(found)s。"),
    "mobile": _("不要写个人手机号，请写办公电话。"),
    "telephone": _("电话号码写法不对，例如 010-12345。"),
    "link": _("网址要写完整，例如 https://www.example.org/。"),
    "code": _("代码只用小写字母、数字和连字符，最多 48 个字。"),
    "long": _("太长了。"),
    "duplicate_code": _("同一项写了两次：%(found)s。"),
    "reversed": _("结束时间早于开始时间：%(found)s。"),
    "overlap": _("时段互相重叠：%(found)s。"),
    "bounds": _("没有这个时刻：%(found)s。"),
}
_UNREADABLE: Final = _("这一项的写法不对：%(found)s。")


@dataclass
class LoadedChannels:
    """What a load did: how many entries, and the codes of those whose edits the pack overruled."""

    added: int = 0
    changed: int = 0
    kept: int = 0
    retired: int = 0
    overruled: list[str] = field(default_factory=list)

    def told(self) -> str:
        """What was done, in words for the command line."""
        counts = (
            f"{self.added} added, {self.changed} changed, {self.kept} kept as edited, "
            f"{self.retired} retired"
        )
        if not self.overruled:
            return counts
        return f"{counts}; 人工修改被数据包覆盖 · edits overruled: {', '.join(self.overruled)}"


def tidy(document: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as it is kept: plain JSON, days as ISO text, nothing empty, no stray blanks."""
    kept = {key: _stripped(value) for key, value in plain(document).items()}
    if isinstance(kept.get("hours"), Mapping):
        kept["hours"] = plain_hours(kept["hours"])
    return {key: value for key, value in kept.items() if value not in (None, "", [], {})}


def _stripped(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return {key: _stripped(item) for key, item in value.items()}
    return [_stripped(item) for item in value] if isinstance(value, list) else value


@transaction.atomic
def load_channels(document: Mapping[str, Any] | None, *, now: datetime) -> LoadedChannels:
    """Bring the channel list in line with the pack.

    An entry that was edited by hand and is the same in the pack as at the last load keeps its
    edit (`kept`); changed in both, the pack wins and it is told (`overruled`). An entry that the
    pack no longer has is retired, and an edit of it is told; one that never came from a pack stays.
    """
    done = LoadedChannels()
    there = {channel.code: channel for channel in Channel.objects.all()}
    units = dict(
        Unit.objects.filter(organisation__kind="unit").values_list("organisation__code", "pk")
    )
    seen: set[str] = set()
    for position, row in enumerate((document or {}).get("channels") or []):
        wanted = tidy(row)
        code = str(wanted["code"])
        seen.add(code)
        channel = there.get(code)
        if channel is None:
            Channel.objects.create(
                code=code, pack_document=wanted, position=position, **_columns(wanted, units)
            )
            done.added += 1
        elif channel.pack_document == wanted:
            done.kept += channel.edited_at is not None
            if channel.position != position:
                Channel.objects.filter(pk=channel.pk).update(position=position)
        else:
            _take_pack(channel, wanted, position, units, done, now=now)
    gone = [
        channel
        for code, channel in there.items()
        if code not in seen and channel.pack_document is not None
    ]
    for channel in gone:
        done.retired += channel.retired_at is None
        # if a pack brings the entry back, it is as that pack says
        if lost := lost_edits(channel, {}):
            _tell_overruled(channel, lost, done, now=now)
        Channel.objects.filter(pk=channel.pk).update(
            pack_document=None, edited_at=None, retired_at=channel.retired_at or now,
            version=models.F("version") + 1,
        )  # fmt: skip
    return done


def _take_pack(
    channel: Channel,
    wanted: dict[str, Any],
    position: int,
    units: Mapping[str, int],
    done: LoadedChannels,
    *,
    now: datetime,
) -> None:
    """What the pack now says of an entry that is here; an edit by hand that it undoes is told."""
    lost = lost_edits(channel, wanted)
    Channel.objects.filter(pk=channel.pk).update(
        pack_document=wanted, position=position, edited_at=None, retired_at=None,
        version=models.F("version") + 1, **_columns(wanted, units),
    )  # fmt: skip
    done.changed += 1
    if lost:
        _tell_overruled(channel, lost, done, now=now)


def _tell_overruled(
    channel: Channel, lost: list[str], done: LoadedChannels, *, now: datetime
) -> None:
    done.overruled.append(channel.code)
    journal.record(channel, "overrule_channel", actor_id=None, now=now, note=", ".join(lost))


def _columns(document: Mapping[str, Any], units: Mapping[str, int]) -> dict[str, Any]:
    return {
        "kind": document["kind"],
        "zone": document.get("zone", ""),
        "unit_id": units[str(document["unit"])],
        "document": document,
        "checked_on": date.fromisoformat(document["checked_on"]),
    }


def lost_edits(channel: Channel, wanted: Mapping[str, Any]) -> list[str]:
    """The keys that somebody changed by hand and that are other in what the pack now says.

    That somebody only looked (`checked_on`) is no edit that could be lost.
    """
    if channel.edited_at is None:
        return []
    by_hand = changed_keys(channel.pack_document or {}, channel.document)
    lost = [key for key in by_hand if channel.document.get(key) != wanted.get(key)]
    lost = [key for key in lost if key != "checked_on"]
    return [*lost, "retired_at"] if channel.retired_at is not None else lost


def changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The keys in which two entries differ, in the order of the second."""
    return [key for key in dict.fromkeys((*after, *before)) if before.get(key) != after.get(key)]


@transaction.atomic
def add_channel(*, actor: Actor, now: datetime, document: Mapping[str, Any]) -> Channel:
    """A new entry, by an officer who keeps the unit that will own it."""
    wanted, units = _checked(document, now=now)
    _may(actor, units[str(wanted["unit"])])
    last = Channel.objects.aggregate(last=models.Max("position"))["last"]
    try:
        with transaction.atomic():
            channel = Channel.objects.create(
                code=wanted["code"],
                position=0 if last is None else last + 1,
                edited_at=now,
                **_columns(wanted, units),
            )
    except IntegrityError:
        raise Conflict(_("已经有这个代码的条目。"), field="code") from None
    _note(channel, "add_channel", actor, now=now)
    return channel


@transaction.atomic
def edit_channel(
    channel: Channel, *, actor: Actor, now: datetime, document: Mapping[str, Any], version: int = 0
) -> bool:
    """Replace an entry by another document with the same code; whether anything changed.

    `version`: that of the entry as the person saw it (else the one of `channel`); Conflict where
    somebody changed it since. BadInput.fields maps a path of the document → what is wrong there.
    """
    _may(actor, channel.unit_id)
    wanted, units = _checked(document, now=now)
    if wanted["code"] != channel.code:
        raise BadInput(_("代码不能改；请新增一条并停用这一条。"), field="code")
    if units[str(wanted["unit"])] != channel.unit_id:
        _may(actor, units[str(wanted["unit"])])
    keys = changed_keys(channel.document, wanted)
    if not keys:
        return False
    _update(channel, version, now=now, **_columns(wanted, units))
    _note(channel, "edit_channel", actor, now=now, note=", ".join(keys))
    return True


@transaction.atomic
def retire_channel(
    channel: Channel, *, actor: Actor, now: datetime, reason: str, version: int = 0
) -> None:
    """Take an entry out of the list; it stays readable for those who have its address."""
    _may(actor, channel.unit_id)
    reason = _said(reason, "reason", _("请写明停用的原因。"), LONGEST_REPORT)
    if channel.retired_at is not None:
        raise Conflict(_("这一条已经停用。"))
    _update(channel, version, now=now, retired_at=now)
    _note(channel, "retire_channel", actor, now=now, note=reason)


@transaction.atomic
def restore_channel(channel: Channel, *, actor: Actor, now: datetime, version: int = 0) -> None:
    """Bring a retired entry back as it was."""
    _may(actor, channel.unit_id)
    if channel.retired_at is None:
        raise Conflict(_("这一条没有停用。"))
    _update(channel, version, now=now, retired_at=None)
    _note(channel, "restore_channel", actor, now=now)


@transaction.atomic
def mark_checked(channel: Channel, *, actor: Actor, now: datetime, version: int = 0) -> None:
    """Somebody looked today: the entry is right as it stands."""
    _may(actor, channel.unit_id)
    today = localdate(now)
    if channel.checked_on == today:
        return
    document = {**channel.document, "checked_on": today.isoformat()}
    _update(channel, version, now=now, checked_on=today, document=document)
    _note(channel, "check_channel", actor, now=now)


@transaction.atomic
def report_channel(
    channel: Channel, *, actor: Actor, now: datetime, text: str, contact: str = ""
) -> ChannelReport:
    """Anybody says what is wrong with an entry, also without an account (NOBODY).

    Conflict where the same words about it are waiting already, or as many as can be read.
    """
    said = _said(text, "text", _("请写明哪里不对，例如：电话已停用。"), LONGEST_REPORT)
    contact = contact.strip()
    if len(contact) > LONGEST_CONTACT:
        raise BadInput(_("最多 %(most)s 个字。") % {"most": LONGEST_CONTACT}, field="contact")
    waiting = ChannelReport.objects.filter(channel=channel, state="open")
    if waiting.count() >= MOST_REPORTS and not waiting.filter(digest=digest(said)).exists():
        raise Conflict(
            _("这一条已有 %(count)s 条反映在等核对，核对完再收新的。") % {"count": MOST_REPORTS},
            field="text",
        )
    try:
        with transaction.atomic():
            report = ChannelReport.objects.create(
                channel=channel, text=said, contact=contact, digest=digest(said),
                reported_by=actor.user, reported_at=now,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict(_("同样的问题已经有人反映，正在核对。"), field="text") from None
    journal.record(
        report, "report_channel", actor_id=actor.user_id, acting_for=actor.organisation_id,
        now=now, to_state=report.state, note=said,
    )  # fmt: skip
    return report


@transaction.atomic
def settle_report(
    report: ChannelReport, *, actor: Actor, now: datetime, mended: bool, answer: str
) -> None:
    """An officer who keeps the entry says what was done: it was wrong and is mended, or is right.

    The contact goes with it. Either way somebody has looked: the entry counts as checked today.
    """
    _may(actor, report.channel.unit_id)
    answer = _said(answer, "answer", _("请写明核对的结果。"), LONGEST_REPORT)
    step = "mend_channel_report" if mended else "keep_channel_report"
    before = move(
        report, step, REPORT_STEPS,
        settled_by=actor.user, settled_at=now, answer=answer, contact="",
    )  # fmt: skip
    journal.record(
        report, step, actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        from_state=before, to_state=report.state, note=answer,
    )  # fmt: skip
    mark_checked(Channel.objects.get(pk=report.channel_id), actor=actor, now=now)


def _update(channel: Channel, version: int, *, now: datetime, **changes: Any) -> None:
    """Change an entry that is still as the person saw it; Conflict where it is not."""
    seen = version or channel.version
    moved = Channel.objects.filter(pk=channel.pk, version=seen).update(
        version=seen + 1, edited_at=now, **changes
    )
    channel.refresh_from_db()
    if not moved:
        raise Conflict(_("这一条刚被别人改过，请看过最新内容再改。"))


def _note(channel: Channel, step: str, actor: Actor, *, now: datetime, note: str = "") -> None:
    journal.record(
        channel, step, actor_id=actor.user_id, acting_for=actor.organisation_id, now=now, note=note
    )


def _may(actor: Actor, unit_id: int) -> None:
    if not may_keep_channel(actor, keepers_of(unit_id)):
        raise NotAllowed(_("这一条由别的部门维护，您的角色不能改。"))


def _said(text: str, field: str, message: object, longest: int) -> str:
    text = text.strip()
    if not text:
        raise BadInput(message, field=field)
    if len(text) > longest:
        raise BadInput(_("最多 %(most)s 个字。") % {"most": longest}, field=field)
    return text


def known_to(city: City) -> Known:
    """What an entry of this city may name."""
    document = city.channels
    return Known(
        kinds=frozenset(row["code"] for row in document.get("kinds") or ()),
        needs=frozenset(row["code"] for row in document.get("needs") or ()),
        zones=frozenset(row["code"] for row in city.zones),
        units=frozenset(row["code"] for row in city.documents["units"]),
        regions=city.catalogue.trees.get(REGION),
    )


def _checked(
    document: Mapping[str, Any], *, now: datetime
) -> tuple[dict[str, Any], dict[str, int]]:
    """The entry as it will be kept, and the units at work; BadInput with everything wrong."""
    wanted = tidy(document)
    findings: list[Finding] = []
    check_row(Desk(Document(wanted), findings), wanted, "", known_to(current_city()))
    fields: dict[str, object] = {
        finding.path: _MESSAGES.get(finding.code, _UNREADABLE) % {"found": finding.found or ""}
        for finding in findings
    }
    if not fields and date.fromisoformat(wanted["checked_on"]) > localdate(now):
        fields["checked_on"] = _("核对日期不能在将来。")
    units = dict(
        Unit.objects.filter(organisation__kind="unit", dissolved_on=None).values_list(
            "organisation__code", "pk"
        )
    )
    if not fields and wanted["unit"] not in units:
        fields["unit"] = _("这个部门已经撤销。")
    if fields:
        first = next(iter(fields.values()))
        raise BadInput(first, fields=fields)
    return wanted, units
