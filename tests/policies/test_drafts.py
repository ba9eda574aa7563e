"""Drafts of policies: what officers of one unit do to clauses, from every state, two at once."""

import io

import pytest
from docx import Document as Word

from qifu.base import outbox
from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.base.models import JournalLine, OutboxRow
from qifu.base.packs import read_pack
from qifu.base.ports import virus_scanners
from qifu.base.transitions import steps_from
from qifu.jobs.demo_draft import load_demo_draft
from qifu.jobs.work import HANDLERS
from qifu.organisations.permissions import NOBODY
from qifu.policies import actions
from qifu.policies.actions.library import load_policies
from qifu.policies.models import PolicyDraft, PolicyVersion
from qifu.policies.selectors import (
    document_of,
    draft_for,
    drafts_visible_to,
    policy_for,
    reading_of,
    stamp,
)
from qifu.policies.states import DRAFT_STEPS, DraftState
from tests.conftest import NOW, ROOT
from tests.factories import enterprise_actor, officer
from tests.web.draft_world import NOTICE, drafted

pytestmark = pytest.mark.usefixtures("demo_city")
HEAD = {"id": "XG-2027-1", "version": "1"}


@pytest.fixture
def editor():
    return officer("policy_officer")


@pytest.fixture
def row(editor):
    return drafted(editor)


def by_attr(row, attr):
    return next(e for e in reading_of(row).elements if e.says.get("attr") == attr)


def step(do, row, actor, element, **more):
    return do(row, actor=actor, clause=element.id, seen=stamp(element), now=NOW, **more)


def gone_through(row, actor):
    """Every clause confirmed and what is missing filled in."""
    seen = {e.id: stamp(e) for e in reading_of(row).elements}
    actions.confirm_kind(row, actor=actor, seen=seen, now=NOW)
    return actions.fill_draft(row, actor=actor, values=HEAD, revision=row.revision, now=NOW)


def published(row, actor):
    gone_through(row, actor)
    actions.finish_draft(row, actor=actor, revision=row.revision, now=NOW)
    return actions.publish_draft(row, actor=actor, now=NOW)


def test_a_pasted_notice_is_read_at_once_and_every_clause_is_open(row, editor):
    draft = reading_of(row)
    assert (row.state, row.name) == ("open", NOTICE.splitlines()[0])
    assert len(draft.open) == len(draft.elements) > 10
    assert draft.missing == ("id", "version")
    assert document_of(row)["card"]["unit"] == row.unit.organisation.code
    line = JournalLine.objects.get(subject_kind="policydraft", subject_id=row.pk)
    assert (line.step, line.actor_id, line.to_state) == ("make_draft", editor.user_id, "open")


def test_confirming_mending_dropping_and_reopening_change_the_document(row, editor):
    revenue, patents = by_attr(row, "revenue"), by_attr(row, "invention_patents")
    step(actions.confirm_clause, row, editor, by_attr(row, "legal_person"))
    says = {"attr": "revenue", "op": ">=", "value": 5000, "unit": "万元",
            "period": "last_fiscal_year"}  # fmt: skip
    step(actions.mend_clause, row, editor, revenue, says=says)
    step(actions.drop_clause, row, editor, patents)
    groups = str(document_of(draft_for(editor, row.pk))["when"])
    assert "5000" in groups and "invention_patents" not in groups
    step(actions.reopen_clause, row, editor, reading_of(row).element(patents.id))
    assert by_attr(row, "invention_patents").state == "open"
    mended = by_attr(row, "revenue")
    assert mended.clause["src"] == revenue.clause["src"]  # where it stands in the text stays
    steps = JournalLine.objects.filter(subject_kind="policydraft").values_list("step", flat=True)
    assert list(steps.order_by("pk"))[1:] == [
        "confirm_clause", "mend_clause", "drop_clause", "reopen_clause",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("says", "field"),
    [
        ({"attr": "no_such", "op": ">=", "value": 1}, "attr"),
        ({"attr": "revenue", "op": "is", "value": True}, "op"),
        ({"attr": "revenue", "op": ">=", "value": "much", "unit": "万元",
          "period": "last_fiscal_year"}, "value"),
        ({"attr": "revenue", "op": ">=", "value": 5, "period": "last_fiscal_year"}, "unit"),
    ],
)  # fmt: skip
def test_a_condition_that_the_rulebook_refuses_is_refused_at_its_field(row, editor, says, field):
    with pytest.raises(BadInput) as told:
        step(actions.mend_clause, row, editor, by_attr(row, "revenue"), says=says)
    assert field in told.value.fields
    assert by_attr(draft_for(editor, row.pk), "revenue").state == "open"


