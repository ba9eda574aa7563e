"""The lives of a policy version and of a draft, each in one table."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qifu.base.transitions import Transitions


class PolicyState(models.TextChoices):
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤下")


POLICY_STEPS: Final[Transitions] = {
    "withdraw": (frozenset({"published"}), "withdrawn"),
    "publish_again": (frozenset({"withdrawn"}), "published"),
}


class DraftState(models.TextChoices):
    READING = "reading", pgettext_lazy("政策草稿", "正在读")
    UNREADABLE = "unreadable", pgettext_lazy("政策草稿", "没读出来")
    OPEN = "open", pgettext_lazy("政策草稿", "核对中")
    READY = "ready", pgettext_lazy("政策草稿", "可以发布")
    PUBLISHED = "published", pgettext_lazy("政策草稿", "已发布")
    DROPPED = "dropped", pgettext_lazy("政策草稿", "已丢弃")


DRAFT_STEPS: Final[Transitions] = {
    "read_draft": (frozenset({"reading"}), "open"),
    "give_up_draft": (frozenset({"reading"}), "unreadable"),
    "finish_draft": (frozenset({"open"}), "ready"),
    "reopen_draft": (frozenset({"ready"}), "open"),
    "publish_draft": (frozenset({"ready"}), "published"),
    "drop_draft": (frozenset({"reading", "unreadable", "open", "ready"}), "dropped"),
}
