"""Webhooks of one's membership: where events go, what arrived, what to send again."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qifu.base.errors import BadInput, NotAllowed, WrongState
from qifu.jobs.events import known_kinds, replay_events
from qifu.notices.actions import webhooks as actions
from qifu.notices.models import Delivery, Webhook
from qifu.notices.permissions import may_keep_webhooks
from qifu.notices.selectors import webhooks as selectors
from qifu.web.http import AskedRequest, go, signed_in
from qifu.web.programs.event_words import kind_words, kinds_words, reason_words
from qifu.web.programs.webhook_forms import DeliveriesForm, ReplayForm, WebhookForm
from qifu.web.refusals import put_on

PER_PAGE = 20
BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Shown:
    """A webhook in words."""

    webhook: Webhook
    kinds: str
    reason: str


@dataclass(frozen=True)
class Sent:
    """A delivery in words: `answer` is the receiver's status or why nobody was reached."""

    delivery: Delivery
    kind: str
    answer: str


def connecting(name: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Pages of those who may connect programs; `name` is where a choice of role comes back to."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: AskedRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor = request.actor
            if actor.organisation is None:
                return go(request, f"{reverse('switch')}?next={reverse(name)}")
            if not may_keep_webhooks(actor):
                raise NotAllowed(_("您的角色不能让程序接入。请找单位的管理人员调整角色。"))
            return view(request, *args, **kwargs)

        return guarded

    return guard


def _shown(webhook: Webhook) -> Shown:
    return Shown(
        webhook,
        kinds_words(webhook.kinds, of_firm=webhook.of_firm),
        reason_words(webhook.reason) if webhook.state == Webhook.State.OFF else "",
    )


@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
@connecting("programs-webhooks")
def webhooks(request: AskedRequest) -> HttpResponse:
    """The webhooks of this membership; a new one shows its secret once."""
    actor = request.actor
    form = WebhookForm(request.POST or None, of_firm=actor.is_enterprise)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = actions.make_webhook(
                actor=actor,
                url=form.cleaned_data["url"],
                kinds=form.chosen,
                known=known_kinds(of_firm=actor.is_enterprise),
                now=timezone.now(),
            )
        except (BadInput, WrongState) as error:
            put_on(form, error)
        else:
            shown = {"made": made, "secret": secret}
            form = WebhookForm(of_firm=actor.is_enterprise)
    rows = [_shown(webhook) for webhook in selectors.webhooks_of(actor)]
    return render(
        request,
        "programs/webhooks.html",
        {"form": form, "rows": rows, **shown},
        status=422 if form.errors else 200,
    )


@never_cache
@signed_in
@require_http_methods(["GET", "POST"])
@connecting("programs-webhooks")
def webhook(request: AskedRequest, pk: int) -> HttpResponse:
    """One webhook: its deliveries, and everything that can be done with it."""
    found = selectors.webhook_for(request.actor, min(pk, BIGGEST))
    forms: dict[str, Any] = {}
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do not in _STEPS:
            raise BadInput(_("没有这一步。请从页面上的按钮选择。"))
        try:
            answer = _STEPS[do](request, found)
        except WrongState as error:
            messages.error(request, str(error))
            answer = None
        if isinstance(answer, HttpResponse):
            return answer
        if answer is None:
            return redirect("programs-webhook", pk=found.pk)
        forms = answer
        found = selectors.webhook_for(request.actor, found.pk)
    return _page(request, found, **forms)


def _page(request: AskedRequest, found: Webhook, **forms: Any) -> HttpResponse:
    filters = DeliveriesForm(request.GET)
    state = filters.cleaned_data["state"] if filters.is_valid() else ""
    deliveries = selectors.deliveries_of(request.actor, found, state=state)
    page = Paginator(deliveries, PER_PAGE).get_page(request.GET.get("page"))
    wrong = any(form.errors for form in (forms.get("form"), forms.get("replay")) if form)
    return render(
        request,
        "programs/webhook.html",
        {
            "shown": _shown(found),
            "webhook": found,
            "page": page,
            "rows": [_sent(delivery) for delivery in page],
            "filters": filters,
            "filtered": bool(state),
            "form": WebhookForm(of_firm=found.of_firm, url=found.url, kinds=found.kinds),
            "replay": ReplayForm(),
            **forms,
        },
        status=422 if wrong else 200,
    )


def _sent(delivery: Delivery) -> Sent:
    words = [str(delivery.status)] if delivery.status else []
    words += [reason_words(delivery.error)] if delivery.error else []
    return Sent(delivery, kind_words(delivery.event.kind), " ".join(words))


def _change(request: AskedRequest, found: Webhook) -> dict[str, Any] | None:
    form = WebhookForm(request.POST, of_firm=found.of_firm)
    if form.is_valid():
        try:
            actions.change_webhook(
                found,
                actor=request.actor,
                url=form.cleaned_data["url"],
                kinds=form.chosen,
                known=known_kinds(of_firm=found.of_firm),
                now=timezone.now(),
            )
        except BadInput as error:
            put_on(form, error)
    if form.errors:
        return {"form": form}
    messages.success(request, _("已保存。"))
    return None


def _pause(request: AskedRequest, found: Webhook) -> None:
    actions.pause_webhook(found, actor=request.actor, now=timezone.now())
    messages.success(request, _("已暂停。新的事件会留着，恢复后再发。"))


def _resume(request: AskedRequest, found: Webhook) -> None:
    actions.resume_webhook(found, actor=request.actor, now=timezone.now())
    messages.success(request, _("已恢复发送。"))


def _rotate(request: AskedRequest, found: Webhook) -> dict[str, Any]:
    secret = actions.rotate_secret(found, actor=request.actor, now=timezone.now())
    return {"secret": secret}


def _ping(request: AskedRequest, found: Webhook) -> None:
    actions.ping(found, actor=request.actor, now=timezone.now())
    messages.success(request, _("测试事件已排队，几秒钟后刷新页面看结果。"))


def _delete(request: AskedRequest, found: Webhook) -> HttpResponse:
    actions.delete_webhook(found, actor=request.actor, now=timezone.now())
    messages.success(request, _("已删除。"))
    return redirect("programs-webhooks")


def _resend(request: AskedRequest, found: Webhook) -> None:
    number = request.POST.get("delivery", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise BadInput(_("没有这一步。请从页面上的按钮选择。"))
    delivery = selectors.delivery_for(request.actor, found, int(number))
    actions.resend(delivery, actor=request.actor, now=timezone.now())
    messages.success(request, _("已重新排队。"))


def _resend_dead(request: AskedRequest, found: Webhook) -> None:
    count = actions.resend_dead(found, actor=request.actor, now=timezone.now())
    _queued(request, count)


def _replay(request: AskedRequest, found: Webhook) -> dict[str, Any] | None:
    form = ReplayForm(request.POST)
    if form.is_valid():
        try:
            count = replay_events(found, actor=request.actor, since=form.moment, now=timezone.now())
        except BadInput as error:
            put_on(form, error)
        else:
            _queued(request, count)
    return {"replay": form} if form.errors else None


def _queued(request: AskedRequest, count: int) -> None:
    words = ngettext("%(count)s 条已重新排队。", "%(count)s 条已重新排队。", count)
    messages.success(request, words % {"count": f"{count:,}"})


_STEPS: dict[str, Callable[[AskedRequest, Webhook], Any]] = {
    "change": _change,
    "pause": _pause,
    "resume": _resume,
    "rotate": _rotate,
    "ping": _ping,
    "delete": _delete,
    "resend": _resend,
    "resend-dead": _resend_dead,
    "replay": _replay,
}
