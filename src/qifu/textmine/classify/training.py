"""Train a text model: log-count ratios and a linear SVM, with chances from texts it had not seen.

Method: a linear SVM on TF-IDF and one on TF-IDF scaled by naive Bayes log-count ratios (Wang and
Manning, "Baselines and Bigrams", 2012), averaged into one matrix; chances by a softmax of one slope
and a shift for each label, fitted to out-of-part scores (Platt scaling for several labels).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import chi2
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from qifu.textmine.classify import folds, scores
from qifu.textmine.classify.model import TextModel, softmax
from qifu.textmine.classify.pieces import groups_of, words_of

# A label with fewer texts cannot stand in every part of the cross-validation: it is left out.
FEWEST: Final = folds.FOLDS
ANSWERED_RIGHT: Final = 0.97


@dataclass(frozen=True)
class Settings:
    """How a model is trained; the defaults are those that were measured (docs/decisions/0017)."""

    pieces: int = 150_000  # kept, by chi²
    rarest_word: int = 2  # texts that must hold it
    rarest_group: int = 4
    svm: float = 1.0  # C of the plain SVM
    ratio_svm: float = 0.5  # C of the one on log-count ratios
    smooth: float = 0.1  # added to counts in the ratios
    answered_right: float = ANSWERED_RIGHT  # abstains below the confidence that gives this
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Trained:
    """A model, the out-of-part chances of the rows of `data` [texts, labels], and their part."""

    model: TextModel
    chances: NDArray[np.float64]
    truth: NDArray[np.int64]
    parts: NDArray[np.int64]
    figures: dict[str, scores.Score]


class TooLittle(ValueError):
    """Not enough to train on; the text says what is missing."""


@dataclass(frozen=True, eq=False)
class Counted:
    """Texts as counts of pieces: words, then groups; `names` begin with a blank for a word."""

    names: tuple[str, ...]
    words: csr_matrix
    groups: csr_matrix


def count(texts: Sequence[str], *, settings: Settings = Settings()) -> Counted:
    """The pieces of texts, counted; those of fewer texts than the settings ask are left out."""
    words = [words_of(text) for text in texts]
    made, names = [], list[str]()
    for cut, rarest in (
        (lambda row: [f" {word}" for word in row], settings.rarest_word),
        (lambda row: list(groups_of(row)), settings.rarest_group),
    ):
        counter = CountVectorizer(analyzer=cut, dtype=np.float32)
        counts = counter.fit_transform(words) if any(words) else None
        if counts is None:
            raise TooLittle("没有一个词 no text has a word in it")
        often = np.asarray((counts > 0).sum(axis=0)).ravel() >= min(rarest, len(texts))
        known = counter.get_feature_names_out()
        names += [str(name) for name in known[often]]
        made.append(counts[:, np.flatnonzero(often)].tocsr())
    return Counted(tuple(names), made[0], made[1])


@dataclass(frozen=True, eq=False)
class Fitted:
    """The parts of a linear model over columns of a `Counted`."""

    columns: NDArray[np.int64]
    idf: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


def fit(
    counted: Counted,
    rows: NDArray[np.int64],
    labels: NDArray[np.int64],
    importance: NDArray[np.float64],
    settings: Settings,
) -> Fitted:
    """Learn from these rows alone; `labels` and `importance` are theirs. Nothing of another row
    is looked at: neither its words' frequencies nor which pieces are worth keeping."""
    idf = np.concatenate([idf_of(block[rows]) for block in (counted.words, counted.groups)])
    columns = np.arange(len(idf))
    table = tfidf(counted, rows, columns, idf)
    if table.shape[1] > settings.pieces:
        with np.errstate(invalid="ignore", divide="ignore"):
            worth = np.nan_to_num(chi2(table, labels)[0])
        columns = np.sort(np.argsort(-worth, kind="stable")[: settings.pieces])
        idf = idf[columns]
        table = tfidf(counted, rows, columns, idf)
    many = int(labels.max()) + 1
    weights = np.zeros((len(columns), many))
    bias = np.zeros(many)
    for label in range(many):
        own = (labels == label).astype(np.int64)
        if own.min() == own.max():
            # all texts of a label are alike and stand in the part that is tested
            bias[label] = 1.0 if own[0] else -1.0
            continue
        ratio = _ratio(table, own == 1, settings.smooth)
        scaled = table.multiply(ratio[None, :]).tocsr()
        for data, strength, by in ((table, settings.svm, 1.0), (scaled, settings.ratio_svm, ratio)):
            machine = LinearSVC(C=strength, random_state=settings.seed, max_iter=2000)
            machine.fit(data, own, sample_weight=importance)
            weights[:, label] += machine.coef_[0] * by / 2
            bias[label] += machine.intercept_[0] / 2
    return Fitted(columns, idf, weights, bias)


