"""Forms of a draft: a new one, what the text does not say, and one clause that is mended."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from qifu.base.city import City
from qifu.policies.actions.draft_making import LARGEST_MB, LONGEST_PASTED
from qifu.policies.logic import BENEFITS
from qifu.rulebook.operators import HUMAN
from qifu.textmine.policy_reading.drafts import Draft, Element
from qifu.web.rules.draft_values import by_group, code_of, day_of, value_of, value_text
from qifu.web.rules.draft_words import ROLES, SHAPES
from qifu.web.words import language

OPERATORS: Final = {
    ">=": _("不少于 ≥"),
    "<=": _("不超过 ≤"),
    ">": _("超过 >"),
    "<": _("低于 <"),
    "==": _("等于 ="),
    "!=": _("不等于 ≠"),
    "between": _("在两者之间"),
    "in": _("是其中之一"),
    "not_in": _("不是其中任何一个"),
    "under": _("属于（地区、行业）"),
    "has_any": _("具备任意一项"),
    "has_all": _("全部具备"),
    "is": _("是或否"),
    "age_at_least": _("满（多久）"),
    "age_at_most": _("不超过（多久）"),
    "within_last": _("在最近（多久）之内"),
    "human_judged": _("由人判断"),
}
PERIODS: Final = {
    "": _("不按年度"),
    "last_fiscal_year": _("上一年度"),
    "last_2_fiscal_years": _("最近两个年度，每年"),
    "last_3_fiscal_years": _("最近三个年度，每年"),
}
# units as notices write them; others stay as the clause has them
UNIT_WORDS: Final[dict[str, Any]] = {
    "元": pgettext_lazy("单位", "元"),
    "万元": pgettext_lazy("单位", "万元"),
    "百万元": pgettext_lazy("单位", "百万元"),
    "亿元": pgettext_lazy("单位", "亿元"),
    "%": "%",
    "‰": "‰",
    "ratio": pgettext_lazy("单位", "比值"),
    "人": pgettext_lazy("单位", "人"),
    "项": pgettext_lazy("单位", "项"),
    "平方米": pgettext_lazy("单位", "平方米"),
    "个月": pgettext_lazy("单位", "个月"),
    "年": pgettext_lazy("单位", "年"),
    "天": pgettext_lazy("单位", "天"),
    "分": pgettext_lazy("单位", "分"),
    "吨标准煤": pgettext_lazy("单位", "吨标准煤"),
    "千瓦时": pgettext_lazy("单位", "千瓦时"),
}
AMOUNT_UNITS: Final = {**UNIT_WORDS, "倍": pgettext_lazy("单位", "倍")}
_LONGEST: Final = 2_000


class NewDraft(forms.Form):
    """Paste the text or choose a file."""

    text = forms.CharField(
        label=_("粘贴通知正文"),
        help_text=_("从通知的标题到联系方式，整篇粘贴最好。"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=LONGEST_PASTED,
        error_messages={"max_length": _("最多 20 万个字。更长的请上传文件。")},
    )
    file = forms.FileField(
        label=_("或者上传文件"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".txt,.docx,.pdf,.html,.htm"}),
    )
    area = forms.CharField(
        label=_("发文地区"),
        help_text=_("市、区的名称，或六位区划代码。不填就是本地。"),
        required=False,
        max_length=40,
    )
    assisted = forms.BooleanField(
        label=_("没读懂的句子，再问本单位的语言模型"),
        help_text=_("模型补充的条目会标明，同样要逐条核对。"),
        required=False,
    )

    def __init__(self, *args: Any, model: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = gettext(
            "docx、pdf、html 或 txt，最大 %(most)s MB。扫描的 PDF 要先做文字识别。"
        ) % {"most": LARGEST_MB}
        if not model:
            del self.fields["assisted"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text, file = str(data.get("text") or "").strip(), data.get("file")
        if text and file:
            self.add_error("file", gettext("文字和文件只要一样，请去掉一样。"))
        elif not self.errors and not text and not file:
            self.add_error("text", gettext("请粘贴通知的正文，或上传文件。"))
        return data


class FillDraft(forms.Form):
    """What a notice never says."""

    id = forms.CharField(
        label=_("政策编号"), help_text=_("例如 SZ-2027-0001。改旧政策就填它的编号。"),
        required=False, max_length=64,
    )  # fmt: skip
    version = forms.CharField(
        label=_("版本"), help_text=_("新政策填 1。"), required=False, max_length=7,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    title = forms.CharField(
        label=_("名称"), help_text=_("不填就用原文的名称。"), required=False, max_length=300
    )
    title_en = forms.CharField(label=_("英文名称"), required=False, max_length=300)
    benefit = forms.ChoiceField(
        label=_("扶持方式"), required=False, choices=[("", _("没有填")), *BENEFITS.items()]
    )
    amount = forms.CharField(
        label=_("金额算式"), required=False, max_length=_LONGEST,
        help_text=_("不填就用读出来的。例如 min(rd_expense * 10%, 300万元)。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    @staticmethod
    def of(draft: Draft) -> dict[str, Any]:
        """What was filled in so far."""
        filled = dict(draft.filled)
        if isinstance(filled.get("amount"), Mapping):
            filled["amount"] = filled["amount"]["expr"]
        return filled


class MendCondition(forms.Form):
    """Attribute, operator, value, unit, year of one condition."""

    attr = forms.ChoiceField(
        label=_("看什么"), error_messages={"required": _("请选择看企业的哪一项。")}
    )
    op = forms.ChoiceField(label=_("怎样比"), choices=list(OPERATORS.items()))
    value = forms.CharField(
        label=_("值"), max_length=_LONGEST,
        help_text=_("多个值用「、」分开；多久写成 5年 或 6个月；由人判断时写明判断什么。"),
        error_messages={"required": _("请填写要满足的值。")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    unit = forms.ChoiceField(label=pgettext_lazy("草稿条目", "单位"), required=False)
    period = forms.ChoiceField(label=_("年度"), required=False, choices=list(PERIODS.items()))
    hard = forms.BooleanField(label=_("企业改变不了的必要条件（地区、行业等）"), required=False)

    def __init__(self, *args: Any, element: Element, city: City, **kwargs: Any) -> None:
        self.element, self.city = element, city
        clause = element.clause or {}
        catalogue = city.catalogue
        kwargs.setdefault("initial", {
            "attr": clause.get("attr"), "op": clause.get("op"),
            "value": value_text(clause, catalogue), "unit": clause.get("unit"),
            "period": clause.get("period"), "hard": clause.get("kind") == "hard",
        })  # fmt: skip
        super().__init__(*args, **kwargs)
        name = str(clause.get("attr", ""))
        own = [] if catalogue.get(name) else [(name, gettext("（目录里没有）%s") % name)]
        own = own if name else [("", gettext("请选一项"))]
        attr, unit, period = (self.fields[one] for one in ("attr", "unit", "period"))
        assert isinstance(attr, forms.ChoiceField) and isinstance(unit, forms.ChoiceField)
        assert isinstance(period, forms.ChoiceField)
        attr.choices = [*own, *by_group(catalogue)]
        here = str(clause.get("unit") or "")
        unit.choices = [("", gettext("没有单位")), *UNIT_WORDS.items()]
        if here not in ("", *UNIT_WORDS):
            unit.choices.append((here, here))
        year = str(clause.get("period") or "")
        if year not in PERIODS:
            period.choices = [*PERIODS.items(), (year, year)]

    @property
    def says(self) -> dict[str, Any]:
        """The condition as the document writes it; ValueError never: what is odd stays text."""
        data = self.cleaned_data
        attribute = self.city.catalogue.get(data["attr"])
        made: dict[str, Any] = {
            "attr": data["attr"],
            "op": data["op"],
            "value": value_of(data["value"], data["op"], attribute, self.city),
        }
        if data["op"] != HUMAN:
            if data["unit"]:
                made["unit"] = data["unit"]
            if data["period"]:
                made["period"] = data["period"]
            if data["period"] in ("last_2_fiscal_years", "last_3_fiscal_years"):
                made["agg"] = str((self.element.clause or {}).get("agg") or "each")
        if data["hard"] and self.element.group is None:
            made["kind"] = "hard"
        return made


class MendAmount(forms.Form):
    """One figure of the amount."""

    shape = forms.ChoiceField(label=_("是什么"), choices=list(SHAPES.items()))
    value = forms.DecimalField(
        label=_("数"), max_digits=20, decimal_places=6, min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages=dict.fromkeys(("required", "invalid"), _("请填写数字，例如 300")),
    )  # fmt: skip
    unit = forms.ChoiceField(
        label=pgettext_lazy("草稿条目", "单位"),
        choices=[(one, AMOUNT_UNITS[one]) for one in ("元", "万元", "亿元", "%", "‰", "倍")],
    )
    of = forms.ChoiceField(label=_("按什么计算"), required=False)

    def __init__(self, *args: Any, element: Element, city: City, **kwargs: Any) -> None:
        self.element = element
        says = element.says
        kwargs.setdefault(
            "initial", {key: says.get(key) for key in ("shape", "value", "unit", "of")}
        )
        super().__init__(*args, **kwargs)
        of = self.fields["of"]
        assert isinstance(of, forms.ChoiceField)
        of.choices = [("", gettext("不按比例")), *by_group(city.catalogue, numeric=True)]
        kept = str(says.get("of") or "")
        if kept and city.catalogue.get(kept) is None:
            of.choices.append((kept, gettext("（目录里没有）%s") % kept))

    @property
    def says(self) -> dict[str, Any]:
        data = self.cleaned_data
        number = data["value"]
        kept = {k: v for k, v in self.element.says.items() if k not in ("of",)}
        whole = number == number.to_integral_value()
        made = {**kept, "shape": data["shape"], "unit": data["unit"],
                "value": int(number) if whole else float(number)}  # fmt: skip
        return made | ({"of": data["of"]} if data["of"] else {})


class MendWindow(forms.Form):
    """From when to when."""

    role = forms.ChoiceField(label=_("是什么"), choices=list(ROLES.items()))
    first = forms.DateField(
        label=_("从"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请填写日期，例如 2027-03-01")},
    )  # fmt: skip
    last = forms.DateField(
        label=_("到"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("请填写日期，例如 2027-04-30")},
    )  # fmt: skip

    def __init__(self, *args: Any, element: Element, city: City, **kwargs: Any) -> None:
        clause = element.clause if isinstance(element.clause, Mapping) else {}
        days: Mapping[str, Any] = next(iter(clause.values()), {}) or {}
        kwargs.setdefault("initial", {
            "role": "effective" if "effective" in clause else "apply",
            "first": day_of(days.get("opens") or days.get("from")),
            "last": day_of(days.get("closes") or days.get("to")),
        })  # fmt: skip
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if not self.errors and not first and not last:
            self.add_error("first", gettext("请至少填一个日期。"))
        elif first and last and last < first:
            self.add_error("last", gettext("「到」要在「从」之后。"))
        return data

    @property
    def says(self) -> dict[str, Any]:
        data = self.cleaned_data
        names = {"apply": ("window", "opens", "closes"), "effective": ("effective", "from", "to")}
        key, first, last = names[data["role"]]
        days = {first: data["first"], last: data["last"]}
        return {key: {name: day.isoformat() for name, day in days.items() if day}}


class MendText(forms.Form):
    """Words: a title, a paper, a step, a contact, a place, a day."""

    words = forms.CharField(
        label=_("内容"), max_length=_LONGEST, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("请填写内容；不要这一条请按「去掉」。")},
    )  # fmt: skip

    def __init__(self, *args: Any, element: Element, city: City, **kwargs: Any) -> None:
        self.element, self.city = element, city
        clause = element.clause
        words = clause if isinstance(clause, str) else element.quote
        if isinstance(clause, Mapping):
            inner = clause.get("text", clause)
            words = inner.get("zh") or inner.get("published") or element.quote
        if element.kind == "region" and isinstance(clause, str):
            tree = city.catalogue.trees["region"]
            words = tree.label(clause, language()) if tree.has(clause) else clause
        kwargs.setdefault("initial", {"words": words})
        super().__init__(*args, **kwargs)

    def clean_words(self) -> str:
        words = str(self.cleaned_data["words"]).strip()
        if self.element.kind == "region":
            code = code_of(words, "region", self.city)
            if not self.city.catalogue.trees["region"].has(code):
                raise forms.ValidationError(
                    gettext("找不到这个地方。请填市、区的名称，或六位区划代码。")
                )
            return code
        if self.element.kind == "date" and day_of(words) is None:
            raise forms.ValidationError(gettext("请填写日期，例如 2027-03-01"))
        return words

    @property
    def says(self) -> Any:
        words, kind = self.cleaned_data["words"], self.element.kind
        old = self.element.clause if isinstance(self.element.clause, Mapping) else {}
        if kind == "date":
            return {"published": words}
        if kind == "step":
            return {"text": {"zh": words}}
        return {**old, "zh": words} if kind in ("paper", "contact", "exclusion") else words


MENDING: Final[Mapping[str, type[Any]]] = {
    "condition": MendCondition,
    "amount": MendAmount,
    "window": MendWindow,
}


def mending(element: Element, city: City, data: Any = None) -> forms.Form:
    """The form in which a clause is mended, by its kind."""
    made: forms.Form = MENDING.get(element.kind, MendText)(data, element=element, city=city)
    return made
