"""Finding a case by what another system calls it."""

from qifu.appeals.models import Appeal
from qifu.appeals.permissions import may_take_in
from qifu.organisations.permissions import Actor


def appeal_by_external_id(actor: Actor, channel: str, external_id: str) -> Appeal | None:
    """The case that a channel brought in under its own id, for those who take cases in."""
    if not may_take_in(actor) or not external_id:
        return None
    return Appeal.objects.filter(channel=channel, external_id=external_id).first()
