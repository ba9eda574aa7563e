"""The channel list: loaded from the pack, kept by hand, corrected by what people report."""

import copy
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from qifu.base.city import current_city
from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.organisations.actions.channels import (
    LONGEST_CONTACT,
    LONGEST_REPORT,
    add_channel,
    edit_channel,
    load_channels,
    mark_checked,
    report_channel,
    restore_channel,
    retire_channel,
    settle_report,
    tidy,
)
from qifu.organisations.models import Channel, ChannelReport
from qifu.organisations.permissions import NOBODY
from qifu.organisations.selectors import unit_by_code
from qifu.organisations.selectors.channels import (
    channel_by_code,
    channels_kept_by,
    every_channel,
    may_keep,
    not_checked_since,
    reports_of,
    reports_waiting,
)
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")
LATER = NOW + timedelta(days=30)


def steps(thing) -> list[str]:
    lines = JournalLine.objects.filter(subject_kind=thing._meta.model_name, subject_id=thing.pk)
    return list(lines.order_by("pk").values_list("step", flat=True))


@pytest.fixture
def desk():
    """An officer of the city's desk, who may keep every entry."""
    return officer("intake_officer", unit_by_code("SZ-QYFW"))


@pytest.fixture
def futian():
    return officer("enterprise_officer", unit_by_code("SZ-FT-QYFW"))


@pytest.fixture
def pack():
    """The channels document as it was loaded, to be changed by a test."""
    return copy.deepcopy(dict(current_city().channels))


def row_of(document, code):
    return next(row for row in document["channels"] if row["code"] == code)


def counts(done):
    return (done.added, done.changed, done.kept, done.retired, done.overruled)


def changed(channel, **values):
    return {**channel.document, **values}


NAME = {"zh": "新名称", "en": "A new name"}


def test_every_row_of_the_pack_is_an_entry_in_its_order(pack):
    assert [c.code for c in every_channel()] == [row["code"] for row in pack["channels"]]
    window = channel_by_code("futian-window-38")
    assert (window.zone, window.kind, window.unit.organisation.code) == (
        "futian", "window", "SZ-FT",
    )  # fmt: skip
    assert window.document == tidy(row_of(pack, "futian-window-38"))
    assert (str(window.checked_on), window.edited_at) == ("2023-12-13", None)


def test_the_same_pack_again_changes_nothing(pack):
    before = list(Channel.objects.order_by("pk").values())
    assert counts(load_channels(pack, now=LATER)) == (0, 0, 0, 0, [])
    assert list(Channel.objects.order_by("pk").values()) == before


def test_an_edit_stays_where_the_pack_did_not_change_that_entry(pack, desk):
    edit_channel(channel := channel_by_code("sz-12345"), actor=desk, now=NOW,
                 document=changed(channel, name=NAME))  # fmt: skip
    row_of(pack, "futian-mini")["name"] = {"zh": "另一条", "en": "Another"}
    done = load_channels(pack, now=LATER)
    assert counts(done) == (0, 1, 1, 0, [])
    assert channel_by_code("sz-12345").name == NAME
    assert channel_by_code("futian-mini").name["zh"] == "另一条"


def test_the_pack_wins_over_an_edit_of_the_same_entry_and_it_is_told(pack, desk):
    edit_channel(channel := channel_by_code("sz-12345"), actor=desk, now=NOW,
                 document=changed(channel, name=NAME))  # fmt: skip
    row_of(pack, "sz-12345")["for"] = {"zh": "随时可打", "en": "At any time"}
    done = load_channels(pack, now=LATER)
    assert counts(done) == (0, 1, 0, 0, ["sz-12345"])
    assert "sz-12345" in done.told()
    channel = channel_by_code("sz-12345")
    assert channel.name["zh"].startswith("12345") and channel.edited_at is None
    line = JournalLine.objects.get(step="overrule_channel", subject_id=channel.pk)
    assert line.note.text == "name"


def test_what_the_pack_says_too_and_a_look_are_no_lost_edits(pack, desk):
    channel = channel_by_code("sz-12345")
    edit_channel(channel, actor=desk, now=NOW, document=changed(channel, name=NAME))
    mark_checked(channel_by_code("futian-mini"), actor=desk, now=NOW)
    row_of(pack, "sz-12345")["name"] = NAME
    row_of(pack, "futian-mini")["name"] = NAME
    assert counts(load_channels(pack, now=LATER)) == (0, 2, 0, 0, [])
    assert channel_by_code("sz-12345").edited_at is None


