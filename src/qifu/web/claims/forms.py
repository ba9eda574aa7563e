"""The forms of somebody who says that a firm is theirs, and of somebody who was invited."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qifu.organisations.logic.register_values import validate_uscc
from qifu.organisations.models import Enterprise
from qifu.organisations.selectors import firm_to_claim
from qifu.web.words import spoken

LONGEST_CODE = 40


class ManyFiles(forms.ClearableFileInput):
    """A control that takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, or none; type and size are judged by the room, from the content."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        one = super().clean
        return [one(file, initial) for file in given]


class ClaimForm(forms.Form):
    """Which firm, who asks, how to reach them, and the papers."""

    uscc = forms.CharField(
        label=_("统一社会信用代码"),
        help_text=_("在营业执照的右上角或名称上方，18 位。"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={
            "required": _("请填写营业执照上的 18 位统一社会信用代码。"),
            "max_length": _("统一社会信用代码是 18 位。"),
        },
    )
    applicant = forms.CharField(
        label=_("您的姓名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("请填写您的姓名。"),
            "max_length": _("姓名最多 60 个字。"),
        },
    )
    phone = forms.CharField(
        label=_("联系电话"),
        help_text=_("核验人员会打这个电话确认。"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        error_messages={
            "required": _("请填写能联系到您的电话，例如 13800000000 或 010-12345678"),
            "max_length": _("电话号码太长，例如 010-12345678"),
        },
    )
    position = forms.CharField(
        label=_("您在企业的职务"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages={"max_length": _("职务最多 60 个字。")},
    )
    note = forms.CharField(
        label=_("说明"),
        help_text=_("有什么要让核验人员知道的，写在这里，最多 1,000 个字。"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    papers = FilesField(
        label=_("材料"),
        help_text=_(
            "营业执照；不是法定代表人本人的，再加授权书。最多 4 个文件，PDF、JPG 或 PNG，"
            "每个不超过 5 MB。"
        ),
        required=False,
        widget=ManyFiles(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    firm: Enterprise | None = None

    def clean_uscc(self) -> str:
        """The code of a firm of the register; else what is wrong with it, place by place."""
        code, zh, en = validate_uscc(self.cleaned_data["uscc"])
        if code is None:
            raise forms.ValidationError(
                spoken({"zh": zh + "。", "en": f"{en[:1].upper()}{en[1:]}."})
            )
        self.firm = firm_to_claim(code)
        if self.firm is None:
            raise forms.ValidationError(
                _("登记库里没有这家企业。请核对代码；新登记的企业一般第二天能查到。")
            )
        return code


class NewAccountForm(forms.Form):
    """An account for somebody who was invited and has none."""

    username = forms.CharField(
        label=_("登录名"),
        help_text=_("3 至 40 个字母、数字或 . _ @ -，以字母或数字开头，例如 zhang.san"),
        max_length=150,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": _("请填写登录名，例如 zhang.san")},
    )
    display_name = forms.CharField(
        label=_("姓名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": _("请填写姓名，例如：张三"),
            "max_length": _("姓名最多 60 个字。"),
        },
    )
    password = forms.CharField(
        label=_("密码"),
        help_text=_("至少 10 个字符，不能全是数字，也不能是常见密码。"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": _("请设置密码，至少 10 个字符。")},
    )
