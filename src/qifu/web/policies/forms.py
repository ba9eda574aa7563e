"""What can be asked of the library, and the few facts of the quick diagnosis."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.base.city import City
from qifu.base.zones import Zone
from qifu.organisations.logic.values import BadValue, parse_value, unit_words
from qifu.rulebook.catalogue import Attribute
from qifu.rulebook.codes import INDUSTRY, REGION
from qifu.web.industries import IndustryField, IndustryMixin
from qifu.web.my.cards import fact_words
from qifu.web.my.fields import NONE, SetField, value_field
from qifu.web.policies.names import BENEFITS, KINDS, ORDERS, STATUSES, levels
from qifu.web.words import language

OTHER = "other"
# the order in which a district's front shows policies; asked for nothing, it is this one
OWN_FIRST = "own"


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
    level = forms.ChoiceField(label=gettext_lazy("层级"), required=False)
    order = forms.ChoiceField(label=gettext_lazy("排序"), required=False)

    def __init__(self, data: Mapping[str, Any], *, city: City, zone: Zone | None = None) -> None:
        super().__init__(data)
        orders = {OWN_FIRST: _("本区的在前"), **ORDERS} if zone else ORDERS
        self.fields["order"] = forms.ChoiceField(
            label=gettext_lazy("排序"), choices=list(orders.items()), required=False
        )
        places = forms.ChoiceField(
            label=gettext_lazy("适用地区"),
            required=False,
            choices=[("", gettext_lazy("不限")), *regions(city)],
        )
        self.fields["region"] = places
        self.fields["level"] = forms.ChoiceField(
            label=gettext_lazy("层级"),
            required=False,
            choices=[("", gettext_lazy("不限")), *levels(city).items()],
        )

    def asked(self) -> dict[str, str]:
        """What to ask the library for; unknown values are dropped, not refused."""
        self.is_valid()
        found = {name: str(value) for name, value in self.cleaned_data.items() if value}
        if "\x00" in str(self.data.get("text", "")):
            found.pop("text", None)
        return found


class DiagnosisForm(IndustryMixin):
    """The few facts that the pack names, each may stay open. Its answers are facts for the
    matching; nothing is kept.
    """

    def __init__(self, data: Mapping[str, Any] | None, *, city: City, on: date) -> None:
        super().__init__(data)
        self.city, self.on = city, on
        self.NAMES = city.diagnosis
        self.industry_matches = []
        self.fields |= {name: self._field(self._attribute(name)) for name in self.NAMES}

    def _field(self, attribute: Attribute) -> forms.Field:
        """The control of one attribute. Nothing has to be answered, and rough figures will do."""
        catalogue, words = self.city.catalogue, attribute.label(language())
        if attribute.tree == INDUSTRY:
            return IndustryField(label=_("主要做什么行业"), required=False)
        if attribute.tree == REGION:
            elsewhere = _elsewhere(catalogue.tree(attribute), self.city.region)
            others = [(OTHER, _("不在本地"))] if elsewhere else []
            choices = [("", _("不确定")), *regions(self.city), *others]
            return forms.ChoiceField(label=_("注册在哪里"), required=False, choices=choices)
        if attribute.period:
            words = fact_words(self.city, f"{attribute.name}@{self.on.year - 1}")
        field = value_field(attribute, catalogue, label=words)
        field.required, field.help_text = False, ""
        if isinstance(field, SetField):
            options = [
                (code, attribute.option(code, language())) for code in attribute.option_codes
            ]
            field.choices = [(NONE, _("以下都没有")), *options]
        elif attribute.type == "flag" and isinstance(field, forms.ChoiceField):
            field.choices = [("", _("不确定")), ("true", _("是")), ("false", _("否"))]
        elif attribute.unit == "CNY":
            field.help_text = _("大概的数也可以，例如 2,000")
        return field

    @property
    def asked_first(self) -> list[tuple[forms.BoundField, str]]:
        """The plain fields, each with its unit."""
        names = [name for name in self.NAMES if self._attribute(name).type != "set"]
        return [(self[name], unit_words(self._attribute(name), language())) for name in names]

    @property
    def asked_beside(self) -> list[forms.BoundField]:
        """The lists to tick, which stand beside the others."""
        return [self[name] for name in self.NAMES if self._attribute(name).type == "set"]

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
        if name == "region" and typed == OTHER:
            return _elsewhere(catalogue.trees["region"], self.city.region)
        return parse_value(self._attribute(name), typed, catalogue, today=self.on)


def _elsewhere(tree: Iterable[str], region: str) -> str:
    """A province that is not this city's: enough to know that the firm is not from here.

    Empty where the tree has no other.
    """
    return next((code for code in tree if len(code) == 2 and not region.startswith(code)), "")