def test_an_entry_that_the_pack_no_longer_has_is_retired_and_comes_back_with_it(pack):
    whole = copy.deepcopy(pack)
    pack["channels"] = [row for row in pack["channels"] if row["code"] != "ic-base"]
    assert counts(load_channels(pack, now=LATER)) == (0, 0, 0, 1, [])
    assert channel_by_code("ic-base").retired_at == LATER
    assert "ic-base" not in [c.code for c in every_channel()]
    assert "ic-base" in [c.code for c in every_channel(with_retired=True)]
    assert counts(load_channels(pack, now=LATER)) == (0, 0, 0, 0, [])
    assert counts(load_channels(whole, now=LATER)) == (0, 1, 0, 0, [])
    assert channel_by_code("ic-base").retired_at is None


def test_an_edit_of_an_entry_that_leaves_with_its_pack_is_told(pack, desk):
    edit_channel(channel := channel_by_code("ic-base"), actor=desk, now=NOW,
                 document=changed(channel, name=NAME))  # fmt: skip
    whole = copy.deepcopy(pack)
    pack["channels"] = [row for row in pack["channels"] if row["code"] != "ic-base"]
    assert counts(load_channels(pack, now=LATER)) == (0, 0, 0, 1, ["ic-base"])
    line = JournalLine.objects.get(step="overrule_channel", subject_id=channel.pk)
    assert line.note.text == "name"
    assert counts(load_channels(whole, now=LATER)) == (0, 1, 0, 0, [])


def test_an_entry_of_a_page_outlives_packs_that_do_not_know_it(pack, desk):
    document = changed(channel_by_code("sz-12345"), code="own-entry")
    channel = add_channel(actor=desk, now=NOW, document=document)
    assert steps(channel) == ["add_channel"]
    assert every_channel()[-1] == channel
    load_channels(pack, now=LATER)
    assert channel_by_code("own-entry").retired_at is None


def test_an_entry_moved_in_the_pack_moves_without_counting_as_changed(pack):
    pack["channels"].reverse()
    assert counts(load_channels(pack, now=LATER)) == (0, 0, 0, 0, [])
    assert [c.code for c in every_channel()] == [row["code"] for row in pack["channels"]]


def test_a_city_without_channels_retires_all_of_them():
    assert load_channels(None, now=LATER).retired == 89
    assert every_channel() == []


@pytest.mark.parametrize(
    ("role", "unit", "may"),
    [
        ("enterprise_officer", "SZ-FT-QYFW", True),
        ("unit_admin", "SZ-FT", True),
        ("unit_admin", "SZ-GOV", True),
        ("intake_officer", "SZ-QYFW", True),
        ("enterprise_officer", "SZ-LH-QYFW", False),
        ("unit_admin", "SZ-ZWSJ", False),
        ("handler", "SZ-FT-QYFW", False),
        ("auditor", "SZ-GOV", False),
    ],
)
def test_the_owner_those_above_it_and_the_citys_desk_keep_an_entry(role, unit, may):
    channel = channel_by_code("futian-center")
    actor = officer(role, unit_by_code(unit))
    assert may_keep(actor, channel) is may
    assert channels_kept_by(actor).filter(pk=channel.pk).exists() is may
    if may:
        assert edit_channel(channel, actor=actor, now=NOW, document=changed(channel, name=NAME))
    else:
        with pytest.raises(NotAllowed):
            edit_channel(channel, actor=actor, now=NOW, document=changed(channel, name=NAME))
    assert (channel_by_code("futian-center").name == NAME) is may


def test_firms_and_nobody_keep_nothing():
    channel = channel_by_code("futian-center")
    for actor in (NOBODY, enterprise_actor()):
        assert not may_keep(actor, channel)
        assert not channels_kept_by(actor).exists()
        with pytest.raises(NotAllowed):
            retire_channel(channel, actor=actor, now=NOW, reason="不要了")


def test_an_entry_cannot_be_given_away_to_a_unit_that_one_does_not_keep(futian):
    channel = channel_by_code("futian-center")
    with pytest.raises(NotAllowed):
        edit_channel(channel, actor=futian, now=NOW, document=changed(channel, unit="SZ-LH-QYFW"))


