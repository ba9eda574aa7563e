"""The responsibility list: the first rule that matches wins, and everything says why."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.documents import Document
from qifu.rulebook.findings import RuleError
from qifu.rulebook.routing import DispatchCatalog, Route, parse_dispatch
from qifu.rulebook.yaml_text import read_yaml
from tests.rulebook.world import AS_OF, CATALOGUE, REGIONS

BOTH = {"zh": "试", "en": "Trial"}
UNITS = ("GXJ", "KCJ", "ZFJS", "SJG", "QYFW")
MATTERS = ("rent", "tax", "patent")
SOFTWARE = {"attr": "industry", "op": "under", "value": "I65"}
LISTED = {"attr": "on_blacklist", "op": "is", "value": True}


def rule(code: str, matter: str, unit: str = "GXJ", **more: Any) -> dict[str, Any]:
    return {"code": code, "matter": matter, "unit": unit} | more


def document(*rules: Any, **more: Any) -> dict[str, Any]:
    top = {"version": 1, "source": BOTH, "rules": list(rules), "fallback": "QYFW"}
    return {key: value for key, value in (top | more).items() if value is not None}


def catalog(*rules: Any, **more: Any) -> DispatchCatalog:
    return parse_dispatch(document(*rules, **more), CATALOGUE, units=UNITS, matters=MATTERS)


def mistakes(doc: Any, **more: Any) -> list[tuple[str, str]]:
    known: dict[str, Any] = {"units": UNITS, "matters": MATTERS} | more
    with pytest.raises(RuleError) as error:
        parse_dispatch(doc, CATALOGUE, **known)
    return sorted((finding.path, finding.code) for finding in error.value.findings)


LIST = catalog(
    rule("soft", "rent", "KCJ", regions=["440305"], when=SOFTWARE, deputy="ZFJS"),
    rule("rent-ns", "rent", "SJG", regions=["440305", "440306"]),
    rule("rent", "rent", "ZFJS", deputy="GXJ", note=BOTH),
    rule("listed", "*", "SJG", when=LISTED),
    rule("tax", "tax", "GXJ"),
)


def go(matter: str | None, region: str | None, *gone: str, **facts: Any) -> Route:
    return LIST.route(matter, region, facts, as_of=AS_OF, gone=gone)


def test_the_first_rule_that_matches_has_the_case() -> None:
    found = go("rent", "440305", industry="I65")
    assert (found.rule, found.unit, found.deputy, found.fallback) == ("soft", "KCJ", "ZFJS", False)
    assert found.tried == ()
    assert found.why_zh == "规则 soft 符合；区域在南山区；行业属于 软件业"
    assert found.why_en == "Rule soft matches; region within Nanshan; Industry: within 软件业"
    assert go("rent", "440305", industry="C36").rule == "rent-ns"
    assert go("rent", "440306", industry="I65").rule == "rent-ns"
    assert go("rent", "4419").rule == "rent"


def test_a_place_below_a_region_is_in_it_even_where_the_tree_ends() -> None:
    assert go("rent", "440305001", industry="I65").rule == "soft"
    assert go("rent", "440305001002").rule == "rent-ns"
    wide = catalog(rule("city", "rent", regions=["440300"]), rule("else", "rent", "KCJ"))
    for region, code in (("440306", "city"), ("4403", "city"), ("4419", "else")):
        assert wide.route("rent", region, {}, as_of=AS_OF).rule == code


def test_what_is_unknown_fires_no_rule_and_is_named() -> None:
    found = go("rent", "440305")
    assert found.rule == "rent-ns"
    assert [(t.rule, t.why_zh) for t in found.tried] == [
        ("soft", "不能确定：行业属于 软件业；还不知道行业")
    ]
    assert found.tried[0].why_en == "not certain: Industry: within 软件业; not known: Industry"
    # the register knows only the section above it
    assert go("rent", "440305", industry="I").tried[0].why_zh.endswith("还不知道行业")


def test_an_unknown_or_too_wide_region_fires_no_rule_for_a_region() -> None:
    nowhere = go("rent", None, industry="I65")
    assert nowhere.rule == "rent"
    assert [t.why_zh for t in nowhere.tried] == [
        "不知道企业在哪个区域，规则只管南山区",
        "不知道企业在哪个区域，规则只管南山区、宝安区",
    ]
    wide = go("rent", "440300", industry="I65")
    assert wide.rule == "rent"
    assert wide.tried[0].why_zh == "只知道企业在深圳市，规则只管南山区"
    assert go("rent", "4419").tried[0].why_en == "Dongguan is not within Nanshan"


def test_a_condition_that_is_not_met_says_what_was_needed_and_no_figure_of_the_firm() -> None:
    rules = catalog(
        rule(
            "big",
            "tax",
            when={
                "attr": "revenue",
                "period": "last_fiscal_year",
                "op": ">=",
                "value": 2000,
                "unit": "万元",
            },
        ),
        rule("tax", "tax", "KCJ"),
    )
    small = rules.route("tax", None, {"revenue@2025": 1_234_567}, as_of=AS_OF)
    assert small.rule == "tax" and small.tried[0].why_zh.startswith("不符合：2025 年")
    assert "123" not in small.tried[0].why_zh + small.tried[0].why_en
    unknown = rules.route("tax", None, {}, as_of=AS_OF)
    assert "还不知道2025 年" in unknown.tried[0].why_zh
    assert "in 2025" in unknown.tried[0].why_en
    assert rules.route("tax", None, {"revenue@2025": 20_000_000}, as_of=AS_OF).rule == "big"


def test_a_matter_without_a_rule_goes_to_the_fallback_and_star_takes_any_matter() -> None:
    found = go("patent", "440305", on_blacklist=False)
    assert (found.rule, found.unit, found.fallback) == (None, "QYFW", True)
    assert [t.rule for t in found.tried] == ["listed"]
    assert go("patent", None, on_blacklist=True).rule == "listed"
    assert go(None, None, on_blacklist=True).rule == "listed"
    assert go("tax", None).rule == "tax"
    bare = catalog(rule("tax", "tax")).route("rent", None, {}, as_of=AS_OF)
    assert (bare.unit, bare.tried) == ("QYFW", ())
    assert "没有这类事项的规则" in bare.why_zh and "no rule for this matter" in bare.why_en


def test_a_dissolved_unit_is_replaced_by_its_deputy_and_then_by_the_fallback() -> None:
    found = go("rent", "4419", "ZFJS")
    assert (found.rule, found.unit, found.deputy, found.fallback) == ("rent", "GXJ", None, False)
    assert "ZFJS 已撤销，由 GXJ 接" in found.why_zh and "ZFJS is dissolved" in found.why_en
    found = go("rent", "4419", "ZFJS", "GXJ")
    assert (found.rule, found.unit, found.deputy, found.fallback) == ("rent", "QYFW", None, True)
    assert go("tax", None, "GXJ").unit == "QYFW"
    assert go("rent", "4419", "GXJ").deputy is None
    assert "请更新派单目录" in go("tax", None, "GXJ", "QYFW").why_zh
    assert "mend the list" in go("patent", None, "QYFW").why_en


def test_facts_that_cannot_be_are_refused() -> None:
    with pytest.raises(RuleError):
        go("rent", "440305", industry="Z9")


REGION = st.sampled_from([None, "44", "4403", "440305", "440306", "4419", "3301"])
INDUSTRY = st.sampled_from([None, "C", "C35", "C351", "I", "I65"])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["*", *MATTERS]),
        st.sampled_from([None, ["440305"], ["4403"], ["440306", "4419"], ["33"]]),
        st.sampled_from([None, "C", "C35", "I65"]),
        st.sampled_from(UNITS),
        st.sampled_from([None, *UNITS]),
    ),
    min_size=1,
    max_size=6,
)


def _read(rows: list[Any]) -> DispatchCatalog | None:
    """The list of these rows; None where it is refused."""
    rules = []
    for i, (matter, regions, industry, unit, deputy) in enumerate(rows):
        more = {"regions": regions, "deputy": deputy if deputy != unit else None}
        if industry:
            more["when"] = {"attr": "industry", "op": "under", "value": industry}
        rules.append(rule(f"r{i}", matter, unit, **more))
    try:
        return catalog(*rules)
    except RuleError as error:
        assert {finding.code for finding in error.findings} == {"covered"}
        return None


@given(
    ROWS,
    st.sampled_from(MATTERS),
    REGION,
    INDUSTRY,
    st.sets(st.sampled_from(UNITS), max_size=3),
)
def test_a_route_is_what_reading_the_list_from_the_top_gives(
    rows: list[Any], matter: str, region: str | None, industry: str | None, gone: set[str]
) -> None:
    read = _read(rows)
    if read is None:
        return
    found = read.route(matter, region, {"industry": industry}, as_of=AS_OF, gone=gone)
    fired = None
    for i, (of, regions, wanted, _unit, _deputy) in enumerate(rows):
        here = regions is None or (
            region is not None and any(region == one or region.startswith(one) for one in regions)
        )
        fits = wanted is None or (industry is not None and industry.startswith(wanted))
        if of in ("*", matter) and here and fits:
            fired = i
            break
    before = rows if fired is None else rows[:fired]
    concerned = [f"r{i}" for i, row in enumerate(before) if row[0] in ("*", matter)]
    assert [tried.rule for tried in found.tried] == concerned
    assert all(tried.why_zh and tried.why_en for tried in found.tried)
    assert found.rule == (None if fired is None else f"r{fired}")
    if fired is None:
        expected = "QYFW"
    else:
        own = [unit for unit in rows[fired][3:] if unit is not None]
        expected = next((unit for unit in own if unit not in gone), "QYFW")
    assert found.unit == expected
    if not found.fallback:
        assert found.unit not in gone and found.deputy not in gone


@given(ROWS)
def test_a_rule_is_called_covered_only_if_nothing_can_reach_it(rows: list[Any]) -> None:
    """Every place and industry that could be is tried against the rules before it."""
    doc = [
        rule(
            f"r{i}",
            matter,
            **({"regions": regions} if regions else {}),
            **({"when": SOFTWARE | {"value": industry}} if industry else {}),
        )
        for i, (matter, regions, industry, _u, _d) in enumerate(rows)
    ]
    try:
        read = catalog(*doc)
        covered: set[str] = set()
    except RuleError as error:
        covered = {str(finding.found) for finding in error.findings}
        read = catalog(*(one for one in doc if one["code"] not in covered))
    fired = {
        read.route(matter, region, {"industry": industry}, as_of=AS_OF).rule
        for matter in MATTERS
        for region in (*REGIONS, None)
        for industry in ("C", "C35", "C351", "C36", "I65", None)
    }
    # without the rules that are called covered every case goes where it went with them
    for code in covered:
        one = next(row for row in doc if row["code"] == code)
        alone = catalog(one)
        for matter in MATTERS:
            for region in (*REGIONS, None):
                for industry in ("C", "C35", "C351", "C36", "I65", None):
                    facts = {"industry": industry}
                    if alone.route(matter, region, facts, as_of=AS_OF).rule != code:
                        continue
                    other = read.route(matter, region, facts, as_of=AS_OF).rule
                    assert other is not None and int(other[1:]) < int(code[1:])
    assert fired


def test_a_rule_that_can_never_fire_is_a_mistake() -> None:
    part = {"all": [SOFTWARE, LISTED]}
    cases = [
        ([rule("a", "tax"), rule("b", "tax", when=LISTED)], ["rules[1]"]),
        ([rule("a", "*"), rule("b", "tax"), rule("c", "*")], ["rules[1]", "rules[2]"]),
        ([rule("a", "tax", regions=["4403"]), rule("b", "tax", regions=["440305"])], ["rules[1]"]),
        (
            [
                rule("a", "tax", regions=["440305"]),
                rule("b", "tax", regions=["4419"]),
                rule("c", "tax", regions=["440305", "4419"]),
            ],
            ["rules[2]"],
        ),
        ([rule("a", "tax", when=LISTED), rule("b", "tax", when=part)], ["rules[1]"]),
        (
            [
                rule("a", "tax", when=SOFTWARE | {"value": ["C", "I65"]}),
                rule("b", "tax", when=SOFTWARE),
            ],
            ["rules[1]"],
        ),
        ([rule("a", "tax", when=part), rule("b", "tax", when=LISTED)], []),
        ([rule("a", "tax", regions=["440305"]), rule("b", "tax", regions=["4403"])], []),
        ([rule("a", "tax"), rule("b", "*")], []),
        (
            [rule("a", "tax", when=SOFTWARE), rule("b", "tax", when=SOFTWARE | {"value": "C35"})],
            [],
        ),
    ]
    for rules, expected in cases:
        if expected:
            assert mistakes(document(*rules)) == [(path, "covered") for path in expected]
        else:
            catalog(*rules)


def test_every_mistake_is_found_at_once() -> None:
    doc = document(
        rule("a", "rents", "GXY", regions=["440305", "440305", 44, "9999"], deputy="GXJ"),
        rule("a", "tax", deputy="GXJ", note={"zh": "试"}, extra=1),
        rule("c", "tax", when={"attr": "revenu", "op": ">", "value": 1}, regions=[]),
        rule("d", "tax", when={"attr": "industry", "op": "under", "value": "I65", "kind": "hard"}),
        rule("e", "tax", when={"attr": "plan", "op": "human_judged", "value": "好"}),
        rule("f", "tax", when={"attr": "founded", "op": "age_at_most", "value": "P5Y",
                               "at": "closes"}),
        {"matter": "tax"},
        "g",
        version=0,
        fallback="NONE",
        source="x",
        table=[],
    )  # fmt: skip
    assert mistakes(doc) == [
        ("fallback", "reference"),
        ("rules[0].matter", "reference"),
        ("rules[0].regions[1]", "duplicate"),
        ("rules[0].regions[2]", "type"),
        ("rules[0].regions[3]", "code"),
        ("rules[0].unit", "reference"),
        ("rules[1].code", "duplicate_code"),
        ("rules[1].deputy", "deputy"),
        ("rules[1].extra", "unknown_key"),
        ("rules[1].note.en", "missing"),
        ("rules[2].regions", "type"),
        ("rules[2].when.attr", "unknown_attribute"),
        ("rules[3].when.kind", "kind"),
        ("rules[4].when", "human"),
        ("rules[5].when.at", "at"),
        ("rules[6].code", "missing"),
        ("rules[6].unit", "missing"),
        ("rules[7]", "type"),
        ("source", "type"),
        ("table", "unknown_key"),
        ("version", "type"),
    ]


def test_without_a_fallback_every_matter_needs_a_rule() -> None:
    doc = document(rule("tax", "tax"), fallback=None)
    assert mistakes(doc) == [
        ("fallback", "missing"),
        ("rules", "no_rule"),
        ("rules", "no_rule"),
    ]
    star = document(rule("tax", "tax"), rule("rest", "*"), fallback=None)
    assert mistakes(star) == [("fallback", "missing")]


def test_what_is_not_known_is_not_compared() -> None:
    doc = document(rule("a", "anything", "ANYONE"))
    read = parse_dispatch(doc, CATALOGUE, units=None, matters=None)
    assert read.matters == {"anything"}
    assert read.route("anything", None, {}, as_of=AS_OF).unit == "ANYONE"


@pytest.mark.parametrize("doc", [None, [], "x"])
def test_what_is_no_mapping_is_one_mistake(doc: Any) -> None:
    assert mistakes(doc) == [("", "type")]


def test_a_mistake_names_its_file_and_line() -> None:
    text = (
        "version: 1\nsource: {zh: 甲, en: A}\nfallback: QYFW\nrules:\n"
        "- code: a\n  matter: tax\n  unit: GXJ\n- code: b\n  matter: tax\n  unit: XXX\n"
    )
    ((data, lines),) = read_yaml(text)
    with pytest.raises(RuleError) as error:
        parse_dispatch(
            data, CATALOGUE, units=UNITS, matters=MATTERS,
            document=Document(data, "dispatch.yaml", lines),
        )  # fmt: skip
    (finding,) = error.value.findings
    assert (finding.file, finding.line, finding.path) == ("dispatch.yaml", 10, "rules[1].unit")
