"""The city's live index: exactly those concerned are told, and the database is the truth."""

from datetime import timedelta

import numpy as np
import pytest

from qifu.base.models import JournalLine, OutboxRow
from qifu.jobs import live_index, work
from qifu.jobs.live_index import check_index, held_index, index_folder, keep_index
from qifu.notices.models import Event, Notice
from qifu.organisations.actions import declare_fact
from qifu.organisations.models import Enterprise
from qifu.policies.actions import load_policies, look_again
from qifu.policies.models import MatchMemory
from qifu.policies.selectors.library import _read
from qifu.policies.selectors.matching import match_facts
from qifu.rulebook.engine.index import standing
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor

pytestmark = pytest.mark.usefixtures("demo_city")
TODAY = NOW.date()
FIRST = {"employees": 30, "region": "440306"}


@pytest.fixture(autouse=True)
def _nothing_waits(demo_city):
    # another test's policies had the same row numbers
    _read.cache_clear()
    OutboxRow.objects.all().delete()
    yield
    _read.cache_clear()


@pytest.fixture
def small(demo_city):
    """A library of one policy that needs 20 people, an index, and two firms with people."""
    Enterprise.objects.update(facts={})
    load_policies([ours(1, 20)], city=demo_city, now=NOW)
    OutboxRow.objects.all().delete()
    firms = [EnterpriseFactory.create(facts={**FIRST, "employees": n}) for n in (10, 30, 50)]
    for firm in firms:
        enterprise_actor(firm)
    keep_index(NOW)
    look_again(None, why="test", now=NOW)
    serve()
    assert eligible(firms) == [False, True, True]
    for what in (Notice, Event, OutboxRow):
        what.objects.all().delete()
    return firms


def ours(version, people, **more):
    group = {"attr": "employees", "op": ">=", "value": people, "unit": "person"}
    made = {"id": "T-1", "version": version, "title": "试验政策", "when": {"all": [group]}}
    return made | more


def serve(now=NOW):
    from qifu.base import outbox

    return outbox.serve(work.HANDLERS, clock=lambda: now)


def eligible(firms):
    known = dict(MatchMemory.objects.values_list("enterprise_id", "eligible"))
    return ["T-1" in known[firm.pk] for firm in firms]


def told():
    return {event.firm_id: event.data for event in Event.objects.filter(kind="match.changed")}


def asked():
    rows = OutboxRow.objects.filter(name="policies.refresh_match")
    return {row.payload["enterprise"] for row in rows}


def agrees(demo_city, on=TODAY):
    """Every firm's verdicts by the index are those of the whole match."""
    with held_index(demo_city) as index:
        assert set(index.ids.tolist()) == set(Enterprise.objects.values_list("pk", flat=True))
        for firm in Enterprise.objects.all():
            made = match_facts(firm.facts, on=on).report
            said = index.verdicts(firm.pk)
            assert {r.policy.id for r in made.policies if r.verdict == "eligible"} == {
                ident for ident, word in said.items() if word == "eligible"
            }, firm.pk


def test_the_index_says_what_the_whole_match_says_of_every_firm_of_the_demo(demo_city):
    assert keep_index(NOW) == Enterprise.objects.count()
    agrees(demo_city)
    assert check_index(NOW, firms=500) == []


def test_a_new_version_has_exactly_the_firms_told_that_gain_or_lose(small, demo_city):
    few, some, many = small
    load_policies([ours(2, 40)], city=demo_city, now=NOW)
    request = OutboxRow.objects.get()
    assert (request.name, len(request.payload["changed"])) == ("policies.library_changed", 1)
    live_index.serve_library(request.payload, NOW)
    assert asked() == {some.pk}
    serve()
    assert eligible(small) == [False, False, True]
    assert {pk: data["gone"] for pk, data in told().items()} == {some.pk: ["T-1"]}
    OutboxRow.objects.all().delete()
    load_policies([ours(3, 10)], city=demo_city, now=NOW + timedelta(minutes=1))
    serve(NOW + timedelta(minutes=1))
    assert asked() == {few.pk, some.pk}
    assert eligible(small) == [True, True, True]
    assert set(Notice.objects.values_list("organisation_id", flat=True)) == {few.pk, some.pk}
    assert not Notice.objects.filter(organisation_id=many.pk).exists()
    agrees(demo_city)


def test_a_withdrawn_policy_is_gone_for_those_who_had_it(small, demo_city):
    load_policies([], city=demo_city, now=NOW)
    live_index.serve_library(OutboxRow.objects.get().payload, NOW)
    assert asked() == {small[1].pk, small[2].pk}


