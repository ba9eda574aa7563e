"""Schemas of what appeals stand on: desks, matters, dispatch, limits, scope, answers, replies."""

from qifu.base.packs.schemas.parts import (
    Schema,
    choice,
    code,
    conditions,
    day,
    either,
    flag,
    free,
    hours,
    number,
    obj,
    or_null,
    rows,
    table,
    text,
    whole,
    words,
)
from qifu.base.packs.vocabulary import APPEAL_DOMAINS, APPEAL_KINDS, APPEAL_OUTCOMES
from qifu.rulebook.clock_limits import CLOCKS
from qifu.rulebook.clock_rules import KINDS

_TEXTS: Schema = {"type": "string", "minLength": 1}


def appeals() -> Schema:
    """appeals.yaml"""
    row = obj("一项", "one", {"code": text("代码", "code"), "name": words("名称", "name")},
              ("code", "name"))  # fmt: skip
    outcome = obj("一种", "one", {
        "code": choice("结果", "outcome", APPEAL_OUTCOMES), "name": words("名称", "name")},
        ("code", "name"))  # fmt: skip
    return obj(
        "诉求怎样收、谁来办", "how appeals come in and who handles them",
        {
            "intake_unit": code("受理部门", "the intake unit"),
            "coordinator_unit": code("协调部门", "the coordinating unit"),
            "callback_unit": code("回访部门", "the unit that calls back"),
            "number_prefix": text("编号的字头", "prefix of numbers", pattern=r"^[A-Z]{1,6}$"),
            "clocks": code("现行时限规则", "the rule set in force"),
            "kinds": rows("收哪几类", "kinds taken", {"enum": list(APPEAL_KINDS)}),
            "tip_off": words("举报去哪里", "where tip-offs go",
                             channel=words("渠道", "the channel")),
            "rating_tags": obj("评价标签", "tags of ratings", {
                "good": rows("好评", "good", row), "bad": rows("差评", "bad", row)},
                ("good", "bad")),
            "outcomes": rows("三种结果", "the three outcomes", outcome, least=3),
            "closure_reasons": rows("办结的原因", "why a case is closed", row),
            "text": obj("正文", "the text", {
                "least": whole("最少几个字", "least characters", 1),
                "most": whole("最多几个字", "most characters", 1),
                "points": whole("最多几个问题", "most points", 1)}),
            "attachments": obj("附件", "attachments", {
                "largest_mb": whole("每个最大多少 MB", "MB each", 1, 100),
                "most": whole("最多几个", "how many", 1, 50),
                "types": rows("类型", "media types", {
                    "type": "string", "pattern": r"^[a-z]+/[a-z0-9][a-z0-9.+-]*$"})},
                ("largest_mb", "most", "types")),
            "repeat_days": whole("多少天内算重复", "days within which it is a repeat", 1, 3660),
            "hours": hours(),
            "source": words("依据", "source"),
            "exchange": rows("外面的热线", "outside hotlines", obj("一条热线", "one hotline", {
                "code": text("代码", "code", pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,23}$"),
                "name": words("名称", "name"),
                "files": flag("也收文件", "files too")}, ("code", "name"))),
        },
        ("intake_unit", "coordinator_unit", "callback_unit", "number_prefix", "clocks", "kinds",
         "tip_off", "rating_tags", "outcomes", "attachments", "repeat_days", "hours"),
    )  # fmt: skip


def matters() -> Schema:
    """matters.yaml"""
    parts = {"word": text("词", "word"), "weight": number("分量", "weight")}
    weighted = obj("一个词", "a word", parts, ("word",))
    return rows(
        "事项", "what firms bring",
        obj(
            "一个事项", "one matter",
            {
                "code": text("代码", "code"),
                "name": words("名称", "name"),
                "domain": choice("领域", "domain", APPEAL_DOMAINS),
                "keywords": rows("企业会写的词", "words that firms use", either(_TEXTS, weighted),
                                 least=0),
                "not": rows("出现就不算", "words that rule it out", _TEXTS, least=0),
                "template": or_null(words("写法", "what a person may begin with")),
                "asks": rows("要写清什么", "what is needed", words("一条", "one"), least=0),
                "rule_set": or_null(code("时限规则", "its own clock rules")),
                "law": rows("法规", "statutes", code("法规", "a statute"), least=0),
            },
            ("code", "name", "domain", "keywords"),
        ),
    )  # fmt: skip


def dispatch() -> Schema:
    """dispatch.yaml"""
    rule = obj(
        "一条", "one rule",
        {
            "code": text("代码", "code"),
            "matter": text("事项，* 是任何事项", "a matter, * for any"),
            "regions": rows("在哪些区", "regions", _TEXTS),
            "when": free("企业的情况", "which firms", **{"$ref": "#/$defs/node"}),
            "unit": code("主办部门", "the lead unit"),
            "deputy": or_null(code("协办部门", "the deputy unit")),
            "note": words("说明", "note"),
        },
        ("code", "matter", "unit"),
    )  # fmt: skip
    found = obj(
        "派单目录", "the responsibility list",
        {
            "version": whole("版本", "version", 1),
            "source": words("依据", "source"),
            "rules": rows("从上往下，先符合的先用", "the first that fits is taken", rule),
            "fallback": or_null(code("兜底部门", "the unit for all else")),
        },
        ("version", "rules"),
    )  # fmt: skip
    return {**found, "$defs": conditions()}


