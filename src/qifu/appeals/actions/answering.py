"""What a reply must hold, whoever writes it: every point, an outcome of the pack, a basis."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from qifu.appeals.actions.core import LONGEST_TEXT
from qifu.appeals.models import Appeal, AppealPoint, PointReply, Reply
from qifu.appeals.selectors.clocks import city_for
from qifu.base.errors import BadInput
from qifu.knowledge.logic.statutes import article_number
from qifu.knowledge.models import Law
from qifu.organisations.models import Unit
from qifu.organisations.permissions import Actor

MOST_BASIS = 20
LONGEST_BASIS = 500


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


def checked_basis(
    basis: Sequence[Mapping[str, Any]], *, needed: bool = False
) -> list[dict[str, Any]]:
    """Citations that can be read: a law that is known, with an article that it has.

    An entry is {"law": code, "article": "第十二条"}, {"policy": id} or {"text": words}; entries
    that say nothing are left out. Raises BadInput at `basis`.
    """
    kept: list[dict[str, Any]] = []
    for entry in basis:
        said = {
            key: str(entry[key]).replace("\x00", "").strip()[:LONGEST_BASIS]
            for key in ("law", "article", "policy", "text")
            if isinstance(entry.get(key), str) and str(entry[key]).strip()
        }
        if not said.keys() - {"article"} or said in kept:
            continue
        if "law" in said:
            _check_law(said)
        kept.append(said)
    if needed and not kept:
        raise BadInput(_("请写明依据：法律条文、政策或其他文件。"), field="basis")
    if len(kept) > MOST_BASIS:
        raise BadInput(_("最多引用 %(most)s 条依据。") % {"most": MOST_BASIS}, field="basis")
    return kept


def _check_law(said: Mapping[str, str]) -> None:
    law = Law.objects.filter(code=said["law"]).first()
    if law is None:
        raise BadInput(
            _("法规库里没有「%(law)s」，可以改用文字写明依据。") % {"law": said["law"][:60]},
            field="basis",
        )
    number = article_number(said.get("article", ""))
    if number and not law.articles.filter(number=number).exists():
        raise BadInput(
            _("《%(law)s》没有「%(article)s」。")
            % {"law": law.title, "article": said["article"][:24]},
            field="basis",
        )
