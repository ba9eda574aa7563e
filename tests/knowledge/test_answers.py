"""Answers are written version by version, by those who may, and always with a basis."""

from datetime import date

import pytest

from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.base.models import JournalLine
from qifu.knowledge.actions import load_answers, retire_answer, write_answer
from qifu.knowledge.models import Answer, SearchEntry
from qifu.knowledge.selectors import (
    answer_for,
    answers_in_force,
    answers_to_edit,
    journal_of_answer,
    search_knowledge,
    versions_of,
)
from qifu.organisations.permissions import NOBODY
from tests.conftest import NOW
from tests.factories import enterprise_actor
from tests.knowledge.sample import TODAY, answer, library, writer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _library(demo_city):
    library()


def _written(actor, **more):
    given = {
        "question_zh": "开发票需要什么？",
        "answer_zh": "需要营业执照。",
        "basis": [{"law": "payments", "article": "3"}],
        "now": NOW,
        **more,
    }
    return write_answer(actor=actor, **given)


def _trace():
    return (
        list(Answer.objects.order_by("pk").values_list("code", "version", "state")),
        list(SearchEntry.objects.order_by("pk").values_list("pk", flat=True)),
        JournalLine.objects.count(),
    )


def _pack(*rows):
    return load_answers(rows, now=NOW)


def test_the_same_answers_again_change_nothing():
    _pack(answer("B"))
    before = _trace()
    assert _pack(answer("B")) == {"added": 0, "same": 1, "withdrawn": 0, "back": 0}
    assert _trace() == before


def test_a_version_of_the_pack_never_changes():
    _pack(answer("B"))
    before = _trace()
    with pytest.raises(Conflict, match="B v1"):
        _pack(answer("B", answer={"zh": "别的", "en": "Other"}), answer("C"))
    assert _trace() == before


def test_an_answer_that_the_pack_drops_is_withdrawn_and_may_come_back():
    _pack(answer("B"), answer("C"))
    assert _pack(answer("C"))["withdrawn"] == 1
    assert Answer.objects.get(code="B").state == "withdrawn"
    assert not SearchEntry.objects.filter(kind="answer", code="B").exists()
    assert _pack(answer("B"), answer("C"))["back"] == 1
    assert SearchEntry.objects.filter(kind="answer", code="B").count() == 1


def test_a_retired_answer_stays_retired_when_the_pack_is_loaded_again():
    _pack(answer("B"))
    retire_answer("B", actor=writer(), reason="已废止", now=NOW)
    assert _pack(answer("B"))["same"] == 1
    assert Answer.objects.get(code="B").state == "retired"


def test_what_an_officer_wrote_stays_when_the_pack_drops_or_raises_the_answer():
    _pack(answer("B"))
    actor = writer()
    mine = _written(actor, code="B", after=1)
    _pack()
    assert answer_for(NOBODY, "B", on=TODAY) == mine
    _pack(answer("B"), answer("B", version=2, question={"zh": "新的"}, valid_from="2026-11-01"))
    newest = Answer.objects.get(code="B", pack_version=2)
    assert newest.version == 3
    assert answer_for(NOBODY, "B", on=TODAY) == newest


def test_an_officer_writes_a_new_answer_that_is_found_at_once():
    actor = writer()
    made = _written(actor, keywords=["发票", "发票 ", ""])
    assert (made.code, made.version, made.state) == ("DA-2026-001", 1, "published")
    assert made.basis == [{"law": "payments", "article": "第三条"}]
    assert (made.keywords, made.valid_from, made.written_by) == (["发票"], TODAY, actor.user_id)
    assert search_knowledge("发票", on=TODAY)[0].answer == made
    line = JournalLine.objects.get(step="write_answer")
    assert (line.subject_kind, line.subject_id, line.actor_id) == ("answer", made.pk, actor.user_id)
    assert _written(actor, question_zh="另一个？").code == "DA-2026-002"


def test_the_next_version_counts_from_today_and_the_old_one_until_then():
    _pack(answer("B"))
    made = _written(writer(), code="B", after=1, reason="改写")
    assert (made.version, made.made_up) == (2, True)
    assert answer_for(NOBODY, "B", on=TODAY) == made
    assert answer_for(NOBODY, "B", on=date(2026, 11, 21)).version == 1
    assert list(versions_of(NOBODY, "B").values_list("version", flat=True)) == [2, 1]


def test_of_two_officers_who_started_from_one_version_the_second_is_told():
    _pack(answer("B"))
    _written(writer(), code="B", after=1)
    before = _trace()
    with pytest.raises(Conflict):
        _written(writer(), code="B", after=1, answer_zh="别的")
    assert _trace() == before


