"""Files of a case: type by content, size, number, quarantine, and never out of it unseen."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from qifu.appeals.actions import attach, detach, discard_draft, scan_attachment, submit_appeal
from qifu.appeals.logic.contents import describe
from qifu.appeals.models import Attachment
from qifu.appeals.selectors.limits import file_limits
from qifu.appeals.selectors.visible import attachment_for, attachments_visible
from qifu.appeals.states import State
from qifu.base import outbox
from qifu.base.city import current_city
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.base.models import JournalLine, OutboxRow
from qifu.base.ports import virus_scanners
from qifu.jobs import work
from tests.appeals import files, world
from tests.appeals.world import later
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture(autouse=True)
def _own_files(demo_city, settings, tmp_path):
    """Files go to a folder of the test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }
    OutboxRow.objects.all().delete()


def put(appeal, *contents, actor=None, name="合同.pdf", **more):
    return attach(
        appeal, actor=actor or world.owner_of(appeal), now=later(appeal),
        files=[(name, io.BytesIO(content), len(content)) for content in contents], **more,
    )  # fmt: skip


def stored():
    return [path for path in Path(default_storage.path("")).rglob("*") if path.is_file()]


def refused(appeal, *contents, error=BadInput, **more):
    before, kept = world.traces(appeal), stored()
    with pytest.raises(error) as found:
        put(appeal, *contents, **more)
    assert world.traces(appeal) == before
    assert stored() == kept, "no bytes stay of what was refused"
    return getattr(found.value, "fields", {})


# taking


def test_a_file_waits_in_quarantine_until_the_worker_looked_at_it():
    appeal = world.submitted()
    owner = world.owner_of(appeal)
    (file,) = put(appeal, files.PDF)
    assert (file.state, file.content_type, file.size) == (
        "quarantined", "application/pdf", len(files.PDF)
    )  # fmt: skip
    assert file.name == "合同.pdf" and "合同" not in file.file.name
    with pytest.raises(Attachment.DoesNotExist):
        attachment_for(owner, file.pk)
    assert list(attachments_visible(owner, appeal)) == [file]
    outbox.serve(work.HANDLERS, clock=lambda: NOW + timedelta(hours=1))
    assert attachment_for(owner, file.pk).state == "clean"
    assert attachment_for(world.intake_actor(), file.pk) == file
    with pytest.raises(Attachment.DoesNotExist):
        attachment_for(world.firm_actor(), file.pk)


def test_a_file_added_later_is_on_record_and_one_of_a_draft_is_not():
    draft = world.draft()
    put(draft, files.PNG)
    assert not JournalLine.objects.filter(subject_kind="appeal", subject_id=draft.pk).exists()
    submit_appeal(draft, actor=world.owner_of(draft), now=later(draft), **world.form())
    assert draft.attachments.count() == 1
    put(draft, files.PDF)
    line = JournalLine.objects.filter(subject_kind="appeal", subject_id=draft.pk).last()
    assert (line.step, line.from_state, line.to_state) == ("attach", "submitted", "submitted")
    assert line.note.text == "合同.pdf"


@pytest.mark.parametrize(
    "content",
    [files.EXE, b"\x7fELF" + b"\0" * 100, b"#!/bin/sh\nrm -rf /\n", b"plain words",
     b"<html><script>alert(1)</script></html>", b"GIF89a" + b"\0" * 100, b"\0" * 500],
)  # fmt: skip
def test_a_name_that_ends_in_pdf_makes_no_pdf(content):
    assert set(refused(world.submitted(), content)) == {"files"}


def test_an_empty_file_and_one_that_is_too_large_are_refused():
    appeal = world.submitted()
    assert set(refused(appeal, b"")) == {"files"}
    largest = file_limits(current_city()).largest
    message = str(refused(appeal, files.PDF + b"\0" * largest)["files"])
    assert f"{largest // 1024 // 1024} MB" in message


def test_the_size_that_is_claimed_is_not_believed():
    appeal = world.submitted()
    largest = file_limits(current_city()).largest
    content = io.BytesIO(files.PDF + b"\0" * largest)
    with pytest.raises(BadInput):
        attach(
            appeal, actor=world.owner_of(appeal), now=later(appeal),
            files=[("a.pdf", content, 10)],
        )  # fmt: skip


