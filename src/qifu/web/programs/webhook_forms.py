"""The forms of webhooks: where to and what, from when to send again, which deliveries to show."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.notices.logic.addresses import LONGEST
from qifu.notices.models import Delivery
from qifu.web.programs.event_words import group_choices, step_choices

EVERY_STEP = "appeal.*"


class WebhookForm(forms.Form):
    """An address and the events that go there."""

    url = forms.CharField(
        label=_("推送到哪个地址"),
        help_text=_("对方系统接收事件的地址，以 https:// 开头。"),
        max_length=LONGEST,
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        error_messages={
            "required": _("请填写完整的地址，例如：https://example.com/qifu"),
            "max_length": _("地址太长，最多 500 个字符。"),
        },
    )
    kinds = forms.MultipleChoiceField(
        label=_("推送哪些事件"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请从列表中选择。")},
    )
    steps = forms.MultipleChoiceField(
        label=_("只要诉求的其中几步"),
        help_text=_("上面勾选了诉求的每一步，这里就不用再选。"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("请从列表中选择。")},
    )

    def __init__(
        self, data: Any = None, *, of_firm: bool, url: str = "", kinds: Any = ("appeal.*",)
    ) -> None:
        initial = {"url": url, "kinds": list(kinds), "steps": list(kinds)}
        super().__init__(data, initial=initial)
        for name, choices in (
            ("kinds", group_choices(of_firm=of_firm)),
            ("steps", step_choices(of_firm=of_firm)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = choices

    @property
    def chosen(self) -> list[str]:
        """Both lists as one; a whole room takes its single steps in."""
        kinds: list[str] = self.cleaned_data["kinds"]
        steps: list[str] = self.cleaned_data["steps"]
        return kinds if EVERY_STEP in kinds else [*kinds, *steps]


class ReplayForm(forms.Form):
    """From which day on to send again."""

    since = forms.DateField(
        label=_("从哪一天起重发"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("请填写日期，例如 2026-11-22"),
            "invalid": _("请填写日期，例如 2026-11-22"),
        },
    )

    @property
    def moment(self) -> datetime:
        """The beginning of that day."""
        day: date = self.cleaned_data["since"]
        return timezone.make_aware(datetime.combine(day, time()))


class DeliveriesForm(forms.Form):
    """Which deliveries to show."""

    state = forms.ChoiceField(
        label=_("送达情况"),
        required=False,
        choices=[("", _("全部")), *Delivery.State.choices],
    )
