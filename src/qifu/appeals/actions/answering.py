"""What a reply must hold, whoever writes it: every point, an outcome of the pack, a basis."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.core import LONGEST_TEXT
from qifu.appeals.models import Appeal, AppealPoint, PointReply, Reply
from qifu.appeals.selectors.clocks import city_for
from qifu.base.errors import BadInput
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor

MOST_BASIS = 20


def checked_reply(
    appeal: Appeal, *, text: str, points: Mapping[int, str], outcome: str
) -> tuple[str, dict[AppealPoint, str]]:
    """The words of a reply, cleaned, by point; BadInput at `text`, `outcome` and `point_<number>`.

    Where a case has one point only, the text alone answers it.
    """
    text = text.replace("\x00", "").strip()
    asked = list(appeal.points.all())
    given = {number: words.replace("\x00", "").strip() for number, words in points.items()}
    if len(asked) == 1 and text and not any(given.values()):
        given = {asked[0].number: text}
    wrong: dict[str, object] = {}
    for point in asked:
        words = given.get(point.number, "")
        if not words:
            wrong[f"point_{point.number}"] = _("第 %(number)s 点还没有答复。") % {
                "number": point.number
            }
        elif len(words) > LONGEST_TEXT:
            wrong[f"point_{point.number}"] = too_long(words)
    if unknown := set(given) - {point.number for point in asked}:
        wrong["text"] = _("这件诉求没有第 %(number)s 点。") % {"number": min(unknown)}
    if len(text) > LONGEST_TEXT:
        wrong["text"] = too_long(text)
    if outcome not in {row["code"] for row in city_for(appeal).appeals.get("outcomes", [])}:
        wrong["outcome"] = _("请选择办理结果。")
    if wrong:
        raise BadInput(_("有几处需要改正。"), fields=wrong)
    return text, {point: given[point.number] for point in asked}


def too_long(words: str, most: int = LONGEST_TEXT) -> object:
    """The message for a text with too many characters."""
    return _("最多 %(most)s 个字，现在是 %(found)s 个字。") % {
        "most": f"{most:,}",
        "found": f"{len(words):,}",
    }


def write_reply(
    appeal: Appeal,
    *,
    unit: Unit,
    actor: Actor,
    now: datetime,
    text: str,
    points: Mapping[AppealPoint, str],
    outcome: str,
    basis: Sequence[Mapping[str, Any]],
    at_once: bool = False,
) -> Reply:
    """The rows of a reply in the case's round; call it after `take`."""
    reply = Reply.objects.create(
        appeal=appeal,
        round=appeal.round,
        unit=unit,
        text=text,
        outcome=outcome,
        basis=[dict(citation) for citation in basis],
        at_once=at_once,
        replied_by=actor.user,
        replied_at=now,
    )
    PointReply.objects.bulk_create(
        [PointReply(reply=reply, point=point, text=words) for point, words in points.items()]
    )
    return reply
