"""Fold journal lines over a step table: the state that they lead to, and what does not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Line(NamedTuple):
    """What a journal line says of the state."""

    step: str
    from_state: str
    to_state: str


@dataclass(frozen=True)
class Folded:
    """The state after the last line; `faults` name every line that the table does not allow."""

    state: str
    faults: tuple[str, ...]


def fold(
    lines: Iterable[Line], table: Mapping[str, tuple[frozenset[str], str]], *, first: str
) -> Folded:
    """Take the lines one after the other from the `first` state.

    `table`: step → (states it may start from, state it leads to; "" for none). A step that is not
    in the table may stand in the journal, but changes nothing. The state follows from the steps;
    what a line claims about it is only compared.
    """
    state, faults = first, []
    for number, line in enumerate(lines, start=1):
        sources, to = table.get(line.step, (None, ""))
        after = to or state
        if sources is not None and state not in sources:
            faults.append(f"line {number}: {line.step} is not allowed from {state}")
        elif line.from_state and (line.from_state, line.to_state) != (state, after):
            said, right = f"{line.from_state} to {line.to_state}", f"{state} to {after}"
            faults.append(f"line {number}: {line.step} says {said}, the table says {right}")
        state = after
    return Folded(state, tuple(faults))
