"""Made-up firms: the same every time, valid, nobody's, partly unknown."""

from datetime import date

import pytest
from stdnum.cn import uscc

from qifu.base.packs import Pack, read_pack
from qifu.base.packs.codes import made_up_code
from qifu.base.packs.firms import MadeUpFirm, make_firms
from qifu.rulebook.facts import read_value
from tests.base.test_packs import DEMO

AS_OF = date(2026, 11, 22)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(DEMO)


@pytest.fixture(scope="module")
def firms(pack: Pack) -> list[MadeUpFirm]:
    return made(pack, 400)


def made(pack: Pack, count: int, seed: int = 7) -> list[MadeUpFirm]:
    return list(make_firms(pack.demo, pack.catalogue, seed=seed, as_of=AS_OF, count=count))


def test_the_same_seed_gives_the_same_firms_however_many_are_asked_for(
    pack: Pack, firms: list[MadeUpFirm]
) -> None:
    assert made(pack, 400) == firms
    assert made(pack, 50) == firms[:50]
    assert made(pack, 50, seed=8)[20:] != firms[20:50]


def test_codes_are_valid_unique_and_of_a_region_nobody_has(
    pack: Pack, firms: list[MadeUpFirm]
) -> None:
    assert all(uscc.is_valid(firm.uscc) for firm in firms)
    assert len({firm.uscc for firm in firms}) == len(firms)
    assert {firm.uscc[2:8] for firm in firms} == {"440399"}
    assert not pack.trees["region"].has("440399")


def test_every_name_is_unique_and_says_that_it_is_made_up(firms: list[MadeUpFirm]) -> None:
    assert all("（演示）" in firm.name for firm in firms)
    assert len({firm.name for firm in firms}) == len(firms)


def test_every_fact_is_one_that_its_attribute_can_have_from_a_source_it_lists(
    pack: Pack, firms: list[MadeUpFirm]
) -> None:
    for firm in firms:
        for fact in firm.facts:
            attribute = pack.catalogue.get(fact.attribute)
            assert attribute is not None
            read_value(fact.value, attribute, pack.catalogue)
            assert fact.source in attribute.sources
            assert bool(fact.period) is attribute.period, fact
            assert fact.as_of <= AS_OF


def test_something_is_unknown_and_some_sources_disagree(
    pack: Pack, firms: list[MadeUpFirm]
) -> None:
    known = [{f.attribute for f in firm.facts} for firm in firms]
    for attribute in ("revenue", "employees", "qualifications", "loan_principal"):
        share = sum(attribute in names for names in known) / len(firms)
        assert 0.05 < share < 0.95, attribute
    said: dict[tuple[str, str, str | None], set[object]] = {}
    for firm in firms:
        for fact in firm.facts:
            if fact.attribute == "revenue":
                said.setdefault((firm.uscc, fact.attribute, fact.period), set()).add(fact.value)
    assert any(len(values) > 1 for values in said.values())
    assert any(f.value == "440300" for firm in firms for f in firm.facts if f.attribute == "region")


def test_bigger_firms_earn_more_and_research_goes_with_titles(firms: list[MadeUpFirm]) -> None:
    rows = [{f.attribute: f.value for f in firm.facts} for firm in firms]
    both = sorted(
        (row["employees"], row["revenue"]) for row in rows if {"employees", "revenue"} <= set(row)
    )
    half = len(both) // 2
    assert sum(r for _, r in both[half:]) > 3 * sum(r for _, r in both[:half])
    titled = [row for row in rows if "hi_tech_firm" in (row.get("qualifications") or [])]
    assert titled
    assert all(row.get("rd_expense", 1) > 0 for row in titled)


def test_firms_written_by_hand_come_first_with_their_stories(firms: list[MadeUpFirm]) -> None:
    first = firms[0]
    assert first.story is not None
    assert {"zh", "en"} <= set(first.story)
    values = {(f.attribute, f.source): f.value for f in first.facts}
    assert values["class1_ip", "industry_dept"] == 2
    assert values["employees", "self"] != values["employees", "stats"]


def test_a_code_that_cannot_be_made_says_what_is_needed() -> None:
    assert made_up_code("91440399", "MADE", 0) != made_up_code("91440399", "MADE", 1)
    for prefix, series, number in (("9144039", "MADE", 0), ("91440399", "MADO", 0)):
        with pytest.raises(ValueError, match="prefix"):
            made_up_code(prefix, series, number)
    with pytest.raises(ValueError, match="no code for number"):
        made_up_code("91440399", "MADE", 31**4)
