"""Whose account a firm's is: a claim, the papers, an officer's decision, the way in."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

import filetype
from django.core.files import File
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qifu.accounts.models import User
from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import BadInput, Conflict, NotAllowed
from qifu.base.transitions import move
from qifu.notices.actions import tell
from qifu.notices.actions.events import emit
from qifu.organisations.logic.tokens import digest, fresh_token
from qifu.organisations.models import Claim, ClaimPaper, Enterprise, Invitation, Membership
from qifu.organisations.permissions import Actor, may_decide_claim
from qifu.organisations.states import CLAIM_STEPS

INVITATION_LASTS = timedelta(days=14)
PAPER_TYPES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
LARGEST_PAPER = 5 * 1024 * 1024
MOST_PAPERS = 4


def _paper_type(name: str, file: BinaryIO, size: int) -> str:
    """The type by content, never by name."""
    if size > LARGEST_PAPER:
        raise BadInput(
            _("「%(name)s」超过 5 MB，请压缩后再上传。") % {"name": name[:60]}, field="papers"
        )
    head = file.read(512)
    file.seek(0)
    kind = filetype.guess_mime(head)
    if kind not in PAPER_TYPES:
        raise BadInput(
            _("「%(name)s」不是 PDF、JPG 或 PNG 文件。") % {"name": name[:60]}, field="papers"
        )
    return str(kind)


@transaction.atomic
def submit_claim(
    enterprise: Enterprise,
    *,
    actor: Actor,
    applicant: str,
    phone: str,
    position: str = "",
    note: str = "",
    papers: Sequence[tuple[str, BinaryIO, int]] = (),
    now: datetime,
) -> Claim:
    """Somebody claims a firm's account; `papers` are (file name, open file, bytes).

    Anybody may claim: the decision is an officer's. A firm that has an owner already takes
    new people by invitation only.
    """
    wrong: dict[str, object] = {}
    if not applicant.strip():
        wrong["applicant"] = _("请填写您的姓名。")
    digits = phone.replace(" ", "").replace("-", "")
    if not (digits.lstrip("+").isdigit() and 7 <= len(digits) <= 16):
        wrong["phone"] = _("请填写能联系到您的电话，例如 13800000000 或 010-12345678")
    if len(papers) > MOST_PAPERS:
        wrong["papers"] = _("最多上传 %(most)s 个文件。") % {"most": MOST_PAPERS}
    if len(note) > 1000:
        wrong["note"] = _("最多 %(most)s 个字。") % {"most": 1000}
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    kinds = [_paper_type(name, file, size) for name, file, size in papers]
    city = current_city()
    owners = Membership.objects.filter(role=city.owner_role, ended_at=None)
    if owners.filter(organisation_id=enterprise.pk).exists():
        raise BadInput(
            _("这家企业已经有负责人账户。请联系负责人邀请您加入；联系不上时请到企业服务窗口。"),
            field="uscc",
        )
    claim = Claim.objects.create(
        enterprise=enterprise,
        token=fresh_token(),
        number=f"RL{timezone.localdate(now):%Y%m%d}-{secrets.randbelow(10**6):06d}",
        user=actor.user,
        applicant=applicant.strip()[:60],
        phone=phone.strip()[:20],
        position=position.strip()[:60],
        note=note.strip(),
        submitted_at=now,
    )
    for (name, file, size), kind in zip(papers, kinds, strict=True):
        paper = ClaimPaper(claim=claim, name=name[-120:], content_type=kind, size=size)
        # the stored name says nothing: what the person called it stays in `name`
        paper.file.save(f"{secrets.token_hex(16)}.{PAPER_TYPES[kind]}", File(file))
        paper.file.close()
    journal.record(claim, "submit_claim", actor_id=actor.user_id, now=now, to_state=claim.state)
    if actor.user:
        tell(
            [actor.user],
            "claim_received",
            values={
                "firm": enterprise.name,
                "number": claim.number,
                "days": city.promises["claim"],
                "unit": city.roles[city.role_with("claims.decide")].name,
            },
            link=f"/claims/{claim.token}/",
            now=now,
        )
    return claim


def _unit_words(actor: Actor) -> dict[str, str]:
    organisation = actor.organisation
    assert organisation is not None
    return {"zh": organisation.name, "en": organisation.name_en or organisation.name}


@transaction.atomic
def approve_claim(
    claim: Claim, *, actor: Actor, papers_checked: Sequence[str], now: datetime
) -> str | None:
    """The officer has checked the papers: the applicant becomes the firm's first owner.

    Gives the token of the way in where the applicant has no account yet, else None.
    """
    if not may_decide_claim(actor, claim):
        raise NotAllowed(_("您的角色不能核验企业账户。"))
    if not papers_checked:
        raise BadInput(_("请勾选您核对过的材料。"), field="papers_checked")
    # lock the firm: of two claims to it that are approved at once the second must see the first
    Enterprise.objects.filter(pk=claim.enterprise_id).update(facts_version=F("facts_version"))
    before = move(
        claim,
        "approve",
        CLAIM_STEPS,
        decided_by=actor.user,
        decided_at=now,
        papers_checked=list(papers_checked),
    )
    owner = current_city().owner_role
    if (
        Membership.objects.filter(
            organisation_id=claim.enterprise_id, role=owner, ended_at=None
        ).exists()
        or Invitation.objects.filter(
            organisation_id=claim.enterprise_id, role=owner, state="open", expires_at__gt=now
        ).exists()
    ):
        raise Conflict(_("这家企业刚刚已经确认了负责人，本申请不能再通过。"))
    token = None
    if claim.user_id:
        _join(claim.user_id, claim.enterprise_id, owner, now)
        tell(
            [claim.user_id],
            "claim_approved",
            values={"firm": claim.enterprise.name, "unit": _unit_words(actor)},
            link="/my/",
            organisation_id=claim.enterprise_id,
            now=now,
        )
    else:
        token = fresh_token()
        assert actor.user is not None
        Invitation.objects.create(
            organisation_id=claim.enterprise_id,
            role=owner,
            label=claim.applicant,
            token_digest=digest(token),
            invited_by=actor.user,
            created_at=now,
            expires_at=now + INVITATION_LASTS,
            claim=claim,
        )
    journal.record(
        claim, "approve_claim", actor_id=actor.user_id, acting_for=actor.organisation_id,
        now=now, from_state=before, to_state=claim.state, note="、".join(papers_checked),
    )  # fmt: skip
    _emit_decided(claim, now)
    return token


def _join(user_id: int, organisation_id: int, role: str, now: datetime) -> Membership:
    live, _made = Membership.objects.get_or_create(
        user_id=user_id,
        organisation_id=organisation_id,
        ended_at=None,
        defaults={"role": role, "since": now},
    )
    if live.role != role:
        live.role = role
        live.save(update_fields=["role"])
    return live


@transaction.atomic
def renew_way_in(claim: Claim, *, actor: Actor, now: datetime) -> str:
    """A new one-time link for an approved applicant who lost the first; the old one ends."""
    if not may_decide_claim(actor, claim):
        raise NotAllowed(_("您的角色不能核验企业账户。"))
    token = fresh_token()
    renewed = Invitation.objects.filter(claim=claim, state="open").update(
        token_digest=digest(token), expires_at=now + INVITATION_LASTS
    )
    if not renewed:
        raise Conflict(_("这个申请没有待使用的开通链接。"))
    journal.record(
        claim, "renew_way_in", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now
    )
    return token


def _emit_decided(claim: Claim, now: datetime) -> None:
    emit(
        "claim.decided",
        object_kind="claim",
        object_id=claim.pk,
        data={
            "id": claim.pk, "number": claim.number, "state": claim.state,
            "url": f"/api/v1/claims/{claim.pk}",
        },
        now=now,
        internal=True,
    )  # fmt: skip


@transaction.atomic
def refuse_claim(claim: Claim, *, actor: Actor, reason: str, now: datetime) -> None:
    """The officer refuses, with the reason that the applicant will read."""
    if not may_decide_claim(actor, claim):
        raise NotAllowed(_("您的角色不能核验企业账户。"))
    reason = reason.strip()
    if not reason:
        raise BadInput(
            _("请写明原因和需要补充的材料，例如：营业执照照片看不清，请重新上传。"), field="reason"
        )
    before = move(
        claim, "refuse", CLAIM_STEPS, decided_by=actor.user, decided_at=now, reason=reason[:1000]
    )
    journal.record(
        claim, "refuse_claim", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        from_state=before, to_state=claim.state, note=reason[:1000],
    )  # fmt: skip
    _emit_decided(claim, now)
    if claim.user_id:
        tell(
            [claim.user_id],
            "claim_refused",
            values={"firm": claim.enterprise.name, "reason": reason, "unit": _unit_words(actor)},
            link=f"/claims/{claim.token}/",
            now=now,
        )


@transaction.atomic
def withdraw_claim(claim: Claim, *, actor: Actor, now: datetime) -> None:
    """Whoever holds the claim's secret address takes it back."""
    before = move(claim, "withdraw", CLAIM_STEPS)
    journal.record(
        claim, "withdraw_claim", actor_id=actor.user_id, now=now, from_state=before,
        to_state=claim.state,
    )  # fmt: skip


def join(user: User, organisation_id: int, role: str, *, now: datetime) -> Membership:
    """Give a person a role in an organisation; used by invitations and by the demo."""
    return _join(user.pk, organisation_id, role, now)


@transaction.atomic
def reveal_phone(claim: Claim, *, actor: Actor, now: datetime) -> str:
    """The applicant's phone, for an officer who has to call; that it was shown is on record."""
    if not may_decide_claim(actor, claim):
        raise NotAllowed(_("您的角色不能查看申请人的电话。"))
    journal.record(
        claim, "reveal_phone", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now
    )
    return claim.phone