def test_an_edit_that_changes_nothing_writes_nothing(desk):
    channel = channel_by_code("sz-12345")
    assert not edit_channel(channel, actor=desk, now=NOW, document=dict(channel.document))
    spaced = changed(channel, name={k: f" {v} " for k, v in channel.name.items()}, how=[])
    assert not edit_channel(channel, actor=desk, now=NOW, document=spaced)
    assert (steps(channel), channel_by_code("sz-12345").edited_at) == ([], None)


def test_an_edit_is_noted_with_what_it_changed(desk):
    channel = channel_by_code("sz-12345")
    new = changed(channel, name=NAME, zone="nanshan", kind="special")
    assert edit_channel(channel, actor=desk, now=NOW, document=new)
    channel = channel_by_code("sz-12345")
    assert (channel.zone, channel.kind, channel.edited_at) == ("nanshan", "special", NOW)
    line = JournalLine.objects.get(step="edit_channel", subject_id=channel.pk)
    assert set(line.note.text.split(", ")) == {"name", "zone", "kind"}
    assert line.acting_for == desk.organisation_id


def test_of_two_people_editing_at_once_the_second_is_told(desk, futian):
    mine, theirs = channel_by_code("futian-center"), channel_by_code("futian-center")
    edit_channel(mine, actor=desk, now=NOW, document=changed(mine, name=NAME))
    with pytest.raises(Conflict):
        edit_channel(theirs, actor=futian, now=NOW, document=changed(theirs, kind="window"))
    assert channel_by_code("futian-center").kind == "service_center"
    with pytest.raises(Conflict):
        mark_checked(channel_by_code("futian-center"), actor=desk, now=NOW, version=1)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"name": {"zh": "只有中文"}}, "name.en"),
        ({"kind": "kiosk"}, "kind"),
        ({"zone": "atlantis"}, "zone"),
        ({"unit": "SZ-NONE"}, "unit"),
        ({"needs": ["fame"]}, "needs[0]"),
        ({"regions": ["000001"]}, "regions[0]"),
        ({"telephones": [{"number": "138 0000 0000"}]}, "telephones[0].number"),
        ({"telephones": [{"number": "打电话"}]}, "telephones[0].number"),
        ({"links": [{"url": "javascript:alert(1)", "name": NAME}]}, "links[0].url"),
        ({"for": {"zh": "找小王 13912345678", "en": "Ask him"}}, "for.zh"),
        ({"hours": {"week": {"mon": ["12:00-09:00"]}}}, "hours.week.mon[0]"),
        ({"checked_on": "2099-01-01"}, "checked_on"),
        ({"checked_on": "gestern"}, "checked_on"),
        ({"shoe_size": 42}, "shoe_size"),
    ],
)
def test_what_is_wrong_with_an_edit_is_said_by_path_in_words(values, path, desk):
    channel = channel_by_code("futian-center")
    with pytest.raises(BadInput) as refused:
        edit_channel(channel, actor=desk, now=NOW, document=changed(channel, **values))
    assert path in refused.value.fields
    assert all(str(text) for text in refused.value.fields.values())
    assert channel_by_code("futian-center").version == 1


def test_a_code_is_neither_changed_nor_taken_twice(desk):
    channel = channel_by_code("sz-12345")
    with pytest.raises(BadInput):
        edit_channel(channel, actor=desk, now=NOW, document=changed(channel, code="sz-12346"))
    with pytest.raises(Conflict):
        add_channel(actor=desk, now=NOW, document=channel.document)


def test_a_retired_entry_leaves_the_list_and_can_be_brought_back(desk):
    channel = channel_by_code("go-abroad")
    with pytest.raises(BadInput):
        retire_channel(channel, actor=desk, now=NOW, reason=" ")
    retire_channel(channel, actor=desk, now=NOW, reason="平台已合并")
    assert "go-abroad" not in [c.code for c in every_channel()]
    with pytest.raises(Conflict):
        retire_channel(channel, actor=desk, now=NOW, reason="再一次")
    restore_channel(channel, actor=desk, now=NOW)
    assert "go-abroad" in [c.code for c in every_channel()]
    with pytest.raises(Conflict):
        restore_channel(channel, actor=desk, now=NOW)
    assert steps(channel) == ["retire_channel", "restore_channel"]


