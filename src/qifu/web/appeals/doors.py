"""Who may open a page of a firm's appeals, and the case that its address names."""

from django.http import Http404
from django.utils.translation import gettext as _

from qifu.appeals.models import Appeal
from qifu.appeals.selectors import appeal_for
from qifu.base.errors import NotAllowed
from qifu.organisations.models import Enterprise
from qifu.web.http import AskedRequest
from qifu.web.my.firm import firm_of

BIGGEST = 2**63 - 1


def reader_of(request: AskedRequest) -> Enterprise:
    """The firm, for somebody who may read its appeals."""
    return firm_of(request, "appeals.view")


def writer_of(request: AskedRequest) -> Enterprise:
    """The firm, for somebody who may write for it."""
    firm = firm_of(request, "appeals.view")
    if not request.actor.may("appeals.submit"):
        raise NotAllowed(_("您的角色只能查看诉求。要提交或办理，请找企业的负责人调整角色。"))
    return firm


def case_of_address(request: AskedRequest, pk: int) -> Appeal:
    """The case of an address, if the actor may see it; a number no row can have is not there."""
    if pk > BIGGEST:
        raise Http404
    return appeal_for(request.actor, pk)
