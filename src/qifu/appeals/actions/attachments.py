"""Files of a case: taken by content, looked through before anybody gets them, never inline."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO, cast

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.guards import held
from qifu.appeals.logic.contents import (
    CHUNK,
    EXTENSIONS,
    finding_in,
    safe_name,
    taken,
    type_of,
)
from qifu.appeals.models import Appeal, Attachment
from qifu.appeals.permissions import acts_for_requester, may_attach, may_submit
from qifu.appeals.selectors.limits import FileLimits, file_limits
from qifu.appeals.states import OPEN, State
from qifu.base import journal, outbox
from qifu.base.city import current_city
from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.base.ports import virus_scanners
from qifu.organisations.permissions import Actor

LONGEST_NAME = 120
# a file may come while somebody still has to read it, or the firm may still go on
TAKES_FILES = frozenset({State.DRAFT, State.LAPSED, State.NOT_ACCEPTED, *OPEN})
Upload = tuple[str, BinaryIO, int]


@transaction.atomic
def attach(
    appeal: Appeal,
    *,
    actor: Actor,
    now: datetime,
    files: Sequence[Upload],
    internal: bool = False,
) -> list[Attachment]:
    """Add files, each (name, open file, bytes): all of them or none, in quarantine until looked at.

    `internal` ones are for the government side only. The same file again is the one that is
    there. BadInput at `files` for a type, size or number that the city does not take.
    """
    held(appeal)
    if not may_attach(actor, appeal) or (internal and acts_for_requester(actor, appeal)):
        raise NotAllowed(_("您的岗位不能给这件诉求加文件。"))
    if appeal.state not in TAKES_FILES:
        raise WrongState(
            _("现在的状态是「%(state)s」，不能再加文件。") % {"state": appeal.get_state_display()}
        )
    limits = file_limits(current_city())
    looked = [(name, file, *_looked_at(name, file, limits)) for name, file, _size in files]
    there = {(old.digest, old.internal): old for old in Attachment.objects.filter(appeal=appeal)}
    new = {(row[4], internal) for row in looked} - set(there)
    # each side has its own number: a file that the firm may not see must not cost it one
    if sum(side == internal for _digest, side in there) + len(new) > limits.most:
        raise BadInput(_("一件诉求最多 %(most)s 个文件。") % {"most": limits.most}, field="files")
    done: list[Attachment] = []
    written: list[Attachment] = []
    try:
        for name, file, kind, size, digest in looked:
            found = there.get((digest, internal))
            if found is None:
                found = Attachment(
                    appeal=appeal, name=safe_name(name, kind, LONGEST_NAME), content_type=kind,
                    size=size, digest=digest, internal=internal, uploaded_by=actor.user,
                    uploaded_at=now,
                )  # fmt: skip
                # the stored name says nothing: what the person called it stays in `name`
                found.file.save(f"{secrets.token_hex(16)}.{EXTENSIONS[kind]}", File(file))
                written.append(found)
                found.file.close()
                there[digest, internal] = found
                outbox.request("appeals.scan", str(found.pk), {"attachment": found.pk}, now=now)
            done.append(found)
        if written and appeal.state != State.DRAFT:
            journal.record(
                appeal, "attach", actor_id=actor.user_id, acting_for=actor.organisation_id,
                now=now, from_state=appeal.state, to_state=appeal.state,
                note="、".join(found.name for found in written),
            )  # fmt: skip
    except BaseException:
        # the rows go with the transaction; the bytes would stay
        for found in written:
            found.file.storage.delete(str(found.file.name))
        raise
    return done


def _looked_at(name: str, file: BinaryIO, limits: FileLimits) -> tuple[str, int, str]:
    """Type by content, real size, digest; BadInput for what is not taken."""
    shown = {"name": name[-60:], "most": limits.largest_mb}
    size, digest = 0, hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK):
        size += len(chunk)
        if size > limits.largest:
            raise BadInput(
                _("「%(name)s」超过 %(most)s MB，请压缩后再上传。") % shown, field="files"
            )
        digest.update(chunk)
    if not size:
        raise BadInput(_("「%(name)s」是空文件。") % shown, field="files")
    kind = type_of(file)
    if not taken(kind, limits.types):
        kinds = [EXTENSIONS[one].upper() for one in limits.types if one in EXTENSIONS]
        known = str(_("、")).join(kinds)
        raise BadInput(
            _("「%(name)s」的内容不是可以上传的类型（%(known)s）。") % {**shown, "known": known},
            field="files",
        )
    return kind, size, digest.hexdigest()


@transaction.atomic
def detach(attachment: Attachment, *, actor: Actor, now: datetime) -> None:
    """Take a file out of a draft again; what was submitted stays with the case."""
    appeal = attachment.appeal
    if not (may_submit(actor) and acts_for_requester(actor, appeal)):
        raise NotAllowed(_("您的角色不能删除这个文件。"))
    if held(appeal).state != State.DRAFT:
        raise WrongState(_("诉求已经提交，文件不能再删除。"))
    file = attachment.file
    attachment.delete()
    transaction.on_commit(lambda: file.delete(save=False))


@transaction.atomic
def scan_attachment(pk: int, *, now: datetime) -> str:
    """Look one file through and let it out of quarantine, or reject it; gives its state.

    By content first, then by every virus scanner that is plugged in. Asked twice it does nothing
    the second time; a scanner that cannot be reached leaves the file where it is and raises.
    "" for a file that is gone with its draft.
    """
    attachment = Attachment.objects.filter(pk=pk).first()
    if attachment is None or attachment.state != Attachment.Check.QUARANTINED:
        return attachment.state if attachment else ""
    finding = _finding(attachment)
    state = Attachment.Check.REJECTED if finding else Attachment.Check.CLEAN
    Attachment.objects.filter(pk=pk, state=Attachment.Check.QUARANTINED).update(
        state=state, finding=finding[:200]
    )
    return str(state)


def _finding(attachment: Attachment) -> str:
    try:
        file = attachment.file.open("rb")
    except FileNotFoundError:
        return "lost"
    with file:
        content = cast(BinaryIO, file)
        finding = finding_in(content, attachment.content_type)
        for name in virus_scanners.names() if not finding else ():
            if virus := virus_scanners.get(name).scan(content):
                return f"virus: {virus}"
    return finding
