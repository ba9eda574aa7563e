"""Drafts and submission: what is taken, what is refused and where it is said, nothing twice."""

from datetime import timedelta

import pytest
from django.utils import translation

from qifu.appeals.actions import discard_draft, save_draft, submit_appeal
from qifu.appeals.models import Appeal, Clock, TextBand
from qifu.appeals.states import State
from qifu.base.city import current_city
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text
from qifu.textmine import normal, repeats
from tests.appeals import world
from tests.conftest import NOW
from tests.factories import EnterpriseFactory

pytestmark = pytest.mark.usefixtures("demo_city")


def count():
    return Appeal.objects.count(), JournalLine.objects.count(), Notice.objects.count()


def wrong(actor=None, *, now=NOW, **more):
    """The fields at which a submission is refused; nothing of it stays."""
    actor = actor or world.firm_actor()
    before = count()
    with pytest.raises(BadInput) as refused:
        submit_appeal(None, actor=actor, now=now, **world.form(**more))
    assert count() == before
    return refused.value.fields


def test_a_firm_submits_and_has_a_number_a_date_and_a_receipt():
    actor = world.firm_actor()
    text = "请问怎样申请用电增容？我们六月要上新设备。"
    appeal = world.submitted(actor, text=text, matter="")
    assert appeal.state == State.SUBMITTED
    assert appeal.number.startswith("SQ20261122-")
    assert appeal.submitted_at == NOW and appeal.enterprise_id == actor.organisation_id
    assert appeal.intake_unit == appeal.holder == world.unit(world.INTAKE)
    assert appeal.rule_set == current_city().appeals["clocks"]
    assert appeal.city_load == current_city().load_id
    assert appeal.title == "请问怎样申请用电增容？"
    assert [point.text for point in appeal.points.all()] == [text]
    clocks = {clock.name: clock for clock in Clock.objects.filter(appeal=appeal)}
    assert set(clocks) == {"reply", "contact"}
    assert all(clock.started_at == NOW for clock in clocks.values())
    assert appeal.due_at == clocks["reply"].due_at > NOW
    assert appeal.next_clock == "contact" and appeal.next_due_at == clocks["contact"].due_at
    told = Notice.objects.get(to=actor.user, template="appeal_received")
    assert appeal.number in notice_text(told, "zh")[0]
    assert told.link == f"/my/appeals/{appeal.pk}/"
    for language in ("zh", "en"):
        assert "—" not in notice_text(told, language)[1]


def test_a_text_is_remembered_so_that_its_like_is_found():
    appeal = world.submitted()
    assert appeal.text_digest == normal.digest(appeal.text)
    kept = TextBand.objects.filter(appeal=appeal).order_by("band").values_list("value", flat=True)
    assert tuple(kept) == repeats.bands(appeal.text)


def test_every_point_is_kept_in_its_order_and_empty_ones_are_not():
    appeal = world.submitted(points=["第一个问题", "  ", "第二个问题\r\n分两行"])
    assert list(appeal.points.values_list("number", "text")) == [
        (1, "第一个问题"), (2, "第二个问题\n分两行")
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "   \n ", "电", "\x00\x00", "四个字呀"])
def test_too_little_text_is_said_at_the_text(text):
    assert set(wrong(text=text)) == {"text"}


def test_a_text_of_twenty_thousand_characters_is_refused_with_both_numbers():
    message = str(wrong(text="电" * 20_000)["text"])
    assert "10,000" in message and "20,000" in message


def test_the_limits_of_a_text_are_the_packs_and_have_a_usual_value(monkeypatch):
    appeals = current_city().documents["appeals"]
    monkeypatch.setitem(appeals, "text", {"least": 50, "most": 60, "points": 2})
    assert "50" in str(wrong(text="请问怎样申请用电增容？")["text"])
    assert "60" in str(wrong(text="电" * 61)["text"])
    assert "2" in str(wrong(text="电" * 55, points=["一", "二", "三"])["points"])
    monkeypatch.delitem(appeals, "text")
    assert set(wrong(text="四个字呀")) == {"text"}
    assert len(world.submitted(text="电" * 10_000).text) == 10_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "praise"), ("kind", ""), ("matter", "no_such_matter"), ("region", "999999"),
        ("region", "x"), ("title", "题" * 121), ("points", ["点"] * 11),
        ("points", ["点" * 10_001]), ("contact_name", "人" * 61), ("contact_phone", "电话"),
        ("contact_phone", "1" * 25), ("contact_phone", "12"),
    ],
)  # fmt: skip
def test_what_is_not_known_or_too_long_is_said_at_its_field(field, value):
    assert set(wrong(**{field: value})) == {field}


def test_every_mistake_is_said_at_once():
    assert set(wrong(kind="", text="", matter="x", contact_phone="x")) == {
        "kind", "text", "matter", "contact_phone"
    }  # fmt: skip


