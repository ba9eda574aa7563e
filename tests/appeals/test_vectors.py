"""Vectors of replies: made by the worker, gone with their entry; what means the same is lifted."""

import numpy as np
import pytest
from django.db import connection

from qifu.adapters import embeddings
from qifu.appeals.actions import searching
from qifu.appeals.actions.embedding import entries_to_embed, keep_vectors
from qifu.appeals.models import CaseEntry, EntryVector
from qifu.appeals.selectors import find_replies
from qifu.jobs.work import JOBS
from tests.appeals import cases
from tests.appeals.meaning import Meaning
from tests.appeals.test_earlier import replied
from tests.conftest import NOW
from tests.factories import officer

pytestmark = pytest.mark.usefixtures("demo_city")
POWER = "电网检修已完成，供电恢复。"


@pytest.fixture
def meaning(settings, monkeypatch):
    """The embedder that is configured."""
    settings.QIFU_EMBEDDINGS = True
    made = Meaning()
    monkeypatch.setattr(embeddings, "load", lambda: made)
    return made


@pytest.fixture
def asked():
    """A case; some of its words stand in other replies, what it is about in one, in its own."""
    for number in range(8):
        words = "设备第三次" if number > 6 else ""
        replied(f"车间{words}检查", f"消防检查{number}已由街道安排，请您配合做好准备。")
    replied("车间的机器不转了", POWER)
    searching.keep_search(now=NOW)
    return cases.case("handling", title="车间停电", text="车间总是断电，设备第三次停下")


def found(case, embedder=None, **more) -> list[str]:
    actor = officer("coordinator", cases.unit("SZ-ZWSJ"))
    hits = find_replies(actor, about=case, now=NOW, embedder=embedder, **more).hits
    return [hit.text for hit in hits]


def test_a_reply_in_other_words_comes_before_those_that_share_common_ones(asked, meaning):
    before = found(asked)
    assert before[-1] == POWER and len(before) == 9
    assert found(asked, meaning) == before and meaning.asked == [], "nothing to compare yet"
    assert keep_vectors(meaning) == 9
    assert found(asked, meaning) == [POWER, *before[:-1]]
    assert meaning.asked[0] == f"{asked.title}\n{asked.text}"
    assert found(asked) == before
    assert found(asked, Meaning("another model")) == before, "vectors of two models say nothing"


def test_only_a_whole_case_is_embedded(asked, meaning):
    keep_vectors(meaning)
    find_replies(officer("coordinator"), "车间断电", now=NOW, embedder=meaning)
    assert meaning.asked == []


def test_a_reply_without_a_vector_is_neither_lifted_nor_lost(asked, meaning):
    keep_vectors(meaning)
    EntryVector.objects.filter(entry__said__contains=POWER).delete()
    assert found(asked, meaning) == found(asked)


def test_the_worker_makes_vectors_of_masked_replies_alone_where_it_is_asked_to(settings, meaning):
    _case, reply = replied("王测试问积水", "王测试您好，请拨打13812345678。", contact_name="王测试")
    settings.QIFU_EMBEDDINGS = False
    JOBS["appeals.keep_vectors"](NOW)
    assert meaning.told == [] and not EntryVector.objects.exists()
    settings.QIFU_EMBEDDINGS = True
    JOBS["appeals.keep_vectors"](NOW)
    (told,) = meaning.told
    assert "13812345678" not in told and "王测试" not in told and len(told) == len(reply.text)
    made = EntryVector.objects.get()
    assert (made.entry.object_id, made.model) == (reply.pk, meaning.name)
    floats = np.frombuffer(made.floats, np.float16)
    assert np.linalg.norm(floats) == pytest.approx(1, abs=1e-3)
    assert meaning.depths == [len(connection.savepoint_ids)], "outside of any transaction of ours"


def test_a_vector_goes_with_its_entry_and_is_made_anew_with_it(meaning):
    case, reply = replied("门口积水", "已经清理。", contact_name="欧阳测丙")
    keep_vectors(meaning)
    assert entries_to_embed(meaning.name) == []
    reply.text = "补贴已拨付。"
    reply.save()
    searching.index_replies([case.pk])
    entry = CaseEntry.objects.get(kind="reply")
    assert not EntryVector.objects.exists() and entries_to_embed(meaning.name) == [entry.pk]
    assert keep_vectors(meaning) == 1 and meaning.told[-1] == "补贴已拨付。"
    assert keep_vectors(meaning) == 0
    case.delete()
    assert not EntryVector.objects.exists()


def test_what_changes_while_it_is_read_is_left_for_the_next_time(meaning, monkeypatch):
    replied("门口积水", "已经清理。")
    read = meaning.passages

    def slowly(texts):
        CaseEntry.objects.filter(kind="reply").update(said="门口积水\n明天清理。")
        return read(texts)

    monkeypatch.setattr(meaning, "passages", slowly)
    assert keep_vectors(meaning) == 0 and not EntryVector.objects.exists()
    assert keep_vectors(meaning) == 1 and meaning.told[-1] == "明天清理。"


def test_another_model_makes_all_anew_a_few_at_a_time_the_newest_first(meaning, monkeypatch):
    monkeypatch.setattr("qifu.appeals.actions.embedding._A_ROUND", 2)
    for number in range(3):
        replied("门口积水", f"清理{number}")
    assert [keep_vectors(meaning) for _turn in range(3)] == [2, 1, 0]
    assert set(meaning.told[:2]) == {"清理1", "清理2"}
    other = Meaning("meanings 2")
    assert len(entries_to_embed(other.name)) == 3
    assert [keep_vectors(other) for _turn in range(3)] == [2, 1, 0]
    assert set(EntryVector.objects.values_list("model", flat=True)) == {"meanings 2"}
    assert EntryVector.objects.count() == 3