def test_a_case_has_so_many_files_and_no_more():
    appeal = world.submitted()
    most = file_limits(current_city()).most
    put(appeal, *[files.PDF + b"%d" % number for number in range(most - 1)])
    assert set(refused(appeal, files.PDF + b"x", files.PDF + b"y")) == {"files"}
    put(appeal, files.PDF + b"x")
    assert set(refused(appeal, files.PDF + b"y")) == {"files"}
    assert appeal.attachments.count() == most


def test_files_of_the_desks_own_take_none_of_the_firms_places():
    appeal, desk = world.submitted(), world.intake_actor()
    many = [files.PDF + b"%% " + str(number).encode() for number in range(9)]
    put(appeal, *many, actor=desk, internal=True)
    assert put(appeal, files.PDF)
    refused(appeal, files.PNG, actor=desk, internal=True)


def test_one_bad_file_of_several_takes_none():
    assert set(refused(world.submitted(), files.PDF, files.EXE)) == {"files"}


def test_the_same_file_twice_is_one():
    appeal = world.submitted()
    first, again = put(appeal, files.PDF, files.PDF)
    (third,) = put(appeal, files.PDF)
    assert first == again == third and appeal.attachments.count() == 1
    assert OutboxRow.objects.filter(name="appeals.scan").count() == 1


def test_no_file_is_no_file():
    appeal = world.submitted()
    before = world.traces(appeal)
    assert put(appeal) == []
    assert world.traces(appeal) == before


def test_bytes_do_not_stay_where_the_rows_fail(monkeypatch):
    appeal = world.submitted()

    def fail(*_args, **_more):
        raise RuntimeError("no journal today")

    monkeypatch.setattr("qifu.appeals.actions.attachments.journal.record", fail)
    refused(appeal, files.PDF, error=RuntimeError)


# who and when


def test_who_has_no_part_in_a_case_adds_nothing():
    appeal = world.handling_()
    people = [
        world.firm_actor(), world.firm_actor(appeal.enterprise, "viewer"),
        world.handler_actor(world.OTHER), world.officer("auditor"),
    ]  # fmt: skip
    for actor in people:
        refused(appeal, files.PDF, error=NotAllowed, actor=actor)
    for actor in (world.handler_actor(), world.intake_actor(), world.coordinator_actor()):
        put(appeal, files.PDF + actor.role.encode(), actor=actor)


def test_a_file_for_the_government_side_is_not_the_firms():
    appeal = world.handling_()
    owner, handler = world.owner_of(appeal), world.handler_actor()
    (file,) = put(appeal, files.PDF, actor=handler, internal=True)
    scan_attachment(file.pk, now=NOW)
    assert not attachments_visible(owner, appeal).exists()
    with pytest.raises(Attachment.DoesNotExist):
        attachment_for(owner, file.pk)
    assert attachment_for(handler, file.pk) == file
    refused(appeal, files.PNG, error=NotAllowed, internal=True)
    (own,) = put(appeal, files.PDF)
    assert own != file and not own.internal, "the firm's own copy is its own"


@pytest.mark.parametrize("state", sorted(State))
def test_files_come_while_somebody_still_reads_them(state):
    appeal = world.in_state(state)
    if state in (State.WITHDRAWN, *[s for s in State if s.startswith("closed")]):
        refused(appeal, files.PDF, error=WrongState)
    else:
        assert put(appeal, files.PDF)


def test_a_draft_of_a_firm_takes_no_file_of_an_official():
    refused(world.draft(), files.PDF, error=NotAllowed, actor=world.intake_actor())


