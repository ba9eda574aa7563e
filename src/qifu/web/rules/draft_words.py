"""Clauses of a draft in words: what each says, how sure the reading was, what a note means."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from qifu.base.city import City
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.findings import RuleError
from qifu.rulebook.gather import Gather
from qifu.rulebook.labels import Teller
from qifu.rulebook.reading import ConditionReader
from qifu.textmine.policy_reading.drafts import Draft, Element
from qifu.textmine.policy_reading.places import NEW
from qifu.web.words import day_text, language, spoken

KINDS: Final[Mapping[str, Promise]] = {
    "condition": pgettext_lazy("草稿条目", "条件"),
    "amount": pgettext_lazy("草稿条目", "金额"),
    "window": pgettext_lazy("草稿条目", "时间"),
    "paper": pgettext_lazy("草稿条目", "材料"),
    "step": pgettext_lazy("草稿条目", "步骤"),
    "title": pgettext_lazy("草稿条目", "名称"),
    "body": pgettext_lazy("草稿条目", "发文机关"),
    "number": pgettext_lazy("草稿条目", "文号"),
    "region": pgettext_lazy("草稿条目", "地区"),
    "contact": pgettext_lazy("草稿条目", "联系方式"),
    "exclusion": pgettext_lazy("草稿条目", "不予支持"),
    "date": pgettext_lazy("草稿条目", "日期"),
}
STATES: Final[Mapping[str, tuple[Promise, str, str]]] = {
    "open": (pgettext_lazy("草稿条目", "待核对"), "open", "question-mark"),
    "confirmed": (pgettext_lazy("草稿条目", "已确认"), "good", "check"),
    "mended": (pgettext_lazy("草稿条目", "已修改"), "good", "edit"),
    "dropped": (pgettext_lazy("草稿条目", "已去掉"), "none", "x"),
}
SHAPES: Final[Mapping[str, Promise]] = {
    "rate": gettext_lazy("按比例"),
    "fixed": gettext_lazy("定额"),
    "cap": gettext_lazy("最高"),
    "floor": gettext_lazy("最低"),
    "per": gettext_lazy("按数量，每个"),
    "tier": gettext_lazy("分档中的一档"),
}
ROLES: Final[Mapping[str, Promise]] = {
    "apply": gettext_lazy("申报时间"),
    "effective": gettext_lazy("有效期"),
}
# why the amounts make no expression: the sentences of textmine.policy_reading.sums
_WHY: Final[Mapping[str, Promise]] = {
    "the text names no sum": gettext_lazy("原文没有写金额"),
    "some sums hang on conditions and others on none": gettext_lazy(
        "有的金额有条件，有的没有，不知道怎样合在一起"
    ),
    "a sum hangs on what the catalogue does not have": gettext_lazy("金额的条件是目录里没有的一项"),
    "several figures in one case: how they go together is not said": gettext_lazy(
        "同一种情形有几个数，原文没有写怎样合在一起"
    ),
    "only a most is named: 最高 is a cap, not an amount": gettext_lazy(
        "只写了最高多少，没有写怎样计算"
    ),
    "what was received before is taken off: how much is not known here": gettext_lazy(
        "要扣除以前得到的金额，这里不知道是多少"
    ),
    "the base of a share is nothing that the catalogue has": gettext_lazy(
        "比例按什么计算，目录里没有这一项"
    ),
    "a sum is in another currency": gettext_lazy("有的金额不是人民币，要先折算"),
    "what the table goes by is nothing that the catalogue has": gettext_lazy(
        "分档按什么计算，目录里没有这一项"
    ),
}


def state_words(state: str) -> str:
    return str(STATES[state][0])


def sure_words(confidence: float) -> str:
    """How sure the reading was, in words; an order, not a probability."""
    if confidence >= 0.85:
        return _("读得比较准")
    return _("读得一般，请对照原文") if confidence >= 0.6 else _("没有把握，请仔细核对")


def note_in_words(note: str) -> str:
    """A note of the reader: "中文 · English", a reason of the amounts, or words as they are."""
    if note.startswith("amount: "):
        why = note.removeprefix("amount: ")
        return _("金额没有写成算式：%(why)s。") % {"why": _WHY.get(why, why)}
    zh, dot, en = note.partition(" · ")
    return (en if language() == "en" else zh) if dot else note


def attribute_label(name: str, catalogue: Catalogue) -> str:
    attribute = catalogue.get(name)
    return attribute.label(language()) if attribute else name.removeprefix(NEW)


def clause_words(element: Element, city: City, *, on: date) -> str:
    """What the clause puts into the document, by the rulebook's own words."""
    clause, says = element.clause, element.says
    if element.kind == "condition":
        return _condition(clause, city, on)
    if element.kind == "amount":
        return _amount(says, city.catalogue)
    if element.kind == "window" and isinstance(clause, Mapping):
        return _window(clause)
    if element.kind == "date" and isinstance(clause, Mapping):
        return _("发布日期：%(day)s") % {"day": day_text(clause.get("published"), weekday=False)}
    if element.kind == "region" and clause:
        tree = city.catalogue.trees["region"]
        code = str(clause)
        return tree.label(code, language()) if tree.has(code) else code
    if isinstance(clause, Mapping):
        return spoken(clause.get("text", clause))
    if clause is None:
        return _("只作参考，不写进文件")
    return str(clause)


