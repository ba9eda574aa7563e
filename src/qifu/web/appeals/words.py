"""Words, colours and icons for states, kinds, clocks, levels and outcomes: code to text, once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qifu.appeals.states import Kind, State
from qifu.base.city import City
from qifu.web.words import spoken

Text = str | Promise


@dataclass(frozen=True)
class Badge:
    """A word with its colour (good, warn, bad, open, none) and its icon."""

    tone: str
    icon: str
    words: str


# colour and icon of a state; its word is the table's own
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "draft": ("none", "edit"),
    "submitted": ("open", "inbox"),
    "need_info": ("warn", "message-report"),
    "not_accepted": ("bad", "circle-x"),
    "lapsed": ("none", "hourglass"),
    "accepted": ("open", "clipboard-check"),
    "dispatched": ("open", "send"),
    "objected": ("warn", "arrows-exchange"),
    "handling": ("open", "briefcase"),
    "review": ("open", "eye"),
    "replied": ("good", "mail"),
    "callback_due": ("warn", "phone"),
    "rehandling": ("warn", "refresh"),
    "closed": ("good", "circle-check"),
    "closed_unrated": ("none", "circle-check"),
    "closed_justified": ("none", "scale"),
    "closed_unreachable": ("none", "circle-minus"),
    "withdrawn": ("none", "circle-off"),
}
_KINDS: Final[Mapping[str, str]] = {
    "inquiry": "help-circle",
    "help_request": "flag",
    "complaint": "alert-circle",
    "suggestion": "bulb",
}
# what a kind is for, in the words of the street
KIND_HELP: Final[Mapping[str, Text]] = {
    "inquiry": _("有事想问清楚：政策、流程、找哪个部门"),
    "help_request": _("有难处，希望政府帮着解决"),
    "complaint": _("对某个部门或服务机构的做法不满意"),
    "suggestion": _("对政策或服务有改进的意见"),
}
CLOCKS: Final[Mapping[str, Text]] = {
    "contact": pgettext_lazy("时限", "联系企业"),
    "acknowledge": pgettext_lazy("时限", "签收"),
    "objection": pgettext_lazy("时限", "派单异议"),
    "reply": pgettext_lazy("时限", "答复"),
    "info": pgettext_lazy("时限", "企业补充"),
    "callback": pgettext_lazy("时限", "回访"),
    "unrated": pgettext_lazy("时限", "企业评价"),
    "reopen": pgettext_lazy("时限", "要求重办"),
    "contest": pgettext_lazy("时限", "对不予受理提异议"),
    "extension": pgettext_lazy("时限", "延期"),
}
CLOCK_STATES: Final[Mapping[str, tuple[str, str, Text]]] = {
    "running": ("open", "clock", pgettext_lazy("时限", "计时中")),
    "paused": ("warn", "hourglass", pgettext_lazy("时限", "暂停")),
    "met": ("good", "circle-check", pgettext_lazy("时限", "已办到")),
    "cancelled": ("none", "circle-off", pgettext_lazy("时限", "已终止")),
}
# 国办发〔2019〕51号: the five levels, best first
LEVELS: Final[Mapping[int, Text]] = {
    5: _("非常满意"),
    4: _("满意"),
    3: _("基本满意"),
    2: _("不满意"),
    1: _("非常不满意"),
}
_LEVEL_TONES: Final = {5: "good", 4: "good", 3: "open", 2: "warn", 1: "bad"}
OUTCOMES: Final[Mapping[str, Text]] = {
    "resolved": _("已解决"),
    "explained": _("已解释说明"),
    "not_possible": _("办不到"),
}
CALLBACKS: Final[Mapping[str, Text]] = {
    "wants_more": _("要求继续办理"),
    "justified": _("政策法规所限"),
    "unreachable": _("联系不上"),
    "misclick": _("评价点错了"),
    "withdrawn": _("撤回不满意的评价"),
}
CHANNELS: Final[Mapping[str, Text]] = {
    "web": _("网上"),
    "phone": _("电话"),
    "window": _("窗口"),
    "visit": _("上门"),
    "message": _("短信或消息"),
    "meeting": _("面谈"),
    "import": _("导入"),
}
FILE_STATES: Final[Mapping[str, tuple[str, str, Text]]] = {
    "quarantined": ("open", "hourglass", _("安全检查中")),
    "clean": ("good", "shield-check", _("已检查")),
    "rejected": ("bad", "circle-x", _("没有通过安全检查")),
}
# what is said of a reply where a check of it found no fault
REPLY_CHECKS: Final[Mapping[str, Text]] = {
    "point_missed": _("没有看出漏答的"),
    "no_basis": _("写了依据"),
    "no_contact": _("写了可以找谁"),
    "no_date": _("写了时间"),
    "empty_phrase": _("有实在的内容，不只是客气话"),
}


def state_badge(state: str) -> Badge:
    """A state as word, colour and icon."""
    tone, icon = _STATES.get(state, ("none", "circle-dashed"))
    return Badge(tone, icon, str(State(state).label) if state in _STATES else state)


def kind_badge(kind: str) -> Badge:
    """A kind as word and icon."""
    return Badge("none", _KINDS.get(kind, "help-circle"), kind_word(kind))


def kind_word(kind: str) -> str:
    """咨询, 求助, 投诉, 建议."""
    return str(Kind(kind).label) if kind in _KINDS else kind


def clock_word(name: str) -> str:
    """What a clock waits for."""
    return str(CLOCKS.get(name, name))


def clock_badge(state: str, *, missed: bool = False) -> Badge:
    """How a clock stands; one that was missed says so whatever came after."""
    if missed:
        return Badge("bad", "alert-triangle", str(pgettext_lazy("时限", "超期")))
    tone, icon, words = CLOCK_STATES.get(state, ("none", "clock", state))
    return Badge(tone, icon, str(words))


def level_word(level: int) -> str:
    """非常满意 … 非常不满意."""
    return str(LEVELS.get(level, level))


def level_badge(level: int) -> Badge:
    """What the firm said, with colour."""
    return Badge(_LEVEL_TONES.get(level, "none"), "star", level_word(level))


def file_badge(state: str) -> Badge:
    """Whether a file was looked at."""
    tone, icon, words = FILE_STATES.get(state, ("none", "file-text", state))
    return Badge(tone, icon, str(words))


def outcome_word(code: str, city: City | None) -> str:
    """What came of it, in the words of the pack where it has them."""
    return _named(_rows(city, "outcomes"), code) or str(OUTCOMES.get(code, code))


def matter_word(code: str, city: City | None) -> str:
    """A matter by its name; its code where a newer pack dropped it."""
    if not code:
        return ""
    for matter in city.matters if city else ():
        if matter.code == code:
            return spoken(tuple(matter.name))
    return code


def tag_words(codes: Iterable[str], city: City | None) -> list[str]:
    """The tags of a rating, in words."""
    tags = (city.appeals.get("rating_tags") or {}) if city else {}
    rows = [*tags.get("good", ()), *tags.get("bad", ())]
    return [_named(rows, code) or code for code in codes]


def exclusion_word(code: str, city: City | None) -> str:
    """Why something is not taken, by its name in the scope rules."""
    document = (city.documents.get("scope") or {}) if city else {}
    return _named(document.get("exclusions", ()), code) or code


def channel_word(code: str) -> str:
    """How somebody came or was reached."""
    return str(CHANNELS.get(code, code))


def callback_word(code: str) -> str:
    """What a callback came to."""
    return str(CALLBACKS.get(code, code))


def _rows(city: City | None, name: str) -> Iterable[Mapping[str, Any]]:
    return (city.appeals.get(name) or ()) if city else ()


def _named(rows: Iterable[Mapping[str, Any]], code: str) -> str:
    return next((spoken(row["name"]) for row in rows if row.get("code") == code), "")
