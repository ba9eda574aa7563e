"""What a trained text model makes of waiting cases, for the intake desk; never on submitting."""

import logging
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.db import transaction

from qifu.appeals.actions import record_suggestions
from qifu.appeals.models import BY_MODEL
from qifu.appeals.selectors import command_line as desk
from qifu.appeals.selectors.suggest import title_of
from qifu.base.city import current_city
from qifu.textmine.classify.model import TextModel
from qifu.textmine.classify.storing import UnreadableModel, load

log = logging.getLogger(__name__)
# a second's work; what is left waits for the next round
MOST: Final = 100


def classify_waiting(path: str, *, now: datetime) -> int:
    """Keep what the model says of cases that wait to be taken in; gives how many.

    Nothing without a path. A label that is no matter of the pack is not suggested, nor anything
    where the model abstains: then it is kept that it had nothing to say. A file that cannot be
    read is told to the log, and nothing stops: the keyword rules stand.
    """
    if not path:
        return 0
    try:
        file = Path(path)
        model = _model(file, file.stat().st_mtime_ns)
    except (OSError, UnreadableModel) as error:
        log.error("QIFU_TRIAGE_MODEL: %s", error)
        return 0
    known = {one.code for one in current_city().matters}
    name = f"{BY_MODEL}{model.name}"
    done = 0
    for appeal in desk.cases_by_number(desk.waiting_without(name, most=MOST)):
        title = title_of(appeal)
        found = model.classify(f"{title}\n{appeal.text}" if title else appeal.text)
        why = "、".join(one.word for one in found.words)[:200]
        top = [
            {"code": label, "score": round(chance, 4), "why": why if not place else ""}
            for place, (label, chance) in enumerate(found.labels)
            if label in known
        ]
        usable = not found.abstain and found.label in known
        with transaction.atomic():
            record_suggestions(
                appeal, about="matter", model=name, top=top if usable else [], now=now
            )
        done += 1
    return done


@lru_cache(maxsize=1)
def _model(path: Path, _changed: int) -> TextModel:
    """The model of a file as it was at a time; read once."""
    return load(path)
