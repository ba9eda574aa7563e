"""What appeals stand on, in a pack: every mistake is told where it stands, and a load keeps it."""

import hashlib
import json
from pathlib import Path

import pytest

from qifu.base.packs import Change, check_pack, diff, documents_of, pack_hash, read_pack, snapshot
from qifu.base.packs.model import CASEWORK
from qifu.rulebook.clock_rules import parse_clock_rules
from qifu.textmine.matters import parse_matters
from qifu.textmine.scope import parse_scope
from tests.base.test_packs import DEMO, copy
from tests.base.test_packs_findings import Broken, broken

__all__ = ["broken", "copy"]  # fixtures

KINDS = (*CASEWORK, "demo_appeals")


def test_every_mistake_is_told_in_one_run_with_file_and_line(broken: Broken) -> None:
    put = broken.replace
    put("appeals.yaml", "intake_unit: SZ-QYFW", "intake_unit: SZ-QFW", "reference")
    put("appeals.yaml", "coordinator_unit: SZ-ZWSJ", "coordinator: SZ-ZWSJ", "unknown_key")
    put("appeals.yaml", "number_prefix: SQ", "number_prefix: 诉求", "type")
    put("appeals.yaml", "[inquiry, help_request,", "[inquiry, tip_off,", "reference")
    put("appeals.yaml", '  en: "Please do not write a tip-off', '  fr: "Please', "unknown_key")
    put("appeals.yaml", "{code: slow, name:", "{code: quick, name:", "duplicate_code")
    put("appeals.yaml", "{code: explained, name:", "{code: told, name:", "reference")
    put("appeals.yaml", "least: 5", "least: 20000", "reversed")
    put("appeals.yaml", "largest_mb: 20", "largest_mb: 2000", "bounds")
    put("appeals.yaml", "[application/pdf,", "[text/html,", "choice")
    put("appeals.yaml", "repeat_days: 90", "repeat_days: 0", "bounds")
    put("appeals.yaml", '    tue: ["09:00-12:00"', '    tue: ["12:00-09:00"', "reversed")
    put("clocks.yaml", "working_days: 1, closing", "working_hours: 1, closing", "unknown_key")
    put("scope.yaml", "checks: [repeat]", "checks: [again]", "check")
    put("dispatch.yaml", "unit: SZ-DFJR", "unit: SZ-DFJ", "reference")
    put("dispatch.yaml", "fallback: SZ-QYFW", "fallback: SZ-QYF", "reference")
    put("dispatch.yaml", "matter: hiring,", "matter: hire,", "reference")
    put("dispatch.yaml", 'regions: ["440305"]', 'regions: ["440399"]', "code")
    put("dispatch.yaml", "{attr: industry, op: under, value: [F, H]}",
        "{attr: industri, op: under, value: [F, H]}", "unknown_attribute")  # fmt: skip
    put("demo_appeals.yaml", "- matter: financing", "- matter: finance", "reference")
    put("answers.yaml", "  matter: arrears", "  matter: arrear", "reference")
    put("answers.yaml", "article: 第九条", "article: 第九十九条", "reference")
    put("answers.yaml", "{law: sme-payment-2025, article: 第十条}", "{law: pay, article: 第十条}",
        "reference")  # fmt: skip
    put("answers.yaml", "basis: [{law: sme-payment-2025, article: 第十七条}]",
        "basis: [{law: sme-payment-2025, policy: x, article: 第十七条}]", "choice")  # fmt: skip
    put("answers.yaml", 'policy: "SZD-2026-005"', 'policy: "SZD-2026-999"', "reference")
    put("answers.yaml", "- code: late-interest", "- code: payment-days", "duplicate_code")
    put("answers.yaml", "valid_to: null", "valid_to: 2020-01-01", "reversed")
    put("answers.yaml", "made_up: false", "made_up: maybe", "type")
    put(
        "answers.yaml",
        "payment-bills\n  version: 1",
        "payment-bills\n  version: 0",
        "type",
        at="version",
    )
    put("reply_templates.yaml", "matter: power_water_gas", "matter: power", "reference")
    put("reply_templates.yaml", "outcome: not_possible", "outcome: impossible", "reference")
    put("synonyms.yaml", "社保, 五险", "高企, 五险", "duplicate_code")
    put("laws/index.yaml", "file: sz-data-2021.md", "file: sz-data-2020.md", "missing")
    put("laws/index.yaml", "level: local_regulation", "level: custom", "choice")

    findings = check_pack(broken.folder)

    assert list(broken.missing(findings)) == []
    assert all(finding.file and finding.message for finding in findings)


