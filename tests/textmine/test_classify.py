"""Training, chances, abstention, explanation, files of models."""

import json
import zipfile

import numpy as np
import pytest

from qifu.rulebook.words import Words
from qifu.textmine.classify import folds, scores, storing
from qifu.textmine.classify.model import KeywordClassifier
from qifu.textmine.classify.pieces import LONGEST, cleaned, groups_of, words_of
from qifu.textmine.classify.training import Rows, TooLittle, Trained, calibrate, train
from qifu.textmine.matters import Matter
from tests.textmine.classify_texts import made_up


def rows_of(rows) -> Rows:
    return Rows([row.text for row in rows], [row.label for row in rows])


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(rows_of(made_up()), card={"made": "2026-09-29"})


@pytest.fixture(scope="module")
def model(trained):
    return trained.model


def test_a_model_learns_what_words_belong_to_a_label(trained):
    assert trained.figures["macro_f1"].value > 0.9
    found = trained.model.classify("银行不肯续贷，抵押和担保都有，利息也高")
    assert found.label == "finance"
    assert len(found.labels) == 3
    assert sum(chance for _, chance in found.labels) == pytest.approx(1)


def test_the_words_that_spoke_are_words_of_the_text_and_of_the_label(model):
    found = model.classify("厂区门口的道路拥堵，货车停车难")
    assert found.label == "roads"
    assert {"拥堵", "道路"} <= {one.word for one in found.words}
    assert "门口" not in {one.word for one in found.words[:3]}


@pytest.mark.parametrize("text", ["", "😀😀", "7", "<b></b>", "     ", "!!!", "ΩΩΩΩ"])
def test_a_text_without_a_known_word_is_left_to_a_person(model, text):
    assert model.classify(text).abstain


def test_html_is_no_part_of_a_text(model):
    plain = model.classify("银行贷款利息")
    marked = model.classify(
        "<p class='道路'>银行<br/>贷款&nbsp;利息</p><script src='公交'></script>"
    )
    assert marked.label == plain.label == "finance"
    assert cleaned("Ａ１&lt;") == "a1<"


def test_a_megabyte_is_read_as_far_as_it_says_something(model):
    assert model.classify("银行贷款" * 300_000).label == "finance"
    assert len(cleaned("贷" * 10 * LONGEST)) == LONGEST


def test_blanks_between_words_change_nothing():
    assert words_of("公交 停车 道路") == words_of("公交停车道路") == ["公交", "停车", "道路"]


def test_numbers_and_codes_of_places_say_nothing_and_latin_words_do():
    assert words_of("A3区 12345 在KTV旁的道路") == ["区", "ktv", "旁", "道路"]
    assert list(groups_of(["贷款", "利"])) == ["贷", "贷款", "贷款利", "款", "款利", "利"]


def test_the_file_says_the_same_as_the_model_and_holds_no_code(model, tmp_path):
    path = tmp_path / "model.npz"
    saved = storing.save(model, path)
    again = storing.load(path)
    assert again.card == saved.card
    text = "招工难，工资和社保"
    assert again.classify(text) == model.classify(text)
    other = tmp_path / "other.npz"
    storing.save(model, other)
    assert other.read_bytes() == path.read_bytes()
    assert {name[-4:] for name in zipfile.ZipFile(path).namelist()} == {".npy"}


def test_another_version_is_refused_by_its_number(model, tmp_path, monkeypatch):
    path = tmp_path / "model.npz"
    monkeypatch.setattr(storing, "FORMAT", 7)
    storing.save(model, path)
    monkeypatch.undo()
    with pytest.raises(storing.UnreadableModel, match="format 7, this program reads 2"):
        storing.load(path)


def test_what_is_no_model_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    for content in (b"", b"PK\x03\x04 no", b"a,b\n1,2\n"):
        path.write_bytes(content)
        with pytest.raises(storing.UnreadableModel):
            storing.load(path)
    np.savez(path, about=np.array([{}], dtype=object))
    with pytest.raises(storing.UnreadableModel):
        storing.load(path)


def test_a_model_whose_numbers_were_changed_is_refused(model, tmp_path):
    path = tmp_path / "model.npz"
    storing.save(model, path)
    with np.load(path) as file:
        arrays = dict(file)
    arrays["bias"] = arrays["bias"] + 1
    np.savez(path, **arrays)
    with pytest.raises(storing.UnreadableModel, match="digest"):
        storing.load(path)


def test_the_card_says_what_the_model_was_made_from(model):
    card = json.loads(json.dumps(model.card))
    assert card["labels"] == {"finance": 20, "hiring": 20, "roads": 20}
    assert card["made"] == "2026-09-29"
    value, low, high = card["scores"]["macro_f1"]
    assert low <= value <= high


