"""How pages show channels: open now as word, colour and icon."""

from django import template
from django.utils.safestring import SafeString

from qifu.web.appeals.words import Badge
from qifu.web.templatetags.appeals import shown

register = template.Library()


@register.simple_tag
def badge(told: Badge, large: bool = False) -> SafeString:
    """A badge that was worked out before."""
    return shown(told, large=large)
