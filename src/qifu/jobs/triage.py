"""What a trained text model, or a language model of the house, makes of waiting cases.

For the intake desk; never on submitting.
"""

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
from qifu.textmine.assisted.asking import LanguageModel
from qifu.textmine.assisted.classes import AssistedClassifier
from qifu.textmine.classify.model import Classifier, KeywordClassifier, TextModel
from qifu.textmine.classify.storing import UnreadableModel, load
from qifu.textmine.privacy import mask

log = logging.getLogger(__name__)
# a second's work; what is left waits for the next round
MOST: Final = 100
# a language model takes seconds for one, and the worker has other things to do
MOST_ASKED: Final = 5


def classify_waiting(path: str, *, now: datetime, house: LanguageModel | None = None) -> int:
    """Keep what the model says of cases that wait to be taken in; gives how many.

    `path` names a trained model, `house` is a language model that is asked first; nothing without
    both. A label that is no matter of the pack is not suggested, nor anything where the model
    abstains: then it is kept that it had nothing to say. A file that cannot be read is told to the
    log, and nothing stops: the keyword rules stand.
    """
    matters = current_city().matters
    known = {one.code for one in matters}
    model: Classifier | None = _trained(path) if path else None
    if house is not None:
        names = {one.code: one.name.zh for one in matters if one.keywords}
        model = AssistedClassifier(house, names, model or KeywordClassifier(matters))
    if model is None:
        return 0
    name = f"{BY_MODEL}{model.name}"
    done = 0
    most = MOST if house is None else MOST_ASKED
    for appeal in desk.cases_by_number(desk.waiting_without(name, most=most)):
        title = title_of(appeal)
        text = f"{title}\n{appeal.text}" if title else appeal.text
        # a model masks what it sees by itself; whom the case names only we know
        found = model.classify(text if house is None else mask(text, names=appeal.people)[0])
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


def _trained(path: str) -> TextModel | None:
    file = Path(path)
    try:
        return _model(file, file.stat().st_mtime_ns)
    except (OSError, UnreadableModel) as error:
        log.error("QIFU_TRIAGE_MODEL: %s", error)
        return None


@lru_cache(maxsize=1)
def _model(path: Path, _changed: int) -> TextModel:
    """The model of a file as it was at a time; read once."""
    return load(path)
