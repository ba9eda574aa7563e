"""`qifu journal`: seal it, and prove that nobody changed it."""

import pytest

from qifu.base import journal as book
from qifu.base.models import JournalHead, JournalLine, JournalNote
from tests.cli.running import run
from tests.conftest import NOW
from tests.factories import EnterpriseFactory

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def lines(demo_city):
    """Three sealed lines at the end of the journal."""
    firm = EnterpriseFactory.create()
    made = [
        book.record(firm, "declare_fact", actor_id=None, now=NOW, note=f"第 {n} 条")
        for n in (1, 2, 3)
    ]
    assert run("journal", "seal").exit_code == 0
    for line in made:
        line.refresh_from_db()
    return made


def verify():
    done = run("journal", "verify")
    return done.exit_code, done.stdout, done.stderr


def test_sealing_numbers_every_line_once(demo_city):
    waiting = JournalLine.objects.filter(number=None).count()
    book.record(EnterpriseFactory.create(), "declare_fact", actor_id=None, now=NOW)
    assert run("journal", "seal").stdout == f"{waiting + 1} 行已封存 · lines sealed\n"
    assert run("journal", "seal").stdout.startswith("0 ")
    assert not JournalLine.objects.filter(number=None).exists()


def test_a_whole_journal_passes_and_says_what_is_not_yet_sealed(lines):
    book.record(EnterpriseFactory.create(), "declare_fact", actor_id=None, now=NOW)
    exit_code, said, wrong = verify()
    assert (exit_code, wrong) == (0, "")
    assert "1 not yet sealed" in said and "0 faults" in said


def test_a_changed_line_is_named(lines):
    JournalLine.objects.filter(pk=lines[1].pk).update(actor_id=999)
    exit_code, said, wrong = verify()
    assert exit_code == 1
    assert f"line number {lines[1].number} " in wrong
    assert "1 faults" in said


def test_a_missing_line_is_named(lines):
    JournalNote.objects.filter(line=lines[1]).delete()
    lines[1].delete()
    exit_code, _said, wrong = verify()
    assert exit_code == 1
    assert f"line number {lines[1].number} is missing" in wrong


def test_a_line_missing_at_the_end_is_noticed(lines):
    JournalNote.objects.filter(line=lines[2]).delete()
    lines[2].delete()
    exit_code, _said, wrong = verify()
    assert exit_code == 1
    assert f"was sealed to number {lines[2].number}" in wrong


def test_an_inserted_line_is_named(lines):
    number = lines[2].number + 1
    JournalLine.objects.create(
        at=NOW, subject_kind="enterprise", subject_id=1, step="approve_claim", number=number,
        chain="0" * 64,
    )  # fmt: skip
    exit_code, _said, wrong = verify()
    assert exit_code == 1
    assert f"line number {number} " in wrong


def test_a_changed_note_is_named_and_a_deleted_one_is_no_fault(lines):
    JournalNote.objects.filter(line=lines[0]).update(text="别的话")
    JournalNote.objects.filter(line=lines[1]).delete()
    exit_code, said, wrong = verify()
    assert exit_code == 1
    assert f"note of line number {lines[0].number}" in wrong
    assert "1 faults" in said
    JournalNote.objects.filter(line=lines[0]).delete()
    assert verify()[0] == 0


def test_a_journal_whose_head_is_gone_is_noticed(lines):
    JournalHead.objects.all().delete()
    assert verify()[0] == 1
