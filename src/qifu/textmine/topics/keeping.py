"""Topics keep their number from day to day while most of their members are still together."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

FORMAT: Final = 1


class BadState(ValueError):
    """A file that is not what an earlier run left; the text says why."""


@dataclass
class State:
    """The members of every topic by its id, and the number that is given next."""

    topics: dict[str, list[str]] = field(default_factory=dict)
    next: int = 1


def kept(state: State, groups: Sequence[Sequence[str]]) -> list[str]:
    """An id for each group of members; `state` becomes that of today.

    A group has the id of an earlier topic where most of that topic's members that are still in any
    group are in it; where two earlier topics became one, the id of the larger. Others get a new id,
    and no id is ever given twice.
    """
    group_of = {member: number for number, group in enumerate(groups) for member in group}
    claims = []
    for ident, members in state.topics.items():
        together = Counter(group_of[member] for member in members if member in group_of)
        for number, count in together.items():
            if count * 2 > together.total():
                claims.append((-count, _number(ident), ident, number))
    ids: dict[int, str] = {}
    for _count, _age, ident, number in sorted(claims):
        ids.setdefault(number, ident)
    for number in range(len(groups)):
        if number not in ids:
            ids[number] = f"T{state.next:05}"
            state.next += 1
    state.topics = {ids[n]: list(group) for n, group in enumerate(groups)}
    return [ids[number] for number in range(len(groups))]


def _number(ident: str) -> int:
    return int(ident[1:])


def dump(state: State) -> str:
    """The state as JSON: ids of messages, no text."""
    said = {"format": FORMAT, "next": state.next, "topics": state.topics}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=0)


def parse(text: str) -> State:
    """The state an earlier run left; BadState for anything else."""
    try:
        said = json.loads(text)
    except ValueError as error:
        raise BadState(f"不是 JSON · no JSON: {error}") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BadState("格式不对 · of another format")
    topics, following = said.get("topics"), said.get("next")
    if not isinstance(topics, Mapping) or not isinstance(following, int):
        raise BadState("内容不全 · parts are missing")
    for ident, members in topics.items():
        number = ident[1:]
        if ident[:1] != "T" or not (number.isascii() and number.isdigit()):
            raise BadState(f"{ident}: 不是话题编号 · no id of a topic")
        if int(number) >= following or not isinstance(members, list):
            raise BadState(f"{ident}: 内容不对 · its parts are wrong")
        if not all(isinstance(member, str) for member in members):
            raise BadState(f"{ident}: 内容不对 · its parts are wrong")
    return State({ident: list(members) for ident, members in topics.items()}, following)
