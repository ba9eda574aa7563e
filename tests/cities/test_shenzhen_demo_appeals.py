"""What the demo city says about appeals: whole, sourced, in own words, and right on plain texts."""

import json
import re
from collections import Counter
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from qifu.base.packs import Pack, read_pack
from qifu.base.packs.files import read_document
from qifu.base.packs.vocabulary import APPEAL_KINDS, NOTICES
from qifu.rulebook.calendar_days import load_calendar
from qifu.rulebook.clock_rules import CLOCKS, ClockRules, due_of, parse_clock_rules
from qifu.rulebook.workdays import CALENDAR, SHANGHAI, WORKING
from qifu.textmine.matters import Matter, parse_matters, suggest
from qifu.textmine.scope import ScopeRules, look, parse_scope

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "cities" / "shenzhen_demo"
TODAY = date(2026, 11, 22)
CHINESE = re.compile(r"[一-鿿]")
# A run this long of a statute's characters is a copy; what is shorter, terms of law have to be.
LONGEST_SHARED = 30


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(DEMO)


@pytest.fixture(scope="module")
def matters(pack: Pack) -> tuple[Matter, ...]:
    return parse_matters(pack.casework["matters"])


@pytest.fixture(scope="module")
def clocks(pack: Pack) -> ClockRules:
    return parse_clock_rules(pack.casework["clocks"])


@pytest.fixture(scope="module")
def scope(pack: Pack) -> ScopeRules:
    return parse_scope(pack.casework["scope"])


def texts_of(name: str) -> list[dict[str, Any]]:
    document = read_document(Path(__file__).parent / name, [])
    assert document is not None
    return list(document.data)


def places(pack: Pack) -> tuple[list[str], list[str]]:
    """Names of provinces and cities elsewhere, and of places of the city."""
    tree = pack.trees["region"]
    own = [tree.label(code, "zh") for code in tree if code.startswith("4403")]
    away = [tree.label(c, "zh") for c in tree if not c.startswith("4403") and len(c) <= 4]
    return away, [*own, *(name.removesuffix("区") for name in own)]


def test_there_are_about_thirty_matters_with_words_a_template_and_a_domain(
    matters: tuple[Matter, ...],
) -> None:
    assert 28 <= len(matters) <= 34
    for matter in matters:
        assert len(matter.keywords) >= 10, matter.code
        assert matter.template is not None and matter.asks, matter.code
        assert "[" in matter.template.zh and "[" in matter.template.en, matter.code
    assert len({matter.domain for matter in matters}) == 5


def test_texts_as_firms_write_them_find_their_matter(matters: tuple[Matter, ...]) -> None:
    rows = texts_of("appeal_texts.yaml")
    wrong = []
    for row in rows:
        found = suggest(row["text"], matters)
        if (found[0].code if found else None) != row["matter"]:
            wrong.append((row["matter"], row["text"]))
    assert len(wrong) <= len(rows) * 0.05, wrong
    tried = Counter(row["matter"] for row in rows if row["matter"])
    assert {matter.code for matter in matters} == set(tried)
    assert min(tried.values()) >= 2


def test_every_matter_has_a_city_department_and_another_one_to_stand_in(pack: Pack) -> None:
    document = pack.casework["dispatch"]
    units = {unit["code"]: unit for unit in pack.units}
    city = pack.region
    last: dict[str, dict[str, Any]] = {}
    for rule in document["rules"]:
        for code in (rule["unit"], rule["deputy"]):
            # the first hop is a city department, so that the one transfer is left for a district
            assert units[code]["region"] == city, rule["code"]
            assert units[code]["kind"] in ("department", "central_office"), rule["code"]
        assert rule["unit"] != rule["deputy"], rule["code"]
        last[rule["matter"]] = rule
    assert set(last) == {row["code"] for row in pack.casework["matters"]}
    for matter, rule in last.items():
        assert "regions" not in rule and "when" not in rule, f"{matter} has no rule for all"
    assert any("regions" in rule for rule in document["rules"])
    assert any("when" in rule for rule in document["rules"])
    assert units[document["fallback"]]["kind"] == "service_center"