def test_matters_are_compared_with_clocks_laws_and_the_dispatch_list(broken: Broken) -> None:
    broken.replace("matters.yaml", "law: [sz-data-2021]", "law: [sz-date-2021]", "reference")
    broken.replace("appeals.yaml", "clocks: sh_1515", "clocks: sh_1516", "reference")
    broken.replace("matters.yaml", "rule_set: payment_2025", "rule_set: payment", "reference")
    assert list(broken.missing(check_pack(broken.folder))) == []


def test_a_rule_set_without_one_of_the_clocks_is_told(broken: Broken) -> None:
    file = broken.folder / "clocks.yaml"
    text = file.read_text()
    file.write_text(text.replace("  - {clock: reopen, calendar_days: 30}\n", "", 1))
    [finding] = check_pack(broken.folder)
    assert (finding.code, finding.allowed, finding.path) == (
        "missing", "reopen", "rule_sets[0].limits",
    )  # fmt: skip
    assert finding.line


def test_a_matter_that_no_rule_of_the_dispatch_list_names_is_told(broken: Broken) -> None:
    file = broken.folder / "dispatch.yaml"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "matter: credit_repair" not in line))
    [finding] = check_pack(broken.folder)
    assert (finding.code, finding.found) == ("missing", "credit_repair")


def test_a_city_whose_roles_deal_with_appeals_needs_their_files(copy: Path) -> None:
    for kind in ("appeals", "scope"):
        (copy / f"{kind}.yaml").unlink()
    findings = check_pack(copy)
    assert {Path(f.file).name for f in findings if f.code == "missing"} == {
        "appeals.yaml", "scope.yaml",
    }  # fmt: skip


def test_a_city_without_appeals_needs_none_of_them(copy: Path) -> None:
    for kind in KINDS:
        (copy / f"{kind}.yaml").unlink()
    _without_appeals(copy)
    assert [str(finding) for finding in check_pack(copy)] == []
    pack = read_pack(copy)
    assert not pack.casework and not pack.demo_appeals
    kept = documents_of(pack)
    assert not set(kept) & set(CASEWORK)
    assert pack.laws and kept["laws"]


def test_a_step_that_no_role_could_take_is_told(broken: Broken) -> None:
    roles = broken.folder / "roles.yaml"
    roles.write_text(roles.read_text().replace(", appeals.callback]", "]"))
    assert ["appeals.callback"] == [f.allowed for f in check_pack(broken.folder)]


@pytest.mark.parametrize(
    "text", ["", "[]\n", "null\n", "words\n", "{}\n", "- 1\n- [2]\n", "a: {b: {c: [null]}}\n"]
)
@pytest.mark.parametrize("kind", CASEWORK)
def test_a_file_of_another_shape_is_told_and_never_crashes(
    broken: Broken, kind: str, text: str
) -> None:
    (broken.folder / f"{kind}.yaml").write_text(text)
    findings = check_pack(broken.folder)
    assert any(finding.file.endswith(f"{kind}.yaml") for finding in findings)


def test_statutes_need_an_index_and_the_index_names_every_file(broken: Broken) -> None:
    laws = broken.folder / "laws"
    (laws / "stray.md").write_text("第一条 无主\n")
    (laws / "sz-data-2021.md").write_text("没有条文\n")
    assert {f.code for f in check_pack(broken.folder)} >= {"unknown_file", "empty"}
    (laws / "index.yaml").unlink()
    assert any(
        f.code == "missing" and f.file.endswith("index.yaml") for f in check_pack(broken.folder)
    )