@pytest.mark.parametrize(("language", "where"), [("zh-hans", "12345"), ("en", "Call 12345")])
def test_a_tip_off_is_refused_with_where_to_go(language, where):
    with translation.override(language):
        assert where in str(wrong(kind="tip_off")["kind"])


def test_a_firm_without_a_telephone_in_the_form_is_called_on_its_persons_own():
    actor = world.firm_actor()
    actor.user.phone = "13800000000"
    appeal = submit_appeal(
        None, actor=actor, now=NOW, **world.form(contact_name="", contact_phone="")
    )
    assert appeal.contact_phone == "13800000000"
    assert appeal.contact_name == actor.user.display_name


def test_a_matter_with_rules_of_its_own_brings_its_own_clocks(monkeypatch):
    from dataclasses import replace

    city = current_city()
    matter = city.matters[0]
    changed = (replace(matter, rule_set="gd_21015"), *city.matters[1:])
    monkeypatch.setitem(city.__dict__, "matters", changed)
    long, short = world.submitted(matter=matter.code), world.submitted(matter="")
    assert long.rule_set == "gd_21015" != short.rule_set
    assert long.due_at < short.due_at  # an inquiry has two days there, five here


# nothing twice


def test_the_same_key_gives_the_same_appeal_and_nothing_twice():
    actor = world.firm_actor()
    first = world.submitted(actor, key="k1")
    before = count()
    again = submit_appeal(
        None,
        actor=actor,
        now=NOW + timedelta(days=1),
        key="k1",
        **world.form(text="别的文字五个字"),
    )
    assert again.pk == first.pk and count() == before
    assert Clock.objects.filter(appeal=first).count() == 2


def test_the_same_key_of_two_people_is_two_appeals():
    assert world.submitted(key="k1").pk != world.submitted(key="k1").pk


def test_the_same_text_of_a_firm_within_a_minute_is_one_appeal():
    actor, text = world.firm_actor(), "请问怎样申请用电增容？"
    first = world.submitted(actor, text=text)
    before = count()
    again = world.submitted(actor, text=text + " ", now=NOW + timedelta(seconds=59))
    assert again.pk == first.pk and count() == before
    later = world.submitted(actor, text=text, now=NOW + timedelta(seconds=61))
    assert later.pk != first.pk
    assert world.submitted(text=text).pk not in (first.pk, later.pk)  # another firm's


def test_a_draft_sent_twice_is_one_appeal_and_with_new_words_refused():
    actor = world.firm_actor()
    mine = world.draft(actor)
    words = world.form()
    first = submit_appeal(mine, actor=actor, now=NOW, **words)
    stale = Appeal.objects.get(pk=first.pk)
    assert submit_appeal(stale, actor=actor, now=NOW, **words).pk == first.pk
    with pytest.raises(WrongState):
        submit_appeal(stale, actor=actor, now=NOW, **world.form())


def test_numbers_count_up_by_the_day_of_submission():
    first, second = world.submitted(), world.submitted()
    assert int(second.number[-6:]) == int(first.number[-6:]) + 1
    # half past midnight in Shanghai is the next day, whatever day it is in London
    tomorrow = world.submitted(now=NOW.replace(hour=16, minute=30))
    assert tomorrow.number == "SQ20261123-000001"


# drafts


def test_a_draft_keeps_whatever_there_is_and_asks_for_nothing():
    actor = world.firm_actor()
    draft = save_draft(actor=actor, now=NOW)
    assert draft.state == State.DRAFT and draft.number == ""
    assert not JournalLine.objects.filter(subject_kind="appeal", subject_id=draft.pk).exists()
    assert not Notice.objects.filter(to=actor.user).exists()
    same = save_draft(
        draft=draft, actor=actor, now=NOW, text="电", points=["一", "二"], kind="complaint"
    )
    assert same.pk == draft.pk and same.text == "电" and same.kind == "complaint"
    assert [point.text for point in same.points.all()] == ["一", "二"]


def test_a_draft_becomes_the_appeal_with_what_the_form_says():
    actor = world.firm_actor()
    draft = world.draft(actor, points=["旧的一点"])
    appeal = submit_appeal(draft, actor=actor, now=NOW, **world.form(points=["新的一点"]))
    assert appeal.pk == draft.pk and appeal.state == State.SUBMITTED
    assert [point.text for point in appeal.points.all()] == ["新的一点"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", "电" * 20_000), ("title", "题" * 121), ("points", ["点"] * 11),
     ("contact_name", "人" * 61), ("matter", "x"), ("kind", "tip_off"), ("region", "x")],
)  # fmt: skip
def test_a_draft_too_refuses_what_could_never_be_submitted(field, value):
    actor = world.firm_actor()
    with pytest.raises(BadInput) as refused:
        save_draft(actor=actor, now=NOW, **{field: value})
    assert set(refused.value.fields) == {field}
    assert not Appeal.objects.filter(created_by=actor.user).exists()


