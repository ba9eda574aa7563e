"""How pages show appeals: states, kinds, lights, matters and outcomes as word, colour and icon."""

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City
from qifu.web.appeals import words
from qifu.web.appeals.lights import Light
from qifu.web.policies.rows import region_name
from qifu.web.templatetags.qifu import icon, mixed
from qifu.web.words import language, spoken

register = template.Library()


def shown(badge: words.Badge, *, large: bool = False) -> SafeString:
    """A badge as every page shows it."""
    return format_html(
        '<span class="qf-badge qf-badge--{}{}">{}<span>{}</span></span>',
        badge.tone,
        " qf-badge--large" if large else "",
        icon(badge.icon),
        mixed(badge.words),
    )


def _city(context: Context) -> City | None:
    shell = context.get("shell")
    return shell.city if shell else None


@register.simple_tag
def appeal_state(state: str, large: bool = False) -> SafeString:
    """The state of a case."""
    return shown(words.state_badge(state), large=large)


@register.simple_tag
def appeal_kind(kind: str) -> SafeString:
    """咨询, 求助, 投诉 or 建议, with its icon."""
    badge = words.kind_badge(kind)
    return format_html('<span class="qa-kind">{}{}</span>', icon(badge.icon), badge.words)


@register.simple_tag
def kind_help(kind: str) -> str:
    """What a kind is for."""
    return str(words.KIND_HELP.get(kind, ""))


@register.filter
def kind_name(kind: str) -> str:
    """咨询, 求助, 投诉 or 建议."""
    return words.kind_word(kind)


@register.filter
def checked_word(code: str) -> str:
    """What is said of a reply that passed a check."""
    return str(words.REPLY_CHECKS.get(code, code))


@register.simple_tag
def appeal_level(level: int) -> SafeString:
    """One of the five levels."""
    return shown(words.level_badge(level))


@register.simple_tag
def file_state(state: str) -> SafeString:
    """Whether a file was looked at."""
    return shown(words.file_badge(state))


@register.simple_tag
def clock_state(state: str, missed: bool = False) -> SafeString:
    """How a clock stands."""
    return shown(words.clock_badge(state, missed=missed))


@register.filter
def clock_name(name: str) -> str:
    """What a clock waits for."""
    return words.clock_word(name)


@register.filter
def channel_name(code: str) -> str:
    """How somebody came or was reached."""
    return words.channel_word(code)


@register.filter
def callback_name(code: str) -> str:
    """What a callback came to."""
    return words.callback_word(code)


@register.simple_tag(takes_context=True)
def matter_name(context: Context, code: str) -> str | SafeString:
    """A matter of the pack."""
    return mixed(words.matter_word(code, _city(context)))


@register.simple_tag(takes_context=True)
def place_name(context: Context, code: str) -> str | SafeString:
    """A region of the pack."""
    city = _city(context)
    return mixed(region_name(city, code)) if city else code


@register.simple_tag(takes_context=True)
def outcome_name(context: Context, code: str) -> str | SafeString:
    """What came of a reply."""
    return mixed(words.outcome_word(code, _city(context)))


@register.simple_tag(takes_context=True)
def exclusion_name(context: Context, code: str) -> str | SafeString:
    """Why something is not taken."""
    return mixed(words.exclusion_word(code, _city(context)))


@register.simple_tag(takes_context=True)
def tag_names(context: Context, codes: Any) -> str | SafeString:
    """The tags of a rating in one line."""
    between = ", " if language() == "en" else "、"
    return mixed(between.join(words.tag_words(codes or (), _city(context))))


@register.simple_tag
def due_light(light: Light | None) -> SafeString | str:
    """The light of a due day, as word, colour and icon."""
    if light is None:
        return ""
    return format_html(
        '<span class="qf-badge qf-badge--{}">{}<span>{} · {}</span></span>',
        light.tone,
        icon(light.icon),
        light.colour,
        light.words,
    )


_RELATED = {
    "repeat": _("重复提的"),
    "duplicate": _("同一件"),
    "child": _("拆出的子件"),
    "parent": _("原件"),
    "master": _("并入的主件"),
    "follower": _("并入这一件的"),
    "related": _("有关"),
}


@register.simple_tag
def related_word(kind: str) -> str:
    """How another case belongs to this one."""
    return str(_RELATED.get(kind, kind))


@register.simple_tag
def entry_until(entry: Any) -> datetime | None:
    """The date that a step set: until when the firm may supply what was asked."""
    found = (getattr(row, "until", None) for row in entry.details if entry.step == "ask_for_facts")
    return next((at for at in found if at is not None), None)


@register.filter
def both(value: Any) -> str | SafeString:
    """Anything bilingual, {zh, en}, a pair or a thing with both, in the language of the page."""
    if hasattr(value, "zh"):
        value = {"zh": value.zh, "en": value.en}
    return mixed(spoken(value))
