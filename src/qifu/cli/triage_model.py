"""`qifu triage train`, `predict` and `card`: a classifier of a deployment's own texts."""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qifu.cli.triage_rows import (
    bad_place,
    check_places,
    in_file,
    out_file,
    refuse,
    write_bad,
    write_table,
)

if TYPE_CHECKING:
    from qifu.textmine.classify.model import Prediction
    from qifu.textmine.classify.tables import BadRow, Row, Taken

PREDICTED = ("id", "label", "confidence", "label2", "label3", "abstain")
BAD = ("line", "file", "id", "text", "label", "reason_zh", "reason_en")
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "rjieba")


@click.command()
@click.option("--data", required=True, type=in_file, help="CSV: id, text, label[, corrected].")
@click.option("--out", required=True, type=out_file, help="模型文件 · the model file.")
@click.option("--extra", type=in_file, help="只用于训练的行 · rows to learn from, never tested on.")
@click.option("--corrections", type=in_file, help="更正：id, text, label · corrections by people.")
@click.option(
    "--correction-weight",
    type=click.FloatRange(1, 100),
    default=3.0,
    show_default=True,
    help="一条更正顶几条 · how many rows a correction counts for.",
)
@click.option("--mapping", type=in_file, help="类别改名：from, to · renamed or merged labels.")
@click.option("--date", "made", help="写进模型卡的日期 · the day on the card (default: today).")
@click.option(
    "--answered-right",
    type=click.FloatRange(0.5, 1),
    default=0.97,
    show_default=True,
    help="低于能达到这个准确率的置信度就不作答 · abstain below the confidence that gives this.",
)
@click.option("--bad", type=out_file, help="坏行 · rows left out (default: OUT.bad.csv).")
def train(
    data: Path,
    out: Path,
    extra: Path | None,
    corrections: Path | None,
    correction_weight: float,
    mapping: Path | None,
    made: str | None,
    answered_right: float,
    bad: Path | None,
) -> None:
    """训练分类模型 · Train a classifier; prints its cross-validated macro-F1."""
    from qifu.textmine.classify.storing import save
    from qifu.textmine.classify.tables import corrected, known_labels, without_rare
    from qifu.textmine.classify.training import FEWEST, Rows, Settings, TooLittle
    from qifu.textmine.classify.training import train as learn

    day = _day(made)
    bad = bad_place(out, bad)
    check_places([data, extra, corrections, mapping], [out, bad])
    renamed = _mapping(mapping)
    bad_rows: list[tuple[str, BadRow]] = []
    rows = _taken(data, bad_rows, renamed)
    if corrections is not None:
        known = {row.id for row in rows}
        rows = corrected(rows, _taken(corrections, bad_rows, renamed, known=known))
    often = without_rare(rows, FEWEST)
    bad_rows += [(data.name, one) for one in often.bad]
    labels = {row.label for row in often.rows}
    more: list[Row] = []
    if extra is not None:
        learned = known_labels(_taken(extra, bad_rows, renamed), labels)
        more, bad_rows = learned.rows, [*bad_rows, *((extra.name, one) for one in learned.bad)]
    write_bad(bad, BAD, bad_rows)
    card = {
        "made": day.isoformat(),
        "data": [_about(file) for file in (data, extra, corrections) if file is not None],
        "rows": len(often.rows),
        "left_out": len(bad_rows),
        "corrections": sum(row.corrected for row in often.rows),
        "libraries": _versions(),
    }
    try:
        trained = learn(
            Rows(
                [row.text for row in often.rows],
                [row.label for row in often.rows],
                [correction_weight if row.corrected else 1.0 for row in often.rows],
            ),
            extra=Rows([row.text for row in more], [row.label for row in more]),
            extra_words=_as_they_came(more),
            settings=Settings(answered_right=answered_right),
            card=card,
            told=lambda words: click.echo(f"… {words}", err=True),
        )
    except TooLittle as error:
        refuse(f"{data.name}: 不够训练 · too little to train on: {error}")
    try:
        model = save(trained.model, out)
    except OSError as error:
        refuse(f"{error.filename}: {error.strerror}")
    for name, words in _FIGURES.items():
        click.echo(f"{words}: {trained.figures[name]}")
    click.echo(_answering(model.card["answers"]))
    click.echo(
        f"{len(often.rows):,} 条 texts，{len(labels)} 类 labels，"
        f"更正 corrections {card['corrections']:,} → {out}"
    )


def _answering(answers: Mapping[str, float]) -> str:
    if not answers["coverage"]:
        return (
            "没有足够把握，一律留给人：要更多数据 · never sure enough, all is left to people: "
            "it takes more cases"
        )
    least, covered, right = (answers[name] for name in ("least", "coverage", "accuracy"))
    return (
        f"把握到 {least:.3f} 才作答：{covered:.1%} 的文本，其中 {right:.1%} 对 · "
        f"answers from {least:.3f} up: {covered:.1%} of the texts, {right:.1%} of them right"
    )