def test_the_rule_in_force_is_1_5_15_with_the_figures_of_its_source(
    pack: Pack, clocks: ClockRules
) -> None:
    rules = clocks.get(pack.casework["appeals"]["clocks"])
    assert rules.code == "sh_1515"
    contact = rules.limit("contact")
    assert contact is not None
    assert (contact.number, contact.unit, contact.closing) == (1, WORKING, time(18))
    assert _days(rules, "reply") == (5, WORKING)
    assert _days(rules, "reply", several=True) == (15, WORKING)


@pytest.mark.parametrize(
    ("code", "inquiry", "help_request", "complaint", "suggestion"),
    [("fj_2510", 2, 10, 10, 5), ("gd_21015", 2, 10, 15, 10), ("sh_1515", 5, 5, 5, 5)],
)
def test_replies_are_due_as_the_source_of_each_rule_set_says(
    clocks: ClockRules, code: str, inquiry: int, help_request: int, complaint: int, suggestion: int
) -> None:
    rules = clocks.get(code)
    for kind, days in zip(
        APPEAL_KINDS, (inquiry, help_request, complaint, suggestion), strict=True
    ):
        assert _days(rules, "reply", kind=kind) == (days, WORKING), kind


def test_payment_complaints_follow_the_regulation_and_end_within_ninety_days(
    clocks: ClockRules, pack: Pack
) -> None:
    rules = clocks.get("payment_2025")
    assert _days(rules, "acknowledge") == (10, WORKING)
    assert _days(rules, "reply") == (30, CALENDAR)
    assert _days(rules, "extension") == (60, CALENDAR)
    using = [row["code"] for row in pack.casework["matters"] if row["rule_set"] == rules.code]
    assert using == ["arrears"]
    text = pack.laws["sme-payment-2025"].text
    assert "10个工作日内" in text and "30日内" in text and "不得超过90日" in text


def test_every_rule_set_answers_every_clock_and_says_how_far_it_was_checked(
    clocks: ClockRules,
) -> None:
    assert [row.code for row in clocks.rule_sets] == [
        "sh_1515", "fj_2510", "gd_21015", "payment_2025",
    ]  # fmt: skip
    for rules in clocks.rule_sets:
        for clock in CLOCKS:
            for kind in APPEAL_KINDS:
                assert rules.limit(clock, kind=kind, several=True), (rules.code, clock, kind)
        assert "演示设定" in rules.source.zh, rules.code
        assert re.search(r"[（，][VSU]）", rules.source.zh), rules.code
        assert "own setting" in rules.source.en, rules.code
        assert rules.number("callback_attempts", 0) == 3
        assert rules.valid_from <= TODAY


def test_a_contact_after_a_holiday_is_due_at_six_in_the_evening(clocks: ClockRules) -> None:
    calendar = load_calendar(ROOT / "cities" / "national" / "calendar")
    limit = clocks.get("sh_1515").limit("contact")
    assert limit is not None
    start = datetime(2026, 9, 30, 17, tzinfo=SHANGHAI)
    due = due_of(limit, start, calendar=calendar)
    assert due.due == datetime(2026, 10, 8, 18, tzinfo=SHANGHAI)


def test_the_seven_exclusions_each_give_a_reason_and_where_to_go(scope: ScopeRules) -> None:
    assert [one.code for one in scope.exclusions] == [
        "outside_region", "other_procedure", "petition", "secrets", "no_substance", "repeat",
        "other_law",
    ]  # fmt: skip
    for one in scope.exclusions:
        assert one.signals or one.checks, one.code
        assert len(one.reason.zh) > 15 and len(one.channel.zh) > 15, one.code
    assert "粤省心" in scope.exclusions[0].channel.zh


