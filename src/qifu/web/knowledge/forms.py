"""What can be asked of the knowledge base, and the forms of those who write answers."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qifu.base.city import City
from qifu.knowledge.models import Answer
from qifu.knowledge.selectors import basis_lines, read_basis
from qifu.knowledge.states import AnswerState
from qifu.organisations.permissions import Actor
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import policy_for
from qifu.web.knowledge.names import KINDS, matter_names

LONGEST_SEARCH: Final = 200
_DAY: Final = "%Y-%m-%d"


class KnowledgeSearch(forms.Form):
    """Search over answers and statutes. A value that is not on a list is as if none was chosen."""

    text = forms.CharField(
        label=_("搜索知识库"),
        max_length=LONGEST_SEARCH,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("类别"), choices=[("", _("不限")), *KINDS.items()], required=False
    )
    matter = forms.ChoiceField(label=_("事项"), required=False)

    def __init__(self, data: Mapping[str, Any], *, city: City) -> None:
        super().__init__(data)
        self.fields["matter"] = forms.ChoiceField(
            label=_("事项"),
            required=False,
            choices=[("", _("不限")), *matter_names(city).items()],
        )

    def asked(self) -> dict[str, str]:
        """What to ask for; what cannot be read is dropped, not refused."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


class AnswerSearch(forms.Form):
    """Words, matter and state of the answers that officers look after."""

    q = forms.CharField(
        label=_("编号或文字"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    matter = forms.ChoiceField(label=_("事项"), required=False)
    state = forms.ChoiceField(
        label=_("状态"), required=False, choices=[("", _("全部")), *AnswerState.choices]
    )

    def __init__(self, data: Mapping[str, Any], *, city: City) -> None:
        super().__init__(data)
        self.fields["matter"] = forms.ChoiceField(
            label=_("事项"), required=False, choices=[("", _("全部")), *matter_names(city).items()]
        )

    def asked(self) -> dict[str, str]:
        """What to look for; what cannot be read is dropped, not refused."""
        self.is_valid()
        data = self.cleaned_data
        return {
            "text": data.get("q", ""),
            "matter": data.get("matter", ""),
            "state": data.get("state", ""),
        }


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day(label: Any, help_text: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=help_text,
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format=_DAY),
        error_messages={"invalid": _("请填写日期，例如 2026-06-30")},
    )


class AnswerForm(forms.Form):
    """One version of an answer. Lengths and what must be there are judged by the room."""

    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**6)
    question_zh = forms.CharField(
        label=_("问题"),
        required=False,
        help_text=_("用企业的话写，例如：机关拖欠货款可以向哪里投诉？"),
    )
    answer_zh = forms.CharField(
        label=_("解答"),
        required=False,
        widget=_area(8),
        help_text=_("先说能不能、怎么办，再说为什么。空一行分段。"),
    )
    basis = forms.CharField(
        label=_("依据"),
        required=False,
        widget=_area(4),
        help_text=_(
            "一行一条。法规写《名称》第几条，库里有的会自动连到条文；政策写「政策 编号」；"
            "其他依据写一句话。"
        ),
    )
    matter = forms.ChoiceField(label=_("事项"), required=False)
    keywords = forms.CharField(
        label=_("关键词"),
        required=False,
        help_text=_("企业会用而上面没有的说法，用顿号隔开，例如：欠钱、要账"),
    )
    question_en = forms.CharField(label=_("问题（英文）"), required=False)
    answer_en = forms.CharField(label=_("解答（英文）"), required=False, widget=_area(6))
    valid_from = _day(_("生效日期"), _("不填就是今天"))
    valid_to = _day(_("失效日期"), _("到这一天为止；不填就是一直有效"))
    reason = forms.CharField(
        label=_("改动说明"), required=False, help_text=_("给同事看，记在操作记录里")
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        city: City,
        actor: Actor,
        on: date,
        newest: Answer | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(newest))
        self.actor, self.on, self.before = actor, on, newest.basis if newest else []
        names = matter_names(city)
        if newest and newest.matter and newest.matter not in names:
            names[newest.matter] = newest.matter
        self.fields["matter"] = forms.ChoiceField(
            label=_("事项"),
            required=False,
            choices=[("", pgettext_lazy("事项", "不属于任何一项")), *names.items()],
        )

    def clean_basis(self) -> list[dict[str, Any]]:
        """The lines as entries; a policy must be one that can be opened."""
        entries = read_basis(self.cleaned_data["basis"], before=self.before)
        for entry in entries:
            if "policy" in entry and entry not in self.before:
                try:
                    policy_for(self.actor, entry["policy"], on=self.on)
                except PolicyVersion.DoesNotExist:
                    raise forms.ValidationError(
                        _("政策库里没有 %(id)s。") % {"id": entry["policy"]}
                    ) from None
        return entries

    def clean_keywords(self) -> list[str]:
        """The words between any of the usual separators."""
        return [word for word in re.split(r"[、,，;；\s]+", self.cleaned_data["keywords"]) if word]


def _initial(newest: Answer | None) -> dict[str, Any]:
    if newest is None:
        return {"after": 0}
    same: Sequence[str] = (
        "question_zh", "question_en", "answer_zh", "answer_en", "matter", "valid_to",
    )  # fmt: skip
    return {
        **{name: getattr(newest, name) for name in same},
        "after": newest.version,
        "basis": basis_lines(newest.basis),
        "keywords": "、".join(newest.keywords),
    }


class RetireForm(forms.Form):
    """Why an answer is taken out of use."""

    why = forms.CharField(
        label=_("停用原因"),
        required=False,
        widget=_area(2),
        help_text=_("给同事看，例如：办法已废止。"),
    )
