"""One entry as a form: what stands in the pack's row, a field each, long lists as lines."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City
from qifu.base.errors import BadInput
from qifu.base.packs.check_channels import is_address
from qifu.organisations.models import Channel
from qifu.web.channels.hours import ALWAYS, example, hours_lines, read_hours
from qifu.web.channels.rows import kind_names, need_names, zone_names
from qifu.web.policies.forms import regions

_SEPARATOR: Final = re.compile(r"\s*[|｜]\s*")
_NUMBER: Final = re.compile(r"\+?[\d\-() ]{3,24}(?:转\d{1,6})?")
_DAY: Final = "%Y-%m-%d"
# texts in both languages: a field for each, named like this
_TEXTS: Final = ("name", "for", "address", "hours_note")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _line(label: Any, *, must: bool = False, rows: int = 1, **more: Any) -> forms.CharField:
    """A text of one line; one that is long gets more room to be read in."""
    if rows > 1:
        more["widget"] = _area(rows)
    return forms.CharField(
        label=label,
        required=must,
        max_length=500,
        error_messages={"required": _("这一项要填写。"), "max_length": _("最多 500 个字。")},
        **more,
    )


class ChannelForm(forms.Form):
    """All of an entry. What it says together is judged by the room, a line by the field."""

    code = _line(
        _("编号"),
        must=True,
        help_text=_("用小写字母、数字和连字符，定了就不再改，例如：ft-hotline"),
    )
    name_zh = _line(_("名称"), must=True)
    for_zh = _line(
        _("办什么"),
        must=True,
        rows=2,
        help_text=_("一句话，企业的说法，例如：投诉政务窗口办不成的事。"),
    )
    kind = forms.ChoiceField(label=_("渠道类型"))
    zone = forms.ChoiceField(label=_("在哪个区"), required=False)
    regions = forms.MultipleChoiceField(
        label=_("服务哪些地方"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("不选就是不限。"),
    )
    needs = forms.MultipleChoiceField(
        label=_("属于哪几类需要"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    find_as = _line(
        _("在微信或应用商店里搜什么"),
        help_text=_("公众号、小程序或 APP 的中文名字，例如：民意速办"),
    )
    how_zh = forms.CharField(
        label=_("怎么用"), required=False, widget=_area(4), help_text=_("一行一步，按先后写。")
    )
    address_zh = _line(_("地址"), rows=2)
    hours = forms.CharField(label=_("开放时间"), required=False, widget=_area(3))
    hours_note_zh = _line(_("时间的说明"), help_text=_("例如：周五下午内部学习。"))
    telephones = forms.CharField(
        label=_("电话"),
        required=False,
        widget=_area(2),
        help_text=_(
            "一行一个，号码在前，用途在后，用竖线隔开，例如：010-12345 | 人工热线 | Hotline。"
            "只写公开的座机或热线。"
        ),
    )
    links = forms.CharField(
        label=_("网址"),
        required=False,
        widget=_area(2),
        help_text=_("一行一个，网址在前，名称在后，例如：https://www.gov.cn | 官网 | Website"),
    )
    unit = forms.ChoiceField(
        label=_("维护单位"), error_messages={"required": _("请选择维护单位。")}
    )
    checked_on = forms.DateField(
        label=_("核对日期"),
        help_text=_("哪一天核对过这些内容属实。"),
        widget=forms.DateInput(attrs={"type": "date"}, format=_DAY),
        error_messages={
            "required": _("请填写核对的日期，例如 2026-11-20"),
            "invalid": _("请填写日期，例如 2026-11-20"),
        },
    )
    name_en = _line(_("名称（英文）"))
    for_en = _line(_("办什么（英文）"), rows=2)
    how_en = forms.CharField(
        label=_("怎么用（英文）"),
        required=False,
        widget=_area(4),
        help_text=_("行数与中文相同。"),
    )
    address_en = _line(_("地址（英文）"), rows=2)
    hours_note_en = _line(_("时间的说明（英文）"))
    # the entry as it was when the page was opened: a colleague's change is not overwritten unseen
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        city: City,
        units: Sequence[tuple[str, str]],
        channel: Channel | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(channel) if channel else {"version": 0})
        document = channel.document if channel else {}
        self.document: Mapping[str, Any] = document
        if channel is not None:
            del self.fields["code"]
        self.english = "en" in city.languages
        hours = self.fields["hours"]
        hours.help_text = gettext(
            "一行写几天：%(example)s。全天的写 %(always)s；个别日子写 2026-10-08 不开；"
            "不写就是时间未知。节假日和调休按放假安排算。"
        ) % {"example": example(), "always": ALWAYS}
        # regions by their whole code, as packs write them
        known = [(code.ljust(6, "0"), name) for code, name in regions(city)]
        self._choose("kind", kind_names(city).items(), document.get("kind"))
        self._choose(
            "zone",
            [("", gettext("整个地方或更大范围")), *zone_names(city).items()],
            document.get("zone"),
        )
        self._choose("regions", known, *document.get("regions") or [])
        self._choose("needs", need_names(city).items(), *document.get("needs") or [])
        self._choose("unit", units, document.get("unit"))
        if not self.english:
            for name in [one for one in self.fields if one.endswith("_en")]:
                del self.fields[name]

    def _choose(self, name: str, choices: Any, *now: str | None) -> None:
        """The choices of a field; what stands in the entry is among them, known or not."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        rows = list(choices)
        rows += [(code, code) for code in now if code and code not in dict(rows)]
        field.choices = rows

    def refuse(self, error: BadInput) -> None:
        """What the room has against the entry, each at the field where it is mended, once."""
        for path, message in (error.fields or {"": error.message}).items():
            name = field_of(path)
            where = name if name in self.fields else None
            if str(message) not in self.errors.get(where or "__all__", []):
                self.add_error(where, str(message))

    def clean_hours(self) -> dict[str, Any] | None:
        """The lines as a document; untouched lines leave the document as it is."""
        text = self.cleaned_data["hours"]
        if not self.fields["hours"].has_changed(self.initial.get("hours"), text):
            return self.document.get("hours")
        return read_hours(text)

    def clean_telephones(self) -> list[dict[str, Any]]:
        """The lines as `{number, for}`."""
        return [
            {"number": first, **({"for": words} if words else {})}
            for first, words in self._lines("telephones", _is_number, _("010-12345 | 人工热线"))
        ]

    def clean_links(self) -> list[dict[str, Any]]:
        """The lines as `{url, name}`."""
        return [
            {"url": first, **({"name": words} if words else {})}
            for first, words in self._lines("links", is_address, _("https://www.gov.cn | 官网"))
        ]

    def _lines(self, name: str, fits: Any, example_: Any) -> list[tuple[str, dict[str, str]]]:
        rows, wrong = [], []
        for number, line in enumerate(self.cleaned_data[name].splitlines(), start=1):
            parts = [part for part in _SEPARATOR.split(line.strip()) if part]
            if not parts:
                continue
            if not fits(parts[0]) or len(parts) > 3:
                wrong.append(
                    gettext("第 %(number)s 行「%(line)s」看不懂，例如写 %(example)s。")
                    % {"number": number, "line": line.strip()[:40], "example": example_}
                )
                continue
            rows.append((parts[0], _both(*parts[1:])))
        if wrong:
            raise ValidationError(wrong)
        return rows

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.english and "how_en" in data:
            if len(_steps(data["how_en"])) not in (0, len(_steps(data.get("how_zh", "")))):
                self.add_error("how_en", gettext("英文的步骤要和中文一样多，一行一步。"))
        return data

    @property
    def changed(self) -> dict[str, Any]:
        """The document that was typed: what the form does not ask for stays as it is."""
        data = self.cleaned_data
        document = dict(self.document)
        if "code" in data:
            document["code"] = data["code"].strip()
        document |= {
            "kind": data["kind"],
            "zone": data["zone"] or None,
            "unit": data["unit"],
            "needs": data["needs"],
            "checked_on": data["checked_on"].isoformat(),
        }
        for name in _TEXTS:
            said = (" ".join(data.get(f"{name}_{code}", "").split()) for code in ("zh", "en"))
            _put(document, name, _both(*map(str.strip, said)))
        steps = _steps(data["how_zh"])
        english = _steps(data.get("how_en", "")) or [""] * len(steps)
        _put(document, "how", [_both(*pair) for pair in zip(steps, english, strict=True)])
        for name in ("find_as", "hours", "telephones", "links", "regions"):
            _put(document, name, data[name])
        return document