def clocks() -> Schema:
    """clocks.yaml"""
    lengths = {
        "working_days": whole("几个工作日", "working days"),
        "calendar_days": whole("几天", "calendar days"),
        "business_minutes": whole("几分钟办公时间", "minutes of business hours"),
    }
    limit = obj(
        "一个时限", "one limit",
        {
            "clock": choice("哪个环节", "which step", CLOCKS),
            "kinds": rows("只管这几类", "for these kinds only", {"enum": list(KINDS)}),
            "several": flag("几个部门一起办", "with several units"),
            **lengths,
            "roll": flag("遇休息日顺延", "rolls on to a working day"),
            "closing": text("当天几点截止", "the hour it ends", pattern=r"^\d{2}:\d{2}$"),
        },
        ("clock",),
    )  # fmt: skip
    limit["oneOf"] = [{"required": [name]} for name in lengths]
    rule_set = obj(
        "一套时限", "one rule set",
        {
            "code": text("代码", "code", pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$"),
            "version": whole("版本", "version", 1),
            "name": words("名称", "name"),
            "source": words("依据和核对程度", "source, and how far it was checked"),
            "valid_from": day("从哪天起", "from which day"),
            "limits": rows("时限，先符合的先用", "limits, the first that fits", limit),
            "numbers": table("次数和长度", "counts and lengths", either(
                whole("个数", "a count", 0, 1000), obj("长度", "a length", lengths))),
        },
        ("code", "version", "name", "source", "valid_from", "limits"),
    )  # fmt: skip
    return obj("时限规则", "limits of time", {
        "rule_sets": rows("几套规则", "rule sets", rule_set)}, ("rule_sets",))  # fmt: skip


def scope() -> Schema:
    """scope.yaml"""
    signal = obj(
        "一组词", "a group of words",
        {
            "words": rows("出现一个就算", "any of these", _TEXTS),
            "all": rows("都要出现", "all of these", {}),
            "not": rows("出现就不算", "none of these", _TEXTS),
            "weight": number("分量", "weight"),
        },
    )  # fmt: skip
    row = obj(
        "一种情形", "one exclusion",
        {
            "code": text("代码", "code"),
            "name": words("名称", "name"),
            "reason": words("为什么不收", "why"),
            "channel": words("该去哪里", "where to go", link=text("网址", "address")),
            "channels": rows("渠道", "entries of channels.yaml", code("渠道", "a channel")),
            "signals": rows("提示词", "signal words", signal, least=0),
            "checks": rows("另外的检查", "further checks", _TEXTS, least=0),
        },
        ("code", "name", "reason", "channel"),
    )  # fmt: skip
    return obj("不受理的范围", "what is not taken in", {
        "source": words("依据", "source"),
        "exclusions": rows("情形", "exclusions", row)}, ("exclusions",))  # fmt: skip


def answers() -> Schema:
    """answers.yaml"""
    basis = obj("一条依据，三种写一种", "one of: statute, policy, text", {
        "law": code("法规", "a statute"), "article": text("第几条", "the article"),
        "clause": text("第几款", "the clause"), "policy": code("政策", "a policy"),
        "text": words("一句话", "a text")})  # fmt: skip
    basis["oneOf"] = [
        {"required": ["law", "article"]}, {"required": ["policy"]}, {"required": ["text"]},
    ]  # fmt: skip
    return rows(
        "预备的答复", "prepared answers",
        obj(
            "一条答复的一个版本", "one version of one answer",
            {
                "code": text("代码", "code"),
                "version": whole("版本，改了加一", "version, raised with each change", 1),
                "matter": or_null(code("事项", "a matter")),
                "question": words("问", "question"),
                "answer": words("答", "answer"),
                "basis": rows("依据", "basis", basis),
                "keywords": rows("关键词", "keywords", _TEXTS),
                "valid_from": day("从哪天起", "from"),
                "valid_to": or_null(day("到哪天止", "to")),
                "made_up": flag("答的是不是演示里的", "whether it is of a demo"),
            },
            ("code", "version", "question", "answer", "basis", "keywords", "valid_from",
             "made_up"),
        ),
    )  # fmt: skip


def reply_templates() -> Schema:
    """reply_templates.yaml"""
    return rows(
        "答复的写法", "texts that a reply may begin with",
        obj("一种", "one", {
            "code": text("代码", "code"),
            "matter": or_null(code("事项", "a matter")),
            "outcome": or_null(choice("结果", "outcome", APPEAL_OUTCOMES)),
            "name": words("名称", "name"),
            "text": words("正文", "text"),
        }, ("code", "name", "text")),
    )  # fmt: skip


def synonyms() -> Schema:
    """synonyms.yaml"""
    return rows(
        "搜索时算一样的词", "words that search takes for the same",
        obj("一组", "one group", {
            "words": rows("词", "words", _TEXTS, least=2),
            "source": words("依据", "source"),
        }, ("words",)),
    )  # fmt: skip
