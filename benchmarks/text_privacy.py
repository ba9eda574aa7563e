"""Finding what names a person: precision and recall on made-up texts, counts on real messages.

Real messages: triage/messages_labelled_raw.csv under QIFU_DATA or ../shared/data; a sample that was
read by hand is in privacy_checked.csv (message, span, kind, right or not; no words).
"""

import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]

from privacy_texts import drawn  # noqa: E402

from qifu.textmine.classify.scores import interval  # noqa: E402
from qifu.textmine.privacy import KINDS, find  # noqa: E402

DATA = Path(os.environ.get("QIFU_DATA", ROOT.parent / "shared" / "data"))
MESSAGES = DATA / "triage" / "messages_labelled_raw.csv"
CHECKED = Path(__file__).with_name("privacy_checked.csv")
TEXTS = 2000


def made_up() -> None:
    """A row for each kind: a finding is right where kind and span are those of the text."""
    texts = drawn(TEXTS)
    began = time.perf_counter()
    found = [{(one.kind, one.start, one.end) for one in find(text)} for text, _ in texts]
    spent = (time.perf_counter() - began) / TEXTS * 1000
    print(f"made-up texts: {TEXTS}, {spent:.2f} ms a text")
    print(f"{'kind':10} {'there':>6} {'found':>6}  precision             recall")
    for kind in (*KINDS, "all"):
        rows = [
            (
                {one for one in want if kind in (one[0], "all")},
                {one for one in have if kind in (one[0], "all")},
            )
            for (_, want), have in zip(texts, found, strict=True)
        ]
        _print(kind, [(len(set(want) & have), len(want), len(have)) for want, have in rows])


def _print(kind: str, rows: Sequence[tuple[int, int, int]]) -> None:
    table = np.array(rows)
    there, found = table[:, 1].sum(), table[:, 2].sum()
    precision = interval(
        lambda at: float(table[at, 0].sum() / max(table[at, 2].sum(), 1)), len(table)
    )
    recall = interval(lambda at: float(table[at, 0].sum() / max(table[at, 1].sum(), 1)), len(table))
    print(f"{kind:10} {there:6} {found:6}  {precision}  {recall}")


def real() -> None:
    """What is found in real messages, and how much of the sample read by hand was right."""
    if not MESSAGES.is_file():
        print(f"skipped: {MESSAGES} is not there (set QIFU_DATA)")
        return
    with MESSAGES.open(encoding="utf-8-sig", newline="") as file:
        texts = {row["id"]: row["text"] for row in csv.DictReader(file)}
    began = time.perf_counter()
    found = {ident: find(text) for ident, text in texts.items()}
    spent = (time.perf_counter() - began) / len(texts) * 1000
    counts = Counter(one.kind for many in found.values() for one in many)
    print(f"\nreal messages: {len(texts)}, {spent:.2f} ms a message; found {dict(counts)}")
    with CHECKED.open(encoding="utf-8", newline="") as file:
        checked = list(csv.DictReader(file))
    # the rules were mended after the first sample was read; the second was drawn from what they
    # find since then
    for sample in ("1", "2"):
        mine = [row for row in checked if row["sample"] == sample]
        for kind in (*sorted({row["kind"] for row in mine}), "all"):
            right = np.array([row["right"] == "1" for row in mine if kind in (row["kind"], "all")])
            score = interval(lambda at, right=right: float(right[at].mean()), len(right))
            print(f"read by hand, sample {sample}, {kind:9} {len(right):4}  precision {score}")


def main() -> None:
    """Both tables."""
    made_up()
    real()


if __name__ == "__main__":
    main()
