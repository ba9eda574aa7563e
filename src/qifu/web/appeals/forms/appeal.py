"""The appeal itself: one short form, kept as a draft until it is handed in."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.appeals.models import Appeal
from qifu.appeals.selectors.limits import file_limits, text_limits
from qifu.appeals.states import Kind
from qifu.base.city import City
from qifu.organisations.models import Enterprise
from qifu.web.appeals.forms.fields import LongText, PointsField, files_field
from qifu.web.policies.forms import regions
from qifu.web.words import language, spoken

DOMAINS: Mapping[str, Any] = {
    "economy": gettext_lazy("经营发展"),
    "market": gettext_lazy("市场监管"),
    "society": gettext_lazy("用工和社会保障"),
    "service": gettext_lazy("政务服务"),
    "environment": gettext_lazy("环境和城市管理"),
}
TYPED = ("kind", "matter", "region", "text", "points", "contact_name", "contact_phone")


class AppealForm(forms.Form):
    """What a firm writes. Nothing is required to keep a draft; `ready` says what is missing."""

    phone_needed = True

    kind = forms.ChoiceField(
        label=gettext_lazy("您要说的是"),
        choices=Kind.choices,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": gettext_lazy("请选择一种。")},
    )
    text = LongText(
        label=gettext_lazy("内容"),
        rows=7,
        help_text=gettext_lazy(
            "遇到了什么事、什么时候、涉及哪里、希望怎么办。写清楚，就少一次来回。"
        ),
    )
    points = PointsField(
        label=gettext_lazy("要答复的几点"),
        required=False,
        help_text=gettext_lazy("有几件事要分别答复，就一件写一点；只有一件事可以不填。"),
    )
    matter = forms.ChoiceField(
        label=gettext_lazy("事项"),
        required=False,
        help_text=gettext_lazy("不确定可以不选，受理岗会选。"),
        error_messages={"invalid_choice": gettext_lazy("请从列表中选择。")},
    )
    region = forms.ChoiceField(
        label=gettext_lazy("发生在哪里"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("请从列表中选择。")},
    )
    contact_name = forms.CharField(
        label=gettext_lazy("联系人"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"max_length": gettext_lazy("姓名最多 60 个字。")},
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        required=False,
        max_length=24,
        help_text=gettext_lazy("承办单位会打这个电话；只有经办人员看得到。"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={"max_length": gettext_lazy("电话号码太长，例如 010-12345678")},
    )

    def __init__(self, city: City, data: Any = None, files: Any = None, **given: Any) -> None:
        super().__init__(data, files, **given)
        self.city = city
        self.fields["matter"] = forms.ChoiceField(
            label=self.fields["matter"].label,
            help_text=self.fields["matter"].help_text,
            error_messages=self.fields["matter"].error_messages,
            required=False,
            choices=matter_choices(city),
        )
        self.fields["region"] = forms.ChoiceField(
            label=self.fields["region"].label,
            error_messages=self.fields["region"].error_messages,
            required=False,
            choices=[("", _("请选择")), *regions(city)],
        )
        limits = file_limits(city)
        self.fields["files"] = files_field(
            _("附件"),
            _("合同、通知、截图等，最多 %(most)s 个，每个不超过 %(size)s MB：%(types)s。")
            % {"most": limits.most, "size": limits.largest_mb, "types": types_words(limits.types)},
        )

    def typed(self) -> dict[str, Any]:
        """What a draft keeps: everything that could be read; a code on no list is left out."""
        self.is_valid()
        found = {name: self.cleaned_data.get(name) or "" for name in TYPED}
        for name in ("contact_name", "contact_phone"):
            # too long for a draft: it stays in the form, where it is said
            found[name] = "" if name in self.errors else found[name]
        found["points"] = self.cleaned_data.get("points") or []
        found["text"] = self.cleaned_data.get("text") or ""
        return found

    def ready(self) -> bool:
        """Whether it can be handed in, with what is missing said at its field."""
        self.is_valid()
        given, limits = self.cleaned_data, text_limits(self.city)
        if not given.get("kind") and "kind" not in self.errors:
            self.add_error("kind", _("请选择咨询、求助、投诉或建议。"))
        length = len(given.get("text") or "")
        if "text" not in self.errors and not limits.least <= length <= limits.most:
            self.add_error("text", self._length_words(length))
        if (
            self.phone_needed
            and not given.get("contact_phone")
            and "contact_phone" not in self.errors
        ):
            self.add_error("contact_phone", _("请填写能联系到您的电话，例如 010-12345678"))
        return not self.errors

    def _length_words(self, length: int) -> str:
        limits = text_limits(self.city)
        if length < limits.least:
            return _("请至少写 %(least)s 个字，例如：申请贷款贴息，提交后一个月没有答复。") % {
                "least": limits.least
            }
        return _("最多 %(most)s 个字，现在是 %(found)s 个字；更多的请放到附件里。") % {
            "most": f"{limits.most:,}",
            "found": f"{length:,}",
        }


def matter_choices(city: City) -> list[tuple[str, Any]]:
    """Every matter of the pack, by domain."""
    choices: list[tuple[str, Any]] = [("", _("请选择"))]
    for domain, words in DOMAINS.items():
        rows = [(m.code, spoken(tuple(m.name))) for m in city.matters if m.domain == domain]
        if rows:
            choices.append((str(words), rows))
    return choices


def types_words(types: Sequence[str]) -> str:
    """application/pdf, image/jpeg as PDF, JPG."""
    names = {
        "jpeg": "JPG",
        "vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
        "vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    }
    words = [names.get(end := one.rpartition("/")[2], end.upper()) for one in types]
    return (", " if language() == "en" else "、").join(dict.fromkeys(words))


def first_words(firm: Enterprise, city: City, *, name: str, phone: str) -> dict[str, Any]:
    """What an empty form already knows."""
    codes = [code for code, _label in regions(city)]
    fitting = [code for code in codes if firm.region.startswith(code)]
    return {
        "region": max(fitting, key=len, default=""),
        "contact_name": name,
        "contact_phone": phone,
    }


def of_draft(draft: Appeal) -> dict[str, Any]:
    """A draft as the form shows it."""
    return {
        "kind": draft.kind,
        "text": draft.text,
        "points": [point.text for point in draft.points.all()],
        "matter": draft.matter,
        "region": draft.region,
        "contact_name": draft.contact_name,
        "contact_phone": draft.contact_phone,
    }


def as_sent(values: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """Values of a draft as if its form had been sent."""
    sent: MultiValueDict[str, Any] = MultiValueDict()
    for name, value in values.items():
        sent.setlist(name, list(value) if name == "points" else [value])
    return sent
