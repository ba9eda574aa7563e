"""clocks.yaml: every document, rule set and limit that is refused, with its place."""

from pathlib import Path
from typing import Any

import pytest

from qifu.rulebook.clock_rules import load_clock_rules, parse_clock_rules
from qifu.rulebook.findings import RuleError
from tests.rulebook.clockwork import rule_set, rules

REPLY = {"clock": "reply", "working_days": 5}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, "must be a mapping"),
        ({}, "rule_sets: must be a list"),
        ({"rule_sets": []}, "must be a list that is not empty"),
        ({"rule_sets": [1]}, "rule_sets[0]: must be a mapping"),
        ({"rule_sets": [rule_set()], "more": 1}, "more: unknown key"),
        ({"rule_sets": [rule_set(), rule_set()]}, "this version stands twice"),
        ({"rule_sets": [rule_set(), rule_set(version=2)]}, "hold from days in no order"),
    ],
)
def test_a_document_that_is_no_rule_sets_is_refused(document: Any, expected: str) -> None:
    with pytest.raises(RuleError) as error:
        parse_clock_rules(document)
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code": None}, "code: is missing"),
        ({"code": "1-5-15 天"}, "must be a code"),
        ({"version": "1"}, "version: must be a whole number"),
        ({"version": True}, "version: must be a whole number"),
        ({"version": 0}, "version: must be a whole number"),
        ({"name": "some"}, "name: must be a mapping"),
        ({"source": {"zh": "某"}}, "source.en: is missing"),
        ({"source": {"zh": "某", "en": " "}}, "source.en: must be text"),
        ({"source": None}, "source: must be a mapping"),
        ({"valid_from": None}, "valid_from: must say from when"),
        ({"valid_from": "soon"}, "valid_from: must be a day"),
        ({"limits": None}, "limits: must be a list"),
        ({"limits": {}}, "limits: must be a list"),
        ({"limits": [5]}, "limits[0]: must be a mapping"),
        ({"extra": 1}, "extra: unknown key"),
        ({"numbers": [3]}, "numbers: must be a mapping"),
        ({"numbers": {"callback_attempts": "3"}}, "callback_attempts: must be a whole number or"),
        ({"numbers": {"callback_attempts": -1}}, "callback_attempts: must be a whole number or"),
        ({"numbers": {"most": {"days": 5}}}, "most.days: unknown key"),
        ({"numbers": {"most": {"working_days": 0}}}, "most.working_days: must be a whole number"),
        ({"limits": [{"clock": "contact", "working_days": 1}]}, "no limit for the reply"),
    ],
)
def test_a_rule_set_that_cannot_be_used_is_refused(changes: Any, expected: str) -> None:
    with pytest.raises(RuleError) as error:
        rules(rule_set(**changes))
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ([{"working_days": 5}], "clock: is missing"),
        ([{"clock": "answer", "working_days": 5}], "no such clock"),
        ([{"clock": "reply"}], "must have exactly one length"),
        ([{**REPLY, "calendar_days": 5}], "must have exactly one length"),
        ([{"clock": "reply", "working_day": 5}], "unknown key"),
        ([{"clock": "reply", "working_days": "5"}], "working_days: must be a whole number"),
        ([{"clock": "reply", "working_days": 0}], "allowed 1 to 3660"),
        ([{"clock": "reply", "calendar_days": 3661}], "allowed 1 to 3660"),
        ([{"clock": "reply", "business_minutes": 3660 * 1440 + 1}], "1 to 5270400"),
        ([{**REPLY, "roll": True}], "only calendar days can be rolled"),
        ([{**REPLY, "roll": "yes"}], "roll: must be true or false"),
        ([{**REPLY, "several": 2}], "several: must be true or false"),
        ([{**REPLY, "closing": 1800}], "must be a time of day"),
        ([{**REPLY, "closing": "24:00"}], "must be a time of day"),
        ([{"clock": "reply", "business_minutes": 60, "closing": "18:00"}], "not at a closing hour"),
        ([{**REPLY, "kinds": []}], "must be a list of kinds"),
        ([{**REPLY, "kinds": "inquiry"}], "must be a list of kinds"),
        ([{**REPLY, "kinds": ["inquiries"]}], "kinds[0]: no such kind"),
        ([{**REPLY, "kinds": ["inquiry", "inquiry"]}], "the same kind twice"),
        ([REPLY, {**REPLY, "kinds": ["inquiry"]}], "limits[1]: never holds"),
        ([{**REPLY, "several": True}, {**REPLY, "several": False}, REPLY], "limits[2]: never"),
        ([REPLY, {"clock": "extension", "calendar_days": 5}], "in the unit of its reply"),
    ],
)
def test_a_limit_that_cannot_be_used_is_refused(limits: Any, expected: str) -> None:
    with pytest.raises(RuleError) as error:
        rules(rule_set(limits=limits))
    assert expected in str(error.value)


def test_every_finding_is_told_at_once_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "clocks.yaml"
    file.write_text(
        "rule_sets:\n"
        "- code: some\n"
        "  version: 1.5\n"
        "  name: {zh: 名, en: name}\n"
        "  source: {zh: 源}\n"
        "  valid_from: 2026-01-01\n"
        "  limits:\n"
        "  - {clock: reply, working_days: 5, roll: true}\n"
        "  - {clock: nothing, working_days: 1}\n"
        "- code: other\n",
        encoding="utf-8",
    )
    with pytest.raises(RuleError) as error:
        load_clock_rules(file)
    lines = {finding.line for finding in error.value.findings}
    assert lines == {3, 5, 8, 9, 10}
    assert str(error.value.findings[0]).startswith(f"{file}:3: rule_sets[0].version: ")
