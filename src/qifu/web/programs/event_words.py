"""Kinds of events and what became of a delivery, in the words of a person who chooses."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.appeals.states import STEPS
from qifu.jobs.events import known_kinds

_GROUPS: Mapping[str, tuple[Promise, Promise]] = {
    "appeal.*": (gettext_lazy("本企业诉求的每一步"), gettext_lazy("看得到的诉求的每一步")),
    "policy.*": (gettext_lazy("政策发布或撤下"), gettext_lazy("政策发布或撤下")),
    "match.*": (gettext_lazy("本企业可享的政策有变化"), gettext_lazy("企业可享的政策有变化")),
    "dispute.*": (gettext_lazy("本企业的资料异议有结果"), gettext_lazy("资料异议有结果")),
    "claim.*": (gettext_lazy("企业账户认领有结果"), gettext_lazy("企业账户认领有结果")),
}
_KINDS: Mapping[str, Promise] = {
    "appeal.due_changed": gettext_lazy("到期日变了"),
    "policy.published": gettext_lazy("政策发布"),
    "policy.withdrawn": gettext_lazy("政策撤下"),
    "match.changed": gettext_lazy("可享的政策有变化"),
    "dispute.decided": gettext_lazy("资料异议有结果"),
    "claim.decided": gettext_lazy("企业账户认领有结果"),
    "ping": gettext_lazy("测试事件"),
}
_REASONS: Mapping[str, Promise] = {
    "gone": gettext_lazy("对方回答这个地址已经不再使用（410）。"),
    "membership": gettext_lazy("这个身份已经结束，或者不再有程序接入的权限。"),
    "secret": gettext_lazy("签名密钥读不出来，请更换密钥后恢复。"),
}


def group_choices(*, of_firm: bool) -> list[tuple[str, str]]:
    """Whole rooms of events, each with its code."""
    there = {kind.partition(".")[0] + ".*" for kind in known_kinds(of_firm=of_firm)}
    return [
        (code, _coded(words[0 if of_firm else 1], code))
        for code, words in _GROUPS.items()
        if code in there
    ]


def step_choices(*, of_firm: bool) -> list[tuple[str, str]]:
    """Single steps of an appeal, each with its code."""
    kinds = [kind for kind in known_kinds(of_firm=of_firm) if kind.startswith("appeal.")]
    return [(kind, _coded(kind_words(kind), kind)) for kind in kinds]


def _coded(words: object, code: str) -> str:
    return _("%(words)s（%(code)s）") % {"words": words, "code": code}


def kind_words(kind: str) -> str:
    """One kind of event in words; a code that nobody knows any more as it is."""
    step = STEPS.get(kind.removeprefix("appeal."))
    if kind.startswith("appeal.") and step is not None:
        return str(step.words)
    return str(_KINDS.get(kind, kind))


def kinds_words(kinds: Iterable[str], *, of_firm: bool) -> str:
    """What a webhook wants, in one line."""
    spoken = [
        str(_GROUPS[kind][0 if of_firm else 1]) if kind in _GROUPS else kind_words(kind)
        for kind in kinds
    ]
    return _("、").join(spoken)


def reason_words(reason: str) -> str:
    """Why a webhook was turned off, or a delivery with it."""
    return str(_REASONS.get(reason, reason))