def test_drafts_are_the_firms_own():
    draft = world.draft()
    strangers = [
        world.firm_actor(), world.firm_actor(draft.enterprise, "viewer"), world.intake_actor(),
        world.coordinator_actor(),
    ]  # fmt: skip
    for actor in strangers:
        with pytest.raises(NotAllowed):
            save_draft(draft=draft, actor=actor, now=NOW, text="别人写的")
        with pytest.raises(NotAllowed):
            discard_draft(draft, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            submit_appeal(draft, actor=actor, now=NOW, **world.form())
    draft.refresh_from_db()
    assert draft.state == State.DRAFT and draft.text != "别人写的"
    colleague = world.firm_actor(draft.enterprise, "clerk")
    assert save_draft(draft=draft, actor=colleague, now=NOW, text="同事补写").text == "同事补写"


def test_a_draft_thrown_away_is_gone_and_cannot_be_sent():
    actor = world.firm_actor()
    draft = world.draft(actor)
    other_tab = Appeal.objects.get(pk=draft.pk)
    discard_draft(draft, actor=actor, now=NOW)
    assert not Appeal.objects.filter(pk=other_tab.pk).exists()
    with pytest.raises(WrongState):
        submit_appeal(other_tab, actor=actor, now=NOW, **world.form())
    with pytest.raises(WrongState):
        save_draft(draft=other_tab, actor=actor, now=NOW, text="还在写")


def test_what_was_submitted_is_no_draft_any_more():
    appeal = world.submitted()
    actor = world.owner_of(appeal)
    with pytest.raises(WrongState):
        save_draft(draft=appeal, actor=actor, now=NOW, text="改一改")
    with pytest.raises(WrongState):
        discard_draft(appeal, actor=actor, now=NOW)


# for a caller, a visitor, another system


def test_the_desk_records_a_firm_that_calls():
    desk, firm = world.intake_actor(), EnterpriseFactory.create()
    owner = world.firm_actor(firm)
    appeal = world.submitted(desk, enterprise=firm, channel="phone", contact_phone="")
    assert appeal.enterprise == firm and appeal.channel == "phone"
    assert appeal.created_by == desk.user
    assert Notice.objects.filter(to=owner.user, template="appeal_received").exists()


def test_the_desk_records_a_visitor_that_no_register_knows():
    appeal = world.submitted(world.intake_actor(), requester="测试个体户", channel="window")
    assert appeal.enterprise is None and appeal.requester == "测试个体户"


def test_the_desk_has_to_say_who_called_and_how():
    desk = world.intake_actor()
    assert set(wrong(desk)) == {"enterprise", "channel"}
    assert set(wrong(desk, requester="名" * 201, channel="phone")) == {"enterprise"}


@pytest.mark.parametrize(
    "more",
    [{"channel": "phone"}, {"external_id": "7"}, {"submitted_at": NOW}, {"requester": "某人"}],
)
def test_a_firm_submits_for_itself_on_the_web_only(more):
    with pytest.raises(NotAllowed):
        submit_appeal(None, actor=world.firm_actor(), now=NOW, **world.form(**more))


def test_a_firm_does_not_submit_for_another():
    with pytest.raises(NotAllowed):
        submit_appeal(
            None, actor=world.firm_actor(), now=NOW, enterprise=EnterpriseFactory.create(),
            **world.form(),
        )  # fmt: skip


@pytest.mark.parametrize("role", ["handler", "coordinator", "callback_officer", "auditor"])
def test_only_the_intake_desk_records_for_others(role):
    with pytest.raises(NotAllowed):
        world.submitted(world.officer(role), requester="测试个体户", channel="phone")


def test_what_was_said_elsewhere_runs_from_then_and_is_taken_once():
    desk, then = world.intake_actor(), NOW - timedelta(days=30)
    more = {"channel": "12345", "external_id": "WS-1", "submitted_at": then, "requester": "某公司"}
    appeal = world.submitted(desk, **more)
    assert appeal.submitted_at == then and appeal.number.startswith("SQ20261023-")
    assert appeal.due_at < NOW
    before = count()
    assert world.submitted(desk, **more).pk == appeal.pk
    assert count() == before
    assert world.submitted(desk, **{**more, "external_id": "WS-2"}).pk != appeal.pk


def test_a_time_in_the_future_or_before_every_calendar_is_refused():
    desk = world.intake_actor()
    more = {"channel": "12345", "external_id": "WS-3", "requester": "某公司"}
    assert set(wrong(desk, submitted_at=NOW + timedelta(seconds=1), **more)) == {"submitted_at"}
    assert set(wrong(desk, submitted_at=NOW.replace(year=1999), **more)) == {"submitted_at"}