def test_a_citys_own_text_of_a_statute_goes_before_the_national_one(copy: Path) -> None:
    index = copy / "laws" / "index.yaml"
    row = (
        "- code: enterprise-information-2014\n  file: mine.md\n  title: {zh: 自己的, en: Own}\n"
        "  level: law\n  in_force_from: 2021-06-01\n"
    )
    index.write_text(index.read_text() + row)
    (copy / "laws" / "mine.md").write_text("第一条 自己的文本\n")
    law = read_pack(copy).laws["enterprise-information-2014"]
    assert law.title["en"] == "Own"
    assert law.articles == {"第一条"}


def test_a_load_keeps_everything_as_json_that_reads_the_same_again() -> None:
    pack = read_pack(DEMO)
    kept = json.loads(json.dumps(documents_of(pack)))
    assert set(kept) >= set(CASEWORK)
    assert len(parse_matters(kept["matters"])) == len(pack.casework["matters"])
    assert [row.code for row in parse_clock_rules(kept["clocks"]).rule_sets] == [
        row["code"] for row in pack.casework["clocks"]["rule_sets"]
    ]
    assert len(parse_scope(kept["scope"]).exclusions) == 7
    assert kept["answers"][0]["valid_from"] == "2025-06-01"
    law = next(row for row in kept["laws"] if row["code"] == "sme-payment-2025")
    assert "第三十七条" in law["text"]
    assert law["in_force_from"] == "2025-06-01"


def test_the_difference_names_matters_rules_sets_answers_and_statutes(copy: Path) -> None:
    before = snapshot(read_pack(DEMO))
    for name, old, new in (
        ("matters.yaml", "domain: economy", "domain: market"),
        ("dispatch.yaml", "unit: SZ-DFJR, deputy: SZ-GXJ", "unit: SZ-GXJ, deputy: SZ-DFJR"),
        ("dispatch.yaml", "version: 1", "version: 2"),
        ("clocks.yaml", "several: true, working_days: 15", "several: true, working_days: 14"),
        ("answers.yaml", "valid_to: null", "valid_to: 2030-01-01"),
        ("appeals.yaml", "repeat_days: 90", "repeat_days: 60"),
        ("laws/sz-data-2021.md", "第一条", "第一条 "),
    ):
        file = copy / name
        assert old in file.read_text(), (name, old)
        file.write_text(file.read_text().replace(old, new, 1))
    after = read_pack(copy)
    assert set(diff(before, snapshot(after))) == {
        Change("appeals", "repeat_days", "changed", ("",)),
        Change("matter", "financing", "changed", ("domain",)),
        Change("dispatch", "version", "changed", ("",)),
        Change("dispatch_rule", "financing", "changed", ("unit", "deputy")),
        Change("clock_rule_set", "sh_1515@1", "changed", ("limits[3].working_days",)),
        Change("answer", "payment-days@1", "changed", ("valid_to",)),
        Change("law", "sz-data-2021", "changed", ("sha256",)),
    }
    assert pack_hash(after) != pack_hash(read_pack(DEMO))


def test_a_snapshot_holds_the_hash_of_a_statute_and_not_its_text() -> None:
    pack = read_pack(DEMO)
    law = snapshot(pack)["law"]["company-2023"]
    assert "text" not in law
    assert law["sha256"] == hashlib.sha256(pack.laws["company-2023"].text.encode()).hexdigest()


def _without_appeals(folder: Path) -> None:
    """Take every permission and every account for appeals out of a copy."""
    roles = folder / "roles.yaml"
    lines, kept = roles.read_text().split("- code: intake_officer")[0], []
    for word in (
        ", appeals.view, appeals.submit", ", appeals.view", ", appeals.figures",
    ):  # fmt: skip
        lines = lines.replace(word, "")
    kept.append(lines)
    roles.write_text("".join(kept))
    demo = folder / "demo.yaml"
    demo.write_text(demo.read_text().split("- username: demo-intake")[0])
