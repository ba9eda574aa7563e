"""What policy officers fill in: a search of the library."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from qifu.policies.selectors import OFFICE_ORDERS

LIVES: Final = {
    "in_force": _("有效"),
    "not_yet": _("尚未生效"),
    "ended": _("已失效"),
    "withdrawn": _("已撤下"),
}
_ORDERS: Final = {
    "closes": _("先截止的在前"),
    "title": _("按名称"),
    "newest": _("最新载入的在前"),
    "versions": _("版本多的在前"),
    "amount": _("金额高的在前"),
}


class OfficeSearch(forms.Form):
    """Words, validity and order. A value that is not on a list is as if nothing was chosen."""

    q = forms.CharField(
        label=_("名称、编号或内容"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "data-qf-search": True}
        ),
        error_messages={"max_length": _("最多 100 个字，请缩短。")},
    )
    life = forms.ChoiceField(
        label=_("效力"), required=False, choices=[("", _("全部")), *LIVES.items()]
    )
    order = forms.ChoiceField(
        label=_("排序"), required=False, choices=[(code, _ORDERS[code]) for code in OFFICE_ORDERS]
    )

    @property
    def asked(self) -> dict[str, str]:
        """What the selector takes; what cannot be read is left out, the field says why."""
        self.full_clean()
        data: dict[str, Any] = getattr(self, "cleaned_data", {})
        return {
            "text": data.get("q", ""),
            "life": data.get("life", ""),
            "order": data.get("order", "") or "closes",
        }
