"""Schemas of attributes, derived facts, sizes, policies with their cases, calendar and statutes."""

from qifu.base.packs.schemas.parts import (
    Schema,
    choice,
    code,
    conditions,
    day,
    either,
    flag,
    free,
    number,
    obj,
    or_null,
    rows,
    table,
    text,
    whole,
    words,
)
from qifu.base.packs.vocabulary import CONTACT_KINDS, LAW_LEVELS, LEVELS
from qifu.rulebook.cases import VERDICTS
from qifu.rulebook.catalogue import VISIBILITIES
from qifu.rulebook.combine_rules import RULES
from qifu.rulebook.policy import BENEFITS, STATUSES

_TEXTS: Schema = {"type": "string", "minLength": 1}
_NODE: Schema = {"$ref": "#/$defs/node"}
_WHEN: Schema = free("条件", "a condition", **_NODE)
_BOTH: Schema = words("名称", "name")


def attributes() -> Schema:
    """attributes.yaml"""
    kinds = r"^(number|integer|date|flag|set|text|code:\w+)$"
    row = obj(
        "企业的一项情况", "one thing that can be known of a firm",
        {
            "type": text("类型", "type, code:TREE for codes", pattern=kinds),
            "unit": or_null(text("单位", "unit")),
            "period": free("year：按年度记", "year: a figure a year", enum=["year", None]),
            "bounds": free("上下限", "[low, high]", type="array", minItems=2, maxItems=2,
                           items={"type": ["number", "string", "null"]}),
            "group": code("分组", "a group"),
            "zh": text("中文名称", "Chinese name"),
            "en": text("英文名称", "English name"),
            "question": words("怎么问", "how it is asked"),
            "help": words("提示", "a hint"),
            "sources": rows("来源，最可信的在前", "sources, best first", _TEXTS, least=0),
            "ask": flag("问不问企业", "whether firms are asked"),
            "visibility": choice("谁能看", "who may see it", VISIBILITIES),
            "options": free("可选的值", "the values of a set", type=["array", "object"]),
            "words": rows("通知里的叫法", "what notices call it", _TEXTS, least=0),
            "value_words": table("值在通知里的叫法", "what notices call its values",
                                 rows("叫法", "words", _TEXTS, least=0)),
        },
        ("type",),
    )  # fmt: skip
    return obj(
        "属性目录", "the catalogue of attributes",
        {
            "as_of": or_null(day("基准日", "as of")),
            "groups": table("分组", "groups", _BOTH),
            "sources": table("来源", "sources", _BOTH),
            "attributes": table("属性", "attributes", row, name=r"^[A-Za-z_]\w*$"),
        },
        ("attributes",),
    )  # fmt: skip


def derived() -> Schema:
    """derived.yaml"""
    case = obj(
        "一种情形",
        "one case",
        {"when": _WHEN, "value": free("得到的值", "the value")},
        ("when", "value"),
    )
    attr = {"attr": code("属性", "an attribute")}
    period = {"period": text("哪一年", "which year")}
    parts = {"num": text("分子", "numerator"), "den": text("分母", "denominator")}
    share = {**either(_TEXTS, obj("比", "a ratio", parts, tuple(parts))), **free("比", "ratio")}
    forms = [
        obj("按情形", "by cases", {**attr, **period, "cases": rows("情形", "cases", case),
            "else": free("都不符合时的值", "the value of all others")}, ("attr", "cases")),
        obj("比", "a ratio", {**attr, "ratio": share}, ("attr", "ratio")),
        obj("增长", "growth", {**attr, "growth": text("哪一项", "of what")}, ("attr", "growth")),
        obj("合计", "a sum", {**attr, "sum": free("哪几项", "of what")}, ("attr", "sum")),
        obj("满几年", "full years", {**attr, "age": text("从哪天算", "since")}, ("attr", "age")),
        obj("函数", "a function", {**attr, **period, "function": text("函数", "function"),
            "of": free("用哪几项", "its arguments")},
            ("attr", "function")),
    ]  # fmt: skip
    found = obj("推算的事实", "facts that follow from others", {
        "derived": rows("规则", "rules", {"anyOf": forms}, least=0)})  # fmt: skip
    return {**found, "$defs": conditions()}


