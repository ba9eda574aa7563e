"""The form of a new token."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.web.programs.words import choices

USUAL = timedelta(days=180)


class TokenForm(forms.Form):
    """What the program is called, what it may do, until when."""

    name = forms.CharField(
        label=_("给哪个程序用"),
        help_text=_("以后凭名称辨认，例如：财务系统。"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("请填写名称，例如：财务系统"),
            "max_length": _("名称最多 60 个字。"),
        },
    )
    scopes = forms.MultipleChoiceField(
        label=_("程序可以做什么"),
        help_text=_("只勾选用得到的。没有勾选的，程序做不了。"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("请至少选择一项权限。"),
            "invalid_choice": _("请从列表中选择。"),
        },
    )
    expires_on = forms.DateField(
        label=_("用到哪一天"),
        help_text=_("最长一年。到期前换一个新的。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填写日期，例如 2027-03-31"),
            "invalid": _("请填写日期，例如 2027-03-31"),
        },
    )

    def __init__(self, data: Any = None, *, unit: bool, today: date) -> None:
        super().__init__(data, initial={"expires_on": today + USUAL})
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices(unit=unit)

    @property
    def until(self) -> datetime:
        """The end of the last day."""
        day: date = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
