"""A policy document is read strictly: every mistake is found in one run, with its place."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.documents import load_file
from qifu.rulebook.findings import Finding, RuleError
from qifu.rulebook.policy import parse_policy
from tests.rulebook.world import CATALOGUE, condition, document, findings, policy

FILE = Path(__file__).parent / "every_mistake.yaml"
STANDARDS = {"attr": "standards", "op": ">=", "value": 1}

# path of every mistake in the file → its code
EXPECTED = {
    "titel": "unknown_key",
    "id": "id",
    "version": "type",
    "title": "type",
    "region": "code",
    "effective": "reversed",
    "window": "reversed",
    "benefit": "benefit",
    "excludes[0]": "type",
    "excludes[1]": "excludes",
    "amount.unit": "unit",
    "when.all[0].attr": "unknown_attribute",
    "when.all[1].op": "operator",
    "when.all[2].op": "operator",
    "when.all[3].value": "type",
    "when.all[4].value": "type",
    "when.all[5].value": "type",
    "when.all[6].value": "type",
    "when.all[7].value": "bounds",
    "when.all[8].unit": "unit",
    "when.all[9].unit": "unit",
    "when.all[10].unit": "unit",
    "when.all[11].value": "reversed",
    "when.all[12].value": "type",
    "when.all[13].value": "empty",
    "when.all[14].value": "type",
    "when.all[15].value": "type",
    "when.all[16].value": "missing",
    "when.all[17].period": "period",
    "when.all[18].period": "period",
    "when.all[19].agg": "period",
    "when.all[20].agg": "period",
    "when.all[21].period": "period",
    "when.all[22].value": "type",
    "when.all[23].value": "type",
    "when.all[24].value": "type",
    "when.all[25].at": "at",
    "when.all[26].at": "at",
    "when.all[27].value": "code",
    "when.all[28].value": "type",
    "when.all[29].value": "empty",
    "when.all[30].value[0]": "option",
    "when.all[31].value[0]": "type",
    "when.all[32].value": "type",
    "when.all[33].op": "operator",
    "when.all[34].kind": "kind",
    "when.all[35].any[0].kind": "kind",
    "when.all[36].any": "empty",
    "when.all[37].at_least": "impossible",
    "when.all[38].at_least": "impossible",
    "when.all[39].at_least": "type",
    "when.all[40].of": "missing",
    "when.all[41]": "shape",
    "when.all[43].id": "duplicate_id",
    "when.all[43].wait": "unknown_key",
    "when.all[44].value": "missing",
    "when.all[45].src.quot": "unknown_key",
    "when.all[45].src.para": "type",
    "when.all[45].src.span": "type",
    "when.all[46]": "type",
    "when.all[47].any[0].not.value": "type",
    "card": "type",
}


def _mistakes() -> tuple[Finding, ...]:
    (read,) = load_file(FILE)
    with pytest.raises(RuleError) as error:
        parse_policy(read.data, CATALOGUE, file=FILE.name, lines=read.lines)
    return error.value.findings


def test_every_kind_of_mistake_is_found_in_one_run() -> None:
    found = {f.path: f.code for f in _mistakes() if not f.path.startswith("amount.expr")}
    assert found == EXPECTED


def test_a_mistake_in_the_amount_is_found_in_the_same_run() -> None:
    (amount,) = [f for f in _mistakes() if f.path.startswith("amount.expr")]
    assert "nothing" in str(amount)
    assert (amount.file, amount.line) == (FILE.name, 10)


def test_every_finding_names_its_file_and_the_very_line() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    first = lines.index("  all:") + 2  # the line of when.all[0]; each group has one line
    for finding in _mistakes():
        assert finding.file == FILE.name
        assert finding.line is not None
        if finding.path.startswith("when.all[47].any"):
            assert "not:" in lines[finding.line - 1]
        elif finding.path.startswith("when.all["):
            group = int(finding.path.removeprefix("when.all[").partition("]")[0])
            assert finding.line == first + group, finding
        else:
            key = finding.path.partition(".")[0].partition("[")[0]
            assert lines[finding.line - 1].startswith(f"{key}:"), finding


def test_a_finding_says_what_was_found_and_what_is_allowed() -> None:
    by_path = {f.path: str(f) for f in _mistakes()}
    assert by_path["when.all[0].attr"] == (
        "every_mistake.yaml:13: when.all[0].attr: no such attribute in the catalogue "
        "(found 'revenu'; allowed revenue …)"
    )
    assert "found 'C3'" in by_path["when.all[27].value"]
    assert "put it in quotes" in by_path["when.all[28].value"]
    assert "0 to 1000000 person" in by_path["when.all[7].value"]
    assert "1 to 1" in by_path["when.all[37].at_least"]


@pytest.mark.parametrize("missing", ["id", "version", "title", "when"])
def test_what_a_policy_must_have_is_missed(missing: str) -> None:
    doc = document(STANDARDS)
    del doc[missing]
    with pytest.raises(RuleError) as error:
        parse_policy(doc, CATALOGUE)
    assert [(f.code, f.path) for f in error.value.findings] == [("missing", missing)]


@pytest.mark.parametrize("doc", [None, [], "text", 3])
def test_a_policy_that_is_no_mapping_is_refused(doc: Any) -> None:
    with pytest.raises(RuleError, match="must be a mapping"):
        parse_policy(doc, CATALOGUE)


def test_closes_without_a_window_is_refused() -> None:
    age = {"attr": "founded", "op": "age_at_least", "value": "P1Y", "at": "closes"}
    (finding,) = findings(age)
    assert (finding.code, finding.path) == ("at", "when.all[0].at")
    assert findings(age, window={"closes": date(2026, 12, 31)}) == ()
    (finding,) = findings(age, window={"opens": date(2026, 12, 31)})
    assert finding.code == "at"


def test_an_empty_window_says_nothing_and_is_refused() -> None:
    (finding,) = findings(STANDARDS, window={})
    assert (finding.code, finding.path) == ("missing", "window")


def test_a_window_of_one_day_is_right() -> None:
    day = date(2026, 12, 31)
    assert policy(STANDARDS, window={"opens": day, "closes": day}).closes == day


def test_days_may_be_text_as_in_json() -> None:
    made = policy(STANDARDS, effective={"from": "2026-01-01"}, published="2025-12-01")
    assert (made.effective_from, made.effective_to) == (date(2026, 1, 1), None)
    assert made.published == date(2025, 12, 1)


def test_empty_all_is_refused() -> None:
    assert [f.code for f in findings()] == ["empty"]


def test_groups_without_an_id_get_one_that_no_other_has() -> None:
    made = policy(STANDARDS, STANDARDS | {"id": "g1"}, {"any": [STANDARDS, STANDARDS]})
    ids = [group.id for group in made.groups]
    assert len(set(ids)) == 3
    assert ids[1] == "g1"
    assert [part.id for part in made.groups[2].children] == ["g3.1", "g3.2"]


def test_nesting_without_end_is_refused() -> None:
    deep: dict[str, Any] = STANDARDS
    for _ in range(40):
        deep = {"not": deep}
    assert [f.code for f in findings(deep)] == ["depth"]


def test_hard_may_stand_on_any_kind_of_group() -> None:
    for shape in (
        STANDARDS,
        {"any": [STANDARDS]},
        {"not": STANDARDS},
        {"at_least": 1, "of": [STANDARDS]},
    ):
        assert condition(shape | {"kind": "hard"}).hard


def test_what_people_judge_needs_no_attribute_in_the_catalogue() -> None:
    made = condition({"attr": "innovation_plan", "op": "human_judged", "value": "创新性"})
    assert made.answer({}, date(2026, 1, 1)) is None
    words = {"zh": "创新性", "en": "novelty"}
    assert not findings({"attr": "innovation_plan", "op": "human_judged", "value": words})


def test_a_bare_catalogue_asks_for_no_unit_and_lets_one_be_given() -> None:
    bare = Catalogue.from_document({"attributes": {"revenue": {"type": "number"}}})
    plain = document({"attr": "revenue", "op": ">=", "value": 20000000})
    scaled = document({"attr": "revenue", "op": ">=", "value": 2000, "unit": "万元"})
    yearly = document({"attr": "revenue", "op": ">=", "value": 1, "period": "last_fiscal_year"})
    assert parse_policy(plain, bare).groups[0].keys(date(2026, 1, 1)) == ("revenue",)
    made = parse_policy(scaled, bare).groups[0]
    assert made.answer({"revenue": 20000000}, date(2026, 1, 1)) is True
    assert parse_policy(yearly, bare).groups[0].keys(date(2026, 1, 1)) == ("revenue@2025",)


def test_a_bare_catalogue_knows_codes_by_how_they_are_built() -> None:
    bare = Catalogue.from_document(
        {"attributes": {"industry": {"type": "code:industry"}, "region": {"type": "code:region"}}}
    )
    for attr, value, right in (
        ("industry", "C35", True),
        ("industry", "C3", False),
        ("industry", "35", True),
        ("industry", "98", False),
        ("industry", "D35", False),
        ("region", "330101", True),
        ("region", "3", False),
        ("region", "33010", False),
    ):
        doc = document({"attr": attr, "op": "under", "value": value})
        if right:
            parse_policy(doc, bare)
        else:
            with pytest.raises(RuleError, match="no such code"):
                parse_policy(doc, bare)


def test_an_empty_list_is_refused_wherever_it_stands() -> None:
    lists: list[dict[str, Any]] = [{"any": []}, {"all": []}, {"at_least": 1, "of": []}]
    for empty in lists:
        for group in (empty, {"not": empty}, {"any": [empty]}):
            assert [f.code for f in findings(group)] == ["empty"], group


def test_a_catalogue_that_says_nothing_about_years_lets_a_condition_name_one() -> None:
    rows: dict[str, dict[str, Any]] = {"revenue": {"type": "number", "unit": "CNY"}}
    yearly = document(
        {"attr": "revenue", "op": ">=", "value": 1, "unit": "CNY", "period": "year:2025"}
    )
    assert parse_policy(yearly, Catalogue.from_document({"attributes": rows}))
    # here the catalogue does say which attributes have years
    knowing = Catalogue.from_document(
        {"attributes": rows | {"profit": {"type": "number", "period": "year"}}}
    )
    with pytest.raises(RuleError, match="no figures by year"):
        parse_policy(yearly, knowing)


def test_a_sum_over_two_years_may_exceed_one_year_s_bounds() -> None:
    ratio = {"attr": "rd_ratio", "unit": "ratio", "op": ">=", "period": "last_2_fiscal_years"}
    assert not findings(ratio | {"value": 1.5, "agg": "sum"})
    assert [f.code for f in findings(ratio | {"value": 1.5, "agg": "mean"})] == ["bounds"]


def test_a_unit_that_is_no_text_is_refused_and_does_not_break_the_reading() -> None:
    (finding,) = findings({"attr": "employees", "op": ">=", "value": 1, "unit": ["person"]})
    assert finding.code == "unit"
