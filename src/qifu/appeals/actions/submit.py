"""From the first word to a number: drafts, submission by a firm, and by the desk for a caller."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.clocks import refresh_due, start_clock
from qifu.appeals.actions.core import take
from qifu.appeals.actions.guards import held, unit_by_code
from qifu.appeals.actions.inputs import Fields, made_title, set_points
from qifu.appeals.actions.searching import index_cases
from qifu.appeals.actions.telling import day_words, tell_firm, unit_words
from qifu.appeals.models import Appeal, TextBand
from qifu.appeals.permissions import acts_for_requester, may_submit, may_take_in
from qifu.appeals.selectors.clocks import calendar_now
from qifu.appeals.states import Kind, State
from qifu.base.city import City, current_city
from qifu.base.errors import Conflict, NotAllowed, WrongState
from qifu.organisations.models import Enterprise, Unit
from qifu.organisations.permissions import Actor
from qifu.textmine import normal, repeats

WEB, STAFF_CHANNELS = "web", ("phone", "window")
SAME_TEXT = timedelta(minutes=1)
TRIES = 40
LONGEST_CHANNEL, LONGEST_ID, LONGEST_KEY, LONGEST_REQUESTER = 24, 64, 64, 200


@transaction.atomic
def save_draft(
    *,
    actor: Actor,
    now: datetime,
    draft: Appeal | None = None,
    kind: str = "",
    matter: str = "",
    region: str = "",
    title: str = "",
    text: str = "",
    points: Sequence[str] = (),
    contact_name: str = "",
    contact_phone: str = "",
) -> Appeal:
    """Keep what a firm has written so far; nothing is required, too long is refused.

    Only people who may submit for the firm see its drafts; no journal line and no message comes
    of one. Raises NotAllowed, BadInput, WrongState for one that was submitted meanwhile.
    """
    if not may_submit(actor) or (draft is not None and not acts_for_requester(actor, draft)):
        raise NotAllowed(_("您的角色不能为这家企业提交诉求。"))
    form = Fields(current_city())
    form.kind(kind, needed=False)
    form.matter(matter)
    form.region(region)
    form.title(title)
    form.text(text, needed=False)
    form.points(points)
    form.contact(contact_name, contact_phone, needed=False)
    form.stop()
    kept = {"kind": Kind.INQUIRY.value, **form.taken, "region": region}
    texts = kept.pop("points")
    if draft is None:
        draft = Appeal.objects.create(
            enterprise_id=actor.organisation_id, created_by=actor.user, created_at=now,
            changed_at=now, **kept,
        )  # fmt: skip
    else:
        _still_a_draft(draft)
        Appeal.objects.filter(pk=draft.pk).update(changed_at=now, **kept)
        draft.refresh_from_db()
    set_points(draft, texts)
    return draft


@transaction.atomic
def discard_draft(draft: Appeal, *, actor: Actor, now: datetime) -> None:
    """Throw a draft away with its files: nobody else has seen it."""
    if not (may_submit(actor) and acts_for_requester(actor, draft)):
        raise NotAllowed(_("您的角色不能为这家企业提交诉求。"))
    _still_a_draft(draft)
    files = [attachment.file for attachment in draft.attachments.all()]
    draft.delete()

    def remove() -> None:
        for file in files:
            file.delete(save=False)

    transaction.on_commit(remove)


def _still_a_draft(draft: Appeal) -> None:
    if held(draft).state != State.DRAFT:
        raise WrongState(_("这份草稿已经提交，编号 %(number)s。") % {"number": draft.number})


def submit_appeal(
    draft: Appeal | None,
    *,
    actor: Actor,
    now: datetime,
    kind: str,
    matter: str,
    region: str,
    title: str,
    text: str,
    points: Sequence[str],
    contact_name: str,
    contact_phone: str,
    key: str = "",
    enterprise: Enterprise | None = None,
    channel: str = WEB,
    external_id: str = "",
    requester: str = "",
    submitted_at: datetime | None = None,
) -> Appeal:
    """Submit: by a firm for itself, or by intake staff for a caller, a visitor, an import.

    Staff name the firm or the requester and the channel (phone, window; another system's name
    with its `external_id`). The same key by the same person, the same external id of a channel,
    or the same text by the same firm within a minute gives the appeal that is there, nothing
    twice. `submitted_at` is for what was said elsewhere before; the clocks run from then.

    Raises NotAllowed, BadInput (fields kind, matter, region, title, text, points, contact_name,
    contact_phone, enterprise, channel, external_id, submitted_at), WrongState, Conflict.
    """
    form = _checked(
        actor, kind, matter, region, title, text, points, contact_name, contact_phone,
        enterprise=enterprise, draft=draft, channel=channel, external_id=external_id, key=key,
        requester=requester, submitted_at=submitted_at, now=now,
    )  # fmt: skip
    try:
        return _submitted(draft, form, actor=actor, now=now)
    except IntegrityError:
        # another door was faster with the same key or external id
        found = _already(form.taken, actor, now)
        if found is None:
            raise
        return found


def _checked(
    actor: Actor,
    kind: str,
    matter: str,
    region: str,
    title: str,
    text: str,
    points: Sequence[str],
    contact_name: str,
    contact_phone: str,
    *,
    enterprise: Enterprise | None,
    draft: Appeal | None,
    channel: str,
    external_id: str,
    key: str,
    requester: str,
    submitted_at: datetime | None,
    now: datetime,
) -> Fields:
    """Who may, and every field; nothing is written yet."""
    staff = may_take_in(actor)
    firm = _whose(actor, draft, enterprise, staff=staff)
    city = current_city()
    if not city.appeals:
        raise Conflict(_("本地还没有开通诉求服务。"))
    form = Fields(city)
    form.kind(kind)
    form.matter(matter)
    form.region(region, home=firm.region if firm else "")
    words = form.text(text)
    form.title(title)
    form.points(points)
    user = actor.user
    form.contact(
        contact_name or (user.display_name if user and not staff else ""),
        contact_phone or (user.phone if user and not staff else ""),
        needed=not staff,
    )
    requester = " ".join(requester.replace("\x00", "").split())
    if staff and firm is None and not (requester or external_id):
        form.wrong["enterprise"] = _("请选企业，或填写来电来访单位的名称。")
    if staff and not external_id and channel not in STAFF_CHANNELS:
        form.wrong["channel"] = _("请选择：电话或窗口。")
    if not staff and (channel != WEB or external_id or submitted_at or requester):
        raise NotAllowed(_("企业只能在网上为自己提交。"))
    if submitted_at is not None and submitted_at > now:
        form.wrong["submitted_at"] = _("提交时间不能在将来。")
    elif submitted_at is not None and submitted_at.year <= (known := min(calendar_now().years)):
        form.wrong["submitted_at"] = _("提交时间要在 %(year)s 年以后，更早的没有日历可算。") % {
            "year": known
        }
    for field, value, most in (
        ("channel", channel, LONGEST_CHANNEL), ("external_id", external_id, LONGEST_ID),
        ("key", key, LONGEST_KEY), ("enterprise", requester, LONGEST_REQUESTER),
    ):  # fmt: skip
        if len(value) > most or "\x00" in value:
            form.wrong[field] = _("最多 %(most)s 个字。") % {"most": most}
    form.stop()
    form.taken["title"] = form.taken["title"] or made_title(words)
    form.taken["points"] = form.taken["points"] or [words]
    form.taken |= {
        "enterprise": firm, "requester": requester, "channel": channel, "key": key,
        "external_id": external_id, "submitted_at": submitted_at or now,
    }  # fmt: skip
    return form


def _whose(
    actor: Actor, draft: Appeal | None, enterprise: Enterprise | None, *, staff: bool
) -> Enterprise | None:
    """The firm that the appeal is for; NotAllowed for somebody else's."""
    refused = NotAllowed(_("您的角色不能为这家企业提交诉求。"))
    if staff:
        if draft is not None:  # a firm's draft is its own until it submits it
            raise refused
        return enterprise
    if not may_submit(actor) or (draft is not None and not acts_for_requester(actor, draft)):
        raise refused
    if enterprise is not None and enterprise.pk != actor.organisation_id:
        raise refused
    return Enterprise.objects.select_related("organisation").get(pk=actor.organisation_id)


