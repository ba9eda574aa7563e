"""One case of the desk: the page, every step by one view, its files."""

from typing import Final

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.selectors import attachment_for
from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.web.appeals.desk.doors import About, appeals_desk
from qifu.web.appeals.desk.forms import FORMS
from qifu.web.appeals.desk.forms.answer import AnswerForm
from qifu.web.appeals.desk.forms.base import HELP
from qifu.web.appeals.desk.page import case_page
from qifu.web.appeals.doors import BIGGEST, case_of_address
from qifu.web.appeals.views.case import download
from qifu.web.http import AskedRequest
from qifu.web.refusals import put_on

# what of a form is shown again when it can no longer be sent
_WRITTEN: Final = (
    "text", "reason", "note", "question", "answer", "result", "clause", "explanation", "basis",
)  # fmt: skip


@appeals_desk
@require_http_methods(["GET"])
def case(request: AskedRequest, pk: int) -> HttpResponse:
    """The case as it stands."""
    return case_page(request, About(request, case_of_address(request, pk)))


@appeals_desk
@require_http_methods(["GET", "POST"])
def step(request: AskedRequest, pk: int, step: str) -> HttpResponse:
    """Take a step, look at its form, or have a button help to fill it in."""
    about = About(request, case_of_address(request, pk))
    form_of = FORMS.get(step)
    if form_of is None:
        raise Http404
    sending = request.method == "POST"
    if not form_of.theirs(about):
        words = _("您的岗位不能对这件诉求做这一步。")
        if not sending:
            raise NotAllowed(words)
        # the case may have gone to another unit while somebody was writing: their words stay
        return case_page(request, about, refused=words, kept=_kept(request.POST), status=403)
    if not (form_of.in_table(about) if sending else form_of.fits(about)):
        words = _("现在的状态是「%(state)s」，不能做这一步。") % {
            "state": about.appeal.get_state_display()
        }
        return case_page(request, about, refused=words, kept=_kept(request.POST), status=409)
    if not sending:
        asked = request.GET.copy()
        asked.pop("draft", None)  # a link asks no model
        form = form_of(about, initial=asked.dict())
        form.help(asked)
        return case_page(request, about, form=form)
    if _helps(request.POST):
        form = form_of.unsent(about, request.POST)
        if "draft" in request.POST and not getattr(form, "model", None):
            raise Http404  # no language model in this house, or no text that it could write
        form.help(request.POST)
        if request.htmx and isinstance(form, AnswerForm):
            return render(request, _part(request.POST), {"one": form, "appeal": about.appeal})
        return case_page(request, about, form=form)
    form = form_of(about, request.POST, request.FILES)
    if form.is_valid():
        try:
            with transaction.atomic():
                form.take(about.appeal, actor=request.actor, now=timezone.now())
        except BadInput as error:
            put_on(form, form.refused(error))
        except NotAllowed as error:
            form.add_error(None, str(error))
        except (WrongState, Conflict) as error:
            # somebody else was faster: show the case as it is now, and who did what
            about = About(request, case_of_address(request, pk))
            return case_page(
                request, about, refused=str(error), kept=_kept(request.POST), status=409
            )
        else:
            messages.success(request, form.told())
            return redirect("desk-appeal", pk=pk)
    about = About(request, case_of_address(request, pk))
    return case_page(request, about, form=form, status=422)


@appeals_desk
@require_http_methods(["GET"])
def file(request: AskedRequest, pk: int, file: int) -> HttpResponse:
    """A file of the case as a download, never shown by this site: it came from outside."""
    if file > BIGGEST or pk > BIGGEST:
        raise Http404
    return download(attachment_for(request.actor, file, appeal=pk))


def _helps(sent: QueryDict) -> bool:
    """Whether a button was pressed that only helps."""
    return sent.get("do") in HELP or bool({"use", "draft", "reuse"} & set(sent))


def _part(sent: QueryDict) -> str:
    """What of the form of an answer a helping button fills."""
    parts = {"check": "checked", "earlier": "earlier"}
    name = "drafted" if "draft" in sent else parts.get(sent.get("do", ""), "finder")
    return f"appeals/desk/_{name}.html"


def _kept(sent: QueryDict) -> list[str]:
    """What was typed into a form that can no longer be sent: it is shown, not lost."""
    names = [*_WRITTEN, *(name for name in sent if name.startswith("point_"))]
    return [text for name in names if (text := sent.get(name, "").strip())]
