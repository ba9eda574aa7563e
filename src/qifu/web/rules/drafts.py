"""Drafts of policies: the list, a new one, its clauses beside its text, its document."""

from collections.abc import Callable
from typing import Any, Final

import yaml
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.adapters import language_model
from qifu.base.errors import BadInput, Conflict, Refused, WrongState
from qifu.policies import actions
from qifu.policies.models import PolicyDraft
from qifu.policies.selectors import (
    document_of,
    draft_for,
    drafts_visible_to,
    journal_of_draft,
    reading_of,
    whole_of,
)
from qifu.textmine.policy_reading.drafts import Draft, newest
from qifu.web.desk.doors import desk
from qifu.web.desk.lists import found
from qifu.web.desk.views.journal import line_rows
from qifu.web.http import AskedRequest, city_of
from qifu.web.refusals import put_on
from qifu.web.rules.draft_adding import Adding, adding, kinds
from qifu.web.rules.draft_findings import told
from qifu.web.rules.draft_forms import FillDraft, NewDraft, mending
from qifu.web.rules.draft_rows import page_of, shown
from qifu.web.rules.draft_words import note_in_words

TONES: Final = {
    "reading": ("open", "hourglass"),
    "unreadable": ("bad", "circle-x"),
    "open": ("warn", "edit"),
    "ready": ("open", "circle-check"),
    "published": ("good", "certificate"),
    "dropped": ("none", "trash"),
}
BY_CLAUSE: Final = {
    "confirm": actions.confirm_clause,
    "drop": actions.drop_clause,
    "reopen": actions.reopen_clause,
}


@desk("policies.edit")
@require_http_methods(["GET"])
def drafts(request: AskedRequest) -> HttpResponse:
    """The unit's drafts, the last changed first."""
    page = found(drafts_visible_to(request.actor), request.GET.get("page"))
    rows = [(row, TONES[row.state], _open_of(row)) for row in page.rows]
    return render(request, "rules/drafts.html", {"found": page, "rows": rows})


def _open_of(row: PolicyDraft) -> int | None:
    """How many clauses nobody has looked at; None where that says nothing."""
    if row.state != "open":
        return None
    return [one["state"] for one in row.reading["elements"]].count("open")


