"""Organisations, the facts of enterprises, and who may act for whom."""

from qifu.organisations.models.channels import Channel, ChannelReport
from qifu.organisations.models.facts import Dispute, Fact
from qifu.organisations.models.organisation import Enterprise, Organisation, Unit
from qifu.organisations.models.people import Claim, ClaimPaper, Consent, Invitation, Membership

__all__ = [
    "Channel",
    "ChannelReport",
    "Claim",
    "ClaimPaper",
    "Consent",
    "Dispute",
    "Enterprise",
    "Fact",
    "Invitation",
    "Membership",
    "Organisation",
    "Unit",
]