_FIGURES = {
    "macro_f1": "宏平均 F1（五折交叉验证） · cross-validated macro-F1",
    "accuracy": "准确率 · accuracy",
    "top3": "前三命中 · in the first three",
    "accuracy_at_80": "最有把握的 80% 的准确率 · accuracy at 80 % coverage",
    "ece": "校准误差 · expected calibration error",
}


@click.command()
@click.option("--model", required=True, type=in_file, help="模型文件 · the model file.")
@click.option("--data", required=True, type=in_file, help="CSV: id, text.")
@click.option("--out", required=True, type=out_file, help="结果 · the table of labels, CSV.")
@click.option("--mapping", type=in_file, help="类别改名：from, to · renamed labels.")
@click.option("--explain", is_flag=True, help="加一列依据的词 · a column of the words that spoke.")
@click.option("--bad", type=out_file, help="坏行 · rows left out (default: OUT.bad.csv).")
def predict(
    model: Path, data: Path, out: Path, mapping: Path | None, explain: bool, bad: Path | None
) -> None:
    """给文本分类 · Label texts: id, label, confidence, label2, label3, abstain."""
    from qifu.textmine.classify.storing import UnreadableModel, load

    bad = bad_place(out, bad)
    check_places([data, model, mapping], [out, bad])
    try:
        ready = load(model)
        if mapping is not None:
            ready = ready.renamed(_mapping(mapping))
    except UnreadableModel as error:
        refuse(str(error))
    except KeyError as error:
        refuse(f"{mapping}: 模型没有这个类别 · the model has no label {error}")
    except ValueError as error:
        refuse(f"{mapping}: 两类并成一类要重新训练 · {error}")
    bad_rows: list[tuple[str, BadRow]] = []
    rows = _taken(data, bad_rows, {}, labelled=False)
    said = [(row.id, ready.classify(row.text)) for row in rows]
    header = (*PREDICTED, "words") if explain else PREDICTED
    write_table(out, header, (_cells(ident, one, explain) for ident, one in said))
    write_bad(bad, BAD, bad_rows)
    answered = sum(not one.abstain for _ident, one in said)
    click.echo(f"{len(rows):,} 条 texts，作答 answered {answered:,} → {out}")


def _cells(ident: str, found: "Prediction", explain: bool) -> tuple[str, ...]:
    label, label2, label3 = ([name for name, _ in found.labels] + [""] * 3)[:3]
    abstain = "1" if found.abstain else "0"
    cells = (ident, label, f"{found.confidence:.4f}", label2, label3, abstain)
    words = " ".join(f"{one.word}:{one.weight:.3f}" for one in found.words)
    return (*cells, words) if explain else cells


@click.command()
@click.option("--model", required=True, type=in_file, help="模型文件 · the model file.")
def card(model: Path) -> None:
    """模型卡 · What a model was made from, and how good it is (JSON)."""
    from qifu.textmine.classify.storing import UnreadableModel, load

    try:
        click.echo(json.dumps(load(model).card, ensure_ascii=False, indent=2, sort_keys=True))
    except UnreadableModel as error:
        refuse(str(error))


def _taken(
    path: Path,
    bad: list[tuple[str, "BadRow"]],
    renamed: Mapping[str, str],
    *,
    labelled: bool = True,
    known: set[str] | None = None,
) -> list["Row"]:
    """The usable rows of a file under their new labels; the others are added to `bad`."""
    from qifu.base.table_files import UnreadableFile, read_named
    from qifu.textmine.classify.tables import COLUMNS, take

    needed = ("id", "text", "label") if labelled else ("id", "text")
    try:
        lines = read_named(path, COLUMNS, needed)
        taken: Taken = take(
            ((n, _renamed(row, renamed)) for n, row in lines), labelled=labelled, known=known or ()
        )
    except (UnreadableFile, OSError) as error:
        refuse(str(error))
    bad += [(path.name, one) for one in taken.bad]
    return taken.rows


def _renamed(row: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    label = row.get("label", "")
    return {**row, "label": names.get(label, label)}


def _mapping(path: Path | None) -> dict[str, str]:
    from qifu.base.table_files import UnreadableFile, read_named

    if path is None:
        return {}
    try:
        rows = [
            row for _, row in read_named(path, {"from": ("旧",), "to": ("新",)}, ("from", "to"))
        ]
    except (UnreadableFile, OSError) as error:
        refuse(str(error))
    return {row["from"]: row["to"] for row in rows if row.get("from") and row.get("to")}


def _as_they_came(rows: Sequence["Row"]) -> list[list[str]]:
    """The words of rows that come with blanks between their words, else as they are cut."""
    from qifu.textmine.classify.pieces import words_of

    found = []
    for row in rows:
        words = row.text.split()
        found.append(words if len(words) * 6 > len(row.text) else words_of(row.text))
    return found


def _about(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {"file": path.name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python, **{name: version(name) for name in _LIBRARIES}}


def _day(written: str | None) -> date:
    try:
        return date.fromisoformat(written) if written else datetime.now().astimezone().date()
    except ValueError:
        refuse(f"--date {written}: 不是日期 · no day; like 2026-09-29")
