"""Hot topics of real messages: ways to group them, the five hottest, and how ids last.

    python benchmarks/text_topics.py

Needs triage/messages_for_topics.csv under QIFU_DATA or ../shared/data. Two measures, each with its
95 % interval. The hand-judged pairs of that file (docs/repeats-gold.md): which part of the repeats,
of the related and of the different pairs stands in one topic. And five matters that are well known
in this file, by words that only their letters have: how much of a matter stands in one topic
(recall), and how much of that topic is of the matter (precision; a letter may leave the words out,
so it is a lower bound).
"""

import csv
import os
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]

from qifu.base.table_files import read_named  # noqa: E402
from qifu.textmine.likeness.candidates import candidates  # noqa: E402
from qifu.textmine.likeness.repeating import find_repeats, in_time  # noqa: E402
from qifu.textmine.likeness.told import COLUMNS, Told, take  # noqa: E402
from qifu.textmine.likeness.weighing import alike, weigh  # noqa: E402
from qifu.textmine.topics import grouping  # noqa: E402
from qifu.textmine.topics.finding import find_topics  # noqa: E402
from qifu.textmine.topics.keeping import State  # noqa: E402

GOLD = ROOT / "tests" / "textmine" / "gold" / "pairs.csv"
DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data") / "triage"
FILE = "messages_for_topics.csv"
KNOWN = (
    ("丽发新城", "搅拌"), ("伊景园|滨河苑", "车位|捆绑"), ("58车贷", ""),
    ("魅力之城", "油烟|夜宵|烧烤|噪音"), ("五矿万境", ""),
)  # fmt: skip
TIMES, DAYS = 1000, 14
Groups = list[list[str]]


def ours(head: float) -> Callable[[list[Told]], Groups]:
    def found(rows: list[Told]) -> Groups:
        weighed = weigh([row.text for row in rows], head=head)
        groups = grouping.group(weighed, [row.time for row in rows if row.time], [""] * len(rows))
        return [[rows[i].id for i in one] for one in groups]

    return found


def single(rows: list[Told]) -> Groups:
    """Whatever touches, directly or through others."""
    weighed = weigh([row.text for row in rows], head=grouping.HEAD)
    later, earlier = candidates(weighed, most=40, floor=0.04)
    kept = alike(weighed, later, earlier) >= grouping.TOUCH
    size, ones = len(rows), np.ones(kept.sum())
    graph = csr_matrix((ones, (later[kept], earlier[kept])), shape=(size, size))
    _count, part = connected_components(graph, directed=False)
    return grouped([row.id for row in rows], part.tolist())


def chains(rows: list[Told]) -> Groups:
    """The chains of repeats."""
    of = {one.id: one.of for one in find_repeats(rows, days=None)}
    return grouped([row.id for row in rows], [of.get(row.id, row.id) for row in rows])


def grouped(ids: Sequence[str], labels: Sequence[object]) -> Groups:
    parts: dict[object, list[str]] = {}
    for ident, label in zip(ids, labels, strict=True):
        parts.setdefault(label, []).append(ident)
    return sorted((one for one in parts.values() if len(one) > 1), key=len, reverse=True)


def interval(values: Sequence[tuple[float, float]]) -> str:
    """Sum of the first by sum of the second, with its 95 % interval."""
    table = np.array(values, dtype=float).reshape(-1, 2)
    if not table[:, 1].sum():
        return f"{'-':>20}"
    draw = np.random.default_rng(1)
    sums = [table[draw.integers(0, len(table), len(table))].sum(axis=0) for _ in range(TIMES)]
    rates = sorted(a / b for a, b in sums if b)
    a, b = table.sum(axis=0)
    return f"{a / b:.3f} [{rates[len(rates) // 40]:.3f}, {rates[-1 - len(rates) // 40]:.3f}]"


