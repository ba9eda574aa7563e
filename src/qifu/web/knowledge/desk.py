"""The desk of those who write answers: the list, one answer with its history, a new one."""

from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.city import City
from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.knowledge.actions import retire_answer, write_answer
from qifu.knowledge.models import Answer
from qifu.knowledge.selectors import (
    answers_in_force,
    answers_to_edit,
    journal_of_answer,
    versions_of,
)
from qifu.web.desk.doors import desk
from qifu.web.desk.lists import found
from qifu.web.desk.views.journal import line_rows
from qifu.web.http import AskedRequest, city_of
from qifu.web.knowledge.forms import AnswerForm, AnswerSearch, RetireForm
from qifu.web.knowledge.names import matter_names
from qifu.web.knowledge.rows import cited_rows
from qifu.web.refusals import put_on

_TONES: Final = {
    "published": ("good", "circle-check"),
    "retired": ("none", "circle-off"),
    "withdrawn": ("none", "circle-minus"),
}


@desk("knowledge.edit")
@require_http_methods(["GET"])
def answers(request: AskedRequest) -> HttpResponse:
    """Every answer in its newest version, the last written first."""
    city = city_of(request)
    form = AnswerSearch(request.GET, city=city)
    asked = form.asked()
    page = found(answers_to_edit(request.actor, **asked), request.GET.get("page"))
    names = matter_names(city)
    return render(
        request,
        "knowledge/desk_list.html#results" if request.htmx else "knowledge/desk_list.html",
        {
            "form": form,
            "found": page,
            "filtered": any(asked.values()),
            "rows": [
                (answer, names.get(answer.matter, answer.matter), _TONES[answer.state])
                for answer in page.rows
            ],
        },
    )


@desk("knowledge.edit")
@require_http_methods(["GET", "POST"])
def new_answer(request: AskedRequest) -> HttpResponse:
    """An answer that is not there yet."""
    city, on = city_of(request), timezone.localdate()
    if request.method == "GET":
        form = AnswerForm(city=city, actor=request.actor, on=on)
        return render(request, "knowledge/desk_answer.html", {"form": form})
    form = AnswerForm(request.POST, city=city, actor=request.actor, on=on)
    written = _written(request, form, "")
    if written:
        messages.success(request, _("已发布，企业现在可以搜到。"))
        return redirect("desk-answer", code=written.code)
    return render(request, "knowledge/desk_answer.html", {"form": form}, status=422)


@desk("knowledge.edit")
@require_http_methods(["GET", "POST"])
def answer(request: AskedRequest, code: str) -> HttpResponse:
    """One answer: write its next version, take it out of use, see what it said before."""
    city, on = city_of(request), timezone.localdate()
    newest = versions_of(request.actor, code).first()
    if newest is None:
        raise Answer.DoesNotExist
    step = request.POST.get("step", "")
    if request.method == "POST" and step not in ("write", "retire"):
        raise Http404
    writing = AnswerForm(
        request.POST if step == "write" else None,
        city=city, actor=request.actor, on=on, newest=newest,
    )  # fmt: skip
    retiring = RetireForm(request.POST if step == "retire" else None)
    if request.method == "GET":
        return _page(request, city, newest, writing, retiring)
    try:
        if step == "write" and _written(request, writing, code):
            messages.success(request, _("新的版本已发布。旧的版本留在历史里。"))
            return redirect("desk-answer", code=code)
        if step == "retire" and _retired(request, retiring, code):
            messages.success(request, _("已停用，不再能搜到。引用它的答复仍然可以打开依据。"))
            return redirect("desk-answer", code=code)
    except (Conflict, WrongState) as error:
        # a colleague was faster: show how it stands now, with what was typed still in the form
        newest = versions_of(request.actor, code)[0]
        if step == "write":
            typed = {**request.POST.dict(), "after": newest.version}
            writing = AnswerForm(typed, city=city, actor=request.actor, on=on, newest=newest)
        return _page(request, city, newest, writing, retiring, refused=str(error), status=409)
    return _page(request, city, newest, writing, retiring, status=422)


def _written(request: AskedRequest, form: AnswerForm, code: str) -> Answer | None:
    """The version that was written; None and messages at the fields where it could not be."""
    if not form.is_valid():
        return None
    try:
        return write_answer(actor=request.actor, code=code, now=timezone.now(), **form.cleaned_data)
    except BadInput as error:
        put_on(form, error)
        return None


def _retired(request: AskedRequest, form: RetireForm, code: str) -> bool:
    if not form.is_valid():
        return False
    try:
        retire_answer(
            code, actor=request.actor, reason=form.cleaned_data["why"], now=timezone.now()
        )
    except BadInput as error:
        form.add_error("why", str(error.message))
        return False
    return True


def _page(
    request: AskedRequest,
    city: City,
    newest: Answer,
    writing: AnswerForm,
    retiring: RetireForm,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    on, names = timezone.localdate(), matter_names(city)
    versions = list(versions_of(request.actor, newest.code))
    current = answers_in_force(on).filter(code=newest.code).first()
    data: dict[str, Any] = {
        "form": writing,
        "retiring": retiring,
        "answer": newest,
        "matter": names.get(newest.matter, newest.matter),
        "tone": _TONES[newest.state],
        "basis": cited_rows(newest.basis, on=on),
        "versions": versions,
        "current": current,
        "published": any(version.state == "published" for version in versions),
        "steps": line_rows(journal_of_answer(request.actor, newest.code), city),
        "refused": refused,
    }
    return render(request, "knowledge/desk_answer.html", data, status=status)
