"""Matters are read strictly; which of them a text is about, and by which words."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.documents import Document
from qifu.rulebook.findings import RuleError
from qifu.rulebook.yaml_text import read_yaml
from qifu.textmine.matters import Matter, MatterSuggestion, parse_matters, suggest

BOTH = {"zh": "试", "en": "Trial"}


def row(code: str, *keywords: Any, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": BOTH, "domain": "economy", "keywords": list(keywords)} | more


MATTERS = parse_matters(
    [
        row("loan", "贷款", {"word": "融资难", "weight": 2}),
        row("pledge", "专利质押贷款"),
        row("patent", "专利", "专利申请"),
        row("insurance", "社保", "参保", **{"not": ["社保卡", "新农合"]}),
        row("software", "ERP", "5G"),
        row("other"),
    ]
)


def codes(text: str, **more: Any) -> list[str]:
    return [found.code for found in suggest(text, MATTERS, **more)]


def one(text: str, **more: Any) -> MatterSuggestion:
    (found,) = suggest(text, MATTERS, **more)
    return found


def mistakes(doc: Any) -> list[tuple[str, str]]:
    with pytest.raises(RuleError) as error:
        parse_matters(doc)
    return [(finding.path, finding.code) for finding in error.value.findings]


def test_a_text_without_a_known_word_suggests_nothing() -> None:
    for text in ("", "。", "你好", "今天天气很好", "款"):
        assert suggest(text, MATTERS) == []


def test_the_words_that_spoke_are_told_with_their_places() -> None:
    text = "我司想办 贷 款，银行不给贷款。"
    found = one(text)
    assert found.code == "loan"
    assert [(w.word, text[w.start : w.end]) for w in found.words] == [
        ("贷款", "贷 款"),
        ("贷款", "贷款"),
    ]


def test_full_width_and_capitals_make_no_difference() -> None:
    assert codes("上线ｅｒｐ系统") == ["software"]


def test_the_longest_word_wins_over_the_shorter_ones_inside_it() -> None:
    assert codes("想做专利质押贷款") == ["pledge"]
    assert one("专利申请费用").words[0].word == "专利申请"
    assert codes("专利质押贷款之外还有贷款") == ["pledge", "loan"] or codes(
        "专利质押贷款之外还有贷款"
    ) == ["loan", "pledge"]


def test_a_not_word_silences_the_keyword_it_lies_over_and_no_other_place() -> None:
    assert codes("社保卡丢了") == []
    text = "社保卡丢了，社保缴费也断了"
    assert [(w.start, w.end) for w in one(text).words] == [(6, 8)]


def test_a_not_word_elsewhere_takes_away_one_ordinary_word() -> None:
    assert codes("新农合的社保") == []
    assert codes("新农合的社保，参保") == ["insurance"]


def test_a_word_does_not_run_over_the_end_of_a_clause_or_a_longer_latin_word() -> None:
    assert codes("能不能借贷。款项没到") == []
    assert codes("enterprise，superperp") == []
    assert codes("55G 内存") == []
    assert codes("我司用ERP系统、5G网络") == ["software"]


def test_the_title_weighs_more_and_ties_go_to_the_more_exact_then_the_first() -> None:
    assert codes("专利\n贷款很难办", title=2) == ["patent", "loan"]
    assert codes("专利\n贷款很难办") == ["loan", "patent"]
    assert codes("贷款，专利申请") == ["patent", "loan"]


def test_the_score_is_a_share_that_grows_with_the_evidence() -> None:
    assert one("贷款").score == pytest.approx(0.5)
    assert one("融资难，贷款").score == pytest.approx(0.75)
    two = suggest("贷款，专利", MATTERS)
    assert [found.score for found in two] == pytest.approx([1 / 3, 1 / 3])
    assert one("贷款贷款贷款").score < one("融资难，贷款").score


def test_no_more_are_given_than_asked_for() -> None:
    text = "贷款专利质押贷款，专利，社保，ERP"
    assert len(suggest(text, MATTERS)) == 3
    assert len(suggest(text, MATTERS, most=9)) == 5


@given(st.text(st.sampled_from("贷款专利质押社保卡参新农合ERP5G融资难，。 \n"), max_size=60))
def test_every_suggestion_rests_on_words_that_stand_in_the_text(text: str) -> None:
    found = suggest(text, MATTERS, most=9)
    assert sum(one.score for one in found) < 1
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)
    for suggestion in found:
        assert suggestion.words and 0 < suggestion.score < 1
        for said in suggestion.words:
            read = "".join(c for c in text[said.start : said.end] if not c.isspace())
            assert read.upper() == said.word.upper()


def test_forty_matters_and_a_thousand_characters_are_all_looked_at() -> None:
    words = [[f"词{chr(0x4E00 + 40 * i + j)}语{j}" for j in range(25)] for i in range(40)]
    matters = parse_matters([row(f"m{i}", *of) for i, of in enumerate(words)])
    text = "".join(of[3] + "今天我司遇到了一些具体的困难，" for of in words)[:1000]
    found = suggest(text, matters, most=99)
    assert sorted(f.code for f in found) == sorted(f"m{i}" for i in range(len(found)))
    assert len(found) == sum(of[3] in text for of in words) > 35


def test_every_mistake_is_found_at_once() -> None:
    doc = [
        row("a", "贷款", "贷 款", "税", 5, {"word": "专利", "weight": 0}, {"wort": "x"}),
        row("a", "专利质押", **{"not": ["质押"]}),
        row("b c", domain="money", **{"not": ["社保"]}, law=["sme", "sme", 3], extra=1),
        {"code": "d", "name": {"zh": "丁"}, "domain": "market"},
        row("e", template={"zh": "写", "en": ""}, asks=[{"zh": "问", "en": "Ask", "fr": "?"}]),
        "f",
    ]
    assert sorted(mistakes(doc)) == [
        ("[0].keywords[1]", "duplicate"),
        ("[0].keywords[2]", "short"),
        ("[0].keywords[3]", "type"),
        ("[0].keywords[4].weight", "bounds"),
        ("[0].keywords[5].word", "type"),
        ("[0].keywords[5].wort", "unknown_key"),
        ("[1].code", "duplicate_code"),
        ("[1].not", "silenced"),
        ("[2].code", "code"),
        ("[2].domain", "domain"),
        ("[2].extra", "unknown_key"),
        ("[2].law[1]", "duplicate"),
        ("[2].law[2]", "type"),
        ("[2].not", "idle"),
        ("[3].keywords", "missing"),
        ("[3].name.en", "missing"),
        ("[4].asks[0].fr", "unknown_key"),
        ("[4].template.en", "type"),
        ("[5]", "type"),
    ]


@pytest.mark.parametrize("doc", [None, {}, [], "x", 3])
def test_what_is_no_list_is_one_mistake(doc: Any) -> None:
    assert mistakes(doc) == [("", "type")]


def test_a_mistake_names_its_file_and_line() -> None:
    text = "- code: a\n  name: {zh: 甲, en: A}\n  domain: economy\n  keywords:\n  - 税\n"
    ((data, lines),) = read_yaml(text)
    with pytest.raises(RuleError) as error:
        parse_matters(data, document=Document(data, "matters.yaml", lines))
    (finding,) = error.value.findings
    assert (finding.file, finding.line) == ("matters.yaml", 5)


def test_a_full_matter_is_read_whole() -> None:
    full = row(
        "x",
        {"word": "退税", "weight": Decimal("1.5")},
        template=BOTH,
        asks=[BOTH],
        rule_set="five",
        law=["sme"],
        **{"not": ["个税"]},
    )
    (matter,) = parse_matters([full])
    assert isinstance(matter, Matter)
    assert matter.keywords == (("退税", 1.5),) and matter.barred == ("个税",)
    assert matter.asks[0].en == "Trial" and matter.law == ("sme",) and matter.rule_set == "five"
    assert matter.name.of("zh") == "试" and Path(matter.code).name == "x"
