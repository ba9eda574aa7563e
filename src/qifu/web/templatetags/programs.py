"""Words on the pages of programs."""

from collections.abc import Iterable

from django import template

from qifu.web.programs.words import spoken_scopes

register = template.Library()


@register.filter
def scope_words(scopes: Iterable[str]) -> str:
    """What a token may do, in one line."""
    return spoken_scopes(scopes)