def told(name: str, find: Callable[[list[Told]], Groups], rows: list[Told]) -> None:
    """One row of the table."""
    began = time.process_time()
    groups = find(rows)
    ms = (time.process_time() - began) / len(rows) * 1000
    group_of = {ident: n for n, group in enumerate(groups) for ident in group}
    with GOLD.open(encoding="utf-8", newline="") as file:
        gold = [pair for pair in csv.DictReader(file) if pair["file"] == FILE]
    pairs = []
    for labels in (("same_case", "new_facts"), ("related_topic",), ("different",)):
        chosen = [pair for pair in gold if pair["label"] in labels]
        pairs.append(interval([
            (float(group_of.get(p["id1"], -1) == group_of.get(p["id2"], -2)), 1.0) for p in chosen
        ]))  # fmt: skip
    recall, precision = [], []
    for place, subject in KNOWN:
        own = {r.id for r in rows if re.search(place, r.text) and re.search(subject, r.text)}
        most = Counter(group_of[one] for one in sorted(own) if one in group_of).most_common(1)
        best = most[0][0] if most else -1
        recall += [(float(group_of.get(one) == best), 1.0) for one in own]
        precision += [(float(one in own), 1.0) for one in (groups[best] if most else ())]
    print(
        f"{name:34} {len(groups):6} {len(groups[0]):7}  {'  '.join(pairs)}  "
        f"{interval(recall)}  {interval(precision)}  {ms:7.2f}",
        flush=True,
    )


def hottest(rows: list[Told]) -> None:
    """The five hottest: names and numbers, no texts."""
    print(f"\n{'heat':>5} {'size':>5} {'writers':>7} {'supporters':>10} {'number':>7} "
          f"{'supp.':>6} {'spread':>6} {'recent':>6}  from – to, title")  # fmt: skip
    for topic in find_topics(rows, most=5):
        heat, people = topic.heat, {one.firm for one in topic.members}
        print(
            f"{heat.total:5.1f} {len(topic.members):5} {len(people):7} "
            f"{sum(one.supporters for one in topic.members):10} {heat.number:7.2f} "
            f"{heat.supporters:6.2f} {heat.spread:6.2f} {heat.recency:6.2f}  "
            f"{topic.days[0]} – {topic.days[1]} {topic.name.title}"
        )


def day_by_day(rows: list[Told]) -> None:
    """The last days one after the other: how many topics keep their id, and at what cost."""
    last = max(row.time for row in rows if row.time)
    state, kept, began = State(), [], time.process_time()
    for back in range(DAYS, -1, -1):
        before = dict(state.topics)
        until = last - timedelta(days=back)
        find_topics([row for row in rows if row.time and row.time <= until], state=state, most=5)
        kept += [(float(one in state.topics), 1.0) for one in before]
    seconds = (time.process_time() - began) / (DAYS + 1)
    print(f"\nthe last {DAYS} days, one by one: topics that keep their id {interval(kept)}, "
          f"{seconds:.1f} s of CPU time a day")  # fmt: skip


def main() -> None:
    """The tables."""
    if not (DATA / FILE).is_file():
        print(f"topics: skipped, no {FILE} in {DATA} (set QIFU_DATA)")
        return
    rows = take(read_named(DATA / FILE, COLUMNS, ("id", "text", "time")), timed=True).rows
    rows = [rows[i] for i in in_time(rows)]
    print(
        f"{len(rows)} messages\n{'':34} {'':6} {'':7}  part of the hand-judged pairs in one topic"
    )
    print(
        f"{'method':34} {'topics':>6} {'largest':>7}  {'repeats':>20}  {'related':>20}  "
        f"{'different':>20}  {'known matters: recall':>20}  {'precision':>20}  ms/text"
    )
    told("chains of repeats", chains, rows)
    told("whatever touches (single linkage)", single, rows)
    told("average linkage, titles count twice", ours(1.0), rows)
    told(f"this project's, titles {1 + grouping.HEAD:.0f} times", ours(grouping.HEAD), rows)
    hottest(rows)
    day_by_day(rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"most memory of this whole run: {peak} MB")


if __name__ == "__main__":
    main()
