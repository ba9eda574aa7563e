"""The lives of a claim, an invitation and a dispute, each in one table."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from qifu.base.transitions import Transitions


class ClaimState(models.TextChoices):
    SUBMITTED = "submitted", _("待核验")
    APPROVED = "approved", _("已通过")
    REFUSED = "refused", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


CLAIM_STEPS: Final[Transitions] = {
    "approve": (frozenset({"submitted"}), "approved"),
    "refuse": (frozenset({"submitted"}), "refused"),
    "withdraw": (frozenset({"submitted"}), "withdrawn"),
}


class InvitationState(models.TextChoices):
    OPEN = "open", _("待接受")
    ACCEPTED = "accepted", _("已接受")
    REVOKED = "revoked", _("已撤销")


INVITATION_STEPS: Final[Transitions] = {
    "accept": (frozenset({"open"}), "accepted"),
    "revoke": (frozenset({"open"}), "revoked"),
}


class DisputeState(models.TextChoices):
    OPEN = "open", _("核实中")
    CORRECTED = "corrected", _("已更正")
    KEPT = "kept", _("维持原值")
    WITHDRAWN = "withdrawn", _("已撤回")


DISPUTE_STEPS: Final[Transitions] = {
    "correct": (frozenset({"open"}), "corrected"),
    "keep": (frozenset({"open"}), "kept"),
    "withdraw": (frozenset({"open"}), "withdrawn"),
}
