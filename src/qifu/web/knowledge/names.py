"""Words for matters, kinds and levels of law: closed lists, and those of the pack."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qifu.base.city import City
from qifu.web.words import spoken

KINDS: Final[Mapping[str, Promise]] = {
    "answer": _("常见问题"),
    "law": _("法规条文"),
}
LEVELS: Final[Mapping[str, Promise]] = {
    "law": pgettext_lazy("效力", "法律"),
    "regulation": _("行政法规"),
    "department_rule": _("部门规章"),
    "local_regulation": _("地方性法规"),
}


def matter_names(city: City) -> dict[str, str]:
    """The matters of the pack, code to name, in its order."""
    return {row["code"]: spoken(row["name"]) for row in city.documents.get("matters") or []}


def level_name(code: str) -> str:
    """A level of law in words; its code where a pack brings one that is not known here."""
    return str(LEVELS.get(code, code))
