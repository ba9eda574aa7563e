"""An appeal written down for a caller or a visitor: the firm first, then what it says."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from qifu.appeals.actions import attach, submit_appeal
from qifu.appeals.selectors import similar_cases
from qifu.base.city import City
from qifu.base.errors import BadInput, Conflict
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import find_enterprises
from qifu.textmine.matters import suggest
from qifu.web.appeals.desk.forms.base import CHOOSE
from qifu.web.appeals.forms.appeal import AppealForm
from qifu.web.appeals.forms.fields import handed_in
from qifu.web.appeals.hints import LEAST, MatterHint
from qifu.web.appeals.words import CHANNELS
from qifu.web.desk.doors import desk
from qifu.web.http import AskedRequest, city_of
from qifu.web.refusals import put_on

MOST_FOUND: Final = 8
FEWEST_POINTS: Final = 3
_HELP: Final = frozenset({"find", "look", "add_point"})


class CallerForm(AppealForm):
    """What a caller or visitor says, and whom they speak for."""

    phone_needed = False  # it is the caller's to give or not

    channel = forms.ChoiceField(
        label=gettext_lazy("怎样来的"),
        choices=[(code, CHANNELS[code]) for code in ("phone", "window")],
        widget=forms.RadioSelect,
        required=False,
        error_messages=CHOOSE,
    )
    firm = forms.CharField(
        label=gettext_lazy("企业名称或统一社会信用代码"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("最多 100 个字，请缩短。")},
    )
    uscc = forms.ChoiceField(
        label=gettext_lazy("找到的企业"), required=False, error_messages=CHOOSE
    )
    requester = forms.CharField(
        label=gettext_lazy("库里没有的，写来电来访单位的名称"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": gettext_lazy("最多 200 个字。")},
    )

    def __init__(
        self, actor: Actor, city: City, data: Any = None, files: Any = None, **given: Any
    ) -> None:
        super().__init__(city, data, files, **given)
        self.fields["kind"].label = _("对方要说的是")
        self.fields["contact_phone"].help_text = _("承办单位会打这个电话。")
        self.fields["matter"].help_text = _("不确定可以不选，受理时再选。")
        asked = str((data or self.initial).get("firm") or "").replace("\x00", "")[:100]
        firms = list(find_enterprises(actor, text=asked)[:MOST_FOUND]) if asked.strip() else []
        self.firms = {firm.uscc: firm for firm in firms}
        self.looked = bool(asked.strip())
        field = self.fields["uscc"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, firm.name) for code, firm in self.firms.items()]
        if len(self.firms) == 1 and not self.is_bound:
            self.initial.setdefault("uscc", next(iter(self.firms)))

    @property
    def chosen(self) -> Enterprise | None:
        """The firm that was picked among those that were found."""
        picked = self.data.get("uscc", "") if self.is_bound else self.initial.get("uscc", "")
        return self.firms.get(str(picked or ""))

    def ready(self) -> bool:
        """Whether it can be submitted, with what is missing said at its field."""
        super().ready()
        given = self.cleaned_data
        if not given.get("channel") and "channel" not in self.errors:
            self.add_error("channel", _("请选择：电话或窗口。"))
        if self.chosen is None and not (given.get("requester") or "firm" in self.errors):
            words = _("请先找到企业并选中，或填写来电来访单位的名称。")
            if self.looked and self.firms:
                words = _("请从找到的企业里选一家。")
            self.add_error("firm", words)
        return not self.errors


@desk("appeals.intake")
@require_http_methods(["GET", "POST"])
def new(request: AskedRequest) -> HttpResponse:
    """The form; helping buttons; submission, and the number to read out."""
    actor, city = request.actor, city_of(request)
    key = request.POST.get("key", "")[:64] or uuid4().hex
    if request.method == "GET":
        first = {"channel": "phone", "firm": request.GET.get("firm", "")}
        return _page(request, CallerForm(actor, city, initial=first), key)
    if request.POST.get("do") in _HELP:
        form = CallerForm(actor, city, initial=_typed(request.POST))
        if request.htmx:
            part = "firms" if request.POST["do"] == "find" else "hints"
            return _page(request, form, key, part=part)
        return _page(request, form, key)
    form = CallerForm(actor, city, request.POST, request.FILES)
    if form.ready():
        try:
            address = _submitted(request, form, key)
        except BadInput as error:
            named = {
                "firm" if name == "enterprise" else name: words
                for name, words in error.fields.items()
            }
            put_on(form, BadInput(error.message, fields=named))
        except Conflict as error:
            form.add_error(None, str(error))
        else:
            return redirect(address)
    return _page(request, form, key, status=422)


def _submitted(request: AskedRequest, form: CallerForm, key: str) -> str:
    """Submit with its files, all or nothing; gives the address of the receipt."""
    given, now = form.cleaned_data, timezone.now()
    with transaction.atomic():
        appeal = submit_appeal(
            None, actor=request.actor, now=now, kind=given["kind"], matter=given["matter"],
            region=given["region"], title="", text=given["text"], points=given["points"],
            contact_name=given["contact_name"], contact_phone=given["contact_phone"], key=key,
            enterprise=form.chosen, channel=given["channel"],
            requester="" if form.chosen else given["requester"],
        )  # fmt: skip
        files = handed_in(given.get("files") or [])
        if files:
            attach(appeal, actor=request.actor, now=now, files=files)
    address = reverse("desk-appeal", args=[appeal.pk])
    return f"{address}?{urlencode({'received': 1})}"


def _typed(sent: QueryDict) -> dict[str, Any]:
    """What was typed, to be shown again."""
    return {**sent.dict(), "points": sent.getlist("points")}


def _page(
    request: AskedRequest, form: CallerForm, key: str, *, part: str = "", status: int = 200
) -> HttpResponse:
    data = form.data if form.is_bound else form.initial
    text = str(data.get("text") or "")
    points = data.getlist("points") if isinstance(data, QueryDict) else data.get("points") or []
    points = [point for point in points if point.strip()]
    similar = []
    if form.chosen is not None and len(text) >= LEAST:
        similar = similar_cases(
            request.actor, text, now=timezone.now(), enterprise=form.chosen, most=3
        )
    lost = [str(file.name) for file in request.FILES.getlist("files")] if form.errors else []
    template = "appeals/desk/new.html"
    return render(
        request,
        f"{template}#{part}" if part else template,
        {
            "form": form,
            "key": key,
            "points": [*points, *[""] * max(FEWEST_POINTS - len(points), 1)],
            "matters": _matters(form.city, text),
            "similar": similar,
            "lost": lost,
        },
        status=status,
    )


def _matters(city: City, text: str) -> list[MatterHint]:
    """The matters that the words speak for."""
    if len(text) < LEAST:
        return []
    by_code = {one.code: one for one in city.matters}
    return [
        MatterHint(by_code[one.code], tuple(dict.fromkeys(said.word for said in one.words)))
        for one in suggest(text, city.matters, most=3)
    ]
