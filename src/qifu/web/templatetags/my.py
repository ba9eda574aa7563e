"""Words on the pages of a firm: a policy's title, a question, in the page's language."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qifu.accounts.models import User
from qifu.organisations.models import Fact
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import ProfileRow
from qifu.rulebook.policy import Policy
from qifu.rulebook.questions import Question
from qifu.web.my.facts import differing
from qifu.web.templatetags.qifu import chinese, verdict_word
from qifu.web.words import language, spoken

register = template.Library()


@register.simple_tag
def bilingual_name(policy: Policy) -> str:
    """The title of a policy; Chinese where there is no English."""
    return policy.name(language())


@register.simple_tag
def question_words(question: Question) -> str:
    """A question with its year."""
    return question.text(language())


@register.filter
def may(actor: Actor, code: str) -> bool:
    """Whether the role of the person has a permission."""
    return actor.may(code)


@register.simple_tag
def verdict_name(verdict: str) -> str:
    """The word for a condition's answer: 满足, 不满足, 待确认."""
    return verdict_word(verdict)


@register.simple_tag(takes_context=True)
def source_words(context: Context, code: str) -> str:
    """The name of a source of facts."""
    sources = context.get("sources") or {}
    return spoken(sources[code]) if code in sources else code


@register.filter(name="differing")
def differing_facts(row: ProfileRow) -> list[Fact]:
    """What other sources say of the same fact where they say something else."""
    return differing(row)


@register.simple_tag
def person_name(people: Mapping[int, User], number: int | None) -> str | SafeString:
    """Who wrote it, where a person did; nothing for what came from a register."""
    person = people.get(number) if number else None
    return format_html(" · {}", chinese(person.display_name)) if person else ""


@register.simple_tag
def title_of(row: Mapping[str, Any]) -> str:
    """The title of a policy in a stored report."""
    return spoken({"zh": row["title"], "en": row["title_en"]})


@register.filter
def reasons(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Why a stored result is as it is: each gap, and in one line what is met.

    For a policy that is out of reach only what is false is told; the rest would not help.
    """
    out = row["verdict"] == "ineligible" and not row["near_miss"]
    told = [
        (group["verdict"], _both(group, "gap") or _both(group, "label"))
        for verdict in ("unmet", "unknown")
        for group in row["groups"]
        if group["verdict"] == verdict and not (out and verdict == "unknown")
    ]
    met = [_held(group) for group in row["groups"] if group["verdict"] == "met"]
    if met and not out:
        told.append(("met", (", " if language() == "en" else "、").join(met)))
    return told


# names of conditions that only point at what stands below them, which a line does not show
_POINTING = ("满足以下", "以下", "不能有以下", "没有以下", "全部满足以下")


def _held(group: Mapping[str, Any]) -> str:
    """A condition that is met, in a few words: what must not be is said not to be."""
    if str(group["label_zh"]).startswith(_POINTING):
        return _both(group, "required")
    label = _both(group, "label")
    if group["required_zh"] == "否":
        return _("%(label)s：否") % {"label": label}
    return label


def _both(group: Mapping[str, Any], part: str) -> str:
    return spoken({"zh": group[f"{part}_zh"], "en": group[f"{part}_en"]})


@register.filter
def numeral(number: int) -> str:
    """一、二、三、 before the headings of a document; 1. 2. 3. in English."""
    if language() == "en":
        return f"{number}. "
    return f"{'〇一二三四五六七八九'[number]}、" if 0 < number < 10 else f"{number}、"


@register.simple_tag
def group_names(codes: list[str], groups: Mapping[str, Mapping[str, str]]) -> str:
    """Groups of facts in words."""
    between = ", " if language() == "en" else "、"
    return between.join(spoken(groups[code]) if code in groups else code for code in codes)
