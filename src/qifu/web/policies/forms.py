"""What can be asked of the library, and the six facts of the quick diagnosis."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.base.city import City
from qifu.organisations.logic.values import BadValue, parse_value, unit_words
from qifu.rulebook.catalogue import Attribute
from qifu.web.industries import IndustryField, IndustryMixin
from qifu.web.policies.names import BENEFITS, KINDS, LEVELS, ORDERS, STATUSES
from qifu.web.words import language, spoken


def _choices(first: Any, names: Mapping[str, Promise]) -> list[tuple[str, Any]]:
    return [("", first), *names.items()]


def regions(city: City) -> list[tuple[str, str]]:
    """The city and its districts, as choices."""
    tree = city.catalogue.trees["region"]
    own = tree.normalise(city.region)
    return [(code, tree.label(code, language())) for code in (own, *tree.children(own))]


class LibraryForm(forms.Form):
    """Search and filters. A value that is not on a list is as if nothing was chosen."""

    text = forms.CharField(
        label=gettext_lazy("搜索政策"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("申报时间"),
        choices=_choices(gettext_lazy("不限"), STATUSES),
        required=False,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("支持方式"),
        choices=_choices(gettext_lazy("不限"), KINDS),
        required=False,
    )
    benefit = forms.ChoiceField(
        label=gettext_lazy("支持类别"),
        choices=_choices(gettext_lazy("不限"), BENEFITS),
        required=False,
    )
    region = forms.ChoiceField(label=gettext_lazy("适用地区"), required=False)
    level = forms.ChoiceField(
        label=gettext_lazy("层级"), choices=_choices(gettext_lazy("不限"), LEVELS), required=False
    )
    order = forms.ChoiceField(
        label=gettext_lazy("排序"), choices=list(ORDERS.items()), required=False
    )

    def __init__(self, data: Mapping[str, Any], *, city: City) -> None:
        super().__init__(data)
        places = forms.ChoiceField(
            label=gettext_lazy("适用地区"),
            required=False,
            choices=[("", gettext_lazy("不限")), *regions(city)],
        )
        self.fields["region"] = places

    def asked(self) -> dict[str, str]:
        """What to ask the library for; unknown values are dropped, not refused."""
        self.is_valid()
        found = {name: str(value) for name, value in self.cleaned_data.items() if value}
        if "\x00" in str(self.data.get("text", "")):
            found.pop("text", None)
        return found


class DiagnosisForm(IndustryMixin):
    """Six facts, each may stay open. Its answers are facts for the matching; nothing is kept."""

    NAMES = ("region", "industry", "founded", "employees", "revenue", "qualifications")

    region = forms.ChoiceField(label=gettext_lazy("注册在哪里"), required=False)
    industry = IndustryField(label=gettext_lazy("主要做什么行业"), required=False)
    founded = forms.CharField(
        label=gettext_lazy("哪一天成立"),
        required=False,
        max_length=20,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    employees = forms.CharField(
        label=gettext_lazy("有多少员工"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    revenue = forms.CharField(
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("大概的数也可以，例如 2,000"),
    )
    qualifications = forms.MultipleChoiceField(
        label=gettext_lazy("有哪些称号"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Mapping[str, Any] | None, *, city: City, on: date) -> None:
        super().__init__(data)
        self.city, self.on = city, on
        self.industry_matches = []
        self.fields["region"] = forms.ChoiceField(
            label=gettext_lazy("注册在哪里"),
            required=False,
            choices=[("", _("不确定")), *regions(city), ("other", _("不在本市"))],
        )
        titles = self._attribute("qualifications")
        self.fields["qualifications"] = forms.MultipleChoiceField(
            label=gettext_lazy("有哪些称号"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[
                ("__none__", _("以下都没有")),
                *((code, spoken((zh, en))) for code, zh, en in titles.options),
            ],
        )
        self.fields["revenue"].label = _("%(year)s 年营业收入") % {"year": on.year - 1}
        self.units = {
            name: unit_words(self._attribute(name), language()) for name in ("employees", "revenue")
        }

    def _attribute(self, name: str) -> Attribute:
        return self.city.catalogue.attributes[name]

    def clean(self) -> dict[str, Any]:
        """Every answer as a fact under its key; the year of a yearly one is the last full year."""
        given = super().clean() or {}
        facts: dict[str, Any] = {}
        for name in self.NAMES:
            typed = given.get(name)
            if not typed or name in self.errors:
                continue
            try:
                value = self._value(name, typed)
            except BadValue as error:
                self.add_error(name, str(error))
            except forms.ValidationError as error:
                self.add_error(name, error)
            else:
                key = f"{name}@{self.on.year - 1}" if self._attribute(name).period else name
                facts[key] = value
        if not facts and not self.errors:
            raise forms.ValidationError(_("请至少回答一项，例如注册在哪里。"))
        return {**given, "facts": facts}

    def _value(self, name: str, typed: Any) -> Any:
        catalogue = self.city.catalogue
        if name == "industry":
            return self.resolve(catalogue.trees["industry"], typed)
        if name == "region" and typed == "other":
            return _elsewhere(catalogue.trees["region"], self.city.region)
        return parse_value(self._attribute(name), typed, catalogue, today=self.on)


def _elsewhere(tree: Iterable[str], region: str) -> str:
    """A province that is not this city's: enough to know that the firm is not from here."""
    return next(code for code in tree if len(code) == 2 and not region.startswith(code))