def tfidf(
    counted: Counted,
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    idf: NDArray[np.float64],
) -> csr_matrix:
    """TF-IDF of rows over chosen columns, words and groups each of length 1: 1 + ln(count) times
    `idf` [columns], as the model does it for one text."""
    size = counted.words.shape[1]
    made = []
    for block, mine, shift in (
        (counted.words, columns < size, 0),
        (counted.groups, columns >= size, size),
    ):
        part = block[rows][:, columns[mine] - shift].astype(np.float64)
        part.data = 1 + np.log(part.data)
        made.append(normalize(part.multiply(idf[mine][None, :]).tocsr()))
    return hstack(made).tocsr()


def idf_of(block: csr_matrix) -> NDArray[np.float64]:
    """The inverse document frequency of each column: ln((1 + n) / (1 + texts with it)) + 1."""
    often = np.asarray((block > 0).sum(axis=0)).ravel()
    return np.asarray(np.log((1 + block.shape[0]) / (1 + often)) + 1)


def _ratio(table: csr_matrix, own: NDArray[np.bool_], smooth: float) -> NDArray[np.float64]:
    """How much likelier each piece is in texts of a label than in others; mean size 1, halved."""
    here = smooth + np.asarray(table[own].sum(axis=0)).ravel()
    there = smooth + np.asarray(table[~own].sum(axis=0)).ravel()
    ratio = np.log(here / here.sum()) - np.log(there / there.sum())
    return np.asarray(ratio / (2 * max(float(np.abs(ratio).mean()), 1e-9)))


@dataclass(frozen=True, eq=False)
class Rows:
    """What to learn from: texts, their labels, how much each counts (1 for an ordinary one)."""

    texts: Sequence[str]
    labels: Sequence[str]
    importance: Sequence[float] = ()


def train(
    data: Rows,
    *,
    extra: Rows | None = None,
    extra_words: Sequence[Sequence[str]] = (),
    settings: Settings = Settings(),
    card: Mapping[str, Any],
    told: Callable[[str], None] = lambda words: None,
) -> Trained:
    """A model of all rows, scored and calibrated on the rows of `data` by 5-fold cross-validation.

    Near-duplicates of `data` stay in one part. Rows of `extra` are learned from, never tested on,
    and leave the training of a part in which a text holds TWIN of their words (`extra_words`; by
    default cut from their texts). TooLittle where there are fewer than two labels of FEWEST texts,
    or fewer different texts than parts.
    `card` is kept with the model; scores, settings and labels are added to it.
    """
    names = sorted(set(data.labels))
    few = [name for name in names if list(data.labels).count(name) < FEWEST]
    if few or len(names) < 2:
        raise TooLittle(
            f"要有两类以上，每类 {FEWEST} 条以上 · two labels at least, each with {FEWEST} texts; "
            f"有 found {len(names)}; 不够 too few: {', '.join(few) or '-'}"
        )
    extra = extra or Rows((), ())
    number = {name: i for i, name in enumerate(names)}
    truth = np.array([number[name] for name in data.labels], dtype=np.int64)
    more = np.array([number[name] for name in extra.labels], dtype=np.int64)
    labels = np.concatenate([truth, more])
    importance = np.concatenate([_importance(data), _importance(extra)])
    size = len(truth)
    told("切词 · cutting words")
    counted = count([*data.texts, *extra.texts], settings=settings)
    groups = folds.groups(data.texts)
    different = len(np.unique(groups))
    if different < folds.FOLDS:
        raise TooLittle(
            f"不同的文本只有 {different} 条，至少要 {folds.FOLDS} 条 · "
            f"only {different} texts that are not nearly the same, {folds.FOLDS} at least"
        )
    parts = folds.parts(data.labels, groups, seed=settings.seed)
    twins = folds.Twins(extra_words or [words_of(text) for text in extra.texts], data.texts)
    out = cross_validate(
        counted, labels, importance, parts, lambda test: size + twins.of(test), settings, told
    )
    told("用全部文本 · on all texts")
    slope, shift = calibrate(out, truth)
    honest = honest_chances(out, truth, parts)
    everything = np.arange(len(labels))
    fitted = fit(counted, everything, labels, importance, settings)
    figures = scores.figures(truth, honest)
    least, covered, right = scores.least_sure(
        honest.max(axis=1), honest.argmax(axis=1) == truth, settings.answered_right
    )
    each = scores.f1_of_each(truth, honest.argmax(axis=1), len(names))
    whole_card = {
        **card,
        "labels": {name: int((truth == i).sum()) for i, name in enumerate(names)},
        "extra_rows": len(more),
        "groups": len(np.unique(groups)),
        "settings": asdict(settings),
        "scores": {name: [round(x, 4) for x in score] for name, score in figures.items()},
        "f1": {name: round(float(value), 4) for name, value in zip(names, each, strict=True)},
        "answers": {"least": least, "coverage": covered, "accuracy": right},
    }
    model = TextModel(
        labels=tuple(names),
        vocabulary={counted.names[c]: i for i, c in enumerate(fitted.columns.tolist())},
        idf=fitted.idf.astype(np.float32),
        weights=fitted.weights.astype(np.float32),
        bias=fitted.bias.astype(np.float32),
        slope=slope,
        shift=shift.astype(np.float32),
        least=least,
        card=whole_card,
    )
    return Trained(model, honest, truth, parts, figures)


