"""Forgetting a person: the name goes, what was done stays, the journal's chain stays whole."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.accounts.models import User
from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import Conflict
from qifu.base.models import JournalLine, JournalNote
from qifu.notices.models import Notice
from qifu.organisations.models import ChannelReport, Claim, ClaimPaper, Invitation, Membership

GONE = "已注销"


@transaction.atomic
def forget_person(user: User, *, actor_id: int | None, now: datetime) -> dict[str, int]:
    """Delete what identifies a person; gives counts of what was deleted or blanked.

    Rows that others rely on (who decided, who stated a fact) keep the number of the account,
    which no longer names anybody. The last owner of a firm must hand over first.
    """
    owner = current_city().owner_role
    for membership in Membership.objects.filter(user=user, role=owner, ended_at=None):
        others = Membership.objects.filter(
            organisation_id=membership.organisation_id, role=owner, ended_at=None
        ).exclude(user=user)
        if not others.exists():
            raise Conflict(_("此人是某家企业唯一的负责人，请先移交。"))
    claims = Claim.objects.filter(user=user)
    papers = list(ClaimPaper.objects.filter(claim__in=claims))
    for paper in papers:
        paper.file.delete(save=False)
    counts = {
        "memberships": Membership.objects.filter(user=user, ended_at=None).update(ended_at=now),
        "notices": Notice.objects.filter(to=user).delete()[0],
        "papers": ClaimPaper.objects.filter(pk__in=[paper.pk for paper in papers]).delete()[0],
        "claims": claims.update(applicant=GONE, phone="", position="", note=""),
        "invitations": Invitation.objects.filter(accepted_by=user).update(label=GONE),
        "channel_reports": ChannelReport.objects.filter(reported_by=user).update(contact=""),
        "notes": JournalNote.objects.filter(
            line__in=JournalLine.objects.filter(actor_id=user.pk)
        ).delete()[0],
    }
    user.username = f"gone-{user.pk}"
    user.display_name = GONE
    user.phone = user.email = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    journal.record(user, "forget_person", actor_id=actor_id, now=now)
    return counts


@transaction.atomic
def forget_claim(claim: Claim, *, actor_id: int | None, now: datetime) -> None:
    """Delete the applicant's name, telephone and papers of a claim that is over."""
    if claim.state == "submitted":
        raise Conflict(_("这个申请还没有处理，不能删除。"))
    for paper in claim.papers.all():
        paper.file.delete(save=False)
        paper.delete()
    Claim.objects.filter(pk=claim.pk).update(applicant=GONE, phone="", position="", note="")
    Invitation.objects.filter(claim=claim).update(label=GONE)
    journal.record(claim, "forget_claim", actor_id=actor_id, now=now)
