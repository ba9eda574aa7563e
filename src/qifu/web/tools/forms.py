"""The figures of the size self-test."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.base.city import City
from qifu.web.industries import IndustryField, IndustryMixin

WAN = Decimal(10_000)
MOST = Decimal(10) ** 9


class Figure(forms.DecimalField):
    """A figure that may be left open; thousand separators are taken as people write them."""

    widget = forms.TextInput

    def __init__(self, **given: Any) -> None:
        whole = given.pop("whole", False)
        given |= {"required": False, "min_value": 0, "max_value": MOST, "max_digits": 16}
        super().__init__(**given, decimal_places=0 if whole else 6)
        self.widget.attrs |= {"inputmode": "numeric" if whole else "decimal"}
        self.error_messages |= {
            "invalid": gettext_lazy("请填写数字，例如 1,200"),
            "min_value": gettext_lazy("不能小于 0"),
            "max_value": gettext_lazy("这个数太大了，请核对单位"),
            "max_digits": gettext_lazy("这个数太长了，请核对单位"),
            "max_whole_digits": gettext_lazy("这个数太大了，请核对单位"),
            "max_decimal_places": gettext_lazy("请填写整数，例如 12")
            if whole
            else gettext_lazy("小数位太多了"),
        }

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.replace(",", "").replace("，", "").strip()
        return super().to_python(value)


class SizeForm(IndustryMixin):
    """Industry, staff, revenue and assets in 万元, and the day whose rule counts."""

    NAMES = ("industry", "staff", "revenue", "assets", "on")

    industry = IndustryField(
        error_messages={"required": gettext_lazy("请填写行业，例如：软件开发")}
    )
    staff = Figure(label=gettext_lazy("从业人员"), whole=True)
    revenue = Figure(
        label=gettext_lazy("上一年营业收入"),
        help_text=gettext_lazy("有的行业不看这一项，可以空着"),
    )
    assets = Figure(
        label=gettext_lazy("上年末资产总额"),
        help_text=gettext_lazy("只有建筑业、房地产开发、租赁和商务服务业要看这一项"),
    )
    on = forms.DateField(
        label=gettext_lazy("按哪一天的标准"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("请填写日期，例如 2026-11-22")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, city: City, today: date) -> None:
        super().__init__(data, initial={"on": today.isoformat()})
        self.city, self.today = city, today
        self.industry_matches = []

    def clean_industry(self) -> str:
        return self.resolve(self.city.catalogue.trees["industry"], self.cleaned_data["industry"])

    def clean_on(self) -> date:
        on: date | None = self.cleaned_data["on"]
        if on is not None and on > self.today.replace(month=12, day=31):
            raise forms.ValidationError(_("不能晚于今年年底。"))
        return on or self.today

    def figures(self) -> dict[str, Any]:
        """Staff in persons, money in yuan: what the rule takes."""
        given = self.cleaned_data
        staff = given["staff"]
        return {
            "staff": None if staff is None else int(staff),
            "revenue": None if given["revenue"] is None else given["revenue"] * WAN,
            "assets": None if given["assets"] is None else given["assets"] * WAN,
        }