def cross_validate(
    counted: Counted,
    labels: NDArray[np.int64],
    importance: NDArray[np.float64],
    parts: NDArray[np.int64],
    twins_of: Callable[[list[int]], NDArray[np.int64]],
    settings: Settings,
    told: Callable[[str], None] = lambda words: None,
) -> NDArray[np.float64]:
    """Scores [texts of `parts`, labels], each by what was learned from the other parts.

    The first rows of `counted` are those texts, further ones are only learned from; `twins_of`
    gives those that must not be when such texts are tested.
    """
    size = len(parts)
    out = np.zeros((size, int(labels.max()) + 1))
    for part in range(folds.FOLDS):
        told(f"第 {part + 1} 份，共 {folds.FOLDS} 份 · part {part + 1} of {folds.FOLDS}")
        test = np.flatnonzero(parts == part)
        rest = np.setdiff1d(np.arange(size, len(labels)), twins_of(test.tolist()))
        rows = np.concatenate([np.flatnonzero(parts != part), rest])
        fitted = fit(counted, rows, labels[rows], importance[rows], settings)
        out[test] = tfidf(counted, test, fitted.columns, fitted.idf) @ fitted.weights + fitted.bias
    return out


def honest_chances(
    out: NDArray[np.float64], truth: NDArray[np.int64], parts: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Chances from out-of-part scores, those of a part calibrated on the other parts alone."""
    made = np.zeros_like(out)
    for part in range(folds.FOLDS):
        test = parts == part
        slope, shift = calibrate(out[~test], truth[~test])
        made[test] = softmax(slope * out[test] + shift)
    return made


def calibrate(
    scores_: NDArray[np.float64], truth: NDArray[np.int64]
) -> tuple[float, NDArray[np.float64]]:
    """The slope and the shift of each label with which softmax gives the truth most chance.

    The truth is softened as Platt (1999) does it, to (n + 1) / (n + 2) for a label of n texts, so
    that few texts told apart without a mistake do not make the model certain of everything; the
    shifts are held near 0.
    """
    labels = scores_.shape[1]
    doubt = 1 / (np.bincount(truth, minlength=labels)[truth] + 2)[:, None]
    wanted = np.where(np.eye(labels)[truth] > 0, 1 - doubt, doubt / max(labels - 1, 1))

    def loss(given: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        slope, shift = np.exp(given[0]), given[1:]
        chances = softmax(slope * scores_ + shift)
        value = -(wanted * np.log(np.maximum(chances, 1e-12))).sum() + 0.5 * (shift**2).sum()
        wrong = chances - wanted
        slope_part = float((wrong * scores_).sum() * slope)
        return float(value), np.concatenate([[slope_part], wrong.sum(axis=0) + shift])

    found = minimize(loss, np.zeros(labels + 1), jac=True, method="L-BFGS-B")
    return float(np.exp(found.x[0])), np.asarray(found.x[1:])


def _importance(rows: Rows) -> NDArray[np.float64]:
    given = rows.importance or [1.0] * len(rows.texts)
    return np.asarray(given, dtype=np.float64)
