"""The first people of a unit: appointed from the command line, by whoever runs the server."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.accounts.models import User
from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import BadInput
from qifu.organisations.actions.ownership import join
from qifu.organisations.models import Membership, Organisation


@transaction.atomic
def appoint(user: User, *, code: str, role: str, now: datetime) -> Membership:
    """Give a person a role in the unit or firm with that code. BadInput names what is allowed."""
    organisation = Organisation.objects.filter(code=code).order_by("-kind").first()
    if organisation is None:
        raise BadInput(_("没有代码为 %(code)s 的部门或企业。") % {"code": code}, field="code")
    roles = current_city().roles
    known = sorted(r.code for r in roles.values() if r.for_ == organisation.kind)
    if role not in known:
        raise BadInput(_("角色应为其中之一：%(roles)s") % {"roles": ", ".join(known)}, field="role")
    membership = join(user, organisation.pk, role, now=now)
    journal.record(membership, "appoint", actor_id=None, now=now, to_state=role)
    return membership
