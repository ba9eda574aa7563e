"""Schemas of what a demo makes up: its firms and accounts, its appeals."""

from qifu.base.packs.schemas.parts import (
    Schema,
    code,
    free,
    number,
    obj,
    rows,
    table,
    text,
    whole,
    words,
)

_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def demo() -> Schema:
    """demo.yaml"""
    weighted = {"code": text("代码", "code"), "weight": number("分量", "weight")}
    account = obj(
        "一个账号", "one account",
        {
            "username": text("登录名", "sign-in name"),
            "name": free("姓名", "name"),
            "roles": rows("角色", "roles", {"type": "object"}),
        },
        ("username", "roles"),
    )  # fmt: skip
    hand_made = obj("一家企业", "one firm", {
        "uscc": text("信用代码", "credit code"), "name": text("名称", "name"),
        "story": words("说明", "its story"), "facts": free("情况", "facts", type="object"),
        "also": free("别的来源怎么说", "what other sources say")},
        ("uscc", "name", "facts"))  # fmt: skip
    return obj(
        "演示数据怎么编", "how a demo is made up",
        {
            "seed": whole("种子", "seed"),
            "count": whole("几家企业", "how many firms"),
            "uscc_prefix": text("代码的开头", "beginning of credit codes"),
            "series": text("系列", "series"),
            "marker": text("名称里的标记", "marker in names"),
            "password": text("演示密码", "password of the demo"),
            "names": free("名称的部分", "parts of names"),
            "forms": rows("类型", "legal forms", obj("一种", "one", {
                **weighted, "suffix": text("名称的结尾", "end of the name")},
                ("code", "weight", "suffix"))),
            "districts": rows("区", "districts", {"type": "object"}),
            "industries": rows("行业", "industries", {"type": "object"}),
            "profiles": table("行业的样子", "profiles", {"type": "object"}),
            "unknown": table("不知道的比例", "shares unknown", _SHARE),
            "only_register": free("只有登记信息的", "known to the register only", **_SHARE),
            "city_only": free("只知道城市的", "only the city is known", **_SHARE),
            "division_only": free("只知道大类的", "only the division is known", **_SHARE),
            "conflict": free("来源不一致的", "sources disagree", **_SHARE),
            "figures": free("数字", "figures", type="object"),
            "disputed": code("属性", "an attribute"),
            "hand_made": rows("手写的企业", "firms written by hand", hand_made, least=0),
            "accounts": rows("账号", "accounts", account),
            "draft": obj("一份虚构的通知，读成政策草稿", "a made-up notice, read into a draft", {
                "account": text("谁的", "whose"), "text": text("正文", "its text")},
                ("account", "text")),
        },
        ("seed", "count", "uscc_prefix", "series", "marker", "password", "names", "forms",
         "districts", "industries", "profiles", "unknown", "accounts"),
    )  # fmt: skip


def demo_appeals() -> Schema:
    """demo_appeals.yaml: its parts are the demo's own; only what the check looks at is strict."""
    row: Schema = {"type": "object", "required": ["matter", "kind"]}
    return {
        "description": "演示诉求怎么编 · how the demo's appeals are made up",
        "type": "object",
        "properties": {"count": whole("几件", "how many"), "appeals": rows("诉求", "appeals", row)},
        "required": ["appeals"],
    }
