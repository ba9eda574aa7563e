"""The forms of the office: a period to look at, a year's calendar to take in."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from qifu.rulebook.findings import Finding

LONGEST_PERIOD = 1_100  # days, about three years: what one page of months can show
_BETWEEN = " \t,，;；、:：至到~-—–"  # what people write around two days
_DAY = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?")


def _day_field(words: Any) -> forms.DateField:
    return forms.DateField(
        label=words,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("日期写成 2026-11-22。"), "required": _("请填写日期。")},
    )


class PeriodForm(forms.Form):
    """Cases submitted in a period, by one of four ways to group them."""

    by = forms.ChoiceField(
        label=_("按什么看"),
        choices=[
            ("unit", _("承办单位")), ("matter", _("事项")), ("district", _("区域")),
            ("month", _("月份")),
        ],
        error_messages={"invalid_choice": _("只能按单位、事项、区域或月份看。")},
    )  # fmt: skip
    since = _day_field(_("从"))
    until = _day_field(_("到"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _("结束日期早于开始日期。"))
        elif since and until and (until - since).days > LONGEST_PERIOD:
            self.add_error("until", _("最多看三年，请缩短期间。"))
        return given


def period(data: Any, *, today: date) -> PeriodForm:
    """The form with what was asked, or with the last three months by unit."""
    start = (today.replace(day=1) - timedelta(days=62)).replace(day=1)
    asked = {"by": "unit", "since": start.isoformat(), "until": today.isoformat()}
    return PeriodForm({**asked, **{k: data[k] for k in asked if data.get(k)}})


class CalendarForm(forms.Form):
    """One year of holidays and make-up days, as the notice of the State Council lists them."""

    year = forms.IntegerField(
        label=_("年份"),
        min_value=2004,
        max_value=2100,
        error_messages={
            "required": _("请填写年份，例如 2027"),
            "invalid": _("年份写成四位数，例如 2027"),
            "min_value": _("年份从 2004 起。"),
            "max_value": _("年份到 2100 为止。"),
        },
    )
    source = forms.CharField(
        label=_("依据"),
        help_text=_("文件名称和文号，例如：国务院办公厅关于 2027 年部分节假日安排的通知。"),
        max_length=200,
        error_messages={"required": _("请填写依据的文件名称和文号。")},
    )
    holidays = forms.CharField(
        label=_("放假"),
        help_text=_("一行一个节日：起始日 结束日 名称，例如：2027-10-01 2027-10-07 国庆节"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        max_length=5_000,
        strip=False,  # what is wrong is told by its line
        error_messages={"required": _("请逐行填写放假日期。")},
    )
    makeup = forms.CharField(
        label=_("调休上班"),
        help_text=_("一行一天，例如：2027-09-26。没有就留空。"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        max_length=2_000,
        strip=False,
    )

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        # the line of each row that was read: what is wrong with it is told by its line
        self.lines: dict[str, list[int]] = {}

    def clean_holidays(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        self.lines["holidays"] = []
        for number, line in enumerate(self.cleaned_data["holidays"].splitlines(), start=1):
            if not line.strip():
                continue
            days = [_day(*found.groups()) for found in _DAY.finditer(line)]
            name = _DAY.sub(" ", line).strip(_BETWEEN)
            if not days or None in days or len(days) > 2 or not name:
                raise forms.ValidationError(
                    _("第 %(number)s 行读不懂：「%(line)s」。例如：2027-10-01 2027-10-07 国庆节"),
                    params={"number": number, "line": line.strip()[:60]},
                )
            rows.append({"from": days[0], "to": days[-1], "name": name})
            self.lines["holidays"].append(number)
        return rows

    def clean_makeup(self) -> list[date]:
        found: list[date] = []
        self.lines["makeup"] = []
        for number, line in enumerate(self.cleaned_data["makeup"].splitlines(), start=1):
            days = [_day(*match.groups()) for match in _DAY.finditer(line)]
            if line.strip() and (not days or None in days):
                raise forms.ValidationError(
                    _("第 %(number)s 行读不懂：「%(line)s」。例如：2027-09-26"),
                    params={"number": number, "line": line.strip()[:60]},
                )
            found += [day for day in days if day]
            self.lines["makeup"] += [number] * len(days)
        return found

    def document(self) -> dict[str, Any]:
        """What `base.calendar.record_calendar` reads."""
        return {
            "year": self.cleaned_data["year"],
            "source": self.cleaned_data["source"],
            "holidays": self.cleaned_data["holidays"],
            "makeup_workdays": self.cleaned_data["makeup"],
        }

    def put(self, findings: tuple[Finding, ...]) -> None:
        """Findings of the rulebook at the field that they are about."""
        for finding in findings:
            top, _bracket, rest = finding.path.partition("[")
            field = {"makeup_workdays": "makeup"}.get(top, top)
            words = _FINDINGS.get(finding.code, _FINDINGS["type"]) % {
                "found": finding.found or "", "day": finding.allowed,
            }  # fmt: skip
            row = rest.partition("]")[0]
            if row.isdigit() and field in self.lines:
                place = {"number": self.lines[field][int(row)], "words": words}
                words = gettext("第 %(number)s 行：%(words)s") % place
            self.add_error(field if field in self.fields else None, words)


# what the rulebook finds wrong with a year, in the words of the form
_FINDINGS: Mapping[str, Any] = {
    "missing": _("还没有填写。"),
    "type": _("读不懂，请照例子写。"),
    "year": _("%(found)s 不属于这一年。元旦假期可以从上一年 12 月起。"),
    "reversed": _("结束日早于起始日。"),
    "bounds": _("假期太长，最多 16 天。请核对起止日期。"),
    "overlap": _("%(found)s 写了两次，或者既放假又上班。"),
    "duplicate": _("%(found)s 写了两次。"),
    "weekday": _("%(found)s 本来就是工作日，不用调休。"),
    "forgotten": _("漏了法定节假日 %(day)s。"),
}


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
