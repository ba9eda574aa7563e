"""What a language model says is used only where it holds; else all is as it would be without."""

import json
import time

import pytest

from qifu.adapters.language_model import ChatModel, configured
from qifu.rulebook.documents import load_catalogue
from qifu.rulebook.policy import parse_policy
from qifu.textmine.assisted.classes import AssistedClassifier
from qifu.textmine.assisted.policies import CONFIDENCE, AssistedReader
from qifu.textmine.assisted.replies import Source, draft_reply
from qifu.textmine.classify.model import Prediction
from qifu.textmine.policy_reading.drafting import PolicyReader
from qifu.textmine.policy_reading.drafts import OPEN, confirm, drop, fill, finish
from qifu.textmine.policy_reading.texts import Text
from tests.cli.running import DEMO_PACK
from tests.textmine.assisted.house_model import house_model

LABELS = {"power": "供电", "loan": "贷款"}
TEXT = "园区夜里老是断电，机器停了三次。联系人李小明，电话13800138000。"
BROKEN = [
    503, 302, b"", b"no json", b'{"choices": []}', b"[" * 100_000, "不是 JSON", "[]", "{}",
    {"label": "water", "confidence": 0.9, "quotes": ["断电"]},
    {"label": "power", "confidence": 7, "quotes": ["断电"]},
    {"label": "power", "confidence": 0.9, "quotes": ["这句话原文没有"]},
    {"label": "power", "confidence": 0.9, "quotes": []},
]  # fmt: skip


class Rules:
    name = "rules"

    def classify(self, text):
        return Prediction((("loan", 0.4),), True)


def classifier(model):
    return AssistedClassifier(model, LABELS, Rules())


def test_a_label_with_words_of_the_text_is_taken_and_the_text_left_the_house_masked():
    with house_model([{"label": "power", "confidence": 0.9, "quotes": ["断电"]}]) as house:
        found = classifier(house.model).classify(TEXT)
        sent = json.dumps(house.asked, ensure_ascii=False)
    assert found.label == "power" and not found.abstain and found.words[0].word == "断电"
    assert "13800138000" not in sent and "断电" in sent
    assert house.headers[0]["Authorization"] == "Bearer secret-of-the-test"
    assert house.asked[0]["path"] == "/v1/chat/completions"


def test_a_model_that_is_not_sure_only_suggests():
    with house_model([{"label": "power", "confidence": 0.5, "quotes": ["断电"]}]) as house:
        assert classifier(house.model).classify(TEXT).abstain


@pytest.mark.parametrize("answer", BROKEN, ids=range(len(BROKEN)))
def test_whatever_goes_wrong_the_rules_of_the_house_answer(answer):
    with house_model([answer]) as house:
        assert classifier(house.model).classify(TEXT) == Rules().classify(TEXT)


def test_a_wrong_answer_is_asked_for_once_more_with_the_reason():
    good = {"label": "power", "confidence": 0.9, "quotes": ["断电"]}
    with house_model(["不是 JSON", good]) as house:
        assert classifier(house.model).classify(TEXT).label == "power"
    assert len(house.asked) == 2
    assert "不是 JSON" in house.asked[1]["messages"][-1]["content"]


def test_a_model_that_nobody_runs_or_that_sleeps_is_not_waited_for():
    nobody = ChatModel("http://127.0.0.1:9/v1", "none", patience=0.2)
    assert classifier(nobody).classify(TEXT).label == "loan"


def test_a_model_that_drips_is_not_waited_for_longer_than_one_that_sleeps():
    with house_model([b"x" * 50], patience=0.3, pause=0.05) as house:
        began = time.monotonic()
        assert classifier(house.model).classify(TEXT).label == "loan"
    assert time.monotonic() - began < 1.5


def test_without_a_setting_there_is_no_model():
    assert configured({}) is None
    named = configured({"QIFU_LLM_URL": "http://127.0.0.1:8080/v1", "QIFU_LLM_MODEL": "m"})
    assert named == ChatModel("http://127.0.0.1:8080/v1", "m")


SOURCES = [Source("A-1", "停电补贴", "停电超过24小时的企业，可以在30日内申请补贴。")]


