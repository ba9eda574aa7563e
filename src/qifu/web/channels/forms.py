"""What can be asked of the finder, and what anybody may say of an entry."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City
from qifu.web.channels.rows import kind_names, need_names, zone_names

LONGEST_SEARCH: Final = 100
LONGEST_REPORT: Final = 1_000
LONGEST_CONTACT: Final = 120
HALF: Final = {"rows": 4}


class FinderForm(forms.Form):
    """Search and filters. A value that is not on a list is as if nothing was chosen."""

    text = forms.CharField(
        label=_("找办事渠道"),
        max_length=LONGEST_SEARCH,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    zone = forms.ChoiceField(label=_("在哪个区"), required=False)
    kind = forms.ChoiceField(label=_("渠道类型"), required=False)
    need = forms.ChoiceField(label=_("要办什么"), required=False)
    open = forms.BooleanField(label=_("只看现在开放的"), required=False)

    def __init__(self, data: Mapping[str, Any], *, city: City) -> None:
        super().__init__(data)
        for name, first, names in (
            ("zone", _("全部地方"), zone_names(city)),
            ("kind", _("不限"), kind_names(city)),
            ("need", _("不限"), need_names(city)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", first), *names.items()]

    @property
    def filters(self) -> list[forms.BoundField]:
        """The lists that have something to choose: not every place has districts."""
        return [self[name] for name in ("zone", "kind", "need") if len(self[name].subwidgets) > 2]

    def asked(self) -> dict[str, str]:
        """What to ask for, as it stands in the address; unknown values are dropped, not refused.

        The beginning of a long text says what it is about.
        """
        self.is_valid()
        text = str(self.data.get("text", "")).replace("\0", "")
        self.cleaned_data["text"] = text[:LONGEST_SEARCH]
        found = {
            name: "1" if name == "open" else str(value).strip()
            for name, value in self.cleaned_data.items()
            if value
        }
        return {name: value for name, value in found.items() if value}


class ReportForm(forms.Form):
    """What is wrong with an entry. `website` is a trap for programs that fill in every field."""

    text = forms.CharField(
        label=_("哪里不对"),
        help_text=_("例如：电话已经停用；窗口搬到了三楼；周六也开放。"),
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs=HALF),
        error_messages={
            "required": _("请写明哪里不对，例如：电话打不通，已改为 010-12345。"),
            "max_length": _("最多 1000 个字，请缩短。"),
        },
    )
    contact = forms.CharField(
        label=_("怎样联系您"),
        help_text=_("电话或邮箱，只用来核实这一条，核对完就删除。"),
        max_length=LONGEST_CONTACT,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("最多 120 个字，请缩短。")},
    )
    website = forms.CharField(
        label=_("请留空"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    @property
    def trapped(self) -> bool:
        """Whether a program filled in what people do not see."""
        return bool(self.data.get("website"))


class SettleForm(forms.Form):
    """What came of a report; the button says whether the entry was mended or is right."""

    answer = forms.CharField(
        label=_("核对结果"),
        help_text=_("怎样核对的、改了什么。例如：11月20日电话核实，号码已更换。"),
        required=False,
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("最多 1000 个字，请缩短。")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, number: int = 0) -> None:
        # several stand on one page: each has marks of its own
        super().__init__(data, auto_id=f"id_{number}_%s")


class DeskSearch(forms.Form):
    """Words, district, whose entries, and whether something waits."""

    q = forms.CharField(
        label=_("名称或编号"),
        required=False,
        max_length=LONGEST_SEARCH,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "data-qf-search": True}
        ),
    )
    zone = forms.ChoiceField(label=_("在哪个区"), required=False)
    show = forms.ChoiceField(
        label=_("显示"),
        required=False,
        choices=[
            ("", _("我能维护的")),
            ("own", _("本单位维护的")),
            ("all", _("全部")),
            ("reported", _("有人报错的")),
            ("old", _("一年没有核对的")),
            ("retired", _("已停用的")),
        ],
    )

    def __init__(self, data: Mapping[str, Any], *, city: City) -> None:
        super().__init__(data)
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("全部地方")), *zone_names(city).items()]

    def asked(self) -> dict[str, str]:
        """What to look for; what cannot be read is dropped."""
        self.is_valid()
        return {name: str(self.cleaned_data.get(name) or "") for name in self.fields}


class RetireForm(forms.Form):
    """Why an entry leaves the list."""

    reason = forms.CharField(
        label=_("停用原因"),
        help_text=_("给同事看，例如：窗口已经撤销，业务并入行政服务大厅。"),
        required=False,
        max_length=LONGEST_REPORT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("最多 1000 个字，请缩短。")},
    )
