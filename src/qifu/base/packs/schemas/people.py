"""Schemas of pack, units, roles, notices, zones and channels: who and where a city is."""

from qifu.base.packs.schemas.parts import (
    Schema,
    choice,
    code,
    day,
    flag,
    hours,
    obj,
    or_null,
    rows,
    table,
    text,
    whole,
    words,
)
from qifu.base.packs.vocabulary import (
    ENTERPRISE_PERMISSIONS,
    LANGUAGES,
    LEVELS,
    NOTICES,
    PERMISSIONS,
    UNIT_PERMISSIONS,
)

_COLOUR = r"^#[0-9a-fA-F]{6}$"


def pack() -> Schema:
    """pack.yaml"""
    return obj(
        "数据包的首页", "the first page of a pack",
        {
            "id": text("英文代号", "letters, digits and _", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"),
            "version": whole("每次改完加一", "raised with each change", 1),
            "extends": text("引用的数据包，多为 national", "the pack it inherits from"),
            "name": words("城市的名称", "the city's name"),
            "site_name": words("网站的名称", "what the site calls itself"),
            "region": text("行政区划代码，要加引号", "region code in quotes"),
            "languages": rows("网站的语言，中文在前", "languages of the pages, Chinese first",
                              {"enum": list(LANGUAGES)}),
            "colours": obj("颜色", "colours", {
                "accent": text("主色", "accent, readable under white", pattern=_COLOUR),
                "neutral": text("辅色", "neutral", pattern=_COLOUR)}, ("accent",)),
            "made_up": flag("是不是演示", "whether this is a demo"),
            "notice": words("演示要说明的话", "what every page of a demo says"),
            "currency": text("货币", "currency"),
            "time_zone": text("时区", "time zone"),
            "promises": obj("对外承诺的工作日", "promises in working days", {
                "claim": whole("认领企业", "claiming a firm", 1),
                "dispute": whole("核实异议", "settling a dispute", 1)}, ("claim", "dispute")),
            "diagnosis": rows("快速诊断问哪几项", "what the quick diagnosis asks",
                              code("属性", "an attribute")),
            "levels": table("政策级别的说法", "the city's words for levels",
                            words("说法", "the words"), name=f"^({'|'.join(LEVELS)})$"),
        },
        ("id", "version", "name"),
    )  # fmt: skip


def units() -> Schema:
    """units.yaml"""
    return rows(
        "部门", "units of the government",
        obj(
            "一个部门", "one unit",
            {
                "code": text("代码，定了不改", "code, never changed"),
                "name": words("名称", "name"),
                "parent": or_null(code("上级部门", "the unit above")),
                "region": or_null(text("行政区划代码", "region code in quotes")),
                "kind": text("种类", "government, department, service_center …"),
            },
            ("code", "name", "kind"),
        ),
    )  # fmt: skip


def roles() -> Schema:
    """roles.yaml"""
    may = {"enum": sorted({*ENTERPRISE_PERMISSIONS, *UNIT_PERMISSIONS})}
    row = obj(
        "一个角色", "one role",
        {
            "code": text("代码", "code"),
            "name": words("名称", "name"),
            "for": choice("给谁", "for whom", tuple(PERMISSIONS)),
            "may": rows("可以做什么", "what it may do", may, least=0),
        },
        ("code", "name", "for", "may"),
    )  # fmt: skip
    for kind, permissions in PERMISSIONS.items():
        listed = {"items": {"enum": list(permissions)}}
        rule = {
            "if": {"properties": {"for": {"const": kind}}},
            "then": {"properties": {"may": listed}},
        }
        row.setdefault("allOf", []).append(rule)
    return rows("角色", "roles", row)


def notices() -> Schema:
    """notices.yaml"""

    def one(name: str) -> Schema:
        slots = ", ".join(f"{{{slot}}}" for slot in NOTICES[name])
        texts = {"title": words("标题", "title"), "body": words("正文", "body")}
        return obj(f"消息；可以用 {slots}", f"a message with {slots}", texts, tuple(texts))

    return obj("消息的文字", "texts of messages", {name: one(name) for name in NOTICES}, NOTICES)


def zones() -> Schema:
    """zones.yaml"""
    return rows(
        "各区入口", "fronts of districts",
        obj(
            "一个入口", "one front",
            {
                "code": text("地址 /z/<code>/", "part of the address",
                             pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
                "name": words("区的名称", "name of the district"),
                "site_name": words("入口的名称", "what the front calls itself"),
                "intro": words("一句介绍", "one sentence"),
                "regions": rows("行政区划代码，可以为空", "region codes, may be empty",
                                {"type": "string"}, least=0),
                "colours": obj("颜色", "colours", {
                    "accent": text("主色", "accent", pattern=_COLOUR)}, ("accent",)),
                "unit": code("主办部门", "the unit that runs it"),
                "hosts": rows("直接打开的域名", "host names", {"type": "string"}, least=0),
            },
            ("code", "name", "site_name", "intro", "regions", "colours", "unit"),
        ),
    )  # fmt: skip


def channels() -> Schema:
    """channels.yaml"""
    named = {"code": text("代码", "code"), "name": words("名称", "name")}
    need = {**named, "words": rows("企业会写的词", "words that people type", {"type": "string"})}
    listed = rows("代码", "codes", {"type": "string"})
    return obj(
        "企业可以去哪里", "where firms can turn",
        {
            "source": words("清单的来源", "where the list is from"),
            "guide_date": day("来源的日期", "its date"),
            "gaps": rows("来源没有写的", "what the source does not give", words("一条", "one"),
                         least=0),
            "kinds": rows("种类", "kinds", obj("一种", "one", named, ("code", "name"))),
            "needs": rows("要办什么", "what people need",
                          obj("一类", "one", need, ("code", "name", "words"))),
            "channels": rows("渠道", "the entries", _channel()),
            "debt_routes": rows("被拖欠了去哪里", "who owes the money → where to go", obj(
                "一类欠款人", "one kind of debtor",
                {
                    "code": text("代码", "code"), "debtor": words("谁欠的", "the debtor"),
                    "examples": words("例如", "for example"), "channels": listed,
                    "note": words("说明", "note"),
                },
                ("code", "debtor", "channels"))),
        },
        ("source", "guide_date", "kinds", "needs", "channels"),
    )  # fmt: skip


def _channel() -> Schema:
    listed = rows("代码", "codes", {"type": "string"})
    telephone = obj("一个电话", "one number", {
        "number": text("号码，要加引号", "in quotes", pattern=r"^\+?[0-9]+([ -][0-9]+)*$"),
        "for": words("打给谁", "whom it reaches")}, ("number",))  # fmt: skip
    link = obj("一个网址", "one link", {
        "url": text("完整的网址", "whole address", pattern=r"^(https?://|mailto:)"),
        "name": words("名称", "name")}, ("url", "name"))  # fmt: skip
    return obj(
        "一条渠道", "one entry",
        {
            "code": text("代码", "code", pattern=r"^[a-z0-9][a-z0-9-]{0,47}$"),
            "name": words("名称", "name"),
            "kind": code("种类", "a kind"),
            "zone": or_null(code("区", "a zone, null for the whole city")),
            "regions": listed,
            "for": words("办什么，一句话", "what for, one sentence"),
            "needs": listed,
            "find_as": text("在微信里搜什么", "what to search for in an app store"),
            "how": rows("怎么办，按步骤", "how, step by step", words("一步", "one step")),
            "address": words("地址", "address"),
            "hours": hours(),
            "hours_note": words("时间的说明", "a note on the hours"),
            "telephones": rows("电话", "telephones", telephone),
            "links": rows("网址", "links", link),
            "unit": code("负责的部门", "the unit that keeps it"),
            "checked_on": day("核对日期", "checked on"),
        },
        ("code", "name", "kind", "for", "needs", "unit", "checked_on"),
    )  # fmt: skip
