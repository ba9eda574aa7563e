"""One of every thing that an address of the API names; all belong to one firm."""

from typing import Any

from tests.api.operations import Operation
from tests.web.matrix_world import World

# the beginning of a path → what stands in its {pk}; a new room adds its line
THINGS: dict[str, Any] = {
    "/disputes/": lambda world: world.dispute.pk,
    "/reports/": lambda world: world.report.pk,
    "/people/": lambda world: world.actors["clerk"].membership.pk,
    "/invitations/": lambda world: world.invitation.pk,
    "/consents/": lambda world: world.consent.pk,
    "/messages/": lambda world: world.notice.pk,
    "/claims/": lambda world: world.claim.pk,
    "/appeals/drafts/": lambda world: world.draft.pk,
    "/appeals/": lambda world: world.appeal.pk,
    "/absences/": lambda world: world.absence.pk,
    "/webhooks/": lambda world: world.webhook.pk,
    "/policy-drafts/": lambda world: world.policy_draft.pk,
}


def theirs(one: Operation, world: World) -> dict[str, object]:
    """What fills the path of an operation; a KeyError names a path that nobody has thought of."""
    values: dict[str, object] = {}
    for name in one.placed:
        values[name] = _value(name, one.path, world)
    return values


def _value(name: str, path: str, world: World) -> object:
    if name == "code" and path.startswith("/firms/"):
        return world.firm.uscc
    if name == "pk":
        return next(THINGS[root] for root in THINGS if path.startswith(root))(world)
    return {
        "name": lambda: "employees",
        "policy": lambda: world.policy_id,
        "tree": lambda: "region",
        "key": lambda: world.question,
        "delivery": lambda: world.ping.pk,
        "file": lambda: world.file.pk,
        "code": lambda: "sz-12345",
        "clause": lambda: "c1",
        "paper": lambda: world.claim.papers.get().pk,
    }[name]()