@desk("policies.edit")
@require_http_methods(["GET", "POST"])
def new_draft(request: AskedRequest) -> HttpResponse:
    """Paste a notice or upload it."""
    model = language_model.configured() is not None
    posted = request.method == "POST"
    form = NewDraft(
        request.POST if posted else None, request.FILES if posted else None, model=model
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        file = data.get("file")
        try:
            row = actions.make_draft(
                actor=request.actor, now=timezone.now(), text=data["text"],
                name=file.name if file else "", file=file.read() if file else None,
                area=data["area"], assisted=bool(data.get("assisted")),
                # where files are scanned, that comes first, and the worker does it
                at_once=not (file and settings.QIFU_CLAMD),
            )  # fmt: skip
        except BadInput as error:
            put_on(form, error)
        else:
            return redirect("desk-policy-draft", pk=row.pk)
    return render(
        request, "rules/draft_new.html", {"form": form}, status=422 if form.errors else 200
    )


@desk("policies.edit")
@require_http_methods(["GET", "POST"])
def draft(request: AskedRequest, pk: int) -> HttpResponse:
    """The text and its clauses side by side; one form changes one clause."""
    row = draft_for(request.actor, pk)
    if request.method == "GET":
        return _page(request, row)
    do = request.POST.get("do", "")
    clause = request.POST.get("clause", "")
    steps: dict[str, Callable[[], HttpResponse]] = {
        **dict.fromkeys(BY_CLAUSE, lambda: _step(request, row, do, clause)),
        "mend": lambda: _mend(request, row, clause),
        "add": lambda: _add(request, row),
        "confirm_kind": lambda: _confirm_kind(request, row),
        "fill": lambda: _fill(request, row),
        "undo": lambda: _undo(request, row),
    }
    if do not in steps:
        raise Http404
    try:
        return steps[do]()
    except (Conflict, WrongState) as error:
        # a colleague was faster: how it stands now, with what was typed still in the form
        again = draft_for(request.actor, pk)
        forms = {}
        if do == "mend" and again.state == "open":
            typed = next((e for e in reading_of(again).elements if e.id == clause), None)
            if typed is not None:
                forms[clause] = mending(typed, city_of(request), request.POST)
        filling = FillDraft(request.POST) if do == "fill" else None
        new = _new(request, again) if do == "add" and again.state == "open" else None
        return _page(
            request, again, forms=forms, filling=filling, new=new, refused=str(error), status=409
        )
    except BadInput as error:
        return _page(request, row, refused=str(error), status=422)


def _step(request: AskedRequest, row: PolicyDraft, do: str, clause: str) -> HttpResponse:
    BY_CLAUSE[do](
        row, actor=request.actor, clause=clause, seen=request.POST.get("seen", ""),
        now=timezone.now(),
    )  # fmt: skip
    return _next(row, clause, stay=do == "reopen")


def _mend(request: AskedRequest, row: PolicyDraft, clause: str) -> HttpResponse:
    if row.state != "open":
        raise _not_open(row)
    element = next((one for one in reading_of(row).elements if one.id == clause), None)
    if element is None:
        raise Http404
    form: Any = mending(element, city_of(request), request.POST)
    if form.is_valid():
        try:
            actions.mend_clause(
                row, actor=request.actor, clause=clause, seen=request.POST.get("seen", ""),
                says=form.says, now=timezone.now(),
            )  # fmt: skip
        except BadInput as error:
            put_on(form, error)
        else:
            return _next(row, clause, stay=True)
    return _page(request, row, forms={clause: form}, wrong=form, status=422)


def _new(request: AskedRequest, row: PolicyDraft) -> Adding | None:
    """The form of a new clause as it was typed."""
    return adding(request.POST.get("kind", ""), reading_of(row), city_of(request), request.POST)


def _add(request: AskedRequest, row: PolicyDraft) -> HttpResponse:
    if row.state != "open":
        raise _not_open(row)
    new = _new(request, row)
    if new is None:
        raise Http404
    if new.is_valid():
        place = new.place.cleaned_data
        try:
            actions.add_clause(
                row, actor=request.actor, kind=new.kind, says=new.clause.says, now=timezone.now(),
                basis=place["basis"], group=place.get("group", ""),
            )  # fmt: skip
        except BadInput as error:
            put_on(new.place if error.field == "basis" else new.clause, error)
        else:
            return _next(row, newest(reading_of(row)), stay=True)
    wrong = new.place if new.place.errors else new.clause
    return _page(request, row, new=new, wrong=wrong, status=422)


def _not_open(row: PolicyDraft) -> WrongState:
    state = row.get_state_display()
    return WrongState(_("现在的状态是「%(state)s」，不能做这一步。") % {"state": state})


def _confirm_kind(request: AskedRequest, row: PolicyDraft) -> HttpResponse:
    pairs = (pair.partition(":") for pair in request.POST.getlist("seen"))
    seen = {ident: mark for ident, _colon, mark in pairs}
    if seen:
        actions.confirm_kind(row, actor=request.actor, seen=seen, now=timezone.now())
    return _next(row, next(iter(seen), ""))


def _fill(request: AskedRequest, row: PolicyDraft) -> HttpResponse:
    form = FillDraft(request.POST)
    if form.is_valid():
        try:
            actions.fill_draft(
                row, actor=request.actor, values=form.cleaned_data,
                revision=_number(request), now=timezone.now(),
            )  # fmt: skip
        except BadInput as error:
            put_on(form, error)
        else:
            return redirect(reverse("desk-policy-draft", kwargs={"pk": row.pk}) + "#head")
    return _page(request, row, filling=form, wrong=form, status=422)


def _undo(request: AskedRequest, row: PolicyDraft) -> HttpResponse:
    actions.undo_draft_step(row, actor=request.actor, revision=_number(request), now=timezone.now())
    return redirect("desk-policy-draft", pk=row.pk)


def _number(request: AskedRequest) -> int:
    given = request.POST.get("revision", "")
    return int(given) if given.isdecimal() and len(given) < 10 else -1


def _next(row: PolicyDraft, clause: str, *, stay: bool = False) -> HttpResponse:
    """To the clause, or to the next one that nobody has looked at."""
    read = reading_of(row)
    ids = [one.id for one in read.elements]
    goal = clause
    if not stay and clause in ids:
        after = ids[ids.index(clause) :] + ids
        goal = next((one for one in after if one in read.open), clause)
    address = reverse("desk-policy-draft", kwargs={"pk": row.pk})
    page = page_of(read, goal)
    return redirect(f"{address}{f'?page={page}' if page > 1 else ''}#{goal or 'clauses'}")


def _page(
    request: AskedRequest,
    row: PolicyDraft,
    *,
    forms: dict[str, Form] | None = None,
    filling: FillDraft | None = None,
    new: Adding | None = None,
    wrong: Form | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    data: dict[str, Any] = {"draft": row, "tone": TONES[row.state], "refused": refused}
    if row.state in ("reading", "unreadable", "dropped"):
        return render(request, "rules/draft_waiting.html", data, status=status)
    city, on = city_of(request), timezone.localdate()
    read = reading_of(row)
    forms = dict(forms or {})
    asked = request.GET.get("mend", "")
    if asked and row.state == "open" and request.method == "GET":
        forms |= {e.id: mending(e, city) for e in read.elements if e.id == asked}
    if request.method == "GET" and row.state == "open":
        new = adding(request.GET.get("add", ""), read, city, basis=_unread(request, read))
    shown_first = next(iter(forms), request.GET.get("clause", ""))
    number = page_of(read, shown_first) if shown_first else request.GET.get("page")
    data |= {
        "shown": shown(row, city, on=on, number=number, forms=forms),
        "filling": filling or FillDraft(initial=FillDraft.of(read)),
        "new": new,
        "kinds": kinds(),
        "wrong": wrong,
        "editable": row.state == "open",
    }
    return render(request, "rules/draft.html", data, status=status)


def _unread(request: AskedRequest, read: Draft) -> str:
    """The words that were not understood, by their number in the list on the page."""
    asked = request.GET.get("unread", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    return read.content[slice(*read.unread[number - 1])] if 0 < number <= len(read.unread) else ""


@desk("policies.edit")
@require_http_methods(["GET", "POST"])
def document(request: AskedRequest, pk: int) -> HttpResponse:
    """The document that the clauses make, what is wrong with it, and the last steps."""
    row = draft_for(request.actor, pk)
    if request.method == "GET":
        return _document(request, row)
    do, actor, now = request.POST.get("do", ""), request.actor, timezone.now()
    try:
        if do == "finish":
            actions.finish_draft(row, revision=_number(request), actor=actor, now=now)
            messages.success(request, _("核对完毕。现在可以下载或发布。"))
        elif do == "reopen":
            actions.reopen_draft(row, actor=actor, now=now)
            messages.success(request, _("可以继续核对。"))
        elif do == "publish":
            version = actions.publish_draft(row, actor=actor, now=now)
            messages.success(request, _("已发布到政策库，企业现在可以看到。"))
            return redirect("policy", policy_id=version.policy_id)
        elif do == "drop":
            actions.drop_draft(row, actor=actor, now=now)
            messages.success(request, _("草稿已丢弃。"))
            return redirect("desk-policy-drafts")
        else:
            raise Http404
    except (BadInput, Conflict, WrongState) as error:
        again = draft_for(request.actor, pk)
        return _document(request, again, refused=error)
    return redirect("desk-policy-draft-document", pk=pk)


def _document(
    request: AskedRequest, row: PolicyDraft, refused: Refused | None = None
) -> HttpResponse:
    status = 200 if refused is None else 422 if isinstance(refused, BadInput) else 409
    data: dict[str, Any] = {
        "draft": row, "tone": TONES[row.state], "refused": str(refused) if refused else "",
    }  # fmt: skip
    if row.state in ("reading", "unreadable", "dropped"):
        return render(request, "rules/draft_waiting.html", data, status=status)
    city = city_of(request)
    read, whole = reading_of(row), whole_of(row, city, on=timezone.localdate())
    return render(
        request,
        "rules/draft_document.html",
        data | {
            "open": len(read.open),
            "errors": told(whole.errors, whole.document),
            "warnings": told(whole.warnings, whole.document),
            "yaml": _yaml(whole.document),
            "proposals": read.proposals,
            "notes": [note_in_words(note) for note in read.notes],
            "lines": line_rows(journal_of_draft(request.actor, row), city),
            "fit": not (read.open or read.missing or whole.errors),
        },
        status=status,
    )  # fmt: skip


@desk("policies.edit")
@require_http_methods(["GET"])
def draft_yaml(request: AskedRequest, pk: int) -> HttpResponse:
    """The document as a file, for a pack or another program."""
    row = draft_for(request.actor, pk)
    if row.state in ("reading", "unreadable", "dropped"):
        raise Http404
    found = document_of(row)
    answer = HttpResponse(_yaml(found), content_type="application/yaml; charset=utf-8")
    name = f"{found.get('id') or row.name[:60] or row.pk}.yaml"
    answer["Content-Disposition"] = str(content_disposition_header(True, name))
    return answer


def _yaml(document: Any) -> str:
    # None: the innermost lists and mappings on one line, as people write them
    return yaml.safe_dump(
        dict(document), allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
    )