def test_a_changed_fact_moves_the_firm_and_its_members_are_told_once(small, demo_city):
    few = small[0]
    owner = enterprise_actor(few)
    OutboxRow.objects.all().delete()
    for people in ("25", "26"):
        declare_fact(
            few, actor=owner, attribute="employees", text=people, as_of=TODAY, now=NOW
        )  # fmt: skip
    assert serve() == 2
    assert told()[few.pk]["new"] == ["T-1"]
    assert Event.objects.filter(kind="match.changed").count() == 1
    assert eligible(small) == [True, True, True]
    agrees(demo_city)


def test_what_stays_as_it_was_is_seen_without_a_whole_match(small, monkeypatch):
    owner = enterprise_actor(small[1])
    OutboxRow.objects.all().delete()
    declare_fact(
        small[1], actor=owner, attribute="employees", text="31", as_of=TODAY, now=NOW
    )  # fmt: skip
    monkeypatch.setattr("qifu.policies.actions.reports.match_facts", None)
    assert serve() == 1


def test_without_an_index_everything_is_told_as_well(small, demo_city):
    (index_folder() / "header").unlink()
    load_policies([ours(2, 40)], city=demo_city, now=NOW)
    serve()
    assert eligible(small) == [False, False, True]
    assert set(told()) == {small[1].pk}


def test_facts_and_firms_that_came_past_the_outbox_are_found(small, demo_city):
    """The import of a register asks nothing for firms that nobody acts for."""
    from tests.factories import FactFactory

    Enterprise.objects.filter(pk=small[0].pk).update(facts={**FIRST, "employees": 99})
    FactFactory.create(enterprise=small[0], value=99)
    EnterpriseFactory.create(facts=FIRST)
    keep_index(NOW)
    agrees(demo_city)


def test_another_day_tells_those_whom_the_day_concerns(small, demo_city):
    young = {"attr": "founded", "op": "age_at_most", "value": "P3Y"}
    ends = ours(4, 45, effective={"to": str(TODAY)})
    other = {"id": "T-2", "version": 1, "title": "青年企业", "when": {"all": [young]}}
    firm = small[0]
    Enterprise.objects.filter(pk=firm.pk).update(
        facts={**FIRST, "employees": 1, "founded": "2023-11-22"}
    )
    load_policies([ends, other], city=demo_city, now=NOW)
    (index_folder() / "header").unlink()
    keep_index(NOW)
    OutboxRow.objects.all().delete()
    tomorrow = NOW + timedelta(days=1)
    keep_index(tomorrow)
    # the third anniversary is over, and of T-1 the first version counts again
    assert asked() == {firm.pk, small[1].pk}
    agrees(demo_city, tomorrow.date())


def test_an_index_that_disagrees_is_built_anew_and_the_journal_says_so(small, demo_city):
    with held_index(demo_city) as index:
        index._table.bits.matrix[3:] ^= np.uint64(2**64 - 1)
        index.save()
    wrong = check_index(NOW, firms=500)
    assert {one.policy for one in wrong} >= {"T-1"}
    assert JournalLine.objects.filter(step="rebuild_index").count() == 1
    assert check_index(NOW, firms=500) == []
    agrees(demo_city)


@pytest.mark.parametrize("damage", ["header", "journal", "rows", "gone"])
def test_a_torn_index_is_built_anew(small, demo_city, damage):
    rows = next(index_folder().glob("rows*.array"))
    broken = {
        "header": lambda: (index_folder() / "header").write_bytes(b"half a hea"),
        "journal": lambda: (index_folder() / "journal").write_bytes(b"77\n"),
        "rows": lambda: rows.write_bytes(b"\0" * 512),
        "gone": rows.unlink,
    }
    broken[damage]()
    live_index._held.clear()  # as another process finds it
    assert keep_index(NOW) == Enterprise.objects.count()
    agrees(demo_city)


def test_another_process_has_it_and_nobody_waits_or_misses_a_message(small, demo_city):
    few = small[0]
    owner = enterprise_actor(few)
    OutboxRow.objects.all().delete()
    with pytest.MonkeyPatch.context() as patch, held_index(demo_city):
        patch.setattr(live_index.held_index.__wrapped__, "__kwdefaults__", {"patience": 0})
        assert keep_index(NOW) == 0
        assert check_index(NOW) == []
        declare_fact(
            few, actor=owner, attribute="employees", text="25", as_of=TODAY, now=NOW
        )  # fmt: skip
        assert serve() == 1
    assert told()[few.pk]["new"] == ["T-1"]
    keep_index(NOW)
    agrees(demo_city)
    assert standing(index_folder()).enterprises == Enterprise.objects.count()
