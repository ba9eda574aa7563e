"""Words for the closed lists of a policy's card; a place of a notice as its code."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.rulebook.codes import CodeTree
from qifu.textmine.policy_reading.places import area_code

KINDS: Mapping[str, Promise] = {
    "rate_with_cap": _("按比例补贴"),
    "tiers": _("分档奖励"),
    "title_reward": _("称号奖励"),
    "reward": _("一次性奖励"),
    "per_head": _("按人数补贴"),
    "loan_interest": _("贷款贴息"),
    "tax": _("税收优惠"),
    "auto_grant": _("免申即享"),
    "voucher": _("服务券"),
    "rent": _("租金支持"),
    "title": _("资质认定"),
}
LEVELS: Mapping[str, Promise] = {
    "national": _("国家级"),
    "province": _("省级"),
    "city": _("市级"),
    "district": _("区级"),
}
BENEFITS: Mapping[str, Promise] = {
    "grant": _("资金补助"),
    "loan_interest": _("融资支持"),
    "tax": _("税收优惠"),
    "qualification": _("资质认定"),
    "voucher": _("服务券"),
    "service": _("服务"),
}
STATUSES: Mapping[str, Promise] = {
    "open": _("现在可以申报"),
    "closing_soon": _("14 天内截止"),
    "not_yet": _("即将开始"),
    "always": _("常年受理"),
    "closed": _("已截止"),
}


def place_of(text: str, tree: CodeTree, home: str) -> str | None:
    """The code of a place by code or name; of places of one name that in the city counts.

    `home` is the city's own code. None where the tree has no such place.
    """
    text = text.strip()
    if tree.has(text):
        return tree.normalise(text)
    near = (code for code in tree if tree.is_under(code, home))
    here = next((c for c in near if text in (tree.label(c), tree.label(c, "en"))), None)
    return here or area_code(text, tree)
