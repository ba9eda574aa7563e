"""`qifu enterprises export`: every firm of the database against every policy, as the pages say."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from qifu.base.city import current_city
from qifu.jobs import facts_file
from qifu.organisations.models import Enterprise
from qifu.policies.selectors.matching import match_facts
from tests.cli.running import DEMO_PACK, run
from tests.factories import EnterpriseFactory

pytestmark = pytest.mark.usefixtures("demo_city")
TODAY = "2026-11-22"


@pytest.fixture
def odd_firms(demo_city) -> None:
    """Firms of which nothing is known, or something that the pack dropped."""
    EnterpriseFactory.create(facts={})
    EnterpriseFactory.create(facts={"tax_credit": "NO-SUCH", "gone_attribute": 1, "employees": 3})


@pytest.fixture
def exported(odd_firms, tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(facts_file, "ROWS", 25)  # several row groups, the last one not full
    done = run("enterprises", "export", "--out", tmp_path / "e.parquet", "--as-of", TODAY)
    assert done.exit_code == 0, done.output
    assert f"{Enterprise.objects.count()} 家企业" in done.output
    return tmp_path / "e.parquet"


def test_the_file_gives_the_counts_that_the_reports_give_firm_by_firm(exported, tmp_path):
    done = run(
        "rules", "match", "--policies", DEMO_PACK, "--enterprises", exported, "--as-of", TODAY,
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "no column" not in done.output
    policies: Counter[tuple[str, str]] = Counter()
    firms = {}
    for firm in Enterprise.objects.select_related("organisation"):
        results = match_facts(firm.facts, on=date.fromisoformat(TODAY)).report.policies
        policies.update((result.policy.id, result.verdict) for result in results)
        policies.update((result.policy.id, "near_miss") for result in results if result.near_miss)
        verdicts = Counter(result.verdict for result in results)
        firms[firm.uscc] = (verdicts["eligible"], verdicts["maybe"])
    read = pq.read_table(tmp_path / "out" / "policies.parquet").to_pylist()
    for row in read:
        if row["eligible"] is not None:
            for kind in ("eligible", "maybe", "near_miss"):
                assert row[kind] == policies.pop((row["policy_id"], kind), 0), (row, kind)
    assert {kind for _, kind in policies} <= {"ineligible"}
    assert sum(row["maybe"] or 0 for row in read) > 100
    read = pq.read_table(tmp_path / "out" / "enterprises.parquet").to_pylist()
    assert {row["enterprise_id"]: (row["eligible"], row["maybe"]) for row in read} == firms


def test_columns_are_typed_and_hold_nothing_that_no_policy_asks(exported):
    file = pq.ParquetFile(exported)
    assert file.metadata.num_row_groups > 2
    schema = file.schema_arrow
    assert schema.names[0] == "enterprise_id"
    catalogue = current_city().catalogue
    assert all(name.partition("@")[0] in catalogue for name in schema.names[1:])
    kinds = {name: schema.field(name).type for name in schema.names}
    assert kinds["founded"] == pa.date32()
    assert kinds["revenue@2025"] == pa.float64()
    assert kinds["region"] == kinds["size_class"] == pa.string()
    asked = facts_file.asked_keys(
        facts_file.policies_in_force(current_city(), date.fromisoformat(TODAY)),
        current_city(), date.fromisoformat(TODAY),
    )  # fmt: skip
    assert schema.names[1:] == list(asked)


def test_what_is_unknown_is_null_and_an_empty_set_is_not(tmp_path):
    sets = [a.name for a in current_city().catalogue if a.type == "set" and not a.period]
    known, flags = sets[0], [a.name for a in current_city().catalogue if a.type == "flag"]
    law = {"id": "T", "version": 1, "title": "试", "when": {"all": [
        {"attr": known, "op": "has_any",
         "value": [current_city().catalogue.attributes[known].option_codes[0]]},
    ]}}  # fmt: skip
    (tmp_path / "p.json").write_text(json.dumps(law), encoding="utf-8")
    nobody = EnterpriseFactory.create(facts={})
    empty = EnterpriseFactory.create(facts={known: []})
    out = tmp_path / "e.parquet"
    done = run("enterprises", "export", "--out", out, "--policies", tmp_path / "p.json")
    assert done.exit_code == 0, done.output
    rows = {row["enterprise_id"]: row for row in pq.read_table(out).to_pylist()}
    assert not set(flags) & set(rows[nobody.uscc])
    assert (rows[nobody.uscc][known], rows[empty.uscc][known]) == (None, [])
    assert rows[nobody.uscc]["region"] is None


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path):
    done = run("enterprises", "export", "--out", tmp_path / "no" / "e.parquet")
    assert done.exit_code == 1 and "cannot be written" in done.output
    assert list(tmp_path.iterdir()) == []
