"""What a person may write into an appeal: every field checked, every mistake said at its field."""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.answering import too_long
from qifu.appeals.models import Appeal
from qifu.appeals.selectors.limits import text_limits
from qifu.appeals.states import Kind
from qifu.base.city import City
from qifu.base.errors import BadInput

LONGEST_TITLE, MADE_TITLE = 120, 40
LONGEST_NAME, LONGEST_PHONE = 60, 24
TIP_OFF = "tip_off"
_FIRST = re.compile(r"[^。！？!?；;\n]+[！？!?]?")
_PHONE = re.compile(r"[+0-9][0-9 \-()（）转,、#]{4,22}[0-9]")


class Fields:
    """The fields of one form: what was taken, and what was wrong with the rest."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.limits = text_limits(city)
        self.taken: dict[str, Any] = {}
        self.wrong: dict[str, object] = {}

    def stop(self) -> None:
        """BadInput with every mistake at once, at its field."""
        if self.wrong:
            raise BadInput(_("有几处需要改正。"), fields=self.wrong)

    def kind(self, value: str, *, needed: bool = True) -> None:
        """One of the four kinds that the city takes; a tip-off is told where it is safe."""
        if value == TIP_OFF:
            self.wrong["kind"] = tip_off_words(self.city)
        elif value in Kind.values and value in self.city.appeals.get("kinds", Kind.values):
            self.taken["kind"] = value
        elif value or needed:
            self.wrong["kind"] = _("请选择：咨询、求助、投诉或建议。")

    def matter(self, value: str) -> None:
        """A matter of the pack, or none: the intake desk then finds it."""
        if value and value not in {matter.code for matter in self.city.matters}:
            self.wrong["matter"] = _("没有这个事项，请从列表里选，或留空由受理岗来定。")
        else:
            self.taken["matter"] = value

    def region(self, value: str, *, home: str = "") -> None:
        """A division code of the pack; empty takes `home`, or the whole city."""
        tree = self.city.catalogue.trees.get("region")
        if value and (tree is None or not tree.has(value)):
            self.wrong["region"] = _("没有这个区，请从列表里选。")
        else:
            known = home if tree is not None and home and tree.has(home) else self.city.region
            self.taken["region"] = value or known

    def text(self, value: str, *, needed: bool = True) -> str:
        """The demand itself, within the limits of the pack."""
        value = clean(value)
        if len(value) > self.limits.most:
            self.wrong["text"] = too_long(value, self.limits.most)
        elif needed and len(value) < self.limits.least:
            self.wrong["text"] = _("请至少写 %(least)s 个字，说清您遇到了什么、希望怎样解决。") % {
                "least": self.limits.least
            }
        self.taken["text"] = value
        return value

    def title(self, value: str) -> None:
        """A title, or one made from the beginning of the text."""
        value = " ".join(clean(value).split())
        if len(value) > LONGEST_TITLE:
            self.wrong["title"] = too_long(value, LONGEST_TITLE)
        self.taken["title"] = value

    def points(self, values: Sequence[str]) -> None:
        """What has to be answered one by one; what is empty is left out."""
        kept = [value for value in map(clean, values) if value]
        if len(kept) > self.limits.points:
            self.wrong["points"] = _("最多分成 %(most)s 点；再多请分开提交。") % {
                "most": self.limits.points
            }
        elif long := next((value for value in kept if len(value) > self.limits.most), None):
            self.wrong["points"] = too_long(long, self.limits.most)
        self.taken["points"] = kept

    def contact(self, name: str, phone: str, *, needed: bool) -> None:
        """Whom to call. The unit has to contact the firm, so a firm says where."""
        name, phone = " ".join(clean(name).split()), " ".join(clean(phone).split())
        if len(name) > LONGEST_NAME:
            self.wrong["contact_name"] = too_long(name, LONGEST_NAME)
        elif needed and not name:
            self.wrong["contact_name"] = _("请填写联系人。")
        if len(phone) > LONGEST_PHONE:
            self.wrong["contact_phone"] = too_long(phone, LONGEST_PHONE)
        elif needed and not _PHONE.fullmatch(phone):
            self.wrong["contact_phone"] = _(
                "请填写能联系到您的电话，例如 13800000000 或 010-12345678"
            )
        self.taken["contact_name"], self.taken["contact_phone"] = name, phone


def clean(text: str) -> str:
    """A text as it can be stored: no NUL, one kind of line end, nothing around it."""
    return text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()


def made_title(text: str) -> str:
    """The first sentence of a text, cut where it is long."""
    found = _FIRST.search(text)
    first = " ".join((found.group() if found else text).split())
    return first if len(first) <= MADE_TITLE else first[: MADE_TITLE - 1] + "…"


def spoken(words: Any) -> str:
    """{zh, en} words of the pack in the language of the person who reads them."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return str(words.get(language) or words.get("zh") or "") if words else ""


def tip_off_words(city: City) -> object:
    """Why a tip-off is not taken here, and where it goes instead."""
    said = city.appeals.get("tip_off") or {}
    words = " ".join(filter(None, [spoken(said), spoken(said.get("channel"))]))
    return words or _("举报请拨 12345：这里还不能保护举报人的身份。")


def set_points(appeal: Appeal, texts: Sequence[str]) -> None:
    """Write the points of a draft anew, numbered from 1."""
    appeal.points.all().delete()
    appeal.points.model.objects.bulk_create(
        [
            appeal.points.model(appeal=appeal, number=number, text=text)
            for number, text in enumerate(texts, start=1)
        ]
    )
