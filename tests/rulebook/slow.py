"""One enterprise against a policy, condition by condition: slow and obvious, in Decimals.

What the engine answers with arrays is held against this; this is held against `reference.py`, which
shares no code with the rulebook.
"""

from dataclasses import dataclass
from datetime import date

from qifu.rulebook.conditions import every
from qifu.rulebook.facts import Facts
from qifu.rulebook.policy import Policy
from qifu.rulebook.results import GROUP_VERDICT, VERDICT, PolicyResult


@dataclass(frozen=True)
class Slow:
    verdict: str
    near_miss: bool
    hard_failed: bool
    degree: tuple[int, int, int]
    groups: tuple[str, ...]
    open_keys: tuple[str, ...]


def slowly(policy: Policy, facts: Facts, as_of: date) -> Slow:
    answers = [node.answer(facts, as_of) for node in policy.groups]
    hard = any(
        node.hard and answer is False for node, answer in zip(policy.groups, answers, strict=True)
    )
    verdict = VERDICT[every(answers)]
    keys = [
        key
        for node, answer in zip(policy.groups, answers, strict=True)
        if answer is None and verdict == "maybe"
        for key in node.open_keys(facts, as_of)
    ]
    return Slow(
        verdict,
        answers.count(False) == 1 and not hard,
        hard,
        (answers.count(True), answers.count(False), answers.count(None)),
        tuple(GROUP_VERDICT[answer] for answer in answers),
        tuple(dict.fromkeys(keys)),
    )


def fast(result: PolicyResult) -> Slow:
    """What the engine says, in the same form."""
    degree = result.degree
    return Slow(
        result.verdict,
        result.near_miss,
        result.hard_failed,
        (degree.met, degree.unmet, degree.unknown),
        tuple(group.verdict for group in result.groups),
        result.open_keys(),
    )
