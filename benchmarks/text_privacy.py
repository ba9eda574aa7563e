"""Finding what names a person: precision and recall on made-up texts, counts on real messages.

Real messages: triage/ under QIFU_DATA or ../shared/data. Findings in messages_labelled_raw.csv that
were read by hand are in privacy_checked.csv (message, span, kind, right or not; no words). What
stands in 450 messages of the other three files is in privacy_marked.csv (file, message, kind, span;
a row without a kind for a message with nothing), marked by reading before it was looked at what is
found. `random`: 300 of all messages, random.Random(20260929).sample of the sorted pairs (file, id);
`enriched`: of the others 150 that hold seven digits, @, or a word such as 电话, 身份证, 车牌, 先生.
Text: title, line break, message. Marked as names: names in full, surnames with a title or 姓
beside them. `public`, counted neither way: persons of history and books, leaders of the state,
brands. Not marked: what is masked already (某, X, *, 0000-…), short service numbers (12345), a bare
surname. The rules were mended with messages of even ids; odd ids tell how good they are.
"""

import csv
import os
import re
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
from qifu.textmine.privacy import (  # noqa: E402
    BANK_CARD,
    EMAIL,
    HOTLINE,
    IDENTITY,
    KINDS,
    LANDLINE,
    MOBILE,
    NAME,
    PLATE,
    find,
)

DATA = Path(os.environ.get("QIFU_DATA", ROOT.parent / "shared" / "data"))
MESSAGES = DATA / "triage" / "messages_labelled_raw.csv"
CHECKED = Path(__file__).with_name("privacy_checked.csv")
MARKED = Path(__file__).with_name("privacy_marked.csv")
TEXTS = 2000
# kind, start, end
Place = tuple[str, int, int]


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


FILES = {
    "replies": "messages_with_replies.csv",
    "topics": "messages_for_topics.csv",
    "unlabelled": "messages_unlabelled.csv",
}
MARKED_KINDS = (MOBILE, LANDLINE, HOTLINE, IDENTITY, EMAIL, PLATE, BANK_CARD, NAME)
_MASKED = re.compile("[某*×]|0000")


def recall() -> None:
    """What of all that stands in real messages is found, and what else is: by sample and half."""
    texts = {}
    for short, name in FILES.items():
        if not (MESSAGES.parent / name).is_file():
            print(f"skipped: {name} is not there (set QIFU_DATA)")
            return
        with (MESSAGES.parent / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                said = f"{row['留言主题']}\n{row['留言详情']}"
                texts[short, row["留言编号"]] = said
    marked: dict[tuple[str, str, str], list[Place]] = {}
    with MARKED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            places = marked.setdefault((row["sample"], row["file"], row["id"]), [])
            if row["kind"]:
                places.append((row["kind"], int(row["start"]), int(row["end"])))
    for sample in ("random", "enriched"):
        for half, rest in (("even ids, mended with", 0), ("odd ids, put aside", 1)):
            rows = [
                _compared(texts[file, ident], places)
                for (of, file, ident), places in marked.items()
                if of == sample and int(ident) % 2 == rest
            ]
            print(f"\nreal messages, {sample}, {half}: {len(rows)}")
            print(f"{'kind':10} {'there':>6} {'found':>6}  precision             recall")
            for kind in (*MARKED_KINDS, "all"):
                table = [
                    (len(want & have), len(want), len(have))
                    for want, have in (
                        tuple({one for one in side if kind in (one[0], "all")} for side in row)
                        for row in rows
                    )
                ]
                if any(there or found for _, there, found in table):
                    _print(kind, table)


def _compared(text: str, marked: list[Place]) -> tuple[set[Place], set[Place]]:
    """What is marked and what is found in a text, without what counts neither way."""
    neither = [(start, end) for kind, start, end in marked if kind == "public"]
    found = {
        (one.kind, one.start, one.end)
        for one in find(text, MARKED_KINDS)
        if not _MASKED.search(text[one.start : one.end])
        and not (one.kind == NAME and re.search("[xXＸ]", text[one.start : one.end]))
        and not any(one.start < end and start < one.end for start, end in neither)
    }
    return {place for place in marked if place[0] != "public"}, found


def main() -> None:
    """All tables."""
    made_up()
    real()
    recall()


if __name__ == "__main__":
    main()
