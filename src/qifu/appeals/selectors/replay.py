"""Replaying the journal: the state that its lines give must be the state that is stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from qifu.appeals.logic.replay import Folded, Line, fold
from qifu.appeals.models import Appeal
from qifu.appeals.states import STEPS, State
from qifu.base.models import JournalLine

_TABLE = {
    step.name: (
        frozenset(str(s.value) for s in step.sources),
        str(step.to.value) if step.to else "",
    )
    for step in STEPS.values()
}
_COLUMNS = ("subject_id", "step", "from_state", "to_state")


@dataclass(frozen=True)
class Mismatch:
    """A case whose journal tells another story than its row; `why` names the lines at fault."""

    pk: int
    number: str
    stored: str
    replayed: str
    why: tuple[str, ...]


def replay(appeal: Appeal) -> str:
    """The state that the journal lines of a case lead to."""
    return _folded([appeal.pk]).get(appeal.pk, _nothing()).state


def replay_all(*, batch: int = 500) -> Iterator[Mismatch]:
    """Every case whose journal does not give its stored state, drafts included."""
    last = 0
    while True:
        rows = list(
            Appeal.objects.filter(pk__gt=last)
            .order_by("pk")
            .values_list("pk", "number", "state")[:batch]
        )
        if not rows:
            return
        last = rows[-1][0]
        folded = _folded([pk for pk, _, _ in rows])
        for pk, number, state in rows:
            found = folded.get(pk, _nothing())
            if found.state != state or found.faults:
                yield Mismatch(pk, number or f"#{pk}", state, found.state, found.faults)


def _nothing() -> Folded:
    return Folded(str(State.DRAFT.value), ())


def _folded(numbers: list[int]) -> dict[int, Folded]:
    lines = (
        JournalLine.objects.filter(subject_kind="appeal", subject_id__in=numbers)
        .order_by("subject_id", "pk")
        .values_list(*_COLUMNS)
    )
    return {
        pk: fold((Line(*row[1:]) for row in own), _TABLE, first=str(State.DRAFT.value))
        for pk, own in groupby(lines, key=lambda row: row[0])
    }
