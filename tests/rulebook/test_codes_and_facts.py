"""Codes, the catalogue, facts and days: read strictly, brought into one form."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.codes import CodeTree, PrefixTree, strip_region
from qifu.rulebook.dates import Period, add, add_months, apart, subtract
from qifu.rulebook.facts import plain, read_facts
from qifu.rulebook.findings import RuleError
from qifu.rulebook.units import BASE, UNITS, convert, family
from tests.rulebook.world import CATALOGUE, INDUSTRIES, REGIONS


def refused(facts: Any) -> dict[str, str]:
    with pytest.raises(RuleError) as error:
        read_facts(facts, CATALOGUE)
    return {finding.path: finding.code for finding in error.value.findings}


@pytest.mark.parametrize(
    ("code", "stripped"),
    [
        ("440300", "4403"),
        ("440000", "44"),
        ("440306", "440306"),
        ("4403", "4403"),
        ("44", "44"),
        ("440306001000", "440306001"),
        ("440306100", "440306100"),
        ("440300000000", "4403"),
        ("110100", "1101"),
    ],
)
def test_regions_lose_their_trailing_zeros_level_by_level(code: str, stripped: str) -> None:
    assert strip_region(code) == stripped


def test_a_tree_knows_what_is_above_and_below() -> None:
    assert REGIONS.ancestors("440306") == ("4403", "44")
    assert REGIONS.children("440300") == ("440305", "440306")
    assert set(REGIONS.children()) == {"44", "33"}
    assert REGIONS.is_under("440300", "44") and not REGIONS.is_under("44", "4403")
    assert INDUSTRIES.normalise("3511") == "C3511"
    assert not INDUSTRIES.has("C3")
    assert (REGIONS.label("440300", "en"), INDUSTRIES.label("C35", "en")) == (
        "Shenzhen",
        "专用设备制造业",
    )
    assert len({REGIONS.content_hash, INDUSTRIES.content_hash}) == 2


def test_a_prefix_tree_goes_by_how_codes_are_built() -> None:
    regions, industries = PrefixTree("region"), PrefixTree("industry")
    assert regions.ancestors("330102") == ("3301", "33")
    assert industries.ancestors("C3511") == ("C351", "C35", "C")
    assert regions.is_under("330100", "3301")
    assert [industries.has(c) for c in ("C", "C3", "C35", "C351", "C3511", "C35111", "Z35")] == [
        True,
        False,
        True,
        True,
        True,
        False,
        False,
    ]


def test_a_prefix_tree_knows_the_section_of_a_division() -> None:
    industries = PrefixTree("industry")
    assert [industries.normalise(code) for code in ("3511", "01", "9700", "c35", "98", "3")] == [
        "C3511",
        "A01",
        "T9700",
        "C35",
        "98",
        "3",
    ]
    assert industries.is_under("3511", "C35") and not industries.has("C98")


@given(st.sampled_from(sorted(REGIONS)), st.sampled_from(sorted(REGIONS)))
def test_the_tree_and_the_prefixes_agree(one: str, other: str) -> None:
    assert REGIONS.is_under(one, other) == PrefixTree("region").is_under(one, other)


def test_a_code_that_stands_twice_is_refused() -> None:
    with pytest.raises(RuleError, match="stands twice"):
        CodeTree.from_rows("region", [("4403", "深圳"), ("440300", "深圳市")])


def test_facts_are_brought_into_one_form() -> None:
    known = read_facts(
        {
            "enterprise_id": 7,
            "region": "440300",
            "industry": "3511",
            "revenue@2025": 0.1,
            "employees": 3.0,
            "founded": "2020-02-29",
            "qualifications": ["tech_sme", "tech_sme"],
            "legal_person": False,
            "score": None,
        },
        CATALOGUE,
    )
    assert known == {
        "region": "4403",
        "industry": "C3511",
        "revenue@2025": Decimal("0.1"),
        "employees": Decimal(3),
        "founded": date(2020, 2, 29),
        "qualifications": frozenset({"tech_sme"}),
        "legal_person": False,
    }


def test_every_bad_fact_is_named_with_what_is_allowed() -> None:
    bad = {
        "revenu@2025": 1,
        "revenue": 1,
        "employees@2025": 1,
        "revenue@25": 1,
        "employees": -1,
        "standards": 1.5,
        "score": float("nan"),
        "capital": True,
        "invention_patents": "2",
        "founded": "2020-02-30",
        "title_since": "20200101",
        "legal_person": 1,
        "region": "999999",
        "industry": "C3",
        "qualifications": ["hi_tech_firm", None],
        "tags": "one",
        "chain": " ",
        "rd_ratio@2025": 1.01,
    }
    assert refused(bad) == {
        "revenu@2025": "unknown_attribute",
        "revenue": "period",
        "employees@2025": "period",
        "revenue@25": "key",
        "employees": "bounds",
        "standards": "type",
        "score": "type",
        "capital": "type",
        "invention_patents": "type",
        "founded": "type",
        "title_since": "type",
        "legal_person": "type",
        "region": "code",
        "industry": "code",
        "qualifications": "null",
        "tags": "type",
        "chain": "type",
        "rd_ratio@2025": "bounds",
    }
    with pytest.raises(RuleError) as error:
        read_facts({"employees": -1}, CATALOGUE, file="f.json")
    assert str(error.value) == (
        "f.json: employees: outside the catalogue's bounds (found -1; allowed 0 to 1000000 person)"
    )


@pytest.mark.parametrize("huge", [Decimal("1e999999999"), 10**30, Decimal("1." + "1" * 60)])
def test_a_figure_with_too_many_digits_is_refused_before_it_eats_the_memory(huge: Any) -> None:
    assert refused({"score": huge}) == {"score": "bounds"}


def test_facts_that_are_no_mapping_are_refused() -> None:
    assert refused([1]) == {"": "type"}


def test_plain_json_values() -> None:
    assert plain(Decimal("3.0")) == 3 and isinstance(plain(Decimal("3.0")), int)
    assert plain(Decimal("0.05")) == 0.05
    assert plain(frozenset({"b", "a"})) == ["a", "b"]
    assert plain(date(2026, 1, 2)) == "2026-01-02"


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("P5Y", Period(60)),
        ("P6M", Period(6)),
        ("P1Y6M", Period(18)),
        ("P90D", Period(0, 90)),
        ("P2W", Period(0, 14)),
        ("P1Y1M1D", Period(13, 1)),
    ],
)
def test_iso_periods(text: str, period: Period) -> None:
    assert Period.parse(text) == period


@pytest.mark.parametrize("text", ["P", "5Y", "P5", "PT5H", "P-5Y", "P5Y ", "p5y", 5, None, "P1.5Y"])
def test_what_is_no_iso_period_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="not an ISO period"):
        Period.parse(text)


def test_a_missing_day_becomes_the_last_of_its_month() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 2, 29), 48) == date(2028, 2, 29)
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)


@given(st.dates(), st.builds(Period, st.integers(0, 200_000), st.integers(0, 90_000)))
def test_adding_a_period_never_leaves_the_calendar_and_never_goes_back(
    day: date, period: Period
) -> None:
    assert subtract(day, period) <= day <= add(day, period)


@given(st.dates(date(1900, 1, 1)), st.dates(date(1900, 1, 1)))
def test_the_time_between_two_days_leads_from_the_one_to_the_other(one: date, two: date) -> None:
    start, end = min(one, two), max(one, two)
    years, months, days = apart(start, end)
    assert 0 <= months < 12 and 0 <= days < 31
    assert add(start, Period(years * 12 + months, days)) == end


def test_units_convert_exactly_and_only_within_their_family() -> None:
    assert convert(Decimal("0.3"), "万元", "CNY") == 3000
    assert convert(3, "%", "ratio") == Decimal("0.03")
    assert convert(5, "furlong", "furlong") == 5
    with pytest.raises(ValueError, match="cannot be written"):
        convert(1, "万元", "person")
    assert all(UNITS[BASE[family(unit)]][1] == 1 for unit in UNITS)


def test_every_mistake_of_a_catalogue_is_found_in_one_run() -> None:
    doc = {
        "as_of": "soon",
        "atributes": {},
        "groups": {"a": "x"},
        "sources": {"self": {"zh": "企业", "fr": "x"}},
        "attributes": {
            "a": {"type": "numbers"},
            "b": {"type": "code"},
            "c": {"type": "flag", "unit": "CNY", "bounds": [0, 1]},
            "d": {"type": "number", "bounds": [2, 1], "period": "month", "ask": "yes"},
            "e": {"type": "set", "sources": ["self", "self", "tax"], "visibility": "secret"},
            "f": {"type": "number", "options": {"x": {}}, "group": "none"},
            "g-h": {"type": "flag"},
            "i": "flag",
        },
    }
    with pytest.raises(RuleError) as error:
        Catalogue.from_document(doc)
    assert [f.path for f in error.value.findings] == [
        "atributes",
        "groups.a",
        "sources.self.fr",
        "attributes.a.type",
        "attributes.b.type",
        "attributes.c.bounds",
        "attributes.c.unit",
        "attributes.d.bounds",
        "attributes.d.period",
        "attributes.d.ask",
        "attributes.e.visibility",
        "attributes.e.sources",
        "attributes.e.sources",
        "attributes.f.group",
        "attributes.f.options",
        "attributes.g-h",
        "attributes.i",
        "as_of",
    ]


def test_the_hash_of_a_catalogue_follows_its_content() -> None:
    one = {"attributes": {"a": {"type": "flag"}, "b": {"type": "date"}}}
    turned = {"attributes": {"b": {"type": "date"}, "a": {"type": "flag"}}}
    other = {"attributes": {"a": {"type": "flag"}, "b": {"type": "text"}}}
    hashes = [Catalogue.from_document(doc).content_hash for doc in (one, turned, other)]
    assert hashes[0] == hashes[1] != hashes[2]
