"""What policy officers fill in: a search of the library, and the text of a policy."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from qifu.policies.selectors import OFFICE_ORDERS
from qifu.rulebook.documents import Document, read_text
from qifu.rulebook.finding_words import in_chinese
from qifu.rulebook.findings import Finding, RuleError, shorten
from qifu.web.words import language

LONGEST_POLICY: Final = 200_000
# findings that are told at once
MOST_FINDINGS: Final = 30

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


class PolicyText(forms.Form):
    """A policy as YAML or JSON, typed or as a file; the file counts where both are there."""

    text = forms.CharField(
        label=_("政策规则"),
        help_text=_("YAML 或 JSON，一次一份。写法见 docs/rules.zh-CN.md。"),
        required=False,
        strip=False,
        max_length=LONGEST_POLICY,
        widget=forms.Textarea(
            attrs={"rows": 18, "spellcheck": "false", "class": "qr-code", "autocomplete": "off"}
        ),
        error_messages={"max_length": _("最多 20 万字，请缩短。")},
    )
    file = forms.FileField(
        label=_("或者上传文件"),
        help_text=_("文件内容会放进上面的文本框。"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.json"}),
        error_messages={"empty": _("文件是空的，请换一个。")},
    )
    documents: list[Document]

    def clean(self) -> dict[str, Any]:
        """The documents, wherever the text came from."""
        data = super().clean() or {}
        self.documents = []
        sent = data.get("file")
        if sent is not None and "file" not in self.errors:
            data["text"] = self._read(sent)
        if self.errors:
            return data
        if not data.get("text", "").strip():
            self.add_error("text", gettext("请粘贴政策规则，或者上传文件。"))
            return data
        try:
            self.documents = read_text(data["text"])
        except RuleError as error:
            self.tell(error.findings)
        return data

    def _read(self, sent: Any) -> str:
        if sent.size > LONGEST_POLICY * 3:
            self.add_error("file", gettext("文件太大，最多 20 万字。"))
            return ""
        try:
            text: str = sent.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", gettext("文件不是 UTF-8 编码。请在编辑器里另存为 UTF-8。"))
            return ""
        if len(text) > LONGEST_POLICY:
            self.add_error("file", gettext("文件太大，最多 20 万字。"))
            return ""
        # so that it can be corrected here
        self.data = {**self.data.dict(), "text": text}  # type: ignore[attr-defined]
        return text

    def tell(self, findings: tuple[Finding, ...]) -> None:
        """Say at the text what is wrong with it."""
        for finding in findings[:MOST_FINDINGS]:
            self.add_error("text", finding_words(finding))
        more = len(findings) - MOST_FINDINGS
        if more > 0:
            told = ngettext("另有 %(number)s 处。", "另有 %(number)s 处。", more)
            self.add_error("text", told % {"number": more})


def finding_words(finding: Finding) -> str:
    """Where, what, what was found, what is allowed, and the code, in the page's language."""
    words = in_chinese(finding) if language() == "zh" else finding.message
    where = [gettext("第 %(line)s 行") % {"line": finding.line}] if finding.line else []
    where += [finding.path] if finding.path else []
    notes = []
    if finding.found is not None:
        notes.append(gettext("现在是 %(found)s") % {"found": shorten(finding.found)})
    if finding.allowed:
        notes.append(gettext("可以是 %(allowed)s") % {"allowed": finding.allowed})
    parts = [" ".join(where), words.rstrip("。."), gettext("；").join(notes), f"[{finding.code}]"]
    return " · ".join(part for part in parts if part)