def _already(taken: dict[str, Any], actor: Actor, now: datetime) -> Appeal | None:
    """The appeal that this very submission made before."""
    sent = Appeal.objects.exclude(state=State.DRAFT).order_by("pk")
    found = None
    if taken["external_id"]:
        return sent.filter(channel=taken["channel"], external_id=taken["external_id"]).first()
    if taken["key"] and actor.user is not None:
        found = sent.filter(created_by=actor.user, key=taken["key"]).first()
    if found is None:
        whose: dict[str, Any] = (
            {"enterprise": taken["enterprise"]}
            if taken["enterprise"]
            else {"enterprise": None, "requester": taken["requester"], "created_by": actor.user}
        )
        found = sent.filter(
            text_digest=normal.digest(taken["text"]), text=taken["text"], kind=taken["kind"],
            submitted_at__gt=now - SAME_TEXT, external_id="", parent=None, **whose,
        ).first()  # fmt: skip
    return found


@transaction.atomic
def _submitted(draft: Appeal | None, form: Fields, *, actor: Actor, now: datetime) -> Appeal:
    taken, city = form.taken, form.city
    if taken["enterprise"] is not None:
        # two submissions of one firm at once: the second waits here and then sees the first
        Enterprise.objects.filter(pk=taken["enterprise"].pk).update(
            facts_version=F("facts_version")
        )
    if draft is not None:
        held(draft)
    found = _already(taken, actor, now)
    if found is not None:
        return found
    if draft is None:
        draft = Appeal.objects.create(
            enterprise=taken["enterprise"], created_by=actor.user, created_at=now, changed_at=now
        )
    texts = taken["points"]
    written = {key: value for key, value in taken.items() if key != "points"}
    entered(draft, city, actor=actor, now=now, written=written)
    set_points(draft, texts)
    remember_text(draft)
    refresh_due(draft)
    tell_firm(
        draft,
        "appeal_received",
        title=draft.title,
        due=day_words(draft.due_at),
        unit=unit_words(draft.intake_unit),
        now=now,
    )
    index_cases([draft.pk])
    return draft


