"""What one may not see changes nothing that one gets: lists, counts, searches, figures, files."""

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db.models import Model, QuerySet

from qifu.appeals.logic.formulas import FORMULAS, PARTS
from qifu.appeals.models import Appeal, Attachment, Link
from qifu.appeals.selectors import lists, load, similar, visible
from qifu.appeals.selectors.case import case_of
from qifu.appeals.selectors.figures import BY, figure_cases, figures
from qifu.appeals.selectors.suggest import suggest_for
from qifu.appeals.selectors.timeline import timeline
from qifu.base import journal
from qifu.organisations.permissions import NOBODY
from tests.appeals import cases
from tests.factories import NOW, EnterpriseFactory, enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")
TEXT = "我公司申请的研发补助已经公示三个月，一直没有拨付，请问什么时候能到账，需要补什么材料。"
SINCE, UNTIL = (NOW - timedelta(days=60)).date(), NOW.date()
STATES = (
    "submitted", "need_info", "accepted", "dispatched", "objected", "handling", "replied",
    "callback_due", "rehandling", "closed", "closed_unrated", "withdrawn",
)  # fmt: skip


def dump(thing):
    """Everything that a thing says, as plain text."""
    if isinstance(thing, Model):
        shown = {k: v for k, v in sorted(vars(thing).items()) if not k.startswith("_")}
        return f"{type(thing).__name__}{dump(shown)}"
    if is_dataclass(thing):
        return dump({field.name: getattr(thing, field.name) for field in fields(thing)})
    if isinstance(thing, dict):
        return {str(key): dump(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple | QuerySet):
        return [dump(item) for item in thing]
    return str(thing)


def everything(actor, own):
    """All that the actor gets of appeals by any selector."""
    got = {"counts": lists.counts_of(actor, now=NOW)}
    for name in lists.lists_of(actor):
        for narrowed in (
            {}, {"text": "研发补助"}, {"state": "handling"}, {"kind": "inquiry"},
            {"unit": "SZ-KCJ"},
            {"matter": "payout_delay"}, {"region": "4403"}, {"due": "overdue"}, {"due": "week"},
            {"order": "oldest"},
        ):  # fmt: skip
            got[f"{name} {narrowed}"] = lists.list_of(actor, name, now=NOW, **narrowed)
    got["visible"] = visible.appeals_visible_to(actor).order_by("pk")
    got["similar text"] = similar.similar_cases(actor, TEXT, now=NOW, enterprise=own.enterprise)
    for by in BY:
        got[f"figures {by}"] = figures(actor, by=by, since=SINCE, until=UNTIL, now=NOW)
    for code in FORMULAS:
        for part in PARTS:
            got[f"{code} {part}"] = figure_cases(
                actor, code, part=part, since=SINCE, until=UNTIL, now=NOW
            )
    got["load"] = load.load_of(actor, cases.unit("SZ-GXJ"), now=NOW)
    if visible.may_see(actor, own):
        got["case"] = case_of(actor, own, now=NOW)
        got["timeline"] = timeline(actor, own)
        got["suggestions"] = suggest_for(actor, own, now=NOW)
        got["files"] = visible.attachments_visible(actor, own)
    return dump(got)


def lived(appeal):
    """A case with something in every table that selectors read."""
    cases.bands(appeal)
    cases.clock(appeal, due=NOW - timedelta(days=1))
    cases.clock(appeal, "contact", state="met")
    if appeal.lead:
        cases.dispatch(appeal, appeal.lead.organisation.code)
        row = cases.rating(cases.reply(appeal), 1, solved=False)
        if appeal.state == "callback_due":
            cases.callback(row)
    journal.record(
        appeal, "submit", actor_id=None, now=NOW, from_state="draft", to_state="submitted"
    )
    Attachment.objects.create(
        appeal=appeal, name="合同.pdf", content_type="application/pdf", size=3, digest="0" * 64,
        file=ContentFile(b"abc", name="x.pdf"), state="clean", uploaded_at=NOW,
    )  # fmt: skip
    return appeal


def case_like(state, **more):
    return lived(
        cases.case(
            state,
            text=TEXT,
            kind="inquiry",
            matter="payout_delay",
            region="440305",
            next_due_at=NOW - timedelta(days=1),
            **more,
        )  # fmt: skip
    )


def without(actor, *codes):
    return replace(actor, may_codes=actor.may_codes - set(codes))


@pytest.fixture
def actors():
    """Each kind of actor who does not see everything, and the state in which they have a case."""
    firm = EnterpriseFactory.create()
    gxj, desk = cases.unit("SZ-GXJ"), cases.unit("SZ-QYFW")
    narrow_desk = without(officer("intake_officer", desk), "appeals.view_all")
    return {
        "owner": (enterprise_actor(firm), {"firm": firm}),
        "viewer": (enterprise_actor(firm, "viewer"), {"firm": firm}),
        "handler": (officer("handler", gxj), {}),
        "callback": (officer("callback_officer", desk), {"state": "callback_due"}),
        "desk": (narrow_desk, {}),
        "admin": (officer("unit_admin", gxj), {}),
        "policy": (officer("policy_officer", gxj), {}),
    }


WHO = ("owner", "viewer", "handler", "callback", "desk", "admin", "policy")


def add_foreign(own, who):
    """Cases of others in every state, as like one's own as can be, and tied to it."""
    elsewhere = cases.unit("SZ-SJJ")
    for state in STATES:
        if who == "callback" and state == "callback_due":
            continue
        foreign = case_like(state, lead="SZ-KCJ")
        if who == "desk":
            Appeal.objects.filter(pk=foreign.pk).update(intake_unit=elsewhere, holder=elsewhere)
        Link.objects.create(appeal=foreign, other=own, kind="repeat", made_at=NOW)
        Link.objects.create(appeal=own, other=foreign, kind="duplicate", made_at=NOW)
        Appeal.objects.filter(pk=foreign.pk).update(parent=own)
    cases.case("draft", text=TEXT)


@pytest.mark.parametrize("who", WHO)
def test_what_one_may_not_see_changes_nothing_that_one_gets(actors, who):
    actor, own = actors[who]
    mine = case_like(**{"state": "handling", **own})
    case_like(
        **{"state": "closed", **own, **({"state": "callback_due"} if own.get("state") else {})}
    )
    before = everything(actor, mine)
    add_foreign(mine, who)
    assert everything(actor, mine) == before


@pytest.mark.parametrize("who", WHO)
def test_the_check_sees_something_where_something_is_to_be_seen(actors, who):
    """The comparison above would also hold for selectors that give nothing at all."""
    actor, own = actors[who]
    mine = case_like(**{"state": "handling", **own})
    before = everything(actor, mine)
    again = case_like(**{"state": "handling", **own})
    changed = everything(actor, mine) != before
    assert changed is (who != "policy")
    if who in ("owner", "viewer", "handler", "callback", "desk"):
        assert [one.appeal.pk for one in similar.similar_cases(actor, again, now=NOW)] == [mine.pk]


@pytest.mark.parametrize("who", WHO)
def test_one_case_is_found_exactly_where_the_list_of_all_has_it(actors, who):
    actor, own = actors[who]
    made = [case_like(state, lead=lead) for state in STATES for lead in ("SZ-GXJ", "SZ-KCJ")]
    made += [case_like(**{"state": "handling", **own}), cases.case("draft", **_firm(own))]
    listed = set(visible.appeals_visible_to(actor).values_list("pk", flat=True))
    for appeal in made:
        seen = appeal.pk in listed
        assert visible.may_see(actor, appeal) is seen
        if seen:
            assert visible.appeal_for(actor, appeal.pk) == appeal
            continue
        with pytest.raises(Appeal.DoesNotExist):
            visible.appeal_for(actor, appeal.pk)
        with pytest.raises(Appeal.DoesNotExist):
            case_of(actor, appeal, now=NOW)
        assert timeline(actor, appeal) == []
        for file in appeal.attachments.all():
            with pytest.raises(Attachment.DoesNotExist):
                visible.attachment_for(actor, file.pk)


def _firm(own):
    return {"firm": own["firm"]} if "firm" in own else {}


def test_every_list_stands_inside_what_one_may_see(actors):
    for state in STATES:
        for lead in ("SZ-GXJ", "SZ-KCJ"):
            case_like(state, lead=lead)
    for who in WHO:
        actor, _ = actors[who]
        seen = set(visible.appeals_visible_to(actor).values_list("pk", flat=True))
        for name in lists.lists_of(actor):
            rows = set(lists.list_of(actor, name, now=NOW).values_list("pk", flat=True))
            assert rows <= seen, (who, name)


def test_drafts_are_seen_by_those_who_may_submit_for_the_firm_and_nobody_else(actors):
    owner, own = actors["owner"]
    draft = cases.case("draft", firm=own["firm"])
    assert visible.may_see(owner, draft)
    assert not visible.may_see(actors["viewer"][0], draft)
    for role in ("intake_officer", "coordinator", "handler", "callback_officer"):
        assert not visible.may_see(officer(role, cases.unit("SZ-QYFW")), draft)
    assert not visible.may_see(NOBODY, draft)
    assert not visible.may_see(without(owner, "appeals.view", "appeals.submit"), draft)


def test_a_unit_keeps_sight_of_a_case_that_it_passed_on(actors):
    handler, _ = actors["handler"]
    appeal = cases.case("handling", lead="SZ-KCJ")
    assert not visible.may_see(handler, appeal)
    cases.dispatch(appeal, "SZ-GXJ", ended="returned")
    assert visible.appeal_for(handler, appeal.pk) == appeal
    assert lists.list_of(handler, "all", now=NOW).get() == appeal


def test_a_file_is_given_only_when_clean_only_of_its_case_and_internal_ones_never_to_the_firm(
    actors,
):
    owner, own = actors["owner"]
    handler, _ = actors["handler"]
    appeal = case_like("handling", firm=own["firm"])
    file = appeal.attachments.get()
    assert visible.attachment_for(owner, file.pk, appeal=appeal.pk) == file
    with pytest.raises(Attachment.DoesNotExist):
        visible.attachment_for(owner, file.pk, appeal=appeal.pk + 1)
    for state in ("quarantined", "rejected"):
        Attachment.objects.filter(pk=file.pk).update(state=state)
        assert [row.state for row in visible.attachments_visible(owner, appeal)] == [state]
        with pytest.raises(Attachment.DoesNotExist):
            visible.attachment_for(owner, file.pk)
    Attachment.objects.filter(pk=file.pk).update(state="clean", internal=True)
    assert visible.attachment_for(handler, file.pk) == file
    assert not visible.attachments_visible(owner, appeal).exists()
    with pytest.raises(Attachment.DoesNotExist):
        visible.attachment_for(owner, file.pk)
