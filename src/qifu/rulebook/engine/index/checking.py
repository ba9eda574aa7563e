"""A live index held against whole reports: the check that does not share its way of counting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qifu.rulebook.engine.index.live import LiveIndex
from qifu.rulebook.report import Prepared


@dataclass(frozen=True)
class Disagreement:
    """What the index says of an enterprise and what a report over its facts says."""

    enterprise: int
    policy: str
    index: str
    report: str


def check_sample(index: LiveIndex, facts: Mapping[int, Mapping[str, Any]]) -> list[Disagreement]:
    """Hold some enterprises against reports over their facts; where the two disagree.

    An enterprise that the index does not have counts as one for which nothing holds.
    """
    policies = list(index.policies.values())
    prepared = Prepared(policies, index.catalogue, as_of=index.as_of)
    found = []
    for number, own in facts.items():
        said = index.verdicts(number) if number in index else {}
        for one in prepared.report(own).policies:
            wanted = one.verdict
            if wanted == "ineligible":
                wanted = "near" if one.near_miss else "none"
            answer = said.get(one.policy.id, "none")
            if answer != wanted:
                found.append(Disagreement(number, one.policy.id, answer, wanted))
    return found
