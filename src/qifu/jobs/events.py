"""Which events there are, and who may see which: the pages' own rules, asked for programs."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.utils import timezone

from qifu.appeals.selectors.timeline import INTERNAL
from qifu.appeals.selectors.visible import appeals_visible_to
from qifu.appeals.states import STEPS
from qifu.notices.actions import webhooks
from qifu.notices.actions.deliveries import turn_off
from qifu.notices.models import Event, Webhook
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import actor_for, claims_visible_to, disputes_visible_to

ENDED = "membership"
OTHER_KINDS = (
    "appeal.due_changed", "policy.published", "policy.withdrawn", "match.changed",
    "dispute.decided", "claim.decided",
)  # fmt: skip
# what only one side is ever told
_OF_UNITS = frozenset({"claim.decided", *(f"appeal.{step}" for step in INTERNAL)})
_OF_FIRMS = frozenset({"match.changed"})


def known_kinds(*, of_firm: bool) -> list[str]:
    """The kinds of events that one side can be told of: the steps of the table and the others."""
    steps = [f"appeal.{name}" for name, step in STEPS.items() if step.built]
    hidden = _OF_UNITS if of_firm else _OF_FIRMS
    return [kind for kind in (*steps, *OTHER_KINDS) if kind not in hidden]


def actor_of(webhook: Webhook) -> Actor | None:
    """The membership that a webhook sees with, where it is live and may still connect programs."""
    actor = actor_for(webhook.user, webhook.membership_id)
    same = actor.membership is not None and actor.membership.pk == webhook.membership_id
    return actor if same and actor.may("programs.connect") else None


def seen_by(webhook: Webhook, events: Sequence[Event]) -> Collection[int]:
    """The numbers of those events that the webhook's membership may see.

    A webhook whose membership has ended is turned off and sees nothing.
    """
    actor = actor_of(webhook)
    if actor is None:
        turn_off(webhook, ENDED, now=timezone.now())
        return ()
    objects: dict[str, set[str]] = defaultdict(set)
    for event in events:
        objects[event.object_kind].add(event.object_id)
    seen = {
        kind: _SEEN[kind](actor, wanted) if kind in _SEEN else set()
        for kind, wanted in objects.items()
    }
    return [
        event.pk
        for event in events
        if event.object_id in seen[event.object_kind] and _side(actor, event)
    ]


def _side(actor: Actor, event: Event) -> bool:
    return actor.is_unit or (not event.internal and event.firm_id in (None, actor.organisation_id))


def _appeals(actor: Actor, numbers: set[str]) -> set[str]:
    found = appeals_visible_to(actor).filter(pk__in=[int(number) for number in numbers])
    return {str(pk) for pk in found.values_list("pk", flat=True)}


def _disputes(actor: Actor, numbers: set[str]) -> set[str]:
    found = disputes_visible_to(actor).filter(pk__in=[int(number) for number in numbers])
    return {str(pk) for pk in found.values_list("pk", flat=True)}


def _claims(actor: Actor, numbers: set[str]) -> set[str]:
    found = claims_visible_to(actor).filter(pk__in=[int(number) for number in numbers])
    return {str(pk) for pk in found.values_list("pk", flat=True)}


def _firms(actor: Actor, numbers: set[str]) -> set[str]:
    """What a firm can use is its own to know."""
    own = actor.is_enterprise and actor.may("facts.view")
    return numbers & {str(actor.organisation_id)} if own else set()


_SEEN: dict[str, Callable[[Actor, set[str]], set[str]]] = {
    "appeal": _appeals,
    "claim": _claims,
    "dispute": _disputes,
    "firm": _firms,
    "policy": lambda _actor, numbers: numbers,  # the library is everybody's
}


def replay_events(
    webhook: Webhook,
    *,
    actor: Actor,
    now: datetime,
    since: datetime | None = None,
    object_kind: str = "",
    object_id: str = "",
) -> int:
    """Send again what the webhook may see now; see notices.actions.webhooks.replay."""
    return webhooks.replay(
        webhook, actor=actor, see=seen_by, now=now, since=since,
        object_kind=object_kind, object_id=object_id,
    )  # fmt: skip
