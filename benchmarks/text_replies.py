"""How good the reader of replies is, on the two hundred that were marked by hand.

    python benchmarks/text_replies.py

Precision and recall of each check with a 95 % interval (bootstrap over replies): on all of them, on
the half that was looked at while the rules were written and on the half that was not (see
docs/reply-quality.md for what happened since), and per band of length. Then what the length alone
would do: the area under the curve against the hand mark of the whole file, over all replies and
among replies of like length; a band where nearly all have one mark says little.
"""

import csv
import hashlib
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]

from qifu.textmine.reply_quality.judging import Quality, judge_reply  # noqa: E402

GOLD = ROOT / "tests" / "textmine" / "gold" / "replies.csv"
DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data") / "triage"
LABELS = ("point_missed", "no_basis", "no_contact", "no_date", "empty_phrase")
BANDS = (0, 50, 100, 200, 350, 550, 10**9)
Pair = tuple[bool, bool]  # said by the reader, marked by hand


def texts() -> dict[str, dict[str, str]]:
    """The messages with replies by their number; empty where the data is not here."""
    file = DATA / "messages_with_replies.csv"
    if not file.exists():
        return {}
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return {row["留言编号"]: row for row in csv.DictReader(rows)}


def judged(row: dict[str, str]) -> Quality:
    """A message and its reply, checked."""
    question = f"{row['留言主题'].strip()}\n{row['留言详情'].strip()}"
    return judge_reply(question, row["答复意见"])


def half(number: str) -> str:
    """`seen` while the rules were written, or `unseen`; drawn by a sum of the number."""
    return (
        "unseen"
        if hashlib.sha256(f"qifu replies half {number}".encode()).digest()[0] % 2
        else "seen"
    )


def rate(pairs: Sequence[Pair], of: int) -> float:
    """Precision (of = 0: of those said) or recall (of = 1: of those marked); nan for none."""
    chosen = [pair for pair in pairs if pair[of]]
    return sum(said and marked for said, marked in chosen) / len(chosen) if chosen else float("nan")


def interval(pairs: Sequence[Pair], of: int, times: int = 1000) -> str:
    """The rate with its 95 % interval."""
    draw = random.Random(20261122)
    found = sorted(rate(draw.choices(pairs, k=len(pairs)), of) for _ in range(times))
    return f"{rate(pairs, of):.3f} [{found[times // 40]:.3f}, {found[-times // 40]:.3f}]"


def area(scores: Sequence[float], marks: Sequence[bool]) -> float:
    """Area under the curve: how often a good one scores above a bad one, ties counting half."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks, start = [0.0] * len(scores), 0
    while start < len(order):
        stop = start
        while stop < len(order) and scores[order[stop]] == scores[order[start]]:
            stop += 1
        for place in order[start:stop]:
            ranks[place] = (start + stop + 1) / 2
        start = stop
    good = sum(marks)
    if not good or good == len(marks):
        return float("nan")
    above = sum(rank for rank, mark in zip(ranks, marks, strict=True) if mark)
    return (above - good * (good + 1) / 2) / (good * (len(marks) - good))


def checks(rows: Sequence[dict[str, str]], said: dict[str, Quality]) -> Iterator[str]:
    """A line a check."""
    groups: list[tuple[str, Callable[[dict[str, str]], bool]]] = [
        ("all", lambda row: True),
        ("unseen", lambda row: half(row["id"]) == "unseen"),
        ("seen", lambda row: half(row["id"]) == "seen"),
        *((f"band {n}", lambda row, n=str(n): row["band"] == n) for n in range(6)),
    ]
    for label in LABELS:
        for name, belongs in groups:
            pairs = [
                (bool(fault(said[row["id"]], label)), row[label] == "true")
                for row in rows if belongs(row)
            ]  # fmt: skip
            yield (
                f"{label:14} {name:8} {len(pairs):5} {sum(m for _, m in pairs):7} "
                f"{interval(pairs, 0):24} {interval(pairs, 1):24}"
            )


def fault(quality: Quality, label: str) -> bool | None:
    """What a quality says of one check."""
    return next(check.fault for check in quality.checks if check.code == label)


def against_length(every: dict[str, dict[str, str]]) -> Iterator[str]:
    """The score and the length alone against the hand mark, over all and inside bands."""
    rows = list(every.values())
    scores = [float(judged(row).score) for row in rows]
    lengths = [float(len(row["答复意见"])) for row in rows]
    marks = [row["可解释性"].strip() in ("1", "1.0") for row in rows]
    yield f"{'length':>10} {'rows':>6} {'marked 1':>9} {'score [95 %]':>22} {'length alone':>22}"
    for low, high in [(0, BANDS[-1]), *zip(BANDS, BANDS[1:], strict=False)]:
        chosen = [i for i, n in enumerate(lengths) if low <= n < high]
        picked = [marks[i] for i in chosen]
        cells = (spread([of[i] for i in chosen], picked) for of in (scores, lengths))
        name = "all" if high - low == BANDS[-1] else f"from {low}"
        yield f"{name:>10} {len(chosen):6} {sum(picked):9} {' '.join(cells)}"


def spread(scores: Sequence[float], marks: Sequence[bool], times: int = 200) -> str:
    """The area with its 95 % interval; rows drawn again, those of one mark only left out."""
    draw = random.Random(20261122)
    found = []
    for _ in range(times if 0 < sum(marks) < len(marks) else 0):
        drawn = draw.choices(range(len(marks)), k=len(marks))
        again = [marks[i] for i in drawn]
        if 0 < sum(again) < len(again):
            found.append(area([scores[i] for i in drawn], again))
    found.sort()
    if not found:
        return f"{'-':>22}"
    low, high = found[len(found) // 40], found[-1 - len(found) // 40]
    return f"{f'{area(scores, marks):.3f} [{low:.3f}, {high:.3f}]':>22}"


def main() -> int:
    """Print the tables; says so where the data is not here."""
    every = texts()
    if not every:
        print(f"skipped: no messages_with_replies.csv at {DATA}; set QIFU_DATA")
        return 0
    with GOLD.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    began = time.perf_counter()
    said = {row["id"]: judged(every[row["id"]]) for row in rows}
    each = (time.perf_counter() - began) / len(rows)
    print(f"\n== Replies: {len(rows)} marked by hand, {each * 1000:.1f} ms each")
    print(f"{'fault':14} {'replies':8} {'n':>5} {'marked':>7} {'precision [95 %]':24} recall")
    for line in checks(rows, said):
        print(line)
    print("\nagainst the hand mark of the whole file (area under the curve)")
    for line in against_length(every):
        print(line)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"most memory of this whole run: {peak} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
