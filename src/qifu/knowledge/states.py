"""The life of one version of an answer, in one table."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qifu.base.transitions import Transitions


class AnswerState(models.TextChoices):
    PUBLISHED = "published", _("已发布")
    RETIRED = "retired", pgettext_lazy("解答", "已停用")
    WITHDRAWN = "withdrawn", _("已撤下")


# an officer retires what is wrong; a pack withdraws what it dropped, and may bring it back
ANSWER_STEPS: Final[Transitions] = {
    "retire": (frozenset({"published"}), "retired"),
    "withdraw": (frozenset({"published"}), "withdrawn"),
    "publish_again": (frozenset({"withdrawn"}), "published"),
}