def sizes() -> Schema:
    """sizes.yaml"""
    figures = table("下限", "lower limits", number("数", "figure"))
    span = {
        "from": day("从哪天起", "from"), "to": or_null(day("到哪天止", "to")),
        "source": code("来源", "a source"),
    }  # fmt: skip
    threshold = obj("一段时间的下限", "limits of a time", {
        **span, "clause": text("条款", "clause"), "large": figures, "medium": figures,
        "small": figures}, ("from", "source"))  # fmt: skip
    left_out = obj("不适用的", "not covered", {
        "codes": rows("代码", "codes", _TEXTS), "reason": words("原因", "why")},
        ("codes", "reason"))  # fmt: skip
    mapping = obj("行业归类", "which industry is where", {
        **span, "covers": table("归类", "group → codes", rows("代码", "codes", _TEXTS)),
        "not_covered": rows("不适用的", "not covered", left_out, least=0)},
        ("from", "source", "covers"))  # fmt: skip
    return obj(
        "企业划型", "size thresholds",
        {
            "version": whole("版本", "version", 1),
            "sources": table("来源", "sources", obj("一个文件", "a paper", {
                "name": _BOTH, "issued": day("发文日期", "issued")}, ("name", "issued"))),
            "indicators": table("指标", "indicators", obj("一个指标", "one", {
                "unit": text("单位", "unit"), "name": _BOTH}, ("unit", "name"))),
            "categories": rows("类别", "groups of industries", obj("一类", "one", {
                "code": text("代码", "code"), "name": _BOTH,
                "thresholds": rows("下限", "limits", threshold)},
                ("code", "name", "thresholds"))),
            "mappings": rows("归类", "mappings", mapping),
        },
        ("version", "sources", "indicators", "categories", "mappings"),
    )  # fmt: skip


def policy() -> Schema:
    """policies/*.yaml"""
    parts = {"title": words("标题", "title"), "text": words("做什么", "what is done")}
    step = obj("一步", "one step", parts, tuple(parts))
    source = obj("出处", "the source", {
        "name": text("文件", "paper"), "date": or_null(day("日期", "date")),
        "url": or_null(text("网址", "address")), "note": words("说明", "note")},
        ("name", "note"))  # fmt: skip
    combined = obj(
        "从高不重复、最多几项、合计封顶", "only the highest, so many at most, a total cap",
        {
            "rule": choice("哪一种", "which rule", RULES),
            "value": number("几项，或多少钱", "how many, or how much"),
            "unit": text("单位", "unit of money"),
            "with": rows("和哪些政策", "with these policies", _TEXTS),
            "src": free("出处", "where it comes from", type="object"),
        },
        ("rule", "with"),
    )  # fmt: skip
    card = obj(
        "页面上的说明", "what the page says",
        {
            "marker": words("标记", "marker"),
            "level": choice("级别", "level", LEVELS),
            "kind": text("种类", "kind"),
            "unit": code("主管部门", "the unit in charge"),
            "contact_kind": choice("找谁", "whom to contact", CONTACT_KINDS),
            "summary": words("一句话", "one sentence"),
            "who": words("谁可以用", "who may use it"),
            "how_much": words("多少", "how much"),
            "where": words("在哪里办", "where"),
            "papers": rows("材料", "papers", words("一份", "one"), least=0),
            "steps": rows("步骤", "steps", step, least=0),
            "source": source,
            "open_points": rows("没说清的", "open points", words("一条", "one"), least=0),
        },
        ("marker", "level", "kind", "unit", "contact_kind", "summary", "who", "how_much", "where",
         "papers", "steps", "source", "open_points"),
    )  # fmt: skip
    found = obj(
        "一条政策", "one policy, see docs/rules.md",
        {
            "id": text("编号，不改", "never changes", pattern=r"^[^\s/\\]{1,64}$"),
            "version": whole("版本，改了加一", "raised with each change", 1),
            "title": text("标题", "title"),
            "title_en": text("英文标题", "English title"),
            "region": text("发布地区的代码", "region code of the issuer"),
            "effective": obj("什么时候有效", "when it is law", {
                "from": or_null(day("从", "from")), "to": or_null(day("到", "to"))}),
            "window": obj("什么时候可以申请", "when one may apply", {
                "opens": or_null(day("开始", "opens")), "closes": or_null(day("截止", "closes"))}),
            "published": day("公布日期", "published"),
            "when": obj("谁可以用", "who may use it", {
                "all": free("条件组", "groups", type="array", items=_NODE, minItems=1)}, ("all",)),
            "amount": obj("多少钱", "what it is worth", {
                "expr": text("算式", "expression"), "unit": text("单位", "unit")}, ("expr",)),
            "budget": obj("总共有多少", "what there is in all", {
                "total": number("总金额", "money in all"), "unit": text("单位", "unit"),
                "firms": whole("最多几家", "at most so many firms", 1)}),
            "excludes": rows("不能同时用的", "policies that exclude it", _TEXTS, least=0),
            "combine": rows("和别的政策一起时怎么算", "how it counts with others", combined),
            "benefit": choice("支持方式", "benefit", BENEFITS),
            "card": card,
            "accept": rows("看过、确实无误的提醒", "warnings that are right as they are", obj(
                "一种提醒", "one of them",
                {"code": text("代号", "code of the finding"), "why": text("理由", "the reason")},
                ("code", "why"))),
        },
        ("id", "version", "title", "when", "benefit", "card", "effective"),
    )  # fmt: skip
    return {**found, "$defs": conditions()}


