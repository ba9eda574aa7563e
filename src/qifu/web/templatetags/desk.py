"""Words of the city pack that the pages of officials need: sources and groups of facts."""

from django import template
from django.template import Context

from qifu.web.words import spoken

register = template.Library()


@register.simple_tag(takes_context=True)
def source_word(context: Context, code: str) -> str:
    """A source of facts in the language of the page; its code where the pack lost it."""
    city = context["shell"].city
    return spoken(city.sources.get(code)) or code if city else code


@register.simple_tag(takes_context=True)
def group_word(context: Context, code: str) -> str:
    """A group of facts in the language of the page; its code where the pack lost it."""
    city = context["shell"].city
    return spoken(city.groups.get(code)) or code if city else code
