"""Words, numbers and small pieces that every page uses; loaded everywhere by settings."""

import re
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qifu.organisations.logic.values import show_value
from qifu.organisations.models import Organisation
from qifu.web import words

register = template.Library()
# a run of ideographs with the punctuation that stands among them
_CHINESE = re.compile("([\u3000-\u303f\u3400-\u9fff\uff00-\uff60]+)")


@register.filter
def in_language(value: Any) -> str | SafeString:
    """Bilingual data in the language of the page."""
    return mixed(words.spoken(value))


@register.simple_tag
def bilingual(thing: Any, name: str) -> str | SafeString:
    """`name_zh` or `name_en` of an object or mapping; Chinese where there is no English."""
    return mixed(words.spoken({key: _part(thing, f"{name}_{key}") for key in ("zh", "en")}))


@register.filter
def mixed(text: Any) -> str | SafeString:
    """English text that may hold names which only exist in Chinese: these are marked as such."""
    if words.language() == "zh" or not _CHINESE.search(str(text)):
        return str(text)
    parts = _CHINESE.split(str(text))  # every second part is Chinese
    pairs = zip_longest(parts[::2], parts[1::2], fillvalue="")
    return format_html_join("", "{}{}", ((said, chinese(name)) for said, name in pairs))


def _part(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


@register.filter
def chinese(value: Any) -> str | SafeString:
    """Data that only exists in Chinese, marked as such on a page in another language."""
    text = "" if value is None else str(value)
    if words.language() == "zh" or text.isascii():
        return text
    return format_html('<span lang="zh">{}</span>', text)


@register.filter
def named(organisation: Organisation | None) -> str | SafeString:
    """A firm or unit by its name; units have an English one."""
    if organisation is None:
        return ""
    return mixed(words.spoken((organisation.name, organisation.name_en)))


@register.filter
def money(value: Any) -> str:
    """Yuan: ¥300万元, CNY 3 million."""
    return words.money(value)


@register.simple_tag
def money_range(low: Any, high: Any) -> str:
    """One amount, or both ends of a range. Without an upper end it starts at the low one."""
    least = None if low in (None, "") else Decimal(str(low))
    most = None if high in (None, "") else Decimal(str(high))
    if least is not None and least == most:
        return words.money(least)
    if most is None:
        return _("%(low)s 起") % {"low": words.money(least)} if least else _("金额按实际计算")
    if not least:
        return _("最高 %(high)s") % {"high": words.money(most)}
    return f"{words.money(least)} – {words.money(most)}"


@register.filter
def day(value: Any) -> str:
    """2026年11月22日（周日）, 22 Nov 2026 (Sun)."""
    return words.day_text(value)


@register.filter
def short_day(value: Any) -> str:
    """The same without the day of the week, for dense tables."""
    return words.day_text(value, weekday=False)


@register.filter
def relative_day(value: Any) -> str:
    """还剩 3 天, 今天, 2 天前."""
    return words.relative_text(value)


@register.filter
def count(value: Any) -> str:
    """A whole number with thousand separators."""
    return words.count_text(value)


@register.simple_tag(takes_context=True)
def fact_value(context: Context, value: Any, attribute: Any) -> str | SafeString:
    """A fact in words and units; `attribute` is one of the catalogue or its name."""
    city = context["shell"].city
    if city is None:
        return str(value)
    found = city.catalogue.get(attribute) if isinstance(attribute, str) else attribute
    if found is None:
        return str(value)
    return mixed(show_value(found, value, words.language(), catalogue=city.catalogue))


@register.simple_tag
def icon(name: str) -> SafeString:
    """An outline icon of tools/icons.txt. It is never alone: words stand beside it."""
    return format_html(
        '<svg class="qf-icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


_VERDICTS = {
    "eligible": ("circle-check", "good"),
    "maybe": ("progress-help", "open"),
    "near_miss": ("target-arrow", "warn"),
    "ineligible": ("circle-minus", "none"),
    "met": ("circle-check", "good"),
    "unmet": ("circle-x", "bad"),
    "unknown": ("help-circle", "open"),
}


def verdict_word(verdict: str, near_miss: bool = False) -> str:
    """The one word for a verdict; GLOSSARY: 可享, 可能可享, 不符合."""
    return {
        "eligible": _("可享"),
        "maybe": _("可能可享"),
        "near_miss": _("差一点"),
        "ineligible": _("不符合"),
        "met": _("满足"),
        "unmet": _("不满足"),
        "unknown": _("待确认"),
    }["near_miss" if near_miss else verdict]


@register.simple_tag
def verdict_badge(verdict: str, near_miss: bool = False, large: bool = False) -> SafeString:
    """Word, colour and icon of a verdict on a policy or on one condition."""
    look, tone = _VERDICTS["near_miss" if near_miss else verdict]
    return format_html(
        '<span class="qf-badge qf-badge--{}{}">{}<span>{}</span></span>',
        tone,
        " qf-badge--large" if large else "",
        icon(look),
        verdict_word(verdict, near_miss),
    )


_STATUS = {
    "open": ("good", "circle-check"),
    "closing_soon": ("warn", "hourglass"),
    "not_yet": ("open", "calendar-event"),
    "closed": ("none", "circle-off"),
    "always": ("good", "circle-check"),
}


def status_word(status: str) -> str:
    """What the window of a policy says today."""
    return {
        "open": _("申报中"),
        "closing_soon": _("即将截止"),
        "not_yet": _("未开始"),
        "closed": _("已截止"),
        "always": _("常年受理"),
    }[status]


@register.simple_tag
def status_badge(status: str) -> SafeString:
    """Word, colour and icon of a policy's window."""
    tone, look = _STATUS[status]
    return format_html(
        '<span class="qf-badge qf-badge--{}">{}<span>{}</span></span>',
        tone,
        icon(look),
        status_word(status),
    )


@register.filter
def control_kind(field: BoundField) -> str:
    """How parts/field.html lays a field out: one tick, a group of choices, or a plain control."""
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "plain"


@register.filter
def control(field: BoundField) -> SafeString:
    """The control itself, with its class and what describes it."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        look = "form-check-input"
    else:
        look = "form-select" if isinstance(widget, Select) else "form-control"
    described = []
    if field.errors:
        described.append(f"{field.auto_id}_error")
    if field.help_text:
        described.append(f"{field.auto_id}_helptext")
    attributes: dict[str, str | bool] = {"class": f"{look} {widget.attrs.get('class', '')}".strip()}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)


@register.inclusion_tag("parts/paging.html", takes_context=True)
def paging(context: Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Previous and next page; whatever else the address asks for stays."""
    asked = context["request"].GET.copy()

    def address(number: int) -> str:
        asked[name] = str(number)
        return f"?{asked.urlencode()}"

    return {
        "page": page,
        "previous": address(page.previous_page_number()) if page.has_previous() else "",
        "next": address(page.next_page_number()) if page.has_next() else "",
    }


@register.filter
def lines(value: Any) -> list[str]:
    """Text or a list of texts as a list of lines that are not empty."""
    if value is None:
        return []
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    return [words.spoken(line) for line in value]


@register.filter
def marked(text: Any, query: str) -> str | SafeString:
    """The words of a search, marked in the text that was found."""
    query = query.strip()
    plain = str(text)
    at = plain.lower().find(query.lower()) if query else -1
    if at < 0:
        return conditional_escape(plain)
    end = at + len(query)
    return format_html("{}<mark>{}</mark>{}", plain[:at], plain[at:end], plain[end:])


@register.simple_tag(takes_context=True)
def role_name(context: Context, code: str) -> str:
    """A role of the pack in the language of the page; its code where the pack lost it."""
    city = context["shell"].city
    role = city.roles.get(code) if city else None
    return words.spoken(role.name) if role else code


@register.filter
def item(thing: Any, name: str) -> Any:
    """A field of a form, or an entry of a mapping, by a name that is only known here."""
    return thing[name]


@register.filter(name="words")
def split_words(text: str) -> list[str]:
    """A few names in one text, apart."""
    return text.split()


@register.filter
def source_name(value: Any) -> str | SafeString:
    """The name of a source, which may be bilingual or Chinese only."""
    return words.spoken(value) if isinstance(value, dict) else chinese(value)


@register.simple_tag
def bilingual_title(policy: Any) -> str:
    """The title of a rulebook policy in the language of the page."""
    return str(policy.name(words.language()))


@register.filter
def fact_name(key: str) -> str:
    """The attribute of a fact key: `revenue` of `revenue@2025`."""
    return key.partition("@")[0]


@register.simple_tag(takes_context=True)
def fact_label(context: Context, key: str) -> str:
    """A fact key in words: 2025 年营业收入, Revenue 2025."""
    name, _at, year = key.partition("@")
    city = context["shell"].city
    attribute = city.catalogue.get(name) if city else None
    label = attribute.label(words.language()) if attribute else name
    if not year:
        return str(label)
    return f"{label} {year}" if words.language() == "en" else f"{year} 年{label}"


@register.simple_tag
def days_left(closes: Any) -> SafeString:
    """Days until a day, the number large: 还剩 3 天."""
    day_ = words.as_day(closes)
    days = (day_ - timezone.localdate()).days if day_ else 0
    if days <= 0:
        return format_html("<strong>{}</strong>", _("今天"))
    before, after = ("还剩", "天") if words.language() == "zh" else ("", "day left")
    if words.language() == "en" and days != 1:
        after = "days left"
    return format_html("<span>{}</span><strong>{}</strong><span>{}</span>", before, days, after)


@register.simple_tag
def size_figure(row: Any, number: Any) -> str:
    """A limit or value of the size rule as people read it: 1,000 人, CNY 3,000,000."""
    return str(row.shown(number, words.language()))