def entered(
    draft: Appeal,
    city: City,
    *,
    actor: Actor,
    now: datetime,
    written: dict[str, Any],
    desk: Unit | None = None,
    clocks: Sequence[str] = ("reply", "contact"),
) -> None:
    """Take the step `submit` under a free number, and start the clocks since the submission."""
    desk = desk or unit_by_code(city.appeals.get("intake_unit"), now=now)
    changes = {
        **written,
        "text_digest": normal.digest(written["text"]),
        "intake_unit": desk,
        "holder": desk,
        "rule_set": rule_set_for(city, written["matter"]),
        "city_load": city.load_id,
    }
    for _turn in range(TRIES):
        number = next_number(city, written["submitted_at"])
        try:
            with transaction.atomic():
                take(draft, "submit", actor=actor, now=now, number=number, **changes)
            break
        except IntegrityError:
            # only a number that somebody took meanwhile is worth another try
            if not Appeal.objects.filter(number=number).exists():
                raise
    else:
        raise Conflict(_("现在提交的人太多，请稍后再试一次。"))
    for name in clocks:
        start_clock(draft, name, now=now, since=written["submitted_at"], unit=desk)


def next_number(city: City, at: datetime) -> str:
    """The next free number of a day: SQ20261122-000123."""
    front = f"{city.appeals.get('number_prefix', 'SQ')}{timezone.localdate(at):%Y%m%d}-"
    last = Appeal.objects.filter(
        number__gte=f"{front}000000", number__lte=f"{front}999999"
    ).aggregate(last=Max("number"))["last"]
    return f"{front}{int(last[len(front) :]) + 1 if last else 1:06d}"


def rule_set_for(city: City, matter: str) -> str:
    """The clock rules of a matter: its own, else those in force in the city."""
    own = next((known.rule_set for known in city.matters if known.code == matter), None)
    return own or str(city.appeals["clocks"])


def remember_text(appeal: Appeal) -> None:
    """Keep the bands by which cases with the same or a similar text are found."""
    TextBand.objects.filter(appeal=appeal).delete()
    TextBand.objects.bulk_create(
        [
            TextBand(appeal=appeal, band=band, value=value)
            for band, value in enumerate(repeats.bands(appeal.text))
        ]
    )
