"""How many questions until a firm knows for sure what it can get, in several orders of asking.

    python benchmarks/questions.py [--firms 200]

Made-up firms of the demo city, of whom everything is known. At first only what the register has is
told (place, industry, legal form, day founded, capital, status); then one question after the other
is answered truthfully, and the report made anew, until 90 % of the money that the firm is eligible
for in the end is certain: the policies stand under "eligible" already, whatever else comes. Money
is the upper end of each policy's amount. What the made-up firm does not know costs a question too
and is not asked again. Firms that are eligible for nothing that is worth money are left out, and so
is what is certain from the register alone.

The orders: money × chance to decide (`qifu.rulebook.questions`), with even chances and with those
seen in as many other firms; most policies first, then most money; the catalogue's order, as a form
would have it, leaving out what no open policy needs; every question that any policy of the library
could need. Same seed, same firms, same table.
"""

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from qifu.base.packs.firms import REGISTERED, make_firms
from qifu.cli.rules_basis import Basis, read_basis
from qifu.rulebook.documents import load_documents, load_one
from qifu.rulebook.policy import parse_policies
from qifu.rulebook.questions import Question
from qifu.rulebook.report import Prepared, Report

CITY = Path(__file__).parents[1] / "cities" / "shenzhen_demo"
AS_OF = date(2026, 11, 22)
SEED = 2026
ENOUGH = Decimal("0.9")
BEST = "money × chance to decide"
KNOWS_ALL = {"only_register": 0, "city_only": 0, "division_only": 0, "conflict": 0}

Facts = Mapping[str, Any]
Order = Callable[[Sequence[Question]], Sequence[Question]]


class City:
    """The demo city's policies and what it derives."""

    def __init__(self) -> None:
        self.basis: Basis = read_basis(None)
        documents, _ = load_documents(CITY / "policies")
        policies = parse_policies(documents, self.basis.catalogue)
        self.prepared = Prepared(
            policies, self.basis.catalogue, as_of=AS_OF, derived=self.basis.derived
        )
        self.place = {name: i for i, name in enumerate(self.basis.catalogue.attributes)}

    def report(self, facts: Facts) -> Report:
        return self.prepared.report(self.basis.with_derived(facts, AS_OF))

    def firms(self, count: int) -> Iterator[Facts]:
        """Everything about made-up firms."""
        recipe = load_one(CITY / "demo.yaml").data | KNOWS_ALL
        recipe |= {"hand_made": [], "unknown": dict.fromkeys(recipe["unknown"], 0)}
        catalogue = self.basis.catalogue
        groups = {attribute.group for attribute in catalogue}
        recipe["unknown"] |= dict.fromkeys(groups, 0)
        for firm in make_firms(recipe, catalogue, seed=SEED, as_of=AS_OF, count=count):
            facts: dict[str, Any] = {}
            for fact in firm.facts:
                key = fact.attribute if fact.period is None else f"{fact.attribute}@{fact.period}"
                facts.setdefault(key, fact.value)
            yield facts


def worth(city: City, facts: Facts) -> dict[str, Decimal]:
    """What the firm is eligible for once everything is known: policy → upper amount in CNY."""
    found = {}
    for result in city.report(facts).those("eligible"):
        amount = result.amount
        if amount is not None and amount.high is not None and amount.high > 0:
            found[result.policy.id] = amount.high
    return found


def asked(city: City, truth: Facts, goal: Mapping[str, Decimal], order: Order) -> tuple[int, int]:
    """Questions until enough money is certain, and until no question is left."""
    known = {key: value for key, value in truth.items() if key in REGISTERED}
    put_aside: set[str] = set()
    enough, count = None, 0
    whole = sum(goal.values())
    while True:
        report = city.report(known)
        sure = sum(goal.get(r.policy.id, Decimal(0)) for r in report.those("eligible"))
        if enough is None and sure >= ENOUGH * whole:
            enough = count
        open_ = [q for q in order(report.questions) if q.attr not in put_aside]
        if not open_:
            return (count if enough is None else enough), count
        count += 1
        put_aside.add(open_[0].attr)
        if open_[0].attr in truth:
            known[open_[0].attr] = truth[open_[0].attr]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--firms", type=int, default=200, help="made-up firms that are asked")
    count = parser.parse_args().firms
    city = City()
    everything = len(city.report({}).questions)
    orders: dict[str, Order] = {
        BEST: lambda questions: questions,
        "most policies first": lambda questions: sorted(
            questions, key=lambda q: (-q.policies, -(q.money or -1), q.attr)
        ),
        "fixed order of a form": lambda questions: sorted(
            questions, key=lambda q: (city.place[q.attribute.name], q.attr)
        ),
    }
    firms = list(city.firms(2 * count))
    truths = [(truth, goal) for truth in firms[:count] if (goal := worth(city, truth))]
    began = time.perf_counter()
    found = {
        name: [asked(city, truth, goal, order) for truth, goal in truths]
        for name, order in orders.items()
    }
    city.prepared.learn(city.basis.with_derived(firm, AS_OF) for firm in firms[count:])
    found = {
        f"{BEST}, chances as in other firms": [
            asked(city, truth, goal, orders[BEST]) for truth, goal in truths
        ]
    } | found
    seconds = time.perf_counter() - began
    # certain from the register alone: no order can ask less
    kept = [i for i in range(len(truths)) if any(told[i][0] for told in found.values())]
    print(f"Python {platform.python_version()}, {platform.machine()}, {seconds:.0f} s")
    print(
        f"{len(city.prepared.policies)} policies, {count} made-up firms, {len(kept)} of them "
        f"eligible in the end for money that the register alone does not make certain"
    )
    print(
        f"\n{'questions until 90 % of the money is certain':46}mean  median  p10–p90   max  ratio"
    )
    peer = statistics.mean(found[BEST][i][0] for i in kept)
    for name, told in found.items():
        numbers = sorted(told[i][0] for i in kept)
        row(name, numbers, statistics.mean(numbers) / peer)
    row("asking everything", [everything], everything / peer)
    print("\nuntil nothing is open")
    for name, told in found.items():
        numbers = sorted(told[i][1] for i in kept)
        row(name, numbers, 0)


def row(name: str, numbers: Sequence[int], ratio: float) -> None:
    """One order: how many questions."""
    low, high = (numbers[int(len(numbers) * share)] for share in (0.1, 0.9))
    told = f"{low}–{high}"
    times = f"{ratio:6.1f}" if ratio else ""
    print(
        f"  {name:52}{statistics.mean(numbers):5.1f}{statistics.median(numbers):7.1f}{told:>10}"
        f"{numbers[-1]:6}{times}"
    )


if __name__ == "__main__":
    main()