def test_scope_rules_hear_what_a_person_hears_and_nothing_in_ordinary_appeals(
    pack: Pack, scope: ScopeRules
) -> None:
    away, home = places(pack)
    for row in texts_of("scope_texts.yaml"):
        found = look(row["text"], scope, region_words=away, home_words=home)
        loud = [one.code for one in found if one.score >= 0.5]
        assert loud[:1] == ([row["exclusion"]] if row["exclusion"] else []), row["text"]
    for row in texts_of("appeal_texts.yaml"):
        found = look(row["text"], scope, region_words=away, home_words=home)
        assert [one.code for one in found if one.score >= 0.5] == [], row["text"]


def test_prepared_answers_cite_a_statute_in_force_or_say_that_they_are_made_up(
    pack: Pack,
) -> None:
    answers = pack.casework["answers"]
    assert len(answers) >= 30
    assert len({row["matter"] for row in answers}) >= 15
    for row in answers:
        cited = [basis for basis in row["basis"] if "law" in basis]
        policies = [basis for basis in row["basis"] if "policy" in basis]
        assert cited or row["made_up"], row["code"]
        assert bool(policies) == row["made_up"], row["code"]
        for basis in cited:
            assert row["valid_from"] >= pack.laws[basis["law"]].in_force_from, row["code"]
        assert row["valid_from"] <= TODAY, row["code"]


def test_answers_and_templates_are_own_words_and_not_copied_from_statutes(pack: Pack) -> None:
    statutes = "\n".join(_bare(law.text) for law in pack.laws.values())
    for row in pack.casework["answers"]:
        answer = _bare(row["answer"]["zh"])
        for start in range(max(0, len(answer) - LONGEST_SHARED)):
            part = answer[start : start + LONGEST_SHARED]
            assert part not in statutes, (row["code"], part)


def test_reply_templates_cover_every_outcome_and_have_places_to_fill(pack: Pack) -> None:
    rows = pack.casework["reply_templates"]
    assert len(rows) >= 12
    assert {row["outcome"] for row in rows} == {"resolved", "explained", "not_possible"}
    for row in rows:
        places = [row["text"][language].count("[") for language in ("zh", "en")]
        assert all(places), row["code"]


def test_english_texts_have_no_chinese_in_them(pack: Pack) -> None:
    for kind in pack.casework:
        for path, text in _english(json.loads(json.dumps(pack.casework[kind], default=str)), kind):
            assert not CHINESE.search(text), (path, text)
    for code, law in pack.laws.items():
        assert not CHINESE.search(law.title["en"]), code


def test_statutes_are_whole_and_can_be_cited(pack: Pack) -> None:
    assert len(pack.laws) >= 16
    for code, law in pack.laws.items():
        assert {"第一条", "第二条", "第三条"} <= law.articles, code
        assert law.in_force_from <= TODAY, code
        assert law.title["zh"][-2:] in ("条例", "法") or law.title["zh"].endswith("法"), code
        assert law.text.startswith("# "), code


def test_each_message_about_an_appeal_names_its_number(pack: Pack) -> None:
    about = [name for name, values in NOTICES.items() if values and values[0] == "number"]
    assert len(about) >= 30
    for name in about:
        for language in ("zh", "en"):
            title, body = (
                pack.notices[name]["title"][language],
                pack.notices[name]["body"][language],
            )
            assert "{number}" in title or "{number}" in body, (name, language)


def test_a_tip_off_is_told_where_to_go(pack: Pack) -> None:
    told = pack.casework["appeals"]["tip_off"]
    assert "12345" in told["channel"]["zh"] and "12345" in told["channel"]["en"]
    assert "tip_off" not in pack.casework["appeals"]["kinds"]


def _days(rules: Any, clock: str, **case: Any) -> tuple[int, str]:
    limit = rules.limit(clock, **case)
    assert limit is not None, clock
    return limit.number, limit.unit


def _english(value: Any, path: str) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        found = []
        for key, item in value.items():
            if key == "en" and isinstance(item, str):
                found.append((path, item))
            else:
                found += _english(item, f"{path}.{key}")
        return found
    if isinstance(value, list):
        return [one for i, item in enumerate(value) for one in _english(item, f"{path}[{i}]")]
    return []


def _bare(text: str) -> str:
    return re.sub(r"[^0-9A-Za-z一-鿿]", "", text)