def cases() -> Schema:
    """policies/cases/*.yaml"""
    groups = rows("条件的名称", "ids of conditions", _TEXTS, least=0)
    row = obj(
        "一家企业", "one firm",
        {
            "name": text("叫什么", "what it is called"),
            "as_of": day("哪一天", "on which day"),
            "facts": free("知道的情况", "what is known", type="object"),
            "verdict": choice("结论", "verdict", VERDICTS),
            "near_miss": flag("差一点", "near miss"),
            "hard_failed": flag("硬条件不符合", "a hard one is unmet"),
            "status": choice("申请窗口", "status", STATUSES),
            "met": groups, "unmet": groups, "unknown": groups,
            "gap_zh": free("差什么（中文）", "what is missing, in Chinese"),
            "gap_en": free("差什么（英文）", "what is missing, in English"),
            "amount": free("金额", "the amount"),
        },
        ("name", "facts"),
    )  # fmt: skip
    return obj("政策的案例", "cases of a policy", {
        "policy": code("政策", "a policy"), "as_of": day("哪一天", "on which day"),
        "cases": rows("案例", "cases", row)}, ("policy", "cases"))  # fmt: skip


def calendar() -> Schema:
    """calendar/<year>.yaml"""
    span = obj("一段假期", "one holiday", {
        "from": day("从", "from"), "to": day("到", "to"), "name": text("节日", "name")},
        ("from", "to", "name"))  # fmt: skip
    makeup = obj(
        "一天", "a day", {"date": day("日期", "date"), "name": text("名称", "name")}, ("date",)
    )
    return obj("一年的放假安排", "the official calendar of a year", {
        "year": whole("年份", "year", 2004, 2100), "source": text("通知", "the notice"),
        "holidays": rows("放假", "holidays", span),
        "makeup_workdays": rows("调休上班", "make-up days",
                                either(day("日期", "date"), makeup), least=0)},
        ("year", "source", "holidays", "makeup_workdays"))  # fmt: skip


def laws() -> Schema:
    """laws/index.yaml"""
    return rows("法规目录", "index of statutes", obj("一部", "one", {
        "code": text("代码", "code"), "file": text("文件", "file", pattern=r"\.(md|txt)$"),
        "title": words("名称", "title"), "level": choice("级别", "level", LAW_LEVELS),
        "in_force_from": day("施行日期", "in force from"), "in_force_to": day("废止", "until"),
        "source": words("出处", "source")},
        ("code", "file", "title", "level", "in_force_from")))  # fmt: skip