def test_a_retirement_by_hand_stays_until_the_pack_changes_the_entry(pack, desk):
    retire_channel(channel_by_code("go-abroad"), actor=desk, now=NOW, reason="平台已合并")
    assert counts(load_channels(pack, now=LATER)) == (0, 0, 1, 0, [])
    assert channel_by_code("go-abroad").retired_at == NOW
    row_of(pack, "go-abroad")["name"] = NAME
    assert load_channels(pack, now=LATER).overruled == ["go-abroad"]
    assert channel_by_code("go-abroad").retired_at is None


def test_somebody_who_looked_sets_the_day_once(desk):
    channel = channel_by_code("sz-12345")
    assert channel in not_checked_since(desk, before=NOW, days=365)
    mark_checked(channel, actor=desk, now=NOW)
    mark_checked(channel, actor=desk, now=NOW)
    channel = channel_by_code("sz-12345")
    assert (str(channel.checked_on), channel.document["checked_on"]) == ("2026-11-22",) * 2
    assert steps(channel) == ["check_channel"]
    assert channel not in not_checked_since(desk, before=NOW, days=365)


def test_anybody_may_report_and_the_same_words_wait_only_once(desk):
    channel = channel_by_code("futian-hotline")
    report = report_channel(channel, actor=NOBODY, now=NOW, text=" 电话空号 ", contact="t@x.cn")
    assert (report.text, report.state, report.reported_by) == ("电话空号", "open", None)
    with pytest.raises(Conflict):
        report_channel(channel, actor=enterprise_actor(), now=NOW, text="电话空号！")
    report_channel(channel, actor=enterprise_actor(), now=NOW, text="地址也不对")
    report_channel(channel_by_code("sz-12345"), actor=NOBODY, now=NOW, text="电话空号")
    assert reports_waiting(desk).count() == 3
    assert steps(report) == ["report_channel"]


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("", ""),
        ("  ", ""),
        ("长" * (LONGEST_REPORT + 1), ""),
        ("不对", "x" * (LONGEST_CONTACT + 1)),
    ],
)
def test_an_empty_or_endless_report_is_refused(text, contact):
    with pytest.raises(BadInput):
        report_channel(
            channel_by_code("sz-12345"), actor=NOBODY, now=NOW, text=text, contact=contact
        )


def test_reports_wait_for_those_who_keep_the_entry(futian, desk):
    report = report_channel(channel_by_code("futian-hotline"), actor=NOBODY, now=NOW, text="空号")
    luohu = officer("enterprise_officer", unit_by_code("SZ-LH-QYFW"))
    assert list(reports_waiting(futian)) == [report] == list(reports_waiting(desk))
    assert not reports_waiting(luohu).exists()
    assert not reports_waiting(NOBODY).exists()
    assert not reports_of(luohu, report.channel).exists()
    with pytest.raises(NotAllowed):
        settle_report(report, actor=luohu, now=NOW, mended=True, answer="已改")


@pytest.mark.parametrize("mended", [True, False])
def test_a_settled_report_has_its_answer_and_no_contact(mended, futian):
    channel = channel_by_code("futian-hotline")
    report = report_channel(channel, actor=NOBODY, now=NOW, text="空号", contact="某人 0755-1")
    with pytest.raises(BadInput):
        settle_report(report, actor=futian, now=NOW, mended=mended, answer="")
    settle_report(report, actor=futian, now=NOW, mended=mended, answer="打过了")
    report.refresh_from_db()
    assert (report.state, report.contact) == ("mended" if mended else "kept", "")
    assert steps(report)[-1] == ("mend_channel_report" if mended else "keep_channel_report")
    # mended or found right: somebody looked today
    assert str(channel_by_code("futian-hotline").checked_on) == "2026-11-22"
    with pytest.raises(WrongState):
        settle_report(report, actor=futian, now=NOW, mended=True, answer="又一次")
    # the same words may come again later
    report_channel(channel, actor=NOBODY, now=LATER, text="空号")
    assert reports_of(futian, channel).count() == 2


@pytest.mark.parametrize(
    "values", [{"state": "lost"}, {"state": "kept"}, {"answer": "没人处理却有答复"}]
)
def test_the_database_refuses_a_report_that_cannot_be(values):
    report = report_channel(channel_by_code("sz-12345"), actor=NOBODY, now=NOW, text="不对")
    with pytest.raises(IntegrityError), transaction.atomic():
        ChannelReport.objects.filter(pk=report.pk).update(**values)
