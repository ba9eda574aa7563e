"""`qifu enterprises facts`: from the register to a report, on the command line alone."""

import json
from datetime import date, timedelta

import pytest

from qifu.base.city import current_city
from qifu.base.models import CityLoad
from qifu.organisations.models import Enterprise
from qifu.policies.selectors.matching import match_facts
from qifu.rulebook.facts import read_facts
from tests.cli.running import DEMO_PACK, code, row, run, write_csv
from tests.factories import EnterpriseFactory, FactFactory, made_up_uscc

pytestmark = pytest.mark.usefixtures("demo_city")
TODAY = date(2026, 11, 22)
POLICIES = DEMO_PACK / "policies"


def facts(*arguments: object) -> dict:
    done = run("enterprises", "facts", *arguments)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def demo_firm(demo_city) -> Enterprise:
    return Enterprise.objects.get(organisation__code="91440399DEMA00013J")


def test_what_counts_now_is_printed_as_flat_json(demo_firm):
    assert facts(demo_firm.uscc) == demo_firm.facts
    assert "revenue@2025" in facts(demo_firm.uscc.lower())


def test_derived_facts_come_with_their_option_only(demo_firm):
    plain, whole = facts(demo_firm.uscc), facts(demo_firm.uscc, "--derived")
    assert "size_class" not in plain
    assert whole["size_class"] == "small"
    assert {key: whole[key] for key in plain} == plain


def test_only_what_was_said_for_days_up_to_the_day_counts():
    firm = EnterpriseFactory.create(facts={"employees": 20, "patents": 3})
    early, late = TODAY - timedelta(days=700), TODAY - timedelta(days=10)
    FactFactory.create(enterprise=firm, value=12, as_of=early)
    FactFactory.create(enterprise=firm, value=20, as_of=late)
    FactFactory.create(enterprise=firm, value=30, as_of=early, source="officer")
    FactFactory.create(enterprise=firm, attribute="patents", value=3, source="self", as_of=late)
    middle = TODAY - timedelta(days=30)
    assert facts(firm.uscc, "--as-of", middle) == {"employees": 30}
    assert facts(firm.uscc, "--as-of", late) == {"employees": 30, "patents": 3}
    assert facts(firm.uscc, "--as-of", early - timedelta(days=1)) == {}
    assert facts(firm.uscc) == {"employees": 20, "patents": 3}


def test_a_fact_taken_back_is_unknown_from_then_on():
    firm = EnterpriseFactory.create(facts={})
    FactFactory.create(enterprise=firm, source="self", value=5, as_of=date(2026, 1, 1))
    FactFactory.create(enterprise=firm, source="self", value=None, as_of=date(2026, 6, 1))
    assert facts(firm.uscc, "--as-of", "2026-03-01") == {"employees": 5}
    assert facts(firm.uscc, "--as-of", "2026-07-01") == {}


def test_what_the_pack_no_longer_knows_is_left_out_so_that_the_report_can_read_the_rest():
    known = {"employees": 3, "tax_credit": "NO-SUCH", "gone_attribute": 1}
    firm = EnterpriseFactory.create(facts=known)
    assert facts(firm.uscc) == {"employees": 3}


def test_a_file_may_be_written(demo_firm, tmp_path):
    out = tmp_path / "facts.json"
    done = run("enterprises", "facts", demo_firm.uscc, "--out", out)
    assert done.exit_code == 0
    assert str(len(demo_firm.facts)) in done.stdout
    assert json.loads(out.read_text(encoding="utf-8")) == demo_firm.facts
    done = run("enterprises", "facts", demo_firm.uscc, "--out", tmp_path / "no" / "f.json")
    assert done.exit_code == 1
    assert "No such file" in done.stderr


@pytest.mark.parametrize(
    ("given", "exit_code", "words"),
    [
        (made_up_uscc(59_999_999), 1, "no such firm"),
        ("91350100M000100Y44", 2, "check digit"),
        ("SZ-GXJ", 2, "18 characters"),
    ],
)
def test_a_code_that_nobody_has_is_told(given, exit_code, words):
    done = run("enterprises", "facts", given)
    assert (done.exit_code, done.stdout) == (exit_code, "")
    assert words in done.stderr


def test_without_a_city_the_command_says_what_to_load_first(demo_firm):
    CityLoad.objects.all().delete()
    done = run("enterprises", "facts", demo_firm.uscc)
    assert done.exit_code == 1
    assert "qifu city load" in done.stderr


REPORT_KEYS = ["engine", "as_of", "skipped", "policies", "questions"]
POLICY_KEYS = {
    "id", "version", "verdict", "near_miss", "hard_failed", "status", "degree", "groups", "amount",
}  # fmt: skip
GROUP_KEYS = {"id", "verdict", "required", "actual", "gap", "quote"}


def report(tmp_path, uscc: str, *options: str) -> dict:
    out = tmp_path / "facts.json"
    assert run("enterprises", "facts", uscc, "--out", out, *options).exit_code == 0
    done = run(
        "rules", "report", "--policies", POLICIES, "--facts", out, "--as-of", TODAY, "--json"
    )
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_whole_way_from_the_register_to_a_report_of_the_agreed_shape(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    firm = row(1, address="深圳市宝安区一路1号", capital="3,000(万人民币元)")
    assert run("import", "enterprises", write_csv(tmp_path / "r.csv", [firm])).exit_code == 0
    found = report(tmp_path, code(1))
    assert list(found)[:5] == REPORT_KEYS
    assert found["as_of"] == str(TODAY)
    assert len(found["policies"]) + found["skipped"] == len(list(POLICIES.glob("*.yaml")))
    for policy in found["policies"]:
        assert POLICY_KEYS <= set(policy)
        assert set(policy["degree"]) == {"met", "unmet", "unknown", "total"}
        assert policy["degree"]["total"] == len(policy["groups"])
        assert policy["amount"] is None or {"low", "high"} <= set(policy["amount"])
        for group in policy["groups"]:
            assert GROUP_KEYS <= set(group)
            assert set(group["gap"]) == {"zh", "en"}
    assert {"attr", "policies", "money"} <= set(found["questions"][0])
    verdicts = {policy["id"]: policy["verdict"] for policy in found["policies"]}
    assert "maybe" in verdicts.values() and "ineligible" in verdicts.values()


def verdicts(document: dict) -> dict:
    """What a report says, without money: pages leave open what only a bound would cap."""
    return {
        policy["id"]: (policy["verdict"], policy["near_miss"], policy["status"], policy["degree"])
        for policy in document["policies"]
    }


def test_the_report_of_the_command_line_says_what_the_pages_say(demo_firm, tmp_path):
    page = match_facts(demo_firm.facts, on=TODAY).report.to_json()
    for options in ((), ("--derived",)):
        shown = report(tmp_path, demo_firm.uscc, *options)
        assert verdicts(shown) == verdicts(page)
        asked = {(question["attr"], question["policies"]) for question in shown["questions"]}
        assert asked == {(question["attr"], question["policies"]) for question in page["questions"]}


def test_every_firm_of_the_demo_can_be_written_and_read_again(demo_city):
    catalogue = current_city().catalogue
    for firm in Enterprise.objects.filter(organisation__made_up=True)[:20]:
        assert read_facts(facts(firm.uscc, "--derived"), catalogue)
