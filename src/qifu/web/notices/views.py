"""The inbox: what happened, newest first; opening a message marks it read."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qifu.notices.actions import mark_all_read, mark_read
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text, notices_of
from qifu.organisations.selectors import memberships_of
from qifu.web.addresses import is_ours
from qifu.web.http import AskedRequest, city_of, signed_in
from qifu.web.words import language

PER_PAGE = 20
BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Told:
    """A message in words."""

    notice: Notice
    title: str
    body: str


def _told(request: AskedRequest, notice: Notice) -> Told:
    return Told(notice, *notice_text(notice, language(), city_of(request)))


@signed_in
@require_http_methods(["GET"])
def inbox(request: AskedRequest) -> HttpResponse:
    """All messages, or those that are not yet read."""
    notices = notices_of(request.actor.user)
    unread = request.GET.get("show") == "unread"
    if unread:
        notices = notices.filter(read_at=None)
    page = Paginator(notices, PER_PAGE).get_page(request.GET.get("page"))
    data = {
        "page": page,
        "rows": [_told(request, notice) for notice in page],
        "unread_only": unread,
    }
    return render(request, "notices/inbox.html", data)


@signed_in
@require_http_methods(["GET"])
def message(request: AskedRequest, pk: int) -> HttpResponse:
    """Open one's own message: it counts as read, and its link is followed.

    Where the message is about a firm that one does not act for now, the page says so first.
    """
    user = request.actor.user
    assert user is not None
    notice = notices_of(user).get(pk=min(pk, BIGGEST))
    mark_read(notice, user=user, now=timezone.now())
    follow = is_ours(request, notice.link) if notice.link else False
    about = notice.organisation_id
    elsewhere, left = None, False
    if about and about != request.actor.organisation_id:
        theirs = [m for m in memberships_of(request.actor) if m.organisation_id == about]
        elsewhere, left = (theirs[0], False) if theirs else (None, True)
    if follow and elsewhere is None and not left:
        return redirect(notice.link)
    data = {"told": _told(request, notice), "elsewhere": elsewhere, "follow": follow and not left}
    return render(request, "notices/message.html", data)


@signed_in
@require_http_methods(["POST"])
def all_read(request: AskedRequest) -> HttpResponse:
    """Everything in the inbox is read."""
    assert request.actor.user is not None
    number = mark_all_read(user=request.actor.user, now=timezone.now())
    if number:
        messages.success(request, _("已把 %(count)s 条消息标为已读。") % {"count": number})
    return redirect("messages")