def test_a_file_is_taken_out_of_a_draft_and_stays_with_what_was_submitted(
    django_capture_on_commit_callbacks,
):
    draft = world.draft()
    owner = world.owner_of(draft)
    (file,) = put(draft, files.PDF)
    for actor in (world.firm_actor(), world.intake_actor()):
        with pytest.raises(NotAllowed):
            detach(file, actor=actor, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        detach(file, actor=owner, now=NOW)
    assert not draft.attachments.exists() and not stored()
    (other,) = put(draft, files.PNG)
    submit_appeal(draft, actor=owner, now=later(draft), **world.form())
    other.refresh_from_db()
    with pytest.raises(WrongState):
        detach(other, actor=owner, now=NOW)
    assert draft.attachments.count() == 1


def test_files_go_with_a_draft_and_their_scan_finds_nothing_to_do(
    django_capture_on_commit_callbacks,
):
    draft = world.draft()
    (file,) = put(draft, files.PDF)
    with django_capture_on_commit_callbacks(execute=True):
        discard_draft(draft, actor=world.owner_of(draft), now=NOW)
    assert not stored()
    assert scan_attachment(file.pk, now=NOW) == ""
    outbox.serve(work.HANDLERS, clock=lambda: NOW + timedelta(hours=1))
    assert OutboxRow.objects.get(name="appeals.scan").state == "done"


# looking through

TAKEN = {"letter.docx": files.docx(), "table.xlsx": files.xlsx(), "photo.jpg": files.JPG}
HARMFUL = {
    "macro": files.docx({"word/vbaProject.bin": b"x"}),
    "program": files.archive({"notes.txt": b"hi", "run.exe": b"x"}),
    "bomb": files.archive({"a.txt": b"0" * (60 * 1024 * 1024)}),
    "locked": files.locked_zip(),
    "nested": files.nested(4),
    "remote": files.docx({"word/_rels/settings.xml.rels": files.relation("attachedTemplate")}),
    "active": files.PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"),
    "broken": files.docx()[:-30],
}


@pytest.mark.parametrize("name", TAKEN)
def test_ordinary_papers_are_let_out(name):
    (file,) = put(world.submitted(), TAKEN[name], name=name)
    assert scan_attachment(file.pk, now=NOW) == "clean"


@pytest.mark.parametrize("finding", [code for code in HARMFUL if code != "broken"])
def test_what_could_do_harm_is_rejected_and_stays_undownloadable(finding):
    appeal = world.submitted()
    (file,) = put(appeal, HARMFUL[finding])
    assert scan_attachment(file.pk, now=NOW) == "rejected"
    file.refresh_from_db()
    assert file.finding == finding and str(describe(file.finding)) != finding
    assert scan_attachment(file.pk, now=NOW) == "rejected"
    for actor in (world.owner_of(appeal), world.intake_actor(), world.coordinator_actor()):
        with pytest.raises(Attachment.DoesNotExist):
            attachment_for(actor, file.pk)


def test_a_file_that_changed_on_disk_or_went_away_is_rejected():
    one, two = put(world.submitted(), files.PDF, files.PNG)
    with default_storage.open(one.file.name, "wb") as file:
        file.write(files.EXE)
    default_storage.delete(two.file.name)
    assert (scan_attachment(one.pk, now=NOW), scan_attachment(two.pk, now=NOW)) == (
        "rejected", "rejected"
    )  # fmt: skip
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.finding, two.finding) == ("type", "lost")


class Scanner:
    """Says what it was told to say."""

    def __init__(self, answer):
        self.answer = answer

    def scan(self, file):
        assert file.read(5) == b"%PDF-"
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def scanner(monkeypatch):
    def plug(answer):
        monkeypatch.setitem(virus_scanners._makers, "test", lambda: Scanner(answer))

    return plug


def test_a_virus_is_rejected_by_its_name(scanner):
    (file,) = put(world.submitted(), files.PDF)
    scanner("Win.Test.Virus")
    assert scan_attachment(file.pk, now=NOW) == "rejected"
    file.refresh_from_db()
    assert str(describe(file.finding)) == "发现病毒：Win.Test.Virus"


def test_while_the_scanner_is_away_the_file_stays_in_quarantine(scanner):
    (file,) = put(world.submitted(), files.PDF)
    scanner(OSError("nobody listens"))
    outbox.serve(work.HANDLERS, clock=lambda: NOW + timedelta(hours=1))
    file.refresh_from_db()
    row = OutboxRow.objects.get(name="appeals.scan")
    assert (file.state, row.state, row.attempts) == ("quarantined", "waiting", 1)
    scanner("")
    assert scan_attachment(file.pk, now=NOW) == "clean"


def test_nothing_of_a_file_is_under_the_web_root():
    assert str(settings.STATIC_ROOT) not in default_storage.path("x")
