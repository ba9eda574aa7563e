"""The journal: a line for every step, sealed into a chain, with words that can be forgotten."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from django.db import models, transaction

from qifu.base.models import JournalHead, JournalLine, JournalNote

SEALED_FIELDS = (
    "at", "actor_id", "acting_for", "subject_kind", "subject_id",
    "step", "from_state", "to_state", "note_digest",
)  # fmt: skip


def sm3(text: str) -> str:
    """SM3 (GB/T 32905) of UTF-8 text, as 64 hexadecimal digits."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(text.encode())
    return digest.finalize().hex()


def record(
    subject: models.Model,
    step: str,
    *,
    actor_id: int | None,
    now: datetime,
    acting_for: int | None = None,
    from_state: str = "",
    to_state: str = "",
    note: str = "",
) -> JournalLine:
    """Append one line; the note is kept apart, under a salt, so that it can be deleted."""
    salt = secrets.token_hex(16) if note else ""
    line = JournalLine.objects.create(
        at=now,
        actor_id=actor_id,
        acting_for=acting_for,
        subject_kind=subject._meta.model_name or "",
        subject_id=subject.pk,
        step=step,
        from_state=from_state,
        to_state=to_state,
        note_digest=sm3(salt + note) if note else "",
    )
    if note:
        JournalNote.objects.create(line=line, salt=salt, text=note)
    return line


def forget_note(line: JournalLine) -> None:
    """Delete the words of a line; its digest stays, so the chain stays whole."""
    JournalNote.objects.filter(line=line).delete()


def _chained(line: JournalLine, number: int, before: str) -> str:
    content: dict[str, Any] = {name: getattr(line, name) for name in SEALED_FIELDS}
    content["at"] = line.at.astimezone(UTC).isoformat()
    content["number"] = number
    content["id"] = line.pk
    return sm3(before + json.dumps(content, sort_keys=True, ensure_ascii=False))


def seal(*, batch: int = 5_000) -> int:
    """Number and hash the lines that are not yet sealed, in order; give how many.

    Runs in batches of one transaction each. Two sealers at once: the UPDATE of the head row
    names what it was, so the second rolls back and seals nothing twice.
    """
    sealed = 0
    JournalHead.objects.get_or_create(pk=1)
    while True:
        with transaction.atomic():
            head = JournalHead.objects.get(pk=1)
            lines = list(JournalLine.objects.filter(number=None).order_by("pk")[:batch])
            if not lines:
                return sealed
            number, chain = head.number, head.chain
            for line in lines:
                number += 1
                chain = _chained(line, number, chain)
                line.number, line.chain = number, chain
            if not JournalHead.objects.filter(pk=1, number=head.number).update(
                number=number, chain=chain
            ):
                return sealed  # another sealer was faster; nothing of ours is written
            JournalLine.objects.bulk_update(lines, ["number", "chain"], batch_size=500)
            sealed += len(lines)


@dataclass
class Verification:
    """What `verify` found: how much is sealed, what is wrong, what is not yet sealed."""

    sealed: int = 0
    unsealed: int = 0
    notes_deleted: int = 0
    faults: list[str] = field(default_factory=list)


def _sealed_lines() -> Iterator[JournalLine]:
    lines = JournalLine.objects.exclude(number=None).order_by("number").select_related("note")
    return lines.iterator(chunk_size=2_000)


def verify() -> Verification:
    """Walk the chain and name every changed, missing or inserted line."""
    found = Verification(unsealed=JournalLine.objects.filter(number=None).count())
    number, chain = 0, ""
    for line in _sealed_lines():
        assert line.number is not None
        if line.number != number + 1:
            missing = (
                f"{number + 1}" if line.number == number + 2 else f"{number + 1}–{line.number - 1}"
            )
            found.faults.append(f"line number {missing} is missing")
        elif _chained(line, line.number, chain) != line.chain:
            found.faults.append(f"line number {line.number} (id {line.pk}) was changed or inserted")
        note = getattr(line, "note", None)
        if note is None and line.note_digest:
            found.notes_deleted += 1
        elif note is not None and sm3(note.salt + note.text) != line.note_digest:
            found.faults.append(f"the note of line number {line.number} (id {line.pk}) was changed")
        # go on from what is stored, so that one fault is named once and the rest is still checked
        number, chain = line.number, line.chain
        found.sealed += 1
    head = JournalHead.objects.filter(pk=1).first()
    if head and (head.number, head.chain) != (number, chain):
        found.faults.append(
            f"the journal was sealed to number {head.number} but ends at {number}"
            if head.number != number
            else f"the last line, number {number}, is not the one that was sealed"
        )
    elif head is None and number:
        found.faults.append("the head of the journal is missing")
    return found
