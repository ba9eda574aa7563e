"""Finding an industry by code or by words, in forms that work without JavaScript.

The field takes a code (C3511, 3511) or a name. What fits only one industry is taken; otherwise the
form comes back with the matches to choose from. With htmx the matches appear while one types.
"""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.rulebook.codes import CodeTree
from qifu.web.words import language

MOST_SHOWN = 12


@dataclass(frozen=True)
class Match:
    """One industry that fits, with what it stands under."""

    code: str
    name: str
    above: str


def match(tree: CodeTree, code: str) -> Match:
    """An industry with its name and the names above it, in the language of the page."""
    above = [tree.label(one, language()) for one in reversed(tree.ancestors(code))]
    return Match(code, tree.label(code, language()), " › ".join(above))


def find(tree: CodeTree, text: str) -> list[Match]:
    """Industries that fit what was typed, the closest first."""
    wanted = text.strip().lower()
    if not wanted:
        return []
    exact = tree.normalise(text.strip().split()[0])
    if tree.has(exact):
        return [match(tree, exact), *(match(tree, code) for code in tree.children(exact))][
            :MOST_SHOWN
        ]
    ranked = []
    for code in tree:
        names = (tree.label(code, "zh").lower(), tree.label(code, "en").lower())
        places = [name.find(wanted) for name in names if wanted in name]
        if places or code.lower().startswith(wanted):
            ranked.append((wanted not in names, min(places, default=0), len(code), code))
    return [match(tree, code) for *_rank, code in sorted(ranked)[:MOST_SHOWN]]


class IndustryField(forms.CharField):
    """The text field; the form it stands in resolves it with `resolve`."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("label", gettext_lazy("行业"))
        given.setdefault(
            "help_text", gettext_lazy("填行业名称或国民经济行业代码，例如：软件开发，或 I6513")
        )
        given.setdefault("max_length", 80)
        given.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**given)


class IndustryMixin(forms.Form):
    """A form with `industry` as text and `industry_code` as the choice among the matches."""

    industry_matches: list[Match]

    @property
    def industry_chosen(self) -> str:
        """The match that is marked when the form comes back."""
        return str(self.data.get("industry_code", ""))

    def resolve(self, tree: CodeTree, text: str) -> str:
        """The code that was meant. Otherwise ValidationError, with the matches to choose from."""
        self.industry_matches = []
        text = text.strip()
        chosen = str(self.data.get("industry_code", ""))
        offered_for = str(self.data.get("industry_for", ""))
        if chosen and offered_for == text and tree.has(chosen):
            self.industry_matches = [match(tree, tree.normalise(chosen))]
            return tree.normalise(chosen)
        exact = tree.normalise(text.split()[0])
        if tree.has(exact):
            self.industry_matches = [match(tree, exact)]
            return exact
        found = find(tree, text)
        named = [one for one in found if one.name == text]
        if len(found) == 1 or len(named) == 1:
            self.industry_matches = named or found
            return self.industry_matches[0].code
        self.industry_matches = found
        if found:
            raise forms.ValidationError(_("有几个行业符合，请在下面选一个。"))
        raise forms.ValidationError(
            _("没有找到这个行业。请换个说法，例如「软件开发」，或填代码，例如 I6513。")
        )
