"""A trained model beside the keyword rules: waiting cases are classified by the worker."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from qifu.appeals.actions import settle_suggestions
from qifu.appeals.models import Appeal, Suggestion
from qifu.jobs import work
from qifu.jobs.triage import classify_waiting
from qifu.textmine.classify.scores import NEVER
from qifu.textmine.classify.storing import load, save
from qifu.textmine.classify.training import Rows, train
from tests.appeals import cases, world
from tests.cli.running import run
from tests.factories import NOW
from tests.textmine.assisted.house_model import house_model
from tests.textmine.classify_texts import made_up
from tests.web.desk_people import as_
from tests.web.pages import words

pytestmark = pytest.mark.usefixtures("demo_city")
LOAN = "银行突然不肯续贷，抵押和担保都有，利息还涨了，希望协调放款。"
ROAD = "厂区门口的道路拥堵，货车停车困难，公交车站也远。"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    rows = made_up(12)
    made = train(Rows([r.text for r in rows], [r.label for r in rows]), card={}).model
    path = tmp_path_factory.mktemp("model") / "m.npz"
    save(made.renamed({"finance": "financing"}), path)
    return str(path)


def said(appeal: Appeal) -> Suggestion:
    return Suggestion.objects.get(appeal=appeal, about="matter", model__startswith="text ")


def test_waiting_cases_get_the_suggestion_of_the_model_once(file):
    loan, road = cases.case("submitted", text=LOAN), cases.case("submitted", text=ROAD)
    handled = cases.case("handling", text=LOAN)
    assert classify_waiting(file, now=NOW) == 2
    assert said(loan).top[0]["code"] == "financing"
    assert "续贷" in said(loan).top[0]["why"]
    assert said(road).top == []  # its label is no matter of the pack
    assert not Suggestion.objects.filter(appeal=handled).exists()
    assert classify_waiting(file, now=NOW) == 0


def test_nothing_happens_without_a_model_and_a_bad_file_stops_nothing(tmp_path, caplog):
    cases.case("submitted", text=LOAN)
    assert classify_waiting("", now=NOW) == 0
    assert classify_waiting(str(tmp_path / "none"), now=NOW) == 0
    (tmp_path / "bad").write_bytes(b"no model")
    assert classify_waiting(str(tmp_path / "bad"), now=NOW) == 0
    assert caplog.text.count("QIFU_TRIAGE_MODEL") == 2


def test_the_worker_does_it_where_a_model_is_named(file, monkeypatch):
    loan = cases.case("submitted", text=LOAN)
    monkeypatch.setattr(settings, "QIFU_TRIAGE_MODEL", file)
    work.JOBS["appeals.classify"](NOW)
    assert said(loan).top


def test_a_language_model_of_the_house_is_asked_first_and_nothing_is_lost_where_it_fails():
    named = {"text": f"{LOAN}哈尔曼已去问过。", "contact_name": "哈尔曼"}
    loan, road = cases.case("submitted", **named), cases.case("submitted", text=LOAN + ROAD)
    right = {"label": "financing", "confidence": 0.9, "quotes": ["续贷"]}
    with house_model([right, {**right, "quotes": ["没有写过"]}]) as house:
        assert classify_waiting("", now=NOW, house=house.model) == 2
        assert classify_waiting("", now=NOW, house=house.model) == 0
        sent = json.dumps(house.asked, ensure_ascii=False)
    assert "续贷" in sent and "哈尔曼" not in sent
    by = {one.appeal_id: one.top for one in Suggestion.objects.filter(model__startswith="text ")}
    assert (by[loan.pk][0]["code"], by[loan.pk][0]["why"]) == ("financing", "续贷")
    assert [row["why"] for row in by[road.pk]] != ["没有写过"], "the keyword rules stand"
    page = words(as_(world.intake_actor()).get(f"/desk/appeals/{loan.pk}/accept/"))
    assert "续贷" in page


def test_the_intake_desk_sees_it_beside_the_words_of_the_rules(file):
    loan = cases.case("submitted", text=LOAN)
    classify_waiting(file, now=NOW)
    page = words(as_(world.intake_actor()).get(f"/desk/appeals/{loan.pk}/accept/"))
    assert "模型的提示" in page and "把握" in page and "续贷" in page


def test_where_a_retrained_model_abstains_the_word_of_the_old_one_is_not_shown(file, tmp_path):
    loan = cases.case("submitted", text=LOAN)
    classify_waiting(file, now=NOW)
    new = tmp_path / "new.npz"
    save(replace(load(Path(file)), least=NEVER), new)
    assert classify_waiting(str(new), now=NOW + timedelta(minutes=1)) == 1
    page = words(as_(world.intake_actor()).get(f"/desk/appeals/{loan.pk}/accept/"))
    assert "模型的提示" not in page


def test_what_people_decided_goes_out_masked_and_with_its_corrections(file, tmp_path):
    text = LOAN + "联系人：王小明，电话13000001234。"
    sorted_one = cases.case("handling", text=text, matter="financing")
    fixed = cases.case("handling", text=ROAD, matter="hiring")
    cases.case("submitted", text=LOAN)
    for one in (sorted_one, fixed):
        row = {"code": "financing", "score": 0.9, "why": ""}
        Suggestion.objects.create(
            appeal=one, about="matter", model="keywords", top=[row], suggested_at=NOW
        )
        settle_suggestions(one, about="matter", chosen=one.matter, now=NOW)
    done = run("appeals", "training", "--out", tmp_path / "cases.csv")
    assert done.exit_code == 0, done.output
    with (tmp_path / "cases.csv").open(encoding="utf-8", newline="") as out:
        rows = list(csv.DictReader(out))
    assert [(row["id"], row["label"], row["corrected"]) for row in rows] == [
        (sorted_one.number, "financing", ""), (fixed.number, "hiring", "1")
    ]  # fmt: skip
    assert "联系人：某某某，电话130********" in rows[0]["text"]