def test_of_two_people_at_one_clause_the_second_is_told_and_other_clauses_do_not_mind(row, editor):
    colleague = officer("policy_officer", row.unit)
    mine, theirs = draft_for(editor, row.pk), draft_for(colleague, row.pk)
    revenue, patents = by_attr(row, "revenue"), by_attr(row, "invention_patents")
    step(actions.drop_clause, theirs, colleague, revenue)
    step(actions.confirm_clause, mine, editor, patents)  # another clause: both count
    with pytest.raises(Conflict, match=revenue.id):
        step(actions.confirm_clause, mine, editor, revenue)
    now = draft_for(editor, row.pk)
    states = {e.id: e.state for e in reading_of(now).elements}
    assert (states[revenue.id], states[patents.id]) == ("dropped", "confirmed")


def test_the_last_step_is_taken_back_and_a_colleagues_is_not(row, editor):
    before = row.reading
    seen = {e.id: stamp(e) for e in reading_of(row).elements}
    actions.confirm_kind(row, actor=editor, seen=seen, now=NOW)
    actions.fill_draft(row, actor=editor, values=HEAD, revision=row.revision, now=NOW)
    assert reading_of(row).filled == {"id": "XG-2027-1", "version": 1}
    old = row.revision
    for _turn in range(2):
        actions.undo_draft_step(row, actor=editor, revision=row.revision, now=NOW)
    assert draft_for(editor, row.pk).reading == before
    with pytest.raises(Conflict):
        actions.undo_draft_step(row, actor=editor, revision=old, now=NOW)
    with pytest.raises(WrongState):
        actions.undo_draft_step(row, actor=editor, revision=row.revision, now=NOW)


def test_a_clause_that_was_not_read_is_added_and_taken_back(row, editor):
    before = row.reading
    says = {"attr": "employees", "op": ">=", "value": 20, "unit": "人"}
    actions.add_clause(
        row, actor=editor, kind="condition", says=says, basis="团队曾获虹光奖章", now=NOW
    )
    made = reading_of(row).element("h1")
    assert (made.quote, made.state) == ("团队曾获虹光奖章", "confirmed")
    assert "'employees'" in str(document_of(draft_for(editor, row.pk))["when"])
    line = JournalLine.objects.get(subject_kind="policydraft", step="add_clause")
    assert line.note.text.startswith("h1 团队")
    step(actions.mend_clause, row, editor, made, says=says | {"value": 30})
    actions.undo_draft_step(row, actor=editor, revision=row.revision, now=NOW)
    assert reading_of(row).element("h1").clause["value"] == 20
    actions.undo_draft_step(row, actor=editor, revision=row.revision, now=NOW)
    assert draft_for(editor, row.pk).reading == before


@pytest.mark.parametrize(
    ("kind", "says", "basis", "field"),
    [
        ("condition", {"attr": "no_such", "op": ">=", "value": 1}, "", "attr"),
        ("condition", {"attr": "legal_person", "op": "is", "value": True}, "天外", "basis"),
        ("title", "x", "", "kind"),
    ],
)
def test_what_cannot_be_added_is_refused_at_its_field(row, editor, kind, says, basis, field):
    with pytest.raises(BadInput) as told:
        actions.add_clause(row, actor=editor, kind=kind, says=says, basis=basis, now=NOW)
    assert field in (told.value.fields or {told.value.field: ""})
    with pytest.raises(NotAllowed):
        actions.add_clause(row, actor=officer("policy_officer"), kind=kind, says=says, now=NOW)


