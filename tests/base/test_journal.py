"""The journal: sealed in order, honest about what was changed, whole when words are deleted."""

import pytest

from qifu.base import journal
from qifu.base.models import JournalHead, JournalLine, JournalNote
from tests.conftest import NOW
from tests.factories import EnterpriseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def written(db):
    """Five lines, the even ones with a note, sealed; the demo city's own lines come before."""
    firm = EnterpriseFactory.create()
    lines = [
        journal.record(firm, f"step{n}", actor_id=7, now=NOW, note=f"原因{n}" if n % 2 == 0 else "")
        for n in range(5)
    ]
    journal.seal()
    for line in lines:
        line.refresh_from_db()
    return lines


def test_sealing_numbers_the_lines_in_order_and_verify_finds_nothing(written):
    numbers = [line.number for line in written]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert journal.verify().faults == []
    assert journal.seal() == 0


def test_a_new_line_is_reported_as_not_yet_sealed(written):
    journal.record(EnterpriseFactory.create(), "later", actor_id=None, now=NOW)
    assert journal.verify().unsealed == 1


def test_a_changed_line_is_named(written):
    JournalLine.objects.filter(pk=written[2].pk).update(step="other")
    assert journal.verify().faults == [
        f"line number {written[2].number} (id {written[2].pk}) was changed or inserted"
    ]


def test_a_missing_line_is_named(written):
    number = written[2].number
    JournalLine.objects.filter(pk=written[2].pk).delete()
    assert f"line number {number} is missing" in journal.verify().faults


def test_a_missing_last_line_is_named(written):
    JournalLine.objects.filter(pk=written[4].pk).delete()
    assert any("sealed to number" in fault for fault in journal.verify().faults)


def test_an_inserted_line_is_named(written):
    firm = EnterpriseFactory.create()
    forged = journal.record(firm, "forged", actor_id=1, now=NOW)
    JournalLine.objects.filter(pk=forged.pk).update(number=written[4].number + 1, chain="0" * 64)
    faults = journal.verify().faults
    assert f"line number {written[4].number + 1} (id {forged.pk}) was changed or inserted" in faults


def test_deleted_words_leave_the_chain_whole(written):
    before = journal.verify().notes_deleted
    journal.forget_note(written[0])
    found = journal.verify()
    assert found.faults == []
    assert found.notes_deleted == before + 1
    assert not JournalNote.objects.filter(line=written[0]).exists()


def test_changed_words_are_named(written):
    JournalNote.objects.filter(line=written[0]).update(text="别的原因")
    assert f"the note of line number {written[0].number} (id {written[0].pk}) was changed" in (
        journal.verify().faults
    )


def test_a_sealer_that_comes_second_seals_nothing(written, monkeypatch):
    journal.record(EnterpriseFactory.create(), "late", actor_id=None, now=NOW)
    real = JournalHead.objects.get

    def outrun(**kwargs):
        head = real(**kwargs)
        JournalHead.objects.filter(pk=1).update(number=head.number + 1)
        return head

    monkeypatch.setattr(JournalHead.objects, "get", outrun)
    assert journal.seal() == 0
    assert JournalLine.objects.filter(number=None).count() == 1


def test_sm3_gives_the_standard_digest():
    # GB/T 32905-2016, annex A.1
    assert journal.sm3("abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
