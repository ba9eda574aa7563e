"""Synonyms, pinyin, wrong characters and policies: found, and told as what was looked for."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.knowledge.actions import Entry, load_answers, put_entries
from qifu.knowledge.models import SearchEntry, SearchWord
from qifu.knowledge.selectors import every_thing, find_knowledge
from qifu.organisations.permissions import NOBODY
from qifu.policies.selectors import library, meant
from qifu.textmine.ranking import bag, counts_of
from tests.conftest import NOW
from tests.knowledge.sample import TODAY, answer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _library(demo_city):
    load_answers(
        [
            answer("C-1", question={"zh": "怎样认定高新技术企业？"}, answer={"zh": "在网上申请。"}),
            answer("C-2", question={"zh": "社会保险怎么登记？"}, answer={"zh": "到窗口办理。"}),
        ],
        now=NOW,
    )


def _codes(text: str) -> tuple[list[str], str]:
    found = find_knowledge(text, kinds=["answer"], on=TODAY)
    return [hit.answer.code for hit in found.hits if hit.answer], found.mended


def test_a_synonym_of_the_pack_is_met_and_nothing_is_said_to_be_mended():
    assert _codes("高企认定") == (["C-1"], "")
    assert _codes("社保登记") == (["C-2"], "")


@pytest.mark.parametrize("typed", ["gaoxin jishu qiye", "gx js qy", "高薪技术企业", "高新技企业"])
def test_what_was_typed_wrongly_is_found_and_told(typed):
    assert _codes(typed) == (["C-1"], "高新技术企业")


def test_what_holds_only_some_of_the_words_is_said_to():
    assert find_knowledge("高新技术企业月球", on=TODAY).partly
    assert not find_knowledge("高新技术企业", on=TODAY).partly
    assert not find_knowledge("月球", on=TODAY).partly


def test_words_that_find_something_are_never_mended():
    assert _codes("网上申请")[1] == ""


def test_policies_are_found_by_synonyms_and_pinyin():
    by_name = {row.policy_id for row in library(NOBODY, on=TODAY, text="高新技术企业")}
    assert by_name
    assert by_name <= {row.policy_id for row in library(NOBODY, on=TODAY, text="gaoqi")}
    assert meant("gaoqi", on=TODAY) == "高企"
    assert meant("高新技术企业", on=TODAY) == ""
    assert meant("", on=TODAY) == ""


@settings(max_examples=12, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(st.text(max_size=60))
def test_any_text_may_be_asked(text):
    entries = SearchEntry.objects.count()
    find_knowledge(text, on=TODAY)
    every_thing("policy", text, on=TODAY)
    assert list(library(NOBODY, on=TODAY, text=text)[:3]) is not None
    assert SearchEntry.objects.count() == entries


def test_how_rare_a_word_is_follows_every_change():
    put_entries("policy", ["X"], [Entry(-1, "X", "zebra", "zebra 斑马条纹")])
    assert SearchWord.objects.get(word="zebra").entries == 1
    rows = SearchEntry.objects.values_list("title_words", "body_words")
    real = counts_of([*bag(title.split(), body.split())] for title, body in rows)
    assert dict(SearchWord.objects.values_list("word", "entries")) == dict(real.holding)
    put_entries("policy", ["X"], [])
    assert not SearchWord.objects.filter(word="zebra").exists()
