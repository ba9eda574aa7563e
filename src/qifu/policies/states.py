"""The life of a policy version, in one table."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from qifu.base.transitions import Transitions


class PolicyState(models.TextChoices):
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤下")


POLICY_STEPS: Final[Transitions] = {
    "withdraw": (frozenset({"published"}), "withdrawn"),
    "publish_again": (frozenset({"withdrawn"}), "published"),
}
