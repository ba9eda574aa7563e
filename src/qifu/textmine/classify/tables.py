"""Rows of training files: which can be learned from, and why the others cannot."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from qifu.textmine.classify.pieces import words_of

COLUMNS = {
    "id": ("编号", "诉求编号", "留言编号"),
    "text": ("内容", "诉求内容", "留言详情"),
    "label": ("标签", "事项", "一级分类"),
    "corrected": ("改过",),
}
LONGEST_LABEL = 64


@dataclass(frozen=True)
class Row:
    """A text with its label; `line` is where it stands in its file, `corrected` whether a person
    chose another label than was suggested."""

    id: str
    text: str
    label: str
    line: int
    corrected: bool = False


@dataclass(frozen=True)
class BadRow:
    """A row that is left out, and why: Chinese, English."""

    line: int
    row: Mapping[str, str]
    zh: str
    en: str


@dataclass
class Taken:
    """What could be read of a file."""

    rows: list[Row] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


def take(
    lines: Iterable[tuple[int, Mapping[str, str]]],
    *,
    labelled: bool = True,
    known: Collection[str] = (),
) -> Taken:
    """Sort rows by whether they can be used.

    Bad: no id, an id that was there before, and where `labelled` no label, one longer than
    LONGEST_LABEL, or a text without a word. Without `labelled` a text may be anything: it is
    answered with an abstention. A row of which the id is `known` may come without its text.
    """
    taken, seen = Taken(), dict[str, int]()
    for line, cells in lines:
        ident, text, label = (cells.get(name, "").strip() for name in ("id", "text", "label"))
        if not ident:
            reason = ("没有 id", "no id")
        elif ident in seen:
            reason = (f"id 与第 {seen[ident]} 行相同", f"the id of line {seen[ident]} again")
        elif labelled and not label:
            reason = ("没有标签", "no label")
        elif labelled and len(label) > LONGEST_LABEL:
            reason = (f"标签超过 {LONGEST_LABEL} 个字", f"a label of more than {LONGEST_LABEL}")
        elif labelled and not (not text and ident in known) and not words_of(text):
            reason = ("没有可读的词", "no word that can be read")
        else:
            seen[ident] = line
            taken.rows.append(Row(ident, text, label, line, cells.get("corrected") == "1"))
            continue
        seen.setdefault(ident, line)
        taken.bad.append(BadRow(line, cells, *reason))
    return taken


def without_rare(rows: Sequence[Row], fewest: int) -> Taken:
    """Without the rows of labels that have fewer than so many."""
    often = Counter(row.label for row in rows)
    taken = Taken()
    for row in rows:
        if often[row.label] >= fewest:
            taken.rows.append(row)
            continue
        cells = {"id": row.id, "text": row.text, "label": row.label}
        taken.bad.append(
            BadRow(
                row.line,
                cells,
                f"标签“{row.label}”只有 {often[row.label]} 条，少于 {fewest} 条，没有学习",
                f"only {often[row.label]} texts with this label, fewer than {fewest}: not learned",
            )
        )
    return taken


def known_labels(rows: Sequence[Row], labels: Collection[str]) -> Taken:
    """Without the rows of labels that nothing else has."""
    taken = Taken()
    for row in rows:
        if row.label in labels:
            taken.rows.append(row)
            continue
        cells = {"id": row.id, "text": row.text, "label": row.label}
        zh, en = f"--data 里没有标签“{row.label}”", "a label that --data does not have"
        taken.bad.append(BadRow(row.line, cells, zh, en))
    return taken


def corrected(rows: Sequence[Row], corrections: Sequence[Row]) -> list[Row]:
    """Rows with what people corrected: by id in place of the row, else a row of its own.

    A correction without a text takes that of its row, which must be there.
    """
    texts = {row.id: row.text for row in rows}
    by_id = {
        row.id: replace(row, text=row.text or texts[row.id], corrected=True) for row in corrections
    }
    kept = [row for row in rows if row.id not in by_id]
    return [*kept, *by_id.values()]
