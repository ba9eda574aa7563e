"""Words for the kinds, levels and benefits of policies: closed lists of the policy card."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City
from qifu.policies.logic import BENEFITS, KINDS, LEVELS, STATUSES
from qifu.web.words import spoken

__all__ = ["BENEFITS", "KINDS", "LEVELS", "ORDERS", "STATUSES", "levels", "word"]

ORDERS: Mapping[str, Promise] = {
    "closes": _("先截止的在前"),
    "amount": _("金额高的在前"),
    "newest": _("最新发布在前"),
}


def levels(city: City) -> dict[str, str]:
    """Who a policy comes from, in the city's own words where its pack has some (县级, 镇级)."""
    return {code: spoken(city.level_names.get(code)) or str(name) for code, name in LEVELS.items()}


def word(names: Mapping[str, Promise] | Mapping[str, str], code: str) -> str:
    """The word for a code; the code itself where a pack brings one that is not known here."""
    return str(names.get(code, code))
