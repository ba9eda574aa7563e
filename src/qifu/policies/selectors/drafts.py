"""Drafts of policies: whose they are, what is in them, what stands in the way of publishing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from qifu.base.city import City
from qifu.base.models import JournalLine
from qifu.organisations.permissions import Actor
from qifu.policies.models import PolicyDraft
from qifu.policies.permissions import may_edit_policies, may_work_on
from qifu.rulebook.check import check_documents
from qifu.rulebook.documents import Document
from qifu.rulebook.findings import Finding
from qifu.textmine.policy_reading.drafts import Draft, Element


@dataclass(frozen=True)
class Whole:
    """A draft as a document: with an error in `errors` nothing may be published."""

    document: Mapping[str, Any]
    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...]


def drafts_visible_to(actor: Actor) -> QuerySet[PolicyDraft]:
    """The drafts of the actor's unit that were not dropped, the last changed first."""
    if not may_edit_policies(actor):
        return PolicyDraft.objects.none()
    own = PolicyDraft.objects.filter(unit_id=actor.organisation_id).exclude(state="dropped")
    light = own.defer("text", "steps", "upload").select_related("changed_by", "published")
    return light.order_by("-changed_at", "-pk")


def draft_for(actor: Actor, pk: int) -> PolicyDraft:
    """One draft of the actor's unit; else PolicyDraft.DoesNotExist."""
    if not may_edit_policies(actor):
        raise PolicyDraft.DoesNotExist
    own = PolicyDraft.objects.filter(unit_id=actor.organisation_id).defer("upload")
    people = own.select_related("unit__organisation", "made_by", "changed_by", "published")
    return people.get(pk=pk)


def reading_of(row: PolicyDraft) -> Draft:
    """The clauses of a draft that was read."""
    return Draft.from_json({**row.reading, "content": row.text})


def stamp(element: Element) -> str:
    """A short mark of how a clause stands now: another after every change of it."""
    now = [element.state, element.clause, element.says]
    text = json.dumps(now, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def document_of(row: PolicyDraft) -> dict[str, Any]:
    """The policy document as it would be published: the unit of the draft stands in its card."""
    document = reading_of(row).document
    card = dict(document.get("card") or {})
    card.setdefault("unit", row.unit.organisation.code)
    return {**document, "card": card}


def whole_of(row: PolicyDraft, city: City, *, on: date) -> Whole:
    """The document, checked as `qifu rules check` does, its quotes against the text as well."""
    document, draft = document_of(row), reading_of(row)
    checked = check_documents(
        [Document(document)],
        city.catalogue,
        on=on,
        derived=city.derived,
        texts={draft.doc: draft.content.split("\n")},
    )
    # what it excludes is in the library, which is not read here
    alone = ("excludes", "combine")
    warnings = tuple(one for one in checked.warnings if one.code not in alone)
    return Whole(document, checked.errors, warnings)


def journal_of_draft(actor: Actor, row: PolicyDraft) -> list[JournalLine]:
    """What was done to a draft, newest first, for its unit."""
    if not may_work_on(actor, row):
        return []
    lines = JournalLine.objects.filter(subject_kind="policydraft", subject_id=row.pk)
    return list(lines.select_related("note").order_by("-pk")[:100])
