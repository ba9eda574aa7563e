"""Writing an appeal: hints beside the text, a draft that is kept, a look before it is sent."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.appeals.actions import attach, detach, discard_draft, save_draft, submit_appeal
from qifu.appeals.models import Appeal
from qifu.appeals.selectors import attachments_visible
from qifu.appeals.states import State
from qifu.base.errors import BadInput, Conflict, WrongState
from qifu.organisations.models import Enterprise
from qifu.web.appeals.doors import case_of_address, writer_of
from qifu.web.appeals.forms.appeal import AppealForm, as_sent, first_words, of_draft
from qifu.web.appeals.forms.fields import clean_text, handed_in
from qifu.web.appeals.hints import Hints, hints_for
from qifu.web.http import AskedRequest, city_of, for_enterprise
from qifu.web.policies.forms import regions
from qifu.web.refusals import put_on
from qifu.web.words import spoken
from qifu.web.zones.chosen import zone_of

# which draft a form that does not know its number belongs to: one that is kept while it is typed
DRAFTS = "appeal_drafts"
MOST_REMEMBERED = 10
LONGEST_BEGIN = 60


@for_enterprise
@require_http_methods(["GET", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    """The form, its draft, the look before sending, and sending."""
    return _NewPage(request, writer_of(request)).answer()


@for_enterprise
@require_http_methods(["POST"])
def hints(request: AskedRequest) -> HttpResponse:
    """The part of the form's page beside the text, for what is typed so far. Keeps nothing."""
    firm, city = writer_of(request), city_of(request)
    form = AppealForm(city, request.POST)
    typed = form.typed()
    found = hints_for(
        request.actor, firm, city, text=typed["text"], matter=typed["matter"], now=timezone.now()
    )
    return render(request, "appeals/new.html#hints", {"hints": found, "form": form})