def test_labels_can_be_renamed_but_not_merged(model):
    renamed = model.renamed({"finance": "F01"})
    assert renamed.classify("银行贷款").label == "F01"
    assert renamed.card["renamed"] == {"finance": "F01"}
    with pytest.raises(ValueError, match="train again"):
        model.renamed({"finance": "roads"})
    with pytest.raises(KeyError):
        model.renamed({"nothing": "F01"})


def test_a_label_with_one_text_cannot_be_learned():
    with pytest.raises(TooLittle, match="lonely"):
        train(Rows([*["贷款"] * 6, "道路"], [*["finance"] * 6, "lonely"]), card={})


def test_texts_that_are_all_nearly_the_same_cannot_be_learned():
    alike = [f"厂房租金涨得太高了第{i}次反映" for i in range(6)]
    with pytest.raises(TooLittle, match="2 texts that are not nearly the same"):
        train(Rows(alike + ["贷款"] * 6, ["rent"] * 6 + ["finance"] * 6), card={})


def test_a_label_whose_texts_are_all_alike_is_learned_beside_others():
    rows = made_up(8)
    texts, labels = [row.text for row in rows], [row.label for row in rows]
    made = train(Rows(texts + ["无人机航线审批太慢"] * 6, labels + ["air"] * 6), card={})
    assert made.model.classify("无人机航线").label == "air"


def test_what_people_corrected_weighs_more():
    rows = made_up(8)
    texts = [row.text for row in rows] + [f"无人机航线审批{word}" for word in "甲乙丙丁"]
    labels = [row.label for row in rows] + ["roads", "roads", "finance", "finance"]
    light = train(Rows(texts, labels), card={}).model
    importance = [1.0] * len(rows) + [1.0, 1.0, 20.0, 20.0]
    heavy = train(Rows(texts, labels, importance), card={}).model

    def finance(made):
        return dict(made.classify("无人机航线审批").labels)["finance"]

    assert finance(heavy) > finance(light)


def test_near_duplicates_are_one_group():
    text = "我司在光明区的厂房门口道路狭窄，大货车进出困难，希望拓宽"
    cut = "我司 光明区 厂房 门口 道路 狭窄 大货车 进出 困难 拓宽"
    other = "完全不同的一段话，说的是贷款利息太高怎么办"
    groups = folds.groups([text, other, text + "，谢谢！", cut])
    assert groups[0] == groups[2] == groups[3] != groups[1]


def test_a_twin_of_a_tested_text_is_not_learned_from():
    twins = folds.Twins(
        [["厂房", "道路", "狭窄", "货车"], ["贷款", "利息", "银行", "道路"], []],
        ["厂房门口的道路狭窄，货车进不来", "银行"],
    )
    assert twins.of([0]).tolist() == [0]
    assert twins.of([1]).tolist() == []
    assert twins.of([]).tolist() == []


def test_calibration_finds_the_slope_that_the_truth_has():
    drawn = np.random.default_rng(3)
    logits = drawn.normal(size=(4000, 3))
    chances = np.exp(2 * logits) / np.exp(2 * logits).sum(axis=1, keepdims=True)
    truth = np.array([drawn.choice(3, p=row) for row in chances])
    slope, shift = calibrate(logits, truth)
    assert slope == pytest.approx(2, rel=0.1)
    assert np.abs(shift).max() < 0.15


def test_scores_are_what_their_formulas_say():
    truth, said = np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])
    assert scores.macro_f1(truth, said, 2) == pytest.approx((2 / 3 + 4 / 5) / 2)
    sure, right = np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, True, True, False])
    assert scores.calibration_error(sure, right) == pytest.approx(0.1)
    assert scores.accuracy_at(sure, right, 0.75) == 1


def test_a_model_answers_from_where_enough_were_right_and_never_on_the_word_of_a_few():
    sure = np.repeat([0.9, 0.8, 0.6], 10)
    right = np.array([True] * 25 + [False] * 5)
    assert scores.least_sure(sure, right, 0.97) == (0.8, 20 / 30, 1.0)
    # texts of one confidence stand or fall together
    assert scores.least_sure(sure, right, 0.83) == (0.6, 1.0, 25 / 30)
    assert scores.least_sure(sure[:15], right[:15], 0.97) == (scores.NEVER, 0.0, 0.0)
    assert scores.least_sure(sure, ~right, 0.97) == (scores.NEVER, 0.0, 0.0)


def test_keyword_rules_answer_behind_the_same_interface():
    matters = (
        Matter("financing", Words("融资", "Finance"), "economy", (("贷款", 2.0), ("银行", 1.0))),
        Matter("hiring", Words("招工", "Hiring"), "society", (("招工", 1.0),)),
    )
    rules = KeywordClassifier(matters)
    found = rules.classify("银行贷款下不来")
    assert (found.label, found.abstain) == ("financing", False)
    assert [one.word for one in found.words] == ["银行", "贷款"]
    assert rules.classify("天气不错").abstain
    assert rules.classify("天气不错").label == ""
