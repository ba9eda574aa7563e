"""What officers do to the clauses of a draft: every step names the clause as it was looked at."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.organisations.permissions import Actor
from qifu.policies.actions.draft_inputs import FILLED, filled, fitting
from qifu.policies.models import PolicyDraft
from qifu.policies.permissions import may_work_on
from qifu.policies.selectors.drafts import reading_of, stamp
from qifu.textmine.policy_reading import drafts
from qifu.textmine.policy_reading.drafts import Draft, Element
from qifu.textmine.policy_reading.folding import fold
from qifu.textmine.policy_reading.marks import CONDITION

MOST_STEPS: Final = 20  # that can be taken back
_TRIES: Final = 5
Seen = Mapping[str, str]


def confirm_clause(
    row: PolicyDraft, *, actor: Actor, clause: str, seen: str, now: datetime
) -> PolicyDraft:
    """The clause says what the text says. `seen`: its `stamp` when it was looked at."""
    return _change(
        row, "confirm_clause", actor, now, {clause: seen}, lambda d: drafts.confirm(d, clause)
    )


def drop_clause(
    row: PolicyDraft, *, actor: Actor, clause: str, seen: str, now: datetime
) -> PolicyDraft:
    """The clause does not belong into the document."""
    return _change(row, "drop_clause", actor, now, {clause: seen}, lambda d: drafts.drop(d, clause))


def reopen_clause(
    row: PolicyDraft, *, actor: Actor, clause: str, seen: str, now: datetime
) -> PolicyDraft:
    """The clause has to be looked at again."""
    return _change(
        row, "reopen_clause", actor, now, {clause: seen}, lambda d: drafts.reopen(d, clause)
    )


def mend_clause(
    row: PolicyDraft, *, actor: Actor, clause: str, seen: str, says: Any, now: datetime
) -> PolicyDraft:
    """Another clause in its place; `says` as `drafts.mend` takes it. BadInput for no such clause.

    A condition is read once by the rulebook: what the catalogue refuses is refused here.
    """

    def mended(draft: Draft) -> Draft:
        fitting(draft.element(clause).kind, says)
        try:
            return drafts.mend(draft, clause, says)
        except ValueError as error:
            raise BadInput(str(error), field="value") from None

    return _change(row, "mend_clause", actor, now, {clause: seen}, mended)


def add_clause(
    row: PolicyDraft,
    *,
    actor: Actor,
    kind: str,
    says: Any,
    now: datetime,
    basis: str = "",
    group: str = "",
) -> PolicyDraft:
    """A clause that was not read; `says` as `drafts.add` takes it. BadInput for no such clause.

    `basis`: the words of the text that it rests on, "" for none; `group`: the choice it belongs to.
    """

    def added(draft: Draft) -> Draft:
        if kind not in drafts.ADDABLE:
            raise BadInput(_("这种条目不能添加。"), field="kind")
        if group and (kind != CONDITION or group not in draft.groups):
            raise BadInput(_("这份草稿里没有这一组。"), field="group")
        fitting(kind, says)
        if fold(basis.strip()) not in fold(draft.content):
            raise BadInput(_("原文里没有这几个字，请从原文复制，或者不填。"), field="basis")
        try:
            return drafts.add(draft, kind, says, words=basis, group=group or None)
        except ValueError as error:
            raise BadInput(str(error), field="kind") from None

    return _change(row, "add_clause", actor, now, {}, added)


def confirm_kind(row: PolicyDraft, *, actor: Actor, seen: Seen, now: datetime) -> PolicyDraft:
    """Confirm several clauses at once, each with its `stamp`; those that are open."""

    def confirmed(draft: Draft) -> Draft:
        for ident in seen:
            if draft.element(ident).state == drafts.OPEN:
                draft = drafts.confirm(draft, ident)
        return draft

    return _change(row, "confirm_kind", actor, now, seen, confirmed)


def fill_draft(
    row: PolicyDraft, *, actor: Actor, values: Mapping[str, Any], revision: int, now: datetime
) -> PolicyDraft:
    """What the text does not say: `FILLED`; an empty value takes a filled one out again.

    `amount` is the expression. Conflict where somebody filled it since `revision`.
    """
    typed = filled(values)

    def made(draft: Draft) -> Draft:
        kept = {key: value for key, value in draft.filled.items() if key not in FILLED}
        return replace(draft, filled={**kept, **typed})

    return _change(row, "fill_draft", actor, now, {}, made, revision=revision)


def undo_draft_step(row: PolicyDraft, *, actor: Actor, revision: int, now: datetime) -> PolicyDraft:
    """Take the last change back. Conflict where it is another one than at `revision`."""

    def before(draft: Draft) -> Draft:
        if row.revision != revision:
            raise Conflict(_("同事刚刚改过这份草稿，没有撤回。请看一看现在的样子。"))
        if not row.steps:
            raise WrongState(_("没有可以撤回的一步。"))
        last = row.steps[-1]
        old = {one["id"]: one for one in last["elements"]}
        added = last.get("added", ())
        elements = tuple(
            replace(one, **{k: old[one.id][k] for k in ("state", "clause", "says")})
            if one.id in old else one
            for one in draft.elements if one.id not in added
        )  # fmt: skip
        return replace(draft, elements=elements, filled=last["filled"])

    return _change(row, "undo_draft_step", actor, now, {}, before)


@transaction.atomic
def _change(
    row: PolicyDraft,
    step: str,
    actor: Actor,
    now: datetime,
    seen: Seen,
    change: Callable[[Draft], Draft],
    *,
    revision: int | None = None,
) -> PolicyDraft:
    """Take a step on the draft as the database holds it now; other clauses may have changed.

    The UPDATE names the revision that was read: of two people at once the second reads again.
    """
    for _try in range(_TRIES):
        _held(row, actor)
        draft = reading_of(row)
        if revision is not None and _filled_since(row, revision):
            raise Conflict(_("同事刚刚填过这一栏。您填的还在，请对照后再保存。"))
        for ident, mark in seen.items():
            try:
                one = draft.element(ident)
            except KeyError:
                raise BadInput(_("这份草稿里没有这一条。")) from None
            if stamp(one) != mark:
                raise Conflict(
                    _("同事刚刚改过「%(clause)s」这一条，您的操作没有生效。请看一看现在的样子。")
                    % {"clause": ident}
                )
        made = change(draft)
        known, new = ({one.id: one for one in d.elements} for d in (draft, made))
        before = [one for ident, one in known.items() if ident in new and new[ident] != one]
        added = [one for ident, one in new.items() if ident not in known]
        if known.keys() == new.keys() and not before and draft.filled == made.filled:
            return row
        steps = row.steps[:-1] if step == "undo_draft_step" else [
            *row.steps[1 - MOST_STEPS :],
            {"step": step, "revision": row.revision, "filled": dict(draft.filled),
             "elements": [_old(one) for one in before], "added": [one.id for one in added]},
        ]  # fmt: skip
        reading = {k: v for k, v in made.to_json().items() if k != "content"}
        changed = PolicyDraft.objects.filter(
            pk=row.pk, revision=row.revision, state="open"
        ).update(
            reading=reading, steps=steps, revision=row.revision + 1, changed_by=actor.user_id,
            changed_at=now,
        )  # fmt: skip
        row.refresh_from_db(fields=_READ)
        if changed:
            journal.record(
                row, step, actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
                from_state=row.state, to_state=row.state, note=_note(before or added, made),
            )  # fmt: skip
            return row
    raise Conflict(_("同事正在改这份草稿，请再试一次。"))


_READ: Final = ("state", "reading", "steps", "revision", "changed_by", "changed_at", "published")


def _held(row: PolicyDraft, actor: Actor) -> None:
    """Only officers of its unit, and only while it is open; as the database holds it now."""
    if not may_work_on(actor, row):
        raise NotAllowed(_("这份草稿由别的部门核对。"))
    row.refresh_from_db(fields=_READ)
    if row.state != "open":
        raise WrongState(
            _("现在的状态是「%(state)s」，不能做这一步。") % {"state": row.get_state_display()}
        )


def _filled_since(row: PolicyDraft, revision: int) -> bool:
    later = [one for one in row.steps if one["revision"] >= revision]
    return any(one["step"] == "fill_draft" for one in later)


def _old(element: Element) -> dict[str, Any]:
    return {
        "id": element.id, "state": element.state, "clause": element.clause,
        "says": dict(element.says),
    }  # fmt: skip


def _note(changed: list[Element], made: Draft) -> str:
    """Which clauses, with the beginning of their words; or what was filled in."""
    if not changed:
        return "、".join(str(made.filled[key]) for key in ("id", "version") if key in made.filled)
    first = changed[0]
    if len(changed) == 1:
        return f"{first.id} {first.quote[:60]}".strip()
    return "、".join(one.id for one in changed[:40])
