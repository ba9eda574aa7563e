"""The parts that schemas of pack files are made of; each says in two languages what it is for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from qifu.rulebook.operators import ALL_OPERATORS
from qifu.rulebook.reading import AGGREGATES

Schema = dict[str, Any]
_SOURCE: Final = {
    "doc": "文件", "quote": "原文", "author": "谁写的", "reviewer": "谁核对的", "source": "来源",
    "title": "标题", "url": "网址", "clause": "条款", "note": "说明",
}  # fmt: skip
# YAML for editors knows no days: they are texts of this form
DAY: Final = r"^\d{4}-\d{2}-\d{2}$"


def told(zh: str, en: str) -> str:
    """A description as editors show it."""
    return f"{zh} · {en}"


def free(zh: str, en: str, **form: Any) -> Schema:
    """Anything, or what the keywords of JSON Schema in `form` allow."""
    return {"description": told(zh, en), **form}


def obj(
    zh: str,
    en: str,
    keys: Mapping[str, Schema],
    needed: Iterable[str] = (),
) -> Schema:
    """A mapping with these keys and no others."""
    return {
        "description": told(zh, en),
        "type": "object",
        "properties": dict(keys),
        "required": list(needed),
        "additionalProperties": False,
    }


def table(zh: str, en: str, value: Schema, *, name: str = "") -> Schema:
    """A mapping whose keys are codes of the city's own."""
    found = {"description": told(zh, en), "type": "object", "additionalProperties": value}
    return {**found, "propertyNames": {"pattern": name}} if name else found


def rows(zh: str, en: str, item: Schema, *, least: int = 1) -> Schema:
    """A list; by default not an empty one."""
    return {"description": told(zh, en), "type": "array", "items": item, "minItems": least}


def text(zh: str, en: str, *, pattern: str = "") -> Schema:
    """A text that is not empty."""
    found: Schema = {"description": told(zh, en), "type": "string", "minLength": 1}
    return {**found, "pattern": pattern} if pattern else found


def words(zh: str, en: str, **more: Schema) -> Schema:
    """A text in both languages; a pack with `languages: [zh]` writes zh alone."""
    keys = {"zh": {"type": "string", "minLength": 1}, "en": {"type": "string", "minLength": 1}}
    return obj(zh, en, {**keys, **more}, ("zh",))


def choice(zh: str, en: str, values: Sequence[str]) -> Schema:
    """One of these words."""
    return {"description": told(zh, en), "enum": list(values)}


def day(zh: str, en: str) -> Schema:
    """A day, 2026-01-31."""
    return {"description": told(zh, en), "type": "string", "pattern": DAY}


def whole(zh: str, en: str, least: int = 0, most: int | None = None) -> Schema:
    """A whole number within bounds."""
    found = {"description": told(zh, en), "type": "integer", "minimum": least}
    return found if most is None else {**found, "maximum": most}


def number(zh: str, en: str) -> Schema:
    """Any figure."""
    return {"description": told(zh, en), "type": "number"}


def flag(zh: str, en: str) -> Schema:
    """true or false."""
    return {"description": told(zh, en), "type": "boolean"}


def either(*schemas: Schema) -> Schema:
    """One form or another."""
    return {"anyOf": list(schemas)}


def or_null(schema: Schema) -> Schema:
    """The same, or null for none."""
    return {"description": schema.get("description", ""), "anyOf": [schema, {"type": "null"}]}


def code(what_zh: str, what_en: str) -> Schema:
    """The code of something of the same pack."""
    return text(f"{what_zh}的代码", f"the code of {what_en}")


def hours() -> Schema:
    """Business hours by weekday, with days that differ."""
    spans = {
        "type": "array",
        "items": {"type": "string", "pattern": r"^\d{2}:\d{2}-\d{2}:\d{2}$"},
        "description": told("时段，例如 09:00-12:00", "spans, 09:00-12:00"),
    }
    week = obj(
        "每个星期几的时段，没写的不开", "spans by weekday; what is not written is closed",
        {name: spans for name in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    )  # fmt: skip
    exception = obj("一天的例外", "a day that differs", {"date": day("日期", "the day"),
                    "hours": spans}, ("date", "hours"))  # fmt: skip
    return obj(
        "办公时间：always 是全天候", "business hours; always is round the clock",
        {
            "always": flag("全天候", "7×24"),
            "week": week,
            "follows_calendar": flag("放假不开，调休上班", "closed on holidays"),
            "makeup_days": spans,
            "exceptions": rows("例外的日子", "days that differ", exception, least=0),
        },
    )  # fmt: skip


def conditions() -> dict[str, Schema]:
    """The definitions `node` and `src`: the language of conditions, see docs/rules.md."""
    node = {"$ref": "#/$defs/node"}
    source = obj(
        "这个条件出自哪里", "where the condition comes from",
        {
            **{key: free(zh, key, type=["string", "null"]) for key, zh in _SOURCE.items()},
            "para": free("第几段，从 0 数", "paragraph, from 0", type="integer"),
            "span": free("从第几个字到第几个字", "[start, end) in it", type="array",
                         items={"type": "integer"}, minItems=2, maxItems=2),
            "valid_to": day("依据有效到哪一天", "the last day of that basis"),
        },
    )  # fmt: skip
    common = {
        "id": text("简短的名称，案例引用它", "a short name that cases refer to"),
        "kind": choice("hard：企业改变不了", "hard: the firm cannot change it", ("hard", "soft")),
        "src": source,
        "label": words("页面上的名称", "its name on the page"),
    }
    atom = {
        "attr": text("属性目录里的名称", "a name of attributes.yaml"),
        "op": choice("怎样比较", "how it is compared", ALL_OPERATORS),
        "value": {"description": told("比较的值", "what it is compared with")},
        "unit": text("值的单位", "the unit of the value"),
        "period": text("哪一年的数", "which year's figure"),
        "agg": choice("几年的数怎样合起来", "how years are combined", AGGREGATES),
        "at": text("哪一天", "on which day"),
    }
    listed = free("条件", "conditions", type="array", items=node, minItems=1)
    forms = [
        obj("一个条件", "one condition", {**atom, **common}, ("attr", "op", "value")),
        obj("都要符合", "all of them", {"all": listed, **common}, ("all",)),
        obj("符合一个", "any of them", {"any": listed, **common}, ("any",)),
        obj("至少几个", "at least so many", {"at_least": whole("几个", "how many", 1),
            "of": listed, **common}, ("at_least", "of")),
        obj("不符合", "not this", {"not": free("条件", "a condition", **node), **common},
            ("not",)),
    ]  # fmt: skip
    return {"node": {"anyOf": forms}}
