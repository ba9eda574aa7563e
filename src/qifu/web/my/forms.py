"""The forms of an enterprise's people. What they take is judged by the rooms, not here."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City
from qifu.base.errors import Refused
from qifu.organisations.models import Unit
from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.web.my.fields import field_unit, suggestions, told, value_field
from qifu.web.refusals import put_on
from qifu.web.words import language, spoken

USUAL_CONSENT = timedelta(days=90)


class ValueForm(forms.Form):
    """One value of one attribute. `pick` is a code chosen among those that were suggested."""

    pick = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(
        self,
        attribute: Attribute,
        catalogue: Catalogue,
        *args: Any,
        label: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.attribute = attribute
        self.catalogue = catalogue
        self.unit = field_unit(attribute)
        self.suggestions: list[tuple[str, str]] = []
        value = value_field(attribute, catalogue, label=label)
        self.fields = {"value": value, **self.fields}

    @property
    def given(self) -> str | list[str]:
        """The value as the actions take it."""
        return self.cleaned_data["pick"] or told(self.cleaned_data["value"])

    def refuse(self, error: Refused) -> None:
        """Show why it was refused; a code that is not one brings codes that may be meant."""
        put_on(self, error)
        if "value" in self.errors:
            typed = str(self.data.get("value", ""))
            self.suggestions = suggestions(self.attribute, typed, self.catalogue)


class AnswerForm(ValueForm):
    """The answer to the next question; `key` is the fact that was asked for."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


class DeclareForm(ValueForm):
    """What the firm states of itself. `expected` is the statement that the form showed."""

    as_of = forms.DateField(
        label=_("截至日期"),
        help_text=_("这个值是哪一天的情况；一般填今天，或报表的日期。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填写日期，例如 2026-06-30"),
            "invalid": _("请填写日期，例如 2026-06-30"),
        },
    )
    expected = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def look_again(self, statement: int) -> None:
        """The next press is made knowing the colleague's statement; what was typed stays."""
        data = QueryDict(mutable=True)
        for name in self.data:
            data.setlist(name, self.data.getlist(name))  # type: ignore[attr-defined]
        data["expected"] = str(statement)
        self.data = data


class DisputeForm(ValueForm):
    """The right value and why the present one is wrong."""

    reason = forms.CharField(
        label=_("为什么有误"),
        help_text=_("写明依据，核验人员会看到。例如：2025 年审计报告第 3 页为 3,200 万元。"),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请说明为什么有误，例如：2025 年审计报告为 3,200 万元")},
    )


class InviteForm(forms.Form):
    """Whom to invite, in which role."""

    label = forms.CharField(
        label=_("受邀人姓名"),
        help_text=_("只用来让同事辨认这个链接是给谁的。"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("请填写受邀人的姓名，例如：王小明"),
            "max_length": _("姓名最多 60 个字。"),
        },
    )
    role = forms.ChoiceField(
        label=_("角色"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择角色。"), "invalid_choice": _("请选择角色。")},
    )

    def __init__(self, roles: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = roles


class ConsentForm(forms.Form):
    """Which unit may see what, for what, until when."""

    unit = forms.ChoiceField(
        label=_("授权给哪个部门"),
        error_messages={
            "required": _("请选择部门。"),
            "invalid_choice": _("请从列表中选择部门。"),
        },
    )
    groups = forms.MultipleChoiceField(
        label=_("可以看哪几类资料"),
        help_text=_("没有勾选的类别，这个部门仍然看不到。"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("请至少选择一类资料。"),
            "invalid_choice": _("请从列表中选择。"),
        },
    )
    purpose = forms.CharField(
        label=_("用途"),
        help_text=_("写明用来做什么，例如：申报技术改造补贴。"),
        max_length=200,
        error_messages={
            "required": _("请写明用途，例如：申报技术改造补贴"),
            "max_length": _("用途最多 200 个字。"),
        },
    )
    until = forms.DateField(
        label=_("有效期到"),
        help_text=_("一次最长授权一年，随时可以收回。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填写日期，例如 2027-03-31"),
            "invalid": _("请填写日期，例如 2027-03-31"),
        },
    )

    def __init__(
        self,
        city: City,
        units: Iterable[Unit],
        today: date,
        data: Any = None,
    ) -> None:
        super().__init__(data, initial={"until": today + USUAL_CONSENT})
        self.units = {str(unit.pk): unit for unit in units}
        unit_field, groups_field = self.fields["unit"], self.fields["groups"]
        assert isinstance(unit_field, forms.ChoiceField)
        assert isinstance(groups_field, forms.MultipleChoiceField)
        unit_field.choices = [
            ("", _("请选择")),
            *((key, _unit_name(unit)) for key, unit in self.units.items()),
        ]
        guarded = {a.group for a in city.catalogue if a.visibility == "consent"}
        groups_field.choices = [
            (code, spoken(name)) for code, name in city.groups.items() if code in guarded
        ]

    @property
    def chosen_unit(self) -> Unit:
        return self.units[self.cleaned_data["unit"]]


def _unit_name(unit: Unit) -> str:
    organisation = unit.organisation
    return (language() == "en" and organisation.name_en) or organisation.name
