"""Appeals that wait for their firm, for the overview: facts asked for, replies to rate, drafts."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from qifu.appeals.selectors import list_of
from qifu.appeals.states import State
from qifu.organisations.permissions import Actor
from qifu.web.words import as_day

# what is shown of each kind; the list of appeals has the rest
MOST: Final = 5
_LOOKS: Final = {State.NEED_INFO: "message-report", State.REPLIED: "star"}


@dataclass(frozen=True)
class WaitingAppeal:
    """One case that cannot go on without the firm, and until when."""

    day: date | None
    look: str
    title: str
    words: str
    address: str


def waiting_appeals(actor: Actor, *, now: datetime) -> list[WaitingAppeal]:
    """What the firm has to see to, what is due first on top; nothing for those who only look."""
    if not actor.may("appeals.submit"):
        return []
    found = []
    for state, look in _LOOKS.items():
        asked = state == State.NEED_INFO
        for appeal in list_of(actor, "my", now=now, state=state, order="due")[:MOST]:
            title = _("补充材料：%(title)s") if asked else _("评价答复：%(title)s")
            words = _("受理岗请您补充，补充前计时暂停") if asked else _("已经答复，请您评价")
            found.append(
                WaitingAppeal(
                    as_day(appeal.next_due_at),
                    look,
                    title % {"title": appeal.title},
                    words,
                    reverse("my-appeal", args=[appeal.pk]),
                )
            )
    found.sort(key=lambda one: (one.day is None, one.day or date.max))
    for draft in list_of(actor, "drafts", now=now)[:1]:
        title = _("没写完的诉求：%(title)s") % {"title": draft.title or _("还没有写内容")}
        address = f"{reverse('my-appeal-new')}?draft={draft.pk}"
        found.append(WaitingAppeal(None, "edit", title, _("草稿还在，可以接着写"), address))
    return found
