"""What a token may be allowed, in the words of a person who chooses."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qifu.accounts.logic import SCOPES

WORDS: Mapping[str, Promise] = {
    "firms.read": gettext_lazy("查看企业"),
    "facts.read": gettext_lazy("查看企业资料"),
    "facts.write": gettext_lazy("填报企业资料、回答问题、提出异议"),
    "policies.read": gettext_lazy("查看政策和匹配结果"),
    "policies.write": gettext_lazy("起草、核对和发布政策"),
    "reports.write": gettext_lazy("生成和查看报告"),
    "people.manage": gettext_lazy("管理成员、邀请和数据授权"),
    "messages": gettext_lazy("查看消息、标为已读"),
    "casework": gettext_lazy("办理认领和异议"),
    "journal.read": gettext_lazy("查看操作日志"),
    "appeals.read": gettext_lazy("查看诉求"),
    "appeals.write": gettext_lazy("提交和办理诉求"),
    "channels.read": gettext_lazy("查看办事渠道"),
    "figures.read": gettext_lazy("查看指标"),
    "exchange": gettext_lazy("与外部热线交换工单"),
    "webhooks": gettext_lazy("管理事件推送"),
}
# what has no use for a firm's program: its role may do none of it
_OF_UNITS = frozenset({"casework", "journal.read", "figures.read", "policies.write", "exchange"})


def choices(*, unit: bool) -> list[tuple[str, str]]:
    """The scopes that a program of a unit or of a firm can use, each with its code."""
    shown = [scope for scope in SCOPES if unit or scope not in _OF_UNITS]
    return [(scope, _("%(words)s（%(code)s）") % {"words": WORDS[scope], "code": scope})
            for scope in shown]  # fmt: skip


def spoken_scopes(scopes: Iterable[str]) -> str:
    """Several scopes in one line."""
    return _("、").join(str(WORDS.get(scope, scope)) for scope in scopes)