def test_what_two_people_fill_in_is_not_overwritten(row, editor):
    old = row.revision
    actions.fill_draft(row, actor=editor, values=HEAD, revision=old, now=NOW)
    with pytest.raises(Conflict):
        actions.fill_draft(row, actor=editor, values={"id": "B-1"}, revision=old, now=NOW)
    assert reading_of(draft_for(editor, row.pk)).filled["id"] == "XG-2027-1"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"id": "两 个"}, "id"), ({"version": "0"}, "version"), ({"version": "x"}, "version"),
     ({"amount": "min(1,"}, "amount"), ({"benefit": "gift"}, "benefit")],
)  # fmt: skip
def test_what_is_filled_in_wrongly_is_told_at_its_field(row, editor, values, field):
    with pytest.raises(BadInput) as told:
        actions.fill_draft(row, actor=editor, values=values, revision=row.revision, now=NOW)
    assert list(told.value.fields) == [field]


def test_nothing_is_finished_before_every_clause_was_looked_at(row, editor):
    with pytest.raises(BadInput, match="没有核对"):
        actions.finish_draft(row, actor=editor, revision=row.revision, now=NOW)
    seen = {e.id: stamp(e) for e in reading_of(row).elements}
    actions.confirm_kind(row, actor=editor, seen=seen, now=NOW)
    with pytest.raises(BadInput, match="政策编号 / 版本"):
        actions.finish_draft(row, actor=editor, revision=row.revision, now=NOW)
    assert draft_for(editor, row.pk).state == "open"


def test_a_published_draft_is_in_the_library_and_a_pack_leaves_it_there(row, editor, demo_city):
    version = published(row, editor)
    assert (version.policy_id, version.version) == ("XG-2027-1", 1)
    assert policy_for(NOBODY, "XG-2027-1", on=NOW.date()) == version
    assert version.unit_code == row.unit.organisation.code
    assert draft_for(editor, row.pk).published == version
    asked = OutboxRow.objects.get(name="policies.library_changed", key=f"version{version.pk}")
    assert asked.payload["changed"] == [{"old": None, "new": version.pk}]
    pack = PolicyVersion.objects.exclude(pk=version.pk).values_list("document", flat=True)
    counts = load_policies(list(pack), city=demo_city, now=NOW)
    assert counts["withdrawn"] == 0
    assert PolicyVersion.objects.get(pk=version.pk).state == "published"


def test_an_id_of_another_unit_and_a_version_that_is_taken_are_refused(row, editor):
    published(row, editor)
    again = drafted(editor)
    with pytest.raises(Conflict, match="版本"):
        published(again, editor)
    assert draft_for(editor, again.pk).state == "ready"
    stranger = officer("policy_officer")
    with pytest.raises(BadInput, match="另一个部门"):
        published(drafted(stranger), stranger)


def test_every_step_from_every_state_goes_by_the_table(row, editor):
    gone_through(row, editor)
    whole = {
        "finish_draft": lambda r: actions.finish_draft(
            r, actor=editor, revision=r.revision, now=NOW
        ),
        "reopen_draft": lambda r: actions.reopen_draft(r, actor=editor, now=NOW),
        "publish_draft": lambda r: actions.publish_draft(r, actor=editor, now=NOW),
        "drop_draft": lambda r: actions.drop_draft(r, actor=editor, now=NOW),
    }
    first = reading_of(row).elements[0]
    for number, state in enumerate(s for s in DraftState.values if s != "published"):
        for name, do in whole.items():
            made = drafted(editor)
            PolicyDraft.objects.filter(pk=made.pk).update(
                state=state, reading={**row.reading, "filled": {"id": f"N{number}", "version": 1}}
            )
            made = draft_for(editor, made.pk)
            if name in steps_from(state, DRAFT_STEPS):
                do(made)
                assert draft_for(editor, made.pk).state == DRAFT_STEPS[name][1]
                continue
            with pytest.raises(WrongState):
                do(made)
            assert draft_for(editor, made.pk).state == state
            if state != "open":
                with pytest.raises(WrongState):
                    step(actions.drop_clause, made, editor, first)


