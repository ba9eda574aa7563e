"""The proof of agreement can fail: small mistakes, made on purpose, are found and blamed."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from qifu.rulebook.conditions import Years
from qifu.rulebook.engine import answers, coding, compiling, judging, layout, single
from qifu.rulebook.engine.columns import Columns, Three
from qifu.rulebook.engine.index import asked as index_rows
from qifu.rulebook.engine.index.columns import Kept
from tests.rulebook import reference
from tests.rulebook.engine import sql
from tests.rulebook.engine.agreement import ENGINES, Asked, differences
from tests.rulebook.worlds import World, drawn

PAIRS = {"pairs, numba", "pairs, NumPy"}
COUNTED = {"kernel, numba", "kernel, NumPy"} | PAIRS
INDEX = {"index, numba", "index, NumPy"}
COMPILED = COUNTED | INDEX | {"preview"}
Changed = Callable[..., Any]


@cache
def some_worlds() -> list[World]:
    # of fewer, too few have a sum beside a mean: what is drawn changes with what is imported
    return drawn(12, 12, examples=100)


def taken_for(wrong: dict[str, str]) -> Changed:
    """One operator taken for another."""
    return lambda old, op, *rest: old(wrong.get(op, op), *rest)


def coarse_is_met(old: Any, rows: Any, names: Any) -> Any:
    true, coarse = old(rows, names)
    return [a + b for a, b in zip(true, coarse, strict=True)], [[] for _ in coarse]


def coarse_is_met_alone(old: Any, self: Any, found: str) -> bool:
    return old(self, found) is not False


def open_is(value: int) -> Changed:
    """What is open counts as decided, of codes that are too coarse or of everything."""

    def changed(old: Any, self: Any, *given: Any) -> Any:
        made = old(self, *given)
        said = given[-1] if made is None else made
        said[said == answers.OPEN] = value
        return made

    return changed


def nothing_is_unknown(old: Any, self: Any, size: int) -> Any:
    return np.zeros_like(old(self, size))


def unknown_flag_is_off(old: Any, self: Any, key: str) -> Three:
    made = old(self, key)
    return Three(made.sure, made.sure)


def one_more(old: Any, self: Any, node: Any) -> Any:
    made = old(self, node)
    return replace(made, least=made.least + 1) if made.least < len(made.leaves) else made


def one_fewer(old: Any, self: Any, node: Any, negated: bool = False) -> Any:
    question, least, parts, turned = old(self, node, negated)
    return question, least - (least > 1), parts, turned


def nothing_is_hard(old: Any, self: Any, node: Any) -> Any:
    least, _, leaves = old(self, node)
    return least, False, leaves


def a_mean_is_a_sum(old: Any, self: Any, atom: Any) -> Any:
    """As it was until the proof found it: whichever came first was the answer to both."""
    asked = (atom.keys(self.as_of), atom.op, str(atom.value), atom.each_year, atom.moment)
    seen = self.__dict__.setdefault("seen", {})
    if asked not in seen:
        seen[asked] = old(self, atom)
    return seen[asked]


# what is changed, how, and who has to be found out
MUTATIONS: dict[str, tuple[list[tuple[Any, str]], Changed, set[str]]] = {
    "compiled < is <=": ([(compiling, "_numbers")], taken_for({"<": "<="}), COMPILED),
    "prepared >= is >": ([(answers, "_ends")], taken_for({">=": ">"}), {"single"}),
    "an ancestor is met": (
        [(layout, "answers"), (index_rows, "answers")], coarse_is_met, COUNTED | INDEX,
    ),
    "an ancestor is met in a preview": (
        [(compiling.Codes, "answer")], coarse_is_met_alone, {"preview"},
    ),
    "an ancestor is met for one firm": (
        [(answers._Ready, "code")], open_is(answers.TRUE), {"single"},
    ),
    "an unknown figure is nothing": (
        [(coding, "rank")], lambda old, v, *more: old(np.nan_to_num(v), *more), COUNTED,
    ),
    "unknown is false for one firm": (
        [(answers.Answers, "of")], open_is(answers.FALSE), {"single"},
    ),
    "unknown is false in the index": ([(Kept, "unknown")], nothing_is_unknown, INDEX),
    "an unknown flag is off": ([(Columns, "flags")], unknown_flag_is_off, {"preview"}),
    "k is one more": ([(compiling._Compiler, "group")], one_more, COUNTED | INDEX),
    "k is one fewer": ([(single._Builder, "place")], one_fewer, {"single"}),
    "k is one more in a preview": (
        [(judging, "at_least")], lambda old, k, parts: old(min(k + 1, len(parts)), parts),
        {"preview"},
    ),
    "k is one more in the reference": (
        [(reference, "at_least")], lambda old, k, said: old(k + 1, said), set(ENGINES),
    ),
    # whoever is eligible has met the hard ones, too: pairs are the same
    "nothing is hard": (
        [(compiling._Compiler, "condition")], nothing_is_hard, COUNTED - PAIRS | INDEX,
    ),
    "a mean is a sum": ([(compiling._Compiler, "atom")], a_mean_is_a_sum, COUNTED | INDEX),
    "the last year is this year": (
        [(Years, "of")], lambda old, self, at: tuple(y + 1 for y in old(self, at)),
        set(ENGINES) - {"SQL"},
    ),
    "the codes of SQL are not shortened": (
        [(sql, "bare")], lambda old, attr, code: code, {"SQL"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mistake_made_on_purpose_is_found_in_everything_that_makes_it(
    mutation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, change, blamed = MUTATIONS[mutation]
    for where, name in places:
        old = getattr(where, name)
        monkeypatch.setattr(
            where, name, lambda *given, old=old, **more: change(old, *given, **more)
        )
    found: set[str] = set()
    for world in some_worlds():
        for engine in blamed - found:
            try:
                wrong = any(True for _ in differences(Asked(world), {engine: ENGINES[engine]}))
            except AssertionError:  # not even at one with itself
                wrong = True
            if wrong:
                found.add(engine)
        if found == blamed:
            return
    assert found == blamed
