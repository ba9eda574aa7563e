"""A form field for any attribute of the catalogue, and the value that it already has."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from qifu.organisations.logic.values import typed_value, unit_words
from qifu.rulebook.catalogue import Attribute, Catalogue
from qifu.rulebook.codes import REGION, CodeTree
from qifu.web.words import language

NONE: Final = "__none__"
MOST_CHOICES: Final = 60
MOST_FOUND: Final = 8
LONGEST: Final = 500


class TypedField(forms.CharField):
    """Text that the room will read. Whatever was typed is kept, so nothing is trimmed away."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": LONGEST, "strip": True, **kwargs})


class SetField(forms.MultipleChoiceField):
    """Several of a list, or "none of them": a firm that ticks nothing has not answered."""

    def clean(self, value: Any) -> list[str]:
        chosen: list[str] = super().clean(value)
        if NONE in chosen and len(chosen) > 1:
            raise forms.ValidationError(_("选了「都没有」就不能再选别的。"))
        return chosen


def value_field(attribute: Attribute, catalogue: Catalogue, *, label: str = "") -> forms.Field:
    """The field in which this attribute is typed or chosen, with words in the page's language.

    Money is typed in 万元 and ratios in %; sets have a "none of them"; short code trees are a
    list, long ones a text that takes a code or a full name.
    """
    words = label or attribute.label(language())
    help_text = attribute.help_en if language() == "en" else attribute.help_zh
    shared: dict[str, Any] = {"label": words, "help_text": help_text}
    missing = {"required": _("请选择一项。")}
    if attribute.type == "flag":
        return forms.ChoiceField(
            choices=[("true", _("是")), ("false", _("否"))],
            widget=forms.RadioSelect,
            error_messages=missing,
            **shared,
        )
    if attribute.type == "set" and attribute.options:
        return SetField(
            choices=[*_options(attribute), (NONE, _("都没有"))],
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("请勾选有的，或选「都没有」。")},
            **shared,
        )
    if attribute.type == "text" and attribute.options:
        choices = [("", _("请选择")), *_options(attribute)]
        return forms.ChoiceField(choices=choices, error_messages=missing, **shared)
    if attribute.type == "code":
        return _code_field(catalogue.tree(attribute), missing, shared)
    if attribute.type == "date":
        return TypedField(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": _("请填写日期，例如 2020-05-18")},
            **shared,
        )
    if attribute.numeric:
        attrs = {
            "inputmode": "numeric" if attribute.type == "integer" else "decimal",
            "autocomplete": "off",
        }
        return TypedField(
            widget=forms.TextInput(attrs=attrs),
            error_messages={"required": _("请填写数字，例如 12")},
            **shared,
        )
    return TypedField(
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("请填写。")},
        **shared,
    )


def _options(attribute: Attribute) -> list[tuple[str, str]]:
    return [(code, attribute.option(code, language())) for code in attribute.option_codes]


def _code_field(tree: CodeTree, missing: dict[str, str], shared: dict[str, Any]) -> forms.Field:
    if 0 < len(tree) <= MOST_CHOICES:
        choices = [("", _("请选择")), *((code, _named(tree, code, False)) for code in tree)]
        return forms.ChoiceField(choices=choices, error_messages=missing, **shared)
    example = _("例如 C3511 或 行业的全称")
    if tree.name == REGION:
        code = next((one for one in tree if not tree.children(one) and _has_name(tree, one)), "")
        words = {"code": code, "name": tree.label(code, language()) if code else ""}
        example = _("例如 %(code)s 或 %(name)s") % words
    return TypedField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": example}),
        error_messages={"required": _("请填写代码或名称，%(example)s") % {"example": example}},
        **shared,
    )


def _has_name(tree: CodeTree, code: str) -> bool:
    """Whether it has a name in the language of the page: far-off counties have no English one."""
    return language() == "zh" or tree.label(code, language()) != tree.label(code, "zh")


def _named(tree: CodeTree, code: str, with_code: bool = True) -> str:
    words = tree.label(code, language())
    if not with_code:
        return words
    above = " · ".join(tree.label(up, language()) for up in tree.ancestors(code)[:2][::-1])
    if not above:
        return f"{words} {code}"
    return f"{words} {code} ({above})" if language() == "en" else f"{words} {code}（{above}）"


def suggestions(attribute: Attribute, typed: str, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Codes whose name holds what was typed, the shortest names first: to be picked instead."""
    typed = typed.strip().lower()
    if attribute.type != "code" or not 1 < len(typed) <= 40:
        return []
    tree = catalogue.tree(attribute)
    found = [
        code
        for code in tree
        if typed in tree.label(code, "zh").lower() or typed in tree.label(code, "en").lower()
    ]
    found.sort(key=lambda code: (len(tree.label(code, "zh")), code))
    return [(code, _named(tree, code)) for code in found[:MOST_FOUND]]


def field_unit(attribute: Attribute) -> str:
    """The unit that stands inside the field, in the page's language."""
    return unit_words(attribute, language())


def typed_before(attribute: Attribute, value: Any) -> str | Sequence[str]:
    """A value that is already there, as it stands in its field."""
    if attribute.type == "set":
        return sorted(value) if value else ([] if value is None else [NONE])
    typed = typed_value(attribute, value)
    return str(typed) if not isinstance(typed, str) else typed


def told(value: Any) -> str | list[str]:
    """A cleaned value as the actions take it."""
    if isinstance(value, list | tuple):
        return [code for code in value if code != NONE]
    return str(value)


def years_to_state(on_year: int) -> Iterator[int]:
    """The years that a firm may state figures for: last year first, six in all, and this one."""
    yield from range(on_year - 1, on_year - 7, -1)
    yield on_year