def test_a_draft_is_its_units_and_nobody_elses(row, editor):
    assert list(drafts_visible_to(officer("policy_officer", row.unit))) == [row]
    element = reading_of(row).elements[0]
    for other in (officer("policy_officer"), officer("handler", row.unit), enterprise_actor()):
        assert list(drafts_visible_to(other)) == []
        with pytest.raises(PolicyDraft.DoesNotExist):
            draft_for(other, row.pk)
        with pytest.raises(NotAllowed):
            step(actions.confirm_clause, row, other, element)
        with pytest.raises(NotAllowed):
            actions.drop_draft(row, actor=other, now=NOW)
    with pytest.raises(NotAllowed):
        drafted(enterprise_actor())


def test_a_dropped_draft_keeps_nothing_of_its_text(row, editor):
    actions.drop_draft(row, actor=editor, now=NOW)
    kept = PolicyDraft.objects.get(pk=row.pk)
    assert (kept.state, kept.text, kept.reading, bytes(kept.upload)) == ("dropped", "", {}, b"")
    assert list(drafts_visible_to(editor)) == []


def word(text):
    made, out = Word(), io.BytesIO()
    for line in text.splitlines():
        made.add_paragraph(line)
    made.save(out)
    return out.getvalue()


def test_a_word_file_is_read_at_once_and_a_bad_one_is_told_at_the_field(editor):
    row = drafted(editor, text="", file=word(NOTICE), name="通知.docx")
    assert by_attr(row, "revenue").says["value"] == 2000
    for file, message in (
        (b"", "没有文字"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "读不了|认不出"),
        (b"%PDF-1.4\nbroken", "打不开"),
        (b"PK\x03\x04broken", "打不开"),
    ):
        with pytest.raises(BadInput, match=message) as told:
            drafted(editor, text="", file=file, name="x")
        assert list(told.value.fields) == ["file"]
    for text in ("", " \n ", "\x00"):
        with pytest.raises(BadInput) as told:
            drafted(editor, text=text)
        assert list(told.value.fields) == ["text"]
    with pytest.raises(BadInput) as told:
        drafted(editor, area="没有这个地方")
    assert list(told.value.fields) == ["area"]


def serve(times):
    return sum(outbox.serve(HANDLERS, clock=lambda: NOW, most=1) for _turn in range(times))


def test_a_big_file_is_read_by_the_worker_in_two_steps(editor, monkeypatch):
    OutboxRow.objects.all().delete()
    monkeypatch.setattr("qifu.policies.actions.draft_making.AT_ONCE_BYTES", 10)
    row = drafted(editor, text="", file=NOTICE.encode(), name="通知.txt")
    assert (row.state, row.text) == ("reading", "")
    assert serve(1) == 1
    half = draft_for(editor, row.pk)
    assert (half.state, half.text, bytes(half.upload)) == ("reading", NOTICE, b"")
    assert serve(1) == 1
    done = draft_for(editor, row.pk)
    assert done.state == "open"
    assert by_attr(done, "revenue").says["value"] == 2000
    assert actions.read_draft(row.pk, now=NOW) == "open"  # asked twice, done once


def test_what_the_worker_cannot_read_says_why(editor, monkeypatch):
    class Finds:
        def scan(self, file):
            return "Test-Signature"

    row = drafted(editor, text="", file=b"%PDF-1.4\nbroken", name="x.pdf", at_once=False)
    assert actions.read_draft(row.pk, now=NOW) == "unreadable"
    assert "打不开" in draft_for(editor, row.pk).why_not
    infected = drafted(editor, text="", file=NOTICE.encode(), name="x.txt", at_once=False)
    monkeypatch.setattr(virus_scanners, "names", lambda: ["finds"])
    monkeypatch.setattr(virus_scanners, "get", lambda name: Finds())
    assert actions.read_draft(infected.pk, now=NOW) == "unreadable"
    assert draft_for(editor, infected.pk).text == ""


def test_the_demo_has_a_made_up_notice_as_a_draft_once():
    pack = read_pack(ROOT / "cities" / "shenzhen_demo")
    assert [load_demo_draft(pack, now=NOW) for _turn in range(2)] == [True, False]
    row = PolicyDraft.objects.get()
    assert row.made_up and row.unit.organisation.code == "SZ-GXJ"
    assert len(reading_of(row).open) > 12
