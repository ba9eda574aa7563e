"""The register said again: interrupted, later and otherwise, corrected meanwhile, twice at once."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qifu.base.models import OutboxRow
from qifu.jobs.register import import_enterprises
from qifu.organisations.actions import declare_fact, dispute_fact, settle_dispute
from qifu.organisations.actions import register as register_actions
from qifu.organisations.models import Enterprise, Fact, Organisation
from qifu.rulebook.catalogue import Catalogue
from tests.cli.running import bad_rows, code, row, write_csv
from tests.conftest import NOW
from tests.factories import MembershipFactory, enterprise_actor, officer

pytestmark = pytest.mark.usefixtures("demo_city")
DAY = date(2026, 11, 20)
LATER = date(2026, 11, 22)


def load(tmp_path, rows, *, as_of=DAY, now=NOW, **more):
    file = write_csv(tmp_path / "r.csv", rows)
    return import_enterprises(file, bad_path=tmp_path / "bad.csv", as_of=as_of, now=now, **more)


def again(tmp_path, rows, **more):
    return load(tmp_path, rows, as_of=LATER, now=NOW + timedelta(days=2), **more)


def stored(number: int) -> Enterprise:
    return Enterprise.objects.select_related("organisation").get(organisation__code=code(number))


def said(number: int, attribute: str) -> list[tuple[str, object]]:
    """Every statement about one fact, in the order in which they came."""
    facts = Fact.objects.filter(enterprise=stored(number), attribute=attribute).order_by("pk")
    return [(fact.source, fact.value) for fact in facts]


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(register_actions, "BATCH", 3)


def test_an_interrupted_import_is_run_again_and_is_complete_without_doubles(
    tmp_path, small_batches
):
    rows = [row(n) for n in range(1, 11)] + [row(11, name="")]
    before = Enterprise.objects.count()
    calls = []

    def stop_at_the_second_batch(count):
        calls.append(count)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(tmp_path, rows, progress=stop_at_the_second_batch)
    assert Enterprise.objects.count() == before + 6
    done = load(tmp_path, rows)
    assert (done.loaded.new, done.loaded.same, done.loaded.changed, done.bad) == (4, 6, 0, 1)
    assert Enterprise.objects.count() == before + 10
    assert Fact.objects.filter(enterprise__organisation__code=code(1)).count() == 4
    assert len(bad_rows(tmp_path / "bad.csv")) == 1


def test_an_import_that_breaks_inside_a_batch_leaves_no_firm_without_its_facts(
    tmp_path, small_batches, monkeypatch
):
    before = Enterprise.objects.count()
    insert, calls = register_actions._insert, []

    def broken(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("no space left")
        insert(*arguments)

    monkeypatch.setattr(register_actions, "_insert", broken)
    with pytest.raises(OSError, match="no space"):
        load(tmp_path, [row(n) for n in range(1, 8)])
    assert Enterprise.objects.count() == before + 3
    assert not Organisation.objects.filter(code=code(4)).exists()
    done = load(tmp_path, [row(n) for n in range(1, 8)])
    assert (done.loaded.new, done.loaded.same) == (4, 3)


def test_progress_counts_every_row_to_the_end(tmp_path, small_batches):
    counted = []
    rows = [row(n) for n in range(1, 8)] + [row(8, name=""), row(9, uscc="x")]
    load(tmp_path, rows, progress=counted.append)
    assert sum(counted) == 9


def test_what_the_register_says_new_later_is_a_new_fact_and_history_is_kept(tmp_path):
    load(tmp_path, [row(1, capital="600（万元）")])
    address = "深圳市宝安区二路2号"
    moved = row(1, capital="800（万元）", address=address, name="测试登记企业（更名）")
    done = again(tmp_path, [moved])
    assert (done.loaded.new, done.loaded.changed, done.loaded.facts) == (0, 1, 2)
    firm = stored(1)
    assert firm.facts["registered_capital"] == 8_000_000
    assert firm.facts["region"] == firm.region == "440306"
    assert (firm.capital, firm.capital_text) == (Decimal(8_000_000), "800（万元）")
    assert (firm.name, firm.address) == ("测试登记企业（更名）", address)
    assert said(1, "registered_capital") == [("register", 6_000_000), ("register", 8_000_000)]
    days = Fact.objects.filter(enterprise=firm, attribute="region").order_by("pk")
    assert [fact.as_of for fact in days] == [DAY, LATER]
    assert firm.facts_version == 2
    assert again(tmp_path, [moved]).loaded.same == 1


def test_a_new_address_alone_is_taken_over_without_a_new_fact(tmp_path):
    load(tmp_path, [row(1)])
    done = again(tmp_path, [row(1, address="深圳市罗湖区九路9号", scope="服务；贸易")])
    assert (done.loaded.changed, done.loaded.facts) == (1, 0)
    assert (stored(1).address, stored(1).scope) == ("深圳市罗湖区九路9号", "服务；贸易")
    assert stored(1).facts_version == 1


def test_what_a_later_file_leaves_open_stays_as_it_was(tmp_path):
    load(tmp_path, [row(1)])
    before = stored(1)
    silent = row(1, form="N/A", capital="N/A", scope="", province="", city="", address="")
    done = again(tmp_path, [silent])
    assert (done.loaded.same, done.loaded.changed) == (1, 0)
    after = stored(1)
    assert after.facts == before.facts
    assert (after.address, after.scope, after.capital_text) == (
        before.address, before.scope, before.capital_text,
    )  # fmt: skip


def test_capital_that_is_now_in_foreign_money_takes_the_yuan_back(tmp_path):
    load(tmp_path, [row(1)])
    done = again(tmp_path, [row(1, capital="130(万美元)")])
    assert done.loaded.changed == 1
    firm = stored(1)
    assert "registered_capital" not in firm.facts
    assert (firm.capital, firm.capital_text, firm.capital_currency) == (None, "130(万美元)", "USD")
    assert said(1, "registered_capital") == [("register", 6_000_000), ("register", None)]
    assert again(tmp_path, [row(1, capital="130(万美元)")]).loaded.same == 1


def corrected(number, attribute, text):
    """An officer finds for the firm, as on the pages."""
    firm = stored(number)
    mine = dispute_fact(
        firm, actor=enterprise_actor(firm), attribute=attribute, text=text, reason="有新执照",
        now=NOW,
    )  # fmt: skip
    settle_dispute(
        mine, actor=officer("data_steward"), outcome="correct", text=text, answer="已核对", now=NOW
    )


def test_an_officers_correction_survives_the_same_register_again(tmp_path):
    load(tmp_path, [row(1), row(2)])
    corrected(1, "region", "440306")
    done = again(tmp_path, [row(1), row(2)])
    assert (done.loaded.same, done.loaded.facts) == (2, 0)
    assert stored(1).facts["region"] == stored(1).region == "440306"


def test_an_officers_correction_survives_news_about_other_things(tmp_path):
    load(tmp_path, [row(1)])
    corrected(1, "region", "440306")
    done = again(tmp_path, [row(1, capital="900（万元）")])
    assert done.loaded.changed == 1
    assert stored(1).facts["region"] == stored(1).region == "440306"
    assert stored(1).facts["registered_capital"] == 9_000_000


def test_what_the_register_says_new_of_a_corrected_fact_is_kept_but_does_not_count(tmp_path):
    load(tmp_path, [row(1)])
    corrected(1, "region", "440306")
    again(tmp_path, [row(1, address="深圳市龙华区三路3号")])
    assert stored(1).facts["region"] == stored(1).region == "440306"
    assert said(1, "region") == [
        ("register", "440303"), ("officer", "440306"), ("register", "440309"),
    ]  # fmt: skip


def test_the_firms_own_word_stands_until_the_register_speaks(tmp_path):
    load(tmp_path, [row(1, form="N/A")])
    firm = stored(1)
    declare_fact(
        firm, actor=enterprise_actor(firm), attribute="legal_form", text="joint_stock",
        as_of=DAY, now=NOW,
    )  # fmt: skip
    assert again(tmp_path, [row(1, form="N/A")]).loaded.same == 1
    assert stored(1).legal_form == "joint_stock"
    again(tmp_path, [row(1, form="有限责任公司")])
    assert stored(1).facts["legal_form"] == stored(1).legal_form == "limited"
    assert said(1, "legal_form") == [("self", "joint_stock"), ("register", "limited")]


def test_only_firms_with_members_are_matched_again_and_only_when_something_is_new(tmp_path):
    load(tmp_path, [row(1), row(2)])
    MembershipFactory.create(organisation=stored(1).organisation)
    OutboxRow.objects.all().delete()
    again(tmp_path, [row(1), row(2)])
    assert not OutboxRow.objects.exists()
    again(tmp_path, [row(1, capital="7万元"), row(2, capital="7万元")])
    assert [r.payload for r in OutboxRow.objects.all()] == [{"enterprise": stored(1).pk}]


def test_attributes_that_the_city_does_not_have_are_not_kept_as_facts(tmp_path):
    small = Catalogue.from_document(
        {"as_of": "2026-11-22", "attributes": {"founded": {"type": "date"}}}, trees={}
    )
    firm = register_actions.RegisteredFirm(code(1), "测试", date(2015, 3, 2), "limited", "440303")
    done = register_actions.load_firms([firm], as_of=DAY, now=NOW, catalogue=small)
    assert (done.new, done.facts) == (1, 1)
    assert stored(1).facts == {"founded": "2015-03-02"}
    assert stored(1).region == "440303"


def test_a_large_import_asks_the_database_no_more_often_per_firm(tmp_path, monkeypatch):
    def queries(rows):
        with CaptureQueriesContext(connection) as captured:
            load(tmp_path, rows)
        return len(captured)

    few = queries([row(n) for n in range(1, 4)])
    many = queries([row(n) for n in range(10, 60)])
    assert many == few
    assert queries([row(n) for n in range(10, 60)]) < few


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_bring_every_firm_once(tmp_path, demo_city, small_batches):
    rows = [row(n) for n in range(1, 13)]
    file = write_csv(tmp_path / "r.csv", rows)
    before, together, outcomes = Enterprise.objects.count(), Barrier(2), []

    def bring(name):
        try:
            together.wait()
            done = import_enterprises(file, bad_path=tmp_path / name, as_of=DAY, now=NOW)
            outcomes.append((done.loaded.new + done.loaded.same, done.bad))
        finally:
            connection.close()

    threads = [Thread(target=bring, args=[f"bad{n}.csv"]) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == [(12, 0), (12, 0)]
    assert Enterprise.objects.count() == before + 12
    assert Fact.objects.filter(enterprise__organisation__code=code(5)).count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_fact_entered_while_the_register_comes_in_is_not_overwritten(
    tmp_path, demo_city, monkeypatch
):
    load(tmp_path, [row(1)])
    firm, actor = stored(1), enterprise_actor(stored(1))
    look_again, entered = register_actions._look_again, []

    def declare():
        try:
            declare_fact(firm, actor=actor, attribute="employees", text="33", as_of=DAY, now=NOW)
            entered.append(True)
        finally:
            connection.close()

    person = Thread(target=declare)

    def look_while_somebody_types(*arguments):
        person.start()
        person.join(0.5)
        assert not entered  # the row is locked: the person waits
        return look_again(*arguments)

    monkeypatch.setattr(register_actions, "_look_again", look_while_somebody_types)
    again(tmp_path, [row(1, capital="7万元")])
    person.join(30)
    assert entered
    assert stored(1).facts["employees"] == 33
    assert stored(1).facts["registered_capital"] == 70_000
