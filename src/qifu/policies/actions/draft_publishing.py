"""The end of a draft: gone through, published into the library as a new version, or dropped."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import BadInput, Conflict, NotAllowed
from qifu.base.transitions import move
from qifu.organisations.permissions import Actor
from qifu.policies.actions.draft_inputs import PARTS, said
from qifu.policies.actions.library import add_version
from qifu.policies.models import PolicyDraft, PolicyVersion
from qifu.policies.permissions import may_work_on
from qifu.policies.selectors.drafts import reading_of, whole_of
from qifu.policies.states import DRAFT_STEPS


@transaction.atomic
def finish_draft(row: PolicyDraft, *, actor: Actor, revision: int, now: datetime) -> PolicyDraft:
    """Every clause was looked at and nothing is missing: the document may be published.

    BadInput says what is still open, missing or wrong; Conflict where somebody changed the draft
    since `revision`: what is finished is what was looked at.
    """
    _allowed(row, actor)
    row.refresh_from_db()
    if row.state == "open":
        draft = reading_of(row)
        if draft.open:
            raise BadInput(_("还有 %(count)s 条没有核对。") % {"count": len(draft.open)})
        if draft.missing:
            parts = [str(PARTS[part]) for part in draft.missing]
            raise BadInput(_("还缺：%(parts)s。") % {"parts": " / ".join(parts)})
        _without_errors(row, now)
    _move(row, "finish_draft", actor, now)
    if row.revision != revision:  # read again by the move: the transaction takes it back
        raise Conflict(_("同事刚刚改过这份草稿。请再看一遍，然后完成。"))
    return row


@transaction.atomic
def reopen_draft(row: PolicyDraft, *, actor: Actor, now: datetime) -> PolicyDraft:
    """Go on with a draft that was finished and not published."""
    _allowed(row, actor)
    _move(row, "reopen_draft", actor, now)
    return row


@transaction.atomic
def publish_draft(row: PolicyDraft, *, actor: Actor, now: datetime) -> PolicyVersion:
    """The document becomes a version of the library; firms are matched and told as with a pack.

    BadInput for errors, and for an id that stands for another unit's policy; Conflict where the
    version is taken.
    """
    _allowed(row, actor)
    row.refresh_from_db()
    found = _without_errors(row, now) if row.state == "ready" else {}
    if not found:
        _move(row, "publish_draft", actor, now)  # refused, with the state that it has
    code = row.unit.organisation.code
    others = PolicyVersion.objects.filter(policy_id=found["id"]).exclude(unit_code=code)
    if others.exists():
        raise BadInput(
            _("编号 %(id)s 是另一个部门的政策，请换一个编号。") % {"id": found["id"]}, field="id"
        )
    version = add_version(found, city=current_city(), now=now)
    _move(row, "publish_draft", actor, now, note=f"{version.policy_id} v{version.version}",
          published=version)  # fmt: skip
    return version


@transaction.atomic
def drop_draft(row: PolicyDraft, *, actor: Actor, now: datetime) -> PolicyDraft:
    """Throw a draft away; nothing of it was published. Its text goes with it."""
    _allowed(row, actor)
    _move(row, "drop_draft", actor, now, text="", reading={}, steps=[], upload=b"")
    return row


def _allowed(row: PolicyDraft, actor: Actor) -> None:
    if not may_work_on(actor, row):
        raise NotAllowed(_("这份草稿由别的部门核对。"))


def _move(
    row: PolicyDraft, step: str, actor: Actor, now: datetime, *, note: str = "", **changes: Any
) -> None:
    before = move(row, step, DRAFT_STEPS, changed_by=actor.user, changed_at=now, **changes)
    journal.record(
        row, step, actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        from_state=before, to_state=row.state, note=note or row.name,
    )  # fmt: skip


def _without_errors(row: PolicyDraft, now: datetime) -> dict[str, Any]:
    whole = whole_of(row, current_city(), on=localdate(now))
    if whole.errors:
        told = " ".join(f"{one.path}: {said(one)}" for one in whole.errors[:5])
        raise BadInput(_("文件还有错误：%(errors)s") % {"errors": told})
    return dict(whole.document)
