"""One case of a firm: what was asked and answered, by when and why, and the steps it may take."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.models import Appeal
from qifu.appeals.permissions import may_attach, steps_for
from qifu.appeals.selectors import attachment_for, case_of, timeline
from qifu.appeals.states import OPEN, State
from qifu.base.calendar import calendar_in_force
from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.web.appeals.basis import cited
from qifu.web.appeals.doors import BIGGEST, case_of_address, reader_of, writer_of
from qifu.web.appeals.forms.steps import FORMS, SERVED_BY, StepForm
from qifu.web.appeals.lights import light
from qifu.web.appeals.telling import closing_of, next_of, reply_clock
from qifu.web.channels.instead import instead_of
from qifu.web.http import AskedRequest, city_of, for_enterprise
from qifu.web.refusals import put_on


@for_enterprise
@require_http_methods(["GET"])
def case(request: AskedRequest, pk: int) -> HttpResponse:
    """The case as it stands; a draft is gone on with instead."""
    reader_of(request)
    appeal = case_of_address(request, pk)
    if appeal.state == State.DRAFT:
        return redirect(f"/my/appeals/new/?draft={appeal.pk}")
    return _page(request, appeal)


@for_enterprise
@require_http_methods(["GET", "POST"])
def step(request: AskedRequest, pk: int, step: str) -> HttpResponse:
    """Take a step, or look at its form."""
    reader_of(request)
    appeal = case_of_address(request, pk)
    if step not in FORMS or appeal.state == State.DRAFT:
        raise Http404
    writer_of(request)
    if step not in _offered(request, appeal):
        words = _("现在的状态是「%(state)s」，不能做这一步。") % {
            "state": appeal.get_state_display()
        }
        return _page(request, appeal, refused=words, kept=_kept(request), status=409)
    city = city_of(request)
    if request.method == "GET":
        return _page(request, appeal, form=FORMS[step](city))
    form = FORMS[step](city, request.POST, request.FILES)
    if form.is_valid():
        try:
            with transaction.atomic():
                form.take(appeal, actor=request.actor, now=timezone.now())
        except BadInput as error:
            put_on(form, error)
        except (WrongState, Conflict) as error:
            # somebody else was faster: show the case as it is now, and what happened
            appeal = case_of_address(request, pk)
            return _page(request, appeal, refused=str(error), kept=_kept(request), status=409)
        else:
            messages.success(request, str(form.done))
            return redirect("my-appeal", pk=appeal.pk)
    appeal = case_of_address(request, pk)
    return _page(request, appeal, form=form, status=422)


@for_enterprise
@require_http_methods(["GET"])
def file(request: AskedRequest, pk: int, file: int) -> HttpResponse:
    """A file of the case as a download, never shown by this site: it came from outside."""
    reader_of(request)
    if file > BIGGEST or pk > BIGGEST:
        raise Http404
    wanted = attachment_for(request.actor, file, appeal=pk)
    return download(wanted)


def download(wanted: Any) -> HttpResponse:
    """The bytes of an attachment, as a download that no browser runs."""
    try:
        with wanted.file.open("rb") as stream:
            answer = HttpResponse(stream.read(), content_type=wanted.content_type)
    except FileNotFoundError:
        raise Http404 from None
    answer["Content-Disposition"] = content_disposition_header(True, wanted.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer


@for_enterprise
@require_http_methods(["GET"])
def paper(request: AskedRequest, pk: int) -> HttpResponse:
    """The whole case on paper: to print, or to save as a file."""
    firm = reader_of(request)
    appeal = case_of_address(request, pk)
    if appeal.state == State.DRAFT:
        raise Http404
    return render(request, "appeals/print.html", {"firm": firm, **_told(request, appeal)})


def _offered(request: AskedRequest, appeal: Appeal) -> list[str]:
    """The forms that this person may send now, in the order of the page."""
    names = {SERVED_BY.get(row.name, row.name) for row in steps_for(request.actor, appeal)}
    if appeal.state in OPEN - {State.NEED_INFO} and may_attach(request.actor, appeal):
        names.add("files")
    return [name for name in FORMS if name in names]


def _kept(request: AskedRequest) -> list[str]:
    """What was typed into a form that can no longer be sent: it is shown, not lost."""
    typed = [request.POST.get(name, "") for name in ("answer", "reason", "text")]
    return [text for text in typed if text.strip()]


def _told(request: AskedRequest, appeal: Appeal) -> dict[str, Any]:
    """Everything that the page and the paper say of a case."""
    now = timezone.now()
    seen = case_of(request.actor, appeal, now=now)
    replies = list(zip(seen.replies, cited([r.reply.basis for r in seen.replies]), strict=True))
    clock = reply_clock(seen)
    counting = clock is not None and clock.clock.state == "running"
    return {
        "case": seen,
        "appeal": appeal,
        "next": next_of(seen),
        "clock": clock,
        "light": light(appeal.due_at, now=now, calendar=calendar_in_force()) if counting else None,
        "replies": replies,
        "latest": replies[-1] if replies else None,
        "earlier": list(reversed(replies[:-1])),
        "entries": timeline(request.actor, appeal),
        "now": now,
    }


def _page(
    request: AskedRequest,
    appeal: Appeal,
    *,
    form: StepForm | None = None,
    refused: str = "",
    kept: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    city = city_of(request)
    told = _told(request, appeal)
    forms = [
        form if form is not None and form.step == name else FORMS[name](city)
        for name in _offered(request, appeal)
        if name != "confirm_closed" or told["case"].confirm_asked
    ]
    closing = closing_of(told["case"])
    over = closing is not None and closing[1] < told["now"]
    if over:
        # the window has passed: the room would refuse it
        forms = [one for one in forms if one.step not in ("reopen", "contest")]
    lost = [str(one.name) for one in request.FILES.getlist("files")] if request.FILES else []
    data = {
        **told,
        "entries": list(reversed(told["entries"])),
        "first": [one for one in forms if one.first],
        "further": [one for one in forms if not one.first],
        "form": form,
        "lost": lost if form is not None and form.errors else [],
        "instead": instead_of(city, told["case"], now=told["now"]),
        "over": closing if over else None,
        "refused": refused,
        "kept": kept or [],
        "received": "received" in request.GET and appeal.state == State.SUBMITTED,
        "may_submit": request.actor.may("appeals.submit"),
    }
    return render(request, "appeals/my_case.html", data, status=status)
