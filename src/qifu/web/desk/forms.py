"""The forms of officials. What they take is judged by the rooms, not here."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City
from qifu.organisations.models import Dispute
from qifu.web.desk.words import KINDS, PAPERS, REASONS, STEP_GROUPS
from qifu.web.my.forms import ValueForm
from qifu.web.words import language

LONGEST_SEARCH: Final = 100
LONGEST_REASON: Final = 1_000
LONGEST_ANSWER: Final = 2_000


def _search_box(words: Any) -> forms.CharField:
    return forms.CharField(
        label=words,
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "autocomplete": "off",
                "placeholder": words,
                "data-qf-search": True,
            }
        ),
        error_messages={"max_length": _("最多 100 个字，请缩短。")},
    )


class FirmSearch(forms.Form):
    """Name or code, place, industry. Filters that would tell what one may not see are not there."""

    q = _search_box(_("企业名称或统一社会信用代码"))
    region = forms.ChoiceField(label=_("注册地"), required=False)
    industry = forms.ChoiceField(label=_("行业"), required=False)

    def __init__(self, city: City, columns: frozenset[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, top in (("region", city.region), ("industry", None)):
            tree = city.catalogue.trees.get(name)
            if tree is None or name not in columns:
                del self.fields[name]
                continue
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            words = language()
            codes = [(code, tree.label(code, words)) for code in tree.children(top)]
            if name == "industry":
                codes = [(code, f"{code} {label}") for code, label in codes]
            field.choices = [("", gettext("全部")), *codes]

    @property
    def asked(self) -> dict[str, str]:
        """What to search for; a filter that cannot be read is left out, the field says why."""
        self.full_clean()
        data = getattr(self, "cleaned_data", {})  # the fields that could be read
        return {
            "text": data.get("q", ""),
            "region": data.get("region", ""),
            "industry": data.get("industry", ""),
        }


class QueueSearch(forms.Form):
    """Part of a number, a firm's name or its code."""

    q = _search_box(_("编号、企业名称或信用代码"))


class ApproveForm(forms.Form):
    """The papers that the officer has held in hand."""

    papers_checked = forms.MultipleChoiceField(
        label=_("已核对的材料"),
        choices=list(PAPERS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请勾选您核对过的材料。")},
    )


class RefuseForm(forms.Form):
    """Why not, in the words that the applicant will read."""

    common = forms.MultipleChoiceField(
        label=_("常用原因"),
        choices=list(REASONS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("补充说明"),
        help_text=_("申请人会看到全部原因。写明缺什么、怎么补。"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("最多 1000 个字。")},
    )

    @property
    def whole_reason(self) -> str:
        """The ticked reasons and the officer's own words, a line each."""
        ticked = [str(REASONS[code]) for code in self.cleaned_data["common"]]
        return "\n".join([*ticked, self.cleaned_data["reason"].strip()]).strip()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            whole = self.whole_reason
            if not whole:
                self.add_error("reason", gettext("请勾选原因，或写明缺什么、怎么补。"))
            elif len(whole) > LONGEST_REASON:
                self.add_error("reason", gettext("连同勾选的原因最多 1000 个字，请缩短。"))
        return data


class SettleForm(ValueForm):
    """The value that holds and the answer that the firm will read; the button says which step."""

    answer = forms.CharField(
        label=_("核实依据和结果"),
        help_text=_("企业会看到。例如：经核对 2025 年审计报告，营业收入为 3,200 万元。"),
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("请写明核实的依据和结果，企业会看到。"),
            "max_length": _("最多 2000 个字。"),
        },
    )

    def __init__(self, dispute: Dispute, city: City, *args: Any, **kwargs: Any) -> None:
        attribute = city.catalogue.attributes[dispute.attribute]
        super().__init__(attribute, city.catalogue, *args, label=gettext("核实后的值"), **kwargs)
        if self.data.get("outcome") == "keep":
            self.fields["value"].required = False

    @property
    def text(self) -> str | list[str]:
        """The value as the action takes it; nothing where the value is kept."""
        return "" if self.data.get("outcome") == "keep" else self.given


class JournalSearch(forms.Form):
    """Step, person, what it was about, days."""

    step = forms.ChoiceField(
        label=_("步骤"), required=False, choices=[("", _("全部")), *STEP_GROUPS]
    )
    person = forms.CharField(
        label=_("办理人"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-qf-search": True}),
    )
    kind = forms.ChoiceField(
        label=_("对象"), required=False, choices=[("", _("全部")), *KINDS.items()]
    )
    number = forms.IntegerField(
        label=_("对象编号"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": _("请填写数字，例如 12")},
    )
    since = forms.DateField(
        label=_("从"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请填写日期，例如 2026-06-30")},
    )
    until = forms.DateField(
        label=_("到"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请填写日期，例如 2026-06-30")},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("「到」要在「从」之后。"))
        return data

    @property
    def asked(self) -> dict[str, Any]:
        """The filters that could be read, as the selector takes them, without the person."""
        data = self.cleaned_data
        until = data.get("until")
        return {
            "step": data.get("step", ""),
            "subject_kind": data.get("kind", ""),
            "subject_id": data.get("number"),
            "since": _midnight(data.get("since")),
            "until": _midnight(until + timedelta(days=1)) if until else None,
        }


def _midnight(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