def paragraph(**changed):
    row = {
        "text": "停电超过24小时，可以申请补贴。",
        "source": "A-1",
        "quote": "停电超过24小时的企业",
    }
    return {"paragraphs": [row | changed]}


def test_a_reply_draft_cites_a_source_in_its_own_words():
    with house_model([paragraph()]) as house:
        draft = draft_reply(house.model, TEXT, SOURCES)
    (only,) = draft.paragraphs
    assert draft.text == "停电超过24小时，可以申请补贴。"
    assert SOURCES[0].text[slice(*only.span)] == "停电超过24小时的企业"
    assert "13800138000" not in json.dumps(house.asked)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"source": "A-9"}, "no such source"),
        ({"quote": "可以随时申请"}, "not in the text"),
        ({"quote": ""}, "empty quote"),
        ({"text": "可以申请5000元补贴。"}, "figures of no source"),
        ({"text": ""}, "empty paragraph"),
    ],
)
def test_a_reply_that_invents_is_refused_and_kept_word_for_word(changed, why):
    answer = paragraph(**changed)
    with house_model([answer]) as house:
        draft = draft_reply(house.model, TEXT, SOURCES)
    assert draft.paragraphs == () and why in draft.why
    assert json.loads(draft.said) == answer
    assert len(house.asked) == 2


def test_without_sources_nothing_is_asked():
    with house_model([paragraph()]) as house:
        assert "nothing to cite" in draft_reply(house.model, TEXT, []).why
    assert house.asked == []


NOTICE = Text(
    "关于申报临江市小巨人培育奖励的通知\n一、申报条件\n（一）上年度营业收入不低于2000万元；\n"
    "（二）手里攥着俩像样的发明。\n二、奖励标准\n给予一次性奖励10万元。\n",
    doc=f"sha256:{'0' * 64}",
)
SENTENCE = "手里攥着俩像样的发明"
CONDITION = {
    "quote": SENTENCE,
    "attr": "invention_patents",
    "op": ">=",
    "value": 2,
    "unit": "piece",
}


@pytest.fixture(scope="module")
def reader():
    return PolicyReader(load_catalogue(DEMO_PACK))


def test_a_sentence_that_was_not_understood_becomes_an_open_clause_of_the_model(reader):
    plain = reader.draft(NOTICE)
    assert any(SENTENCE in NOTICE.content[a:b] for a, b in plain.unread)
    with house_model([{"conditions": [CONDITION]}]) as house:
        draft = AssistedReader(house.model, reader).draft(NOTICE)
    added = draft.element("m1")
    assert added.state == OPEN and added.confidence == CONFIDENCE and added.note == "model house"
    assert NOTICE.content[slice(*added.span)] == SENTENCE
    assert draft.elements[:-1] == plain.elements
    assert not any(SENTENCE in NOTICE.content[a:b] for a, b in draft.unread)


def test_a_confirmed_clause_of_the_model_is_read_by_the_rulebook(reader):
    with house_model([{"conditions": [CONDITION]}]) as house:
        draft = AssistedReader(house.model, reader).draft(NOTICE)
    for ident in draft.open:
        draft = confirm(draft, ident) if ident in ("m1", "t1") else drop(draft, ident)
    document = finish(fill(fill(draft, "id", "X-1"), "version", 1))
    (group,) = parse_policy(document, reader.catalogue).groups
    assert group.src["quote"] == SENTENCE


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"attr": "no_such_attribute"}, "no_such_attribute"),
        ({"op": "grows"}, "grows"),
        ({"value": "两件"}, "value"),
        ({"quote": "原文没有的句子"}, "not in the text"),
        ({"quote": "上年度营业收入"}, "not one of the sentences"),
    ],
)
def test_a_clause_that_does_not_hold_leaves_the_draft_as_it_was_and_says_why(reader, changed, why):
    plain = reader.draft(NOTICE)
    with house_model([{"conditions": [CONDITION | changed]}]) as house:
        draft = AssistedReader(house.model, reader).draft(NOTICE)
    assert draft.elements == plain.elements and draft.unread == plain.unread
    assert len(draft.notes) == len(plain.notes) + 1 and why in draft.notes[-1]
