"""Scope rules suggest an exclusion, its reason and the right channel; false alarms stay away."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.rulebook.documents import Document
from qifu.rulebook.findings import RuleError
from qifu.rulebook.yaml_text import read_yaml
from qifu.textmine.guards import ASKED, DENIED, FACT, PLACE, how_said
from qifu.textmine.scope import ScopeSuggestion, look, parse_scope

BOTH = {"zh": "试", "en": "Trial"}


def exclusion(code: str, *signals: Any, **more: Any) -> dict[str, Any]:
    row = {"code": code, "name": BOTH, "reason": BOTH, "channel": BOTH, "signals": list(signals)}
    return {key: value for key, value in (row | more).items() if value != []}


DOCUMENT = {
    "source": BOTH,
    "exclusions": [
        exclusion("outside", checks=["outside_region"]),
        exclusion(
            "court",
            {"words": ["法院"], "all": ["立案"]},
            {"words": ["起诉", "提起诉讼", "法院", "劳动仲裁"]},
        ),
        exclusion("petition", {"words": ["信访局", "信访部门", "上访"]}),
        exclusion(
            "secret",
            {"words": ["国家秘密"], "weight": 2},
            {"words": ["商业秘密"], "not": ["泄露", "保护"]},
            channel=BOTH | {"link": "https://example.org/mi"},
        ),
        exclusion("nothing", checks=["no_substance"]),
        exclusion("again", checks=["repeat"]),
        exclusion("other"),
    ],
}
RULES = parse_scope(DOCUMENT)
AWAY = ("东莞市", "广州市", "江苏省", "鼓楼区", "南山区", "迁安市", "合作市", "老城区", "和县")
HOME = ("深圳市", "南山区", "福田区")


def codes(text: str, **more: Any) -> list[str]:
    return [found.code for found in look(text, RULES, **more)]


def one(text: str, **more: Any) -> ScopeSuggestion:
    (found,) = look(text, RULES, **more)
    return found


def mistakes(doc: Any) -> list[tuple[str, str]]:
    with pytest.raises(RuleError) as error:
        parse_scope(doc)
    return sorted((finding.path, finding.code) for finding in error.value.findings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我司因货款纠纷已向法院起诉对方，请协调。", ["court"]),
        ("对方已经起诉了我们，怎么办？", ["court"]),
        ("双方正在劳动仲裁。", ["court"]),
        ("曾向信访局反映，至今没有结果。", ["petition"]),
        ("多次去信访局反映，怎么办？", ["petition"]),
        ("向信访局反映至今未果，年关将至怎么办？", ["petition"]),
        ("项目资料属于国家秘密，请协助评审。", ["secret"]),
        ("国家秘密载体怎么销毁？", ["secret"]),
        ("附上对方的商业秘密文件。", ["secret"]),
        ("国 家 秘 密 资料", ["secret"]),
        # what only sounds like it
        ("商业秘密泄露怎么办", []),
        ("如何保护我们的商业秘密？", []),
        ("本项目不涉及国家秘密。", []),
        ("我司位于法院路 12 号，路灯坏了。", []),
        ("公司在区人民法院旁边，门前积水。", []),
        ("厂房靠近中级法院地铁站", []),
        ("信访局门口的井盖坏了", []),
        ("能不能向法院起诉？", []),
        ("请问劳动仲裁需要准备哪些材料？", []),
        ("我们没有向法院提起诉讼，只想调解。", []),
        ("尚未起诉，希望先协调。", []),
        ("我们打算起诉。", []),
        # and what is a fact in spite of a word like those
        ("不服法院判决，请督促。", ["court"]),
        ("我们不得不起诉对方。", ["court"]),
        ("协商未果起诉对方。", ["court"]),
        ("起诉后面临资金困难。", ["court"]),
    ],
)
def test_a_fact_speaks_and_what_only_sounds_like_it_does_not(
    text: str, expected: list[str]
) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    ("text", "word", "how"),
    [
        ("已向法院起诉", "起诉", FACT),
        ("并未起诉", "起诉", DENIED),
        ("是否可以起诉", "起诉", ASKED),
        ("法院对面", "法院", PLACE),
        ("法院街道办事处", "法院", FACT),
        ("信访路径", "信访", FACT),
        ("没有结果，起诉", "起诉", FACT),
        ("为了解决起诉问题吗", "起诉", ASKED),
    ],
)
def test_a_word_is_heard_in_its_sentence(text: str, word: str, how: str) -> None:
    start = text.index(word)
    assert how_said(text, start, start + len(word)) == how


def test_the_officer_sees_what_spoke_why_and_where_to_go() -> None:
    text = "我司项目含国家秘密。"
    found = one(text)
    assert [(w.word, text[w.start : w.end]) for w in found.words] == [("国家秘密", "国家秘密")]
    assert found.channel.link == "https://example.org/mi"
    assert (found.reason.zh, found.why.zh) == ("试", "文中提到“国家秘密”")
    assert found.why.en == "The text says “国家秘密”"
    assert found.score == pytest.approx(0.75)


def test_words_that_belong_together_must_stand_in_one_sentence() -> None:
    together = one("法院今天立案。")
    assert together.score == pytest.approx(0.75)
    assert [w.word for w in together.words] == ["法院", "立案"]
    apart = one("法院来函。公安立案。")
    assert apart.score == pytest.approx(0.5)
    assert [w.word for w in apart.words] == ["法院"]


def test_a_long_word_is_told_and_not_the_short_one_inside_it() -> None:
    assert [w.word for w in one("对方提起诉讼。").words] == ["提起诉讼"]


@pytest.mark.parametrize(
    "text",
    ["", " ", "？", "a", "好", "……！！", "12345", "12.5", "哈哈哈哈哈", "aaaa", "测试测试测试",
     "你好", "您好，请问在吗？", "Hello!", "领导您好", "abcabcabcabc", "☎️"],
)  # fmt: skip
def test_a_text_without_substance_is_noticed(text: str) -> None:
    found = one(text)
    assert found.code == "nothing" and found.score >= 0.9
    assert all((w.start, w.end) == (0, len(text)) for w in found.words)


@pytest.mark.parametrize(
    "text", ["退税", "你好，发票开不出来", "社保断了", "WiFi 没信号", "请问政策", "没有收到补贴"]
)
def test_a_short_text_with_substance_is_left_alone(text: str) -> None:
    assert codes(text) == []


def test_an_authority_of_another_place_speaks_louder_than_the_place() -> None:
    where: dict[str, Any] = {"region_words": AWAY, "home_words": HOME}
    assert one("东莞市税务局不给我们退税", **where).score == pytest.approx(0.8)
    assert one("在东莞的分公司招工难", **where).score == pytest.approx(0.4)
    assert one("深圳企业找东莞税务局", **where).score == pytest.approx(0.4)
    assert [w.word for w in one("江苏政府项目", **where).words] == ["江苏"]
    for text in (
        "从东莞搬来深圳，想落户",
        "东莞某某科技有限公司的产品",
        "广州路 8 号的厂房",
        "南山区科技园",
        "业务不在东莞",
        "回迁安置的厂房",
        "寻求合作，在合作中",
        "老城区的门店",
        "村道和县道",
    ):
        assert codes(text, **where) == []
    assert codes("南山区科技园", region_words=AWAY) == ["outside"]
    assert codes("东莞市税务局") == []


def test_a_repeat_is_told_with_the_number_of_the_other_case() -> None:
    found = one("厂房租金太高", repeat_of="SQ20260001")
    assert (found.code, found.words) == ("again", ())
    assert found.why.zh == "与诉求 SQ20260001 重复"


def test_the_strongest_stands_first() -> None:
    assert codes("国家秘密项目，已起诉", repeat_of="X") == ["again", "secret", "court"]


@given(st.text(st.sampled_from("法院起诉国家秘密信访局没有吗已准备路，。？\n x1"), max_size=50))
def test_every_suggestion_has_a_score_and_words_of_the_text(text: str) -> None:
    for found in look(text, RULES, region_words=AWAY):
        assert 0.3 <= found.score <= 1
        for word in found.words:
            assert 0 <= word.start < word.end <= len(text)
            if word.word:
                assert text[word.start] == word.word[0] and text[word.end - 1] == word.word[-1]


def test_a_very_long_text_is_looked_through() -> None:
    assert codes("法院" + "没有" * 10_000 + "起诉" + "哈" * 10_000) == ["court"]


def test_every_mistake_is_found_at_once() -> None:
    doc = {
        "version": 1,
        "exclusions": [
            exclusion("a", {"words": []}, {"words": ["密"], "any": ["x"]}, {"all": ["立案"]}),
            exclusion("a", {"words": ["商业秘密"], "not": ["秘密"], "weight": "2"}),
            exclusion("b", channel={"zh": "信", "en": "x", "link": "example.org"}),
            exclusion("c", checks=["repeat", "repeat", "luck"], reason=None, channel=None),
            exclusion("d", "x", name={"zh": "丁"}),
        ],
    }
    assert mistakes(doc) == [
        ("exclusions[0].signals[0].words", "type"),
        ("exclusions[0].signals[1].any", "unknown_key"),
        ("exclusions[0].signals[1].words[0]", "short"),
        ("exclusions[0].signals[2].words", "type"),
        ("exclusions[1].code", "duplicate_code"),
        ("exclusions[1].signals[0].not", "silenced"),
        ("exclusions[1].signals[0].weight", "type"),
        ("exclusions[2].channel.link", "link"),
        ("exclusions[3].channel", "missing"),
        ("exclusions[3].checks[1]", "duplicate"),
        ("exclusions[3].checks[2]", "check"),
        ("exclusions[3].reason", "missing"),
        ("exclusions[4].name.en", "missing"),
        ("exclusions[4].signals[0]", "type"),
        ("source", "missing"),
        ("version", "unknown_key"),
    ]


@pytest.mark.parametrize("doc", [None, [], "x"])
def test_what_is_no_mapping_is_one_mistake(doc: Any) -> None:
    assert mistakes(doc) == [("", "type")]


def test_a_mistake_names_its_file_and_line() -> None:
    text = "source: {zh: 甲, en: A}\nexclusions:\n- code: a\n  name: {zh: 甲, en: A}\n"
    ((data, lines),) = read_yaml(text)
    with pytest.raises(RuleError) as error:
        parse_scope(data, document=Document(data, "scope.yaml", lines))
    assert {(f.file, f.line, f.path) for f in error.value.findings} == {
        ("scope.yaml", 3, "exclusions[0].reason"),
        ("scope.yaml", 3, "exclusions[0].channel"),
    }


def test_an_exclusion_is_found_by_its_code() -> None:
    assert RULES.get("secret") is RULES.exclusions[3]
    assert RULES.get("none") is None