def _condition(clause: Any, city: City, on: date) -> str:
    gather = Gather()
    try:
        nodes = ConditionReader(city.catalogue, gather, {}).when({"all": [dict(clause)]})
    except RuleError:
        nodes = ()
    if gather.findings or not nodes:
        return " ".join(str(clause[key]) for key in ("attr", "op", "value") if key in clause)
    return spoken(tuple(Teller(city.catalogue, on).sentence(nodes[0])))


def _amount(says: Mapping[str, Any], catalogue: Catalogue) -> str:
    of = says.get("of")
    value = f"{says.get('value')}{says.get('unit') or ''}"
    base = attribute_label(of, catalogue) if isinstance(of, str) else ""
    shape = says.get("shape")
    if shape == "rate":
        return _("%(base)s的 %(value)s") % {"base": base or _("（没有写明）"), "value": value}
    if shape == "per":
        return _("每个%(base)s %(value)s") % {"base": base, "value": value}
    if shape == "tier":
        low, high = (_edge(says.get(key)) for key in ("from", "to"))
        return _("%(base)s %(low)s至 %(high)s：%(value)s") % {
            "base": base, "low": low or "0 ", "high": high or _("不限"), "value": value,
        }  # fmt: skip
    return f"{SHAPES.get(str(shape), shape)} {value}"


def _edge(said: Any) -> str:
    return f"{said.get('value')}{said.get('unit') or ''} " if isinstance(said, Mapping) else ""


def _window(clause: Mapping[str, Any]) -> str:
    role = "apply" if "window" in clause else "effective"
    days: Mapping[str, Any] = next(iter(clause.values()), {}) or {}
    first, last = days.get("opens") or days.get("from"), days.get("closes") or days.get("to")
    told = [day_text(day, weekday=False) if day else _("没有写") for day in (first, last)]
    colon = _("：")
    return f"{ROLES[role]}{colon}{told[0]} — {told[1]}"


def group_words(element: Element, draft: Draft) -> str:
    """How the condition goes together with others, from its own group outwards; "" where it stands
    alone."""
    comma, semicolon = (", ", "; ") if language() == "en" else ("、", "；")
    told, known, name = [], {element.id}, element.group
    while name is not None:
        group = draft.groups[name]
        members = [one.id for one in draft.elements if _within(one.group, name, draft)]
        others = comma.join(one for one in members if one not in known)
        if group["shape"] == "not":
            told.append(_("不能有这种情形"))
        elif others and group["shape"] == "at_least":
            told.append(
                _("与 %(others)s 当中至少满足 %(k)s 项") % {"others": others, "k": group["k"]}
            )
        elif others and group["shape"] == "all":
            told.append(_("与 %(others)s 要同时满足") % {"others": others})
        elif others:
            told.append(_("与 %(others)s 满足任意一项") % {"others": others})
        known |= set(members)
        name = group.get("in")
    return semicolon.join(told)


def _within(group: str | None, outer: str, draft: Draft) -> bool:
    """Whether a group is the outer one or stands in it."""
    while group is not None and group != outer:
        group = draft.groups[group].get("in")
    return group is not None
