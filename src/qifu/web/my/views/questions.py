"""Answer the next question, put it aside, take the last answer back."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.base.errors import BadInput
from qifu.organisations.models import Enterprise
from qifu.policies.actions import answer_question, skip_question, undo_answer
from qifu.policies.selectors import Match
from qifu.rulebook.questions import Question
from qifu.web.http import AskedRequest, for_enterprise
from qifu.web.my.board import answer_form, board, forget, keep, match_of, order_of
from qifu.web.my.firm import firm_of
from qifu.web.my.forms import AnswerForm

LONGEST_KEY = 64


def _key(request: AskedRequest) -> str:
    key = request.POST.get("key", "")
    if not key or len(key) > LONGEST_KEY or "\x00" in key:
        raise BadInput(_("没有这个问题。"))
    return key


def _shown(
    request: AskedRequest,
    firm: Enterprise,
    *,
    match: Match | None = None,
    question: Question | None = None,
    form: AnswerForm | None = None,
) -> HttpResponse:
    """The list as it is now: the board for htmx; else the page, or back to it."""
    wrong = form is not None
    if not request.htmx and not wrong:
        order = order_of(request)
        query = f"?order={order}" if order != "money" else ""
        return redirect(reverse("my-policies") + query)
    match = match or match_of(request, firm)
    data = board(request, firm, match, question=question, form=form)
    template = "my/policies.html#board" if request.htmx else "my/policies.html"
    return render(request, template, data, status=422 if wrong else 200)


@for_enterprise
@require_http_methods(["POST"])
def answer(request: AskedRequest) -> HttpResponse:
    """The answer becomes a fact of the firm, and the list is looked at again."""
    firm, key = firm_of(request, "questions.answer"), _key(request)
    match = match_of(request, firm)
    question = next((q for q in match.questions if q.attr == key), None)
    if question is None:  # a colleague was faster, or the page is an old one
        keep(request, firm, "already", key, {}, {})
        return _shown(request, firm, match=match)
    form = answer_form(match, question, request.POST)
    if form.is_valid():
        now = timezone.now()
        try:
            answer_question(firm, actor=request.actor, key=key, text=form.given, now=now)
        except BadInput as error:
            form.refuse(error)
        else:
            after = match_of(request, firm)
            did = "answered"
            if any(q.attr == key for q in after.questions):
                # a better source says something coarser: asking again would lead nowhere
                skip_question(firm, actor=request.actor, key=key, now=now)
                did = "outranked"
            keep(request, firm, did, key, match.report.verdicts(), after.report.verdicts())
            return _shown(request, firm)
    return _shown(request, firm, match=match, question=question, form=form)


@for_enterprise
@require_http_methods(["POST"])
def skip(request: AskedRequest) -> HttpResponse:
    """Put the question aside; it can be brought back."""
    firm, key = firm_of(request, "questions.answer"), _key(request)
    match = match_of(request, firm)
    if any(q.attr == key for q in match.questions):
        skip_question(firm, actor=request.actor, key=key, now=timezone.now())
        keep(request, firm, "skipped", key, {}, {})
    return _shown(request, firm)


@for_enterprise
@require_http_methods(["POST"])
def undo(request: AskedRequest) -> HttpResponse:
    """Take the answer back, or bring the question back."""
    firm, key = firm_of(request, "questions.answer"), _key(request)
    undo_answer(firm, actor=request.actor, key=key, now=timezone.now())
    forget(request)
    return _shown(request, firm)