def test_a_version_without_a_change_is_not_written():
    made = _written(writer())
    before = _trace()
    with pytest.raises(BadInput):
        _written(writer(), code=made.code, after=1, valid_from=TODAY)
    assert _trace() == before


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("question_zh", {"question_zh": " "}),
        ("question_zh", {"question_zh": "问" * 201}),
        ("answer_zh", {"answer_zh": ""}),
        ("answer_zh", {"answer_zh": "答" * 10_001}),
        ("answer_zh", {"answer_zh": "a\x00b"}),
        ("keywords", {"keywords": ["a\x00b"]}),
        ("basis", {"basis": [{"text": "\ud800"}]}),
        ("question_en", {"answer_en": "Only this"}),
        ("answer_en", {"question_en": "Only this"}),
        ("matter", {"matter": "no-such-matter"}),
        ("valid_to", {"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 1)}),
        ("keywords", {"keywords": [str(n) for n in range(31)]}),
        ("keywords", {"keywords": ["词" * 41]}),
        ("reason", {"reason": "因" * 1_001}),
        ("basis", {"basis": []}),
        ("basis", {"basis": [{"text": " "}]}),
        ("basis", {"basis": [{"text": "字" * 201}]}),
        ("basis", {"basis": [{"text": str(n)} for n in range(21)]}),
        ("basis", {"basis": [{"law": "nothing", "article": "第一条"}]}),
        ("basis", {"basis": [{"law": "payments", "article": "第九十九条"}]}),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field_and_nothing_happens(field, given):
    before = _trace()
    with pytest.raises(BadInput) as refused:
        _written(writer(), **given)
    assert list(refused.value.fields) == [field]
    assert _trace() == before


def test_an_answer_that_is_not_there_cannot_be_changed():
    with pytest.raises(Answer.DoesNotExist):
        _written(writer(), code="nothing", after=1)
    with pytest.raises(Answer.DoesNotExist):
        retire_answer("nothing", actor=writer(), reason="没有", now=NOW)


def test_only_those_with_the_duty_write_and_retire():
    for actor in (NOBODY, enterprise_actor(), writer("appeals.intake")):
        before = _trace()
        with pytest.raises(NotAllowed):
            _written(actor)
        with pytest.raises(NotAllowed):
            retire_answer("A-1", actor=actor, reason="废止", now=NOW)
        assert _trace() == before
        assert not answers_to_edit(actor).exists()
        assert journal_of_answer(actor, "A-1") == []


def test_a_retired_answer_is_gone_with_all_its_versions_but_not_for_officers():
    _pack(answer("B"))
    actor = writer()
    _written(actor, code="B", after=1)
    retire_answer("B", actor=actor, reason="办法已废止", now=NOW)
    assert set(Answer.objects.filter(code="B").values_list("state", flat=True)) == {"retired"}
    assert search_knowledge("发票", on=TODAY) == []
    assert not answers_in_force(TODAY).filter(code="B").exists()
    with pytest.raises(Answer.DoesNotExist):
        answer_for(NOBODY, "B", on=TODAY)
    assert answer_for(actor, "B", on=TODAY).version == 2
    steps = [line.step for line in journal_of_answer(actor, "B")]
    assert steps == ["retire_answer", "write_answer"]
    before = _trace()
    with pytest.raises(WrongState):
        retire_answer("B", actor=actor, reason="再来", now=NOW)
    assert _trace() == before


@pytest.mark.parametrize("reason", ["", " ", "因" * 1_001, "a\x00"])
def test_retiring_needs_a_reason_that_can_be_kept(reason):
    before = _trace()
    with pytest.raises(BadInput):
        retire_answer("A-1", actor=writer(), reason=reason, now=NOW)
    assert _trace() == before


def test_a_retired_answer_may_be_written_anew():
    actor = writer()
    retire_answer("A-1", actor=actor, reason="有误", now=NOW)
    made = _written(actor, code="A-1", after=1)
    assert answer_for(NOBODY, "A-1", on=TODAY) == made
    assert list(versions_of(NOBODY, "A-1")) == [made]


def test_officers_look_answers_up_by_words_matter_and_state():
    actor = writer()
    retire_answer("A-1", actor=actor, reason="有误", now=NOW)
    assert [a.code for a in answers_to_edit(actor, state="retired")] == ["A-1"]
    assert [a.code for a in answers_to_edit(actor, text="专利 A-2")] == ["A-2"]
    assert not answers_to_edit(actor, matter="none").exists()
    codes = {a.code for a in answers_to_edit(actor)}
    assert {"A-1", "A-2", "A-3"} <= codes