def field_of(path: str) -> str:
    """The field of the form that a path of the document is typed into: `how[1].en` is `how_en`."""
    first = re.split(r"[.\[]", path, maxsplit=1)[0]
    if first not in (*_TEXTS, "how"):
        return first
    return f"{first}_{'en' if path.endswith('.en') else 'zh'}"


def _put(document: dict[str, Any], name: str, value: Any) -> None:
    """Set what was filled in, take out what was emptied."""
    if value:
        document[name] = value
    else:
        document.pop(name, None)


def _both(chinese: str = "", english: str = "") -> dict[str, str]:
    return {code: text for code, text in (("zh", chinese), ("en", english)) if text}


def _steps(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_number(text: str) -> bool:
    return bool(_NUMBER.fullmatch(text)) and any(char.isdigit() for char in text)


def _initial(channel: Channel) -> dict[str, Any]:
    document = channel.document
    values: dict[str, Any] = {
        "version": channel.version,
        "kind": channel.kind,
        "zone": channel.zone,
        "regions": document.get("regions") or [],
        "needs": channel.needs,
        "unit": document.get("unit", ""),
        "find_as": document.get("find_as", ""),
        "checked_on": channel.checked_on,
        "hours": hours_lines(channel.hours),
        "telephones": _joined(document.get("telephones"), "number", "for"),
        "links": _joined(document.get("links"), "url", "name"),
    }
    for language in ("zh", "en"):
        for name in _TEXTS:
            values[f"{name}_{language}"] = (document.get(name) or {}).get(language, "")
        steps = [one.get(language, "") for one in document.get("how") or []]
        values[f"how_{language}"] = "\n".join(steps).strip()
    return values


def _joined(rows: Sequence[Mapping[str, Any]] | None, first: str, words: str) -> str:
    """Rows as lines: the number or address, then its words in both languages."""
    lines = []
    for row in rows or []:
        said = row.get(words) or {}
        parts = [row[first], *(said.get(code, "") for code in ("zh", "en"))]
        lines.append(" | ".join(part for part in parts if part))
    return "\n".join(lines)
