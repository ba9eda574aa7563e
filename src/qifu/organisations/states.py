"""The lives of a claim, an invitation, a dispute and a report on a channel, each in one table."""

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


class ReportState(models.TextChoices):
    """What became of somebody's word that an entry of the channel list is wrong."""

    OPEN = "open", _("待核对")
    MENDED = "mended", _("已改正")
    KEPT = "kept", _("核对无误")


REPORT_STEPS: Final[Transitions] = {
    "mend_channel_report": (frozenset({"open"}), "mended"),
    "keep_channel_report": (frozenset({"open"}), "kept"),
}
