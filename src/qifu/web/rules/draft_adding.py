"""The form of a clause that was not read: the clause itself, and what of the text it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City
from qifu.textmine.policy_reading.drafts import ADDABLE, Draft, Element
from qifu.textmine.policy_reading.marks import CONDITION
from qifu.web.rules.draft_forms import mending
from qifu.web.rules.draft_words import KINDS

CHOICES: Final[Mapping[str, Promise]] = {
    "any": _("满足任意一项"),
    "all": _("同时满足"),
    "at_least": _("至少满足几项"),
    "not": _("不能有这种情形"),
}


class Place(forms.Form):
    """Where a new clause belongs: in the text, and among the others."""

    basis = forms.CharField(
        label=_("依据原文的哪一句"), required=False, max_length=2_000,
        help_text=_("从原文复制过来。原文没有写的，不填。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    group = forms.ChoiceField(
        label=_("和哪些条目一组"), required=False,
        help_text=_("单独的条件要和其他条件同时满足。"),
    )  # fmt: skip

    def __init__(self, *args: Any, kind: str, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = [] if kind != CONDITION else [(n, _told(n, draft)) for n in draft.groups]
        if not groups:
            del self.fields["group"]
            return
        field = self.fields["group"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("单独一条")), *groups]


@dataclass(frozen=True)
class Adding:
    """What is filled in for one new clause."""

    kind: str
    word: str
    clause: Any
    place: Place

    def is_valid(self) -> bool:
        """Both forms are looked at, so that both show what is wrong."""
        return all([self.clause.is_valid(), self.place.is_valid()])


def adding(
    kind: str, draft: Draft, city: City, data: Any = None, *, basis: str = ""
) -> Adding | None:
    """The form for a new clause; None for a kind that cannot be added."""
    if kind not in ADDABLE:
        return None
    blank = Element("", kind, "", (0, 0), "", 1.0)
    place = Place(data, kind=kind, draft=draft, initial={"basis": basis})
    return Adding(kind, str(KINDS[kind]), mending(blank, city, data), place)


def kinds() -> list[tuple[str, str]]:
    """What can be added, with its word."""
    return [(kind, str(KINDS[kind])) for kind in ADDABLE]


def _told(name: str, draft: Draft) -> str:
    comma = ", " if (get_language() or "").startswith("en") else "、"
    members = comma.join(one.id for one in draft.elements if one.group == name)
    return f"{members or name} · {CHOICES[draft.groups[name]['shape']]}"