class _NewPage:
    """One request to the page."""

    def __init__(self, request: AskedRequest, firm: Enterprise) -> None:
        self.request = request
        self.firm = firm
        self.actor = request.actor
        self.city = city_of(request)
        self.now = timezone.now()
        self.do = request.POST.get("do", "")
        self.key = request.POST.get("key", "") or uuid4().hex
        self.draft: Appeal | None = None
        self.status = 200

    def answer(self) -> HttpResponse:
        """Look, or do what the pressed button says."""
        self.draft = self._draft()
        if self.draft is not None and self.draft.state != State.DRAFT:
            # sent meanwhile: by the other press of the button, or by a colleague
            if self.do == "autosave":
                return self._saved()
            return redirect("my-appeal", pk=self.draft.pk)
        if self.request.method == "GET":
            return self._look()
        if self.do == "submit" and self.draft is not None:
            return self._submit(self.draft)
        if self.do == "discard":
            return self._discard()
        if self.do == "keep":
            return self._kept()
        return self._save()

    def _draft(self) -> Appeal | None:
        """The draft that the address or the form names, or that this very form kept before."""
        asked = self.request.POST.get("draft", "") or self.request.GET.get("draft", "")
        if self.request.method == "POST" and not asked:
            asked = str(self.request.session.get(DRAFTS, {}).get(self.key, ""))
        if not asked:
            return None
        if not (asked.isascii() and asked.isdigit()):
            raise Appeal.DoesNotExist
        try:
            return case_of_address(self.request, int(asked))
        except Appeal.DoesNotExist:
            if self.request.method == "POST" and self.do != "submit":
                return None  # thrown away meanwhile: what was typed is kept in a new one
            raise

    # -- looking ---------------------------------------------------------------------------------

    def _look(self) -> HttpResponse:
        if self.draft is not None and "check" in self.request.GET:
            return self._check(self.draft)
        user = self.actor.user
        assert user is not None
        first = first_words(self.firm, self.city, name=user.display_name, phone=user.phone)
        zone = zone_of(self.request)
        if zone is not None and not first["region"]:
            first["region"] = zone.region
        if self.draft is not None:
            first |= of_draft(self.draft)
        first |= self._begun(first)
        form = AppealForm(self.city, initial=first)
        return self._page(form)

    def _begun(self, first: dict[str, Any]) -> dict[str, Any]:
        """What the address asks to begin with: a region, a kind, a matter, a matter's template."""
        asked: dict[str, Any] = {}
        region = self.request.GET.get("region", "")
        if self.draft is None and region in dict(regions(self.city)):
            asked["region"] = region
        kind = self.request.GET.get("kind", "")
        if kind in dict(AppealForm.base_fields["kind"].choices):  # type: ignore[attr-defined]
            asked["kind"] = kind
        code = self.request.GET.get("template", "") or self.request.GET.get("matter", "")
        matter = next((one for one in self.city.matters if one.code == code), None)
        if matter is not None:
            asked["matter"] = matter.code
            if matter.template and self.request.GET.get("template") and not first.get("text"):
                asked["text"] = spoken(tuple(matter.template))
        return asked

    def _check(self, draft: Appeal) -> HttpResponse:
        """Before it is sent: what may answer it already, and everything as it will be sent."""
        form = AppealForm(self.city, as_sent(of_draft(draft)))
        if not form.ready():
            self.status = 422
            return self._page(form)
        data = {
            "firm": self.firm,
            "draft": draft,
            "points": list(draft.points.all()),
            "files": self._files(),
            "hints": self._hints(draft.text, draft.matter),
            "key": uuid4().hex,
        }
        return render(self.request, "appeals/check.html", data)

    # -- doing -----------------------------------------------------------------------------------

    def _save(self) -> HttpResponse:
        """Keep what was typed, whatever button was pressed; then what the button asks."""
        form = AppealForm(self.city, self.request.POST, self.request.FILES)
        typed = form.typed()
        template = self.request.POST.get("template", "")
        typed |= self._chosen(typed, template or self.request.POST.get("use_matter", ""))
        if template:
            typed["text"] = self._with_template(typed["text"], template)
        try:
            self._keep(form, typed)
        except BadInput as error:
            put_on(form, error)
        except WrongState as error:
            messages.error(self.request, str(error))
            return redirect("my-appeals")
        if self.do == "autosave" and self.request.htmx:
            return self._saved(form)
        if self.do == "check":
            form.ready()
        if form.errors:
            self.status = 422
            return self._page(form)
        assert self.draft is not None
        address = f"{reverse('my-appeal-new')}?draft={self.draft.pk}"
        if self.do == "check":
            return redirect(f"{address}&check=1")
        if self.do == "add_point":
            return redirect(f"{address}&more=1#id_points_{max(len(typed['points']), 1) + 1}")
        if not (template or self.request.POST.get("use_matter") or self._detached()):
            at = timezone.localtime(self.now).strftime("%H:%M")
            messages.success(self.request, _("草稿已保存 %(time)s。") % {"time": at})
        return redirect(address)

    def _keep(self, form: AppealForm, typed: dict[str, Any]) -> None:
        """The draft first: a file that is refused does not cost what was typed."""
        # lists show a draft by how it begins; the title of the case is made when it is sent
        begins = " ".join(typed["text"][:LONGEST_BEGIN].split())
        draft = save_draft(actor=self.actor, now=self.now, draft=self.draft, title=begins, **typed)
        if self.draft is None:
            kept = list(self.request.session.get(DRAFTS, {}).items())[-MOST_REMEMBERED:]
            self.request.session[DRAFTS] = {**dict(kept), self.key: draft.pk}
        self.draft = draft
        gone = self.request.POST.get("detach", "")
        for file in attachments_visible(self.actor, draft) if gone else ():
            if str(file.pk) == gone:
                detach(file, actor=self.actor, now=self.now)
        files = handed_in(form.cleaned_data.get("files") or [])
        if files:
            attach(draft, files=files, actor=self.actor, now=self.now)

    def _chosen(self, typed: dict[str, Any], code: str) -> dict[str, Any]:
        known = any(one.code == code for one in self.city.matters)
        return {"matter": code} if known else {}

    def _with_template(self, text: str, code: str) -> str:
        """The text with the template of a matter behind it; nothing that was typed is lost."""
        matter = next((one for one in self.city.matters if one.code == code), None)
        if matter is None or matter.template is None:
            return text
        words = clean_text(spoken(tuple(matter.template)))
        return text if words in text else f"{text}\n\n{words}".strip()

    def _detached(self) -> bool:
        return "detach" in self.request.POST

    def _submit(self, draft: Appeal) -> HttpResponse:
        """Send it as it stands in the draft; the same press twice makes one case."""
        values = of_draft(draft)
        try:
            case = submit_appeal(
                draft,
                actor=self.actor,
                now=self.now,
                title="",
                key=self.key[:64],
                **values,
            )
        except BadInput as error:
            form = AppealForm(self.city, as_sent(values))
            form.is_valid()
            put_on(form, error)
            self.status = 422
            return self._page(form)
        except (WrongState, Conflict) as error:
            messages.error(self.request, str(error))
            return redirect("my-appeals")
        return redirect(f"{reverse('my-appeal', args=[case.pk])}?received=1")

    def _discard(self) -> HttpResponse:
        if self.draft is not None:
            discard_draft(self.draft, actor=self.actor, now=self.now)
            messages.success(self.request, _("草稿已删除。"))
        return redirect("my-appeals")

    def _kept(self) -> HttpResponse:
        """The answers that were shown helped: nothing is sent, nothing is thrown away."""
        words = _("没有提交，草稿还在。问题没有解决时，可以随时接着提交。")
        messages.success(self.request, words)
        return redirect("my-appeals")

    # -- showing ---------------------------------------------------------------------------------

    def _saved(self, form: AppealForm | None = None) -> HttpResponse:
        """The line that says when the draft was kept, and its number for the next time."""
        wrong = [
            str(error) for errors in (form.errors if form else {}).values() for error in errors
        ]
        data = {"draft": self.draft, "saved_at": self.now, "wrong": wrong}
        return render(self.request, "appeals/new.html#saved", data)

    def _page(self, form: AppealForm) -> HttpResponse:
        text, matter = clean_text(form["text"].value()), form["matter"].value() or ""
        points = [one for one in form["points"].value() or [] if clean_text(one)]
        # one field at least; one more than are filled where a further point was asked for
        empty = int(not points) + int("more" in self.request.GET)
        lost = [str(file.name) for file in self.request.FILES.getlist("files")]
        data = {
            "firm": self.firm,
            "form": form,
            "draft": self.draft,
            "saved_at": self.draft.changed_at if self.draft else None,
            "wrong": [],
            "key": self.key,
            "points": [*points, *[""] * empty],
            "files": self._files(),
            "lost": lost if form.errors else [],
            "hints": self._hints(text, str(matter)),
            "tip_off": self.city.appeals.get("tip_off") or {},
        }
        return render(self.request, "appeals/new.html", data, status=self.status)

    def _files(self) -> list[Any]:
        return list(attachments_visible(self.actor, self.draft)) if self.draft else []

    def _hints(self, text: str, matter: str) -> Hints:
        return hints_for(self.actor, self.firm, self.city, text=text, matter=matter, now=self.now)
