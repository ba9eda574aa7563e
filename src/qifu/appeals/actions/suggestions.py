"""What rules suggested and what people made of it: the training data of later models."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from qifu.appeals.models import Appeal, Suggestion
from qifu.base.city import City
from qifu.textmine.matters import suggest

ABOUT = ("matter", "scope", "unit", "repeat")
MOST = 3


def record_suggestions(
    appeal: Appeal, *, about: str, model: str, top: Sequence[Mapping[str, Any]], now: datetime
) -> Suggestion:
    """Keep what a rule set or a model said of a case; while nobody decided, its last word.

    `about` is matter, scope, unit or repeat; `model` names the rules with their version; `top`
    rows are {"code", "score" from 0 to 1, "why"}, the best first.
    """
    if about not in ABOUT:
        raise ValueError(f"a suggestion is about one of {', '.join(ABOUT)}, not {about!r}")
    row, _made = Suggestion.objects.get_or_create(
        appeal=appeal, about=about, model=model[:80], defaults={"suggested_at": now}
    )
    if row.decided_at is None:
        row.top, row.suggested_at = [dict(one) for one in top][:MOST], now
        row.save(update_fields=["top", "suggested_at"])
    return row


def settle_suggestions(appeal: Appeal, *, about: str, chosen: str, now: datetime) -> None:
    """A person decided: equal to the first one is accepted, anything else a correction."""
    Suggestion.objects.filter(appeal=appeal, about=about).update(chosen=chosen[:64], decided_at=now)


def matters_now(appeal: Appeal, city: City) -> dict[str, Any]:
    """What the keyword rules of the pack say of a case, as `record_suggestions` takes it."""
    # a title that was made from the beginning of the text is no second word for anything
    made = appeal.text.startswith(appeal.title.rstrip("…"))
    text = appeal.text if made else f"{appeal.title}\n{appeal.text}"
    found = suggest(text, city.matters, title=0 if made else len(appeal.title), most=MOST)
    return {
        "model": f"keywords {city.pack} {city.version}",
        "top": [
            {
                "code": one.code,
                "score": round(one.score, 4),
                "why": "、".join(dict.fromkeys(said.word for said in one.words))[:200],
            }
            for one in found
        ],
    }
