"""The file drop of an outside hotline: orders and acknowledgements in, statuses out.

Everything is chosen by state, so a worker killed at any moment loses nothing: a file stays in
`in/` until all of it was taken in, and taking a row in twice changes nothing; statuses have the
name of their file before it is written, and it is the same file when it is written again.
"""

import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from qifu.appeals.actions import acknowledge_statuses, number_statuses, receive_orders
from qifu.appeals.actions.exchange_files import claim_statuses, mark_sent, record_file
from qifu.appeals.selectors import partners_of
from qifu.appeals.selectors.exchange_files import (
    exchange_desk,
    file_known,
    statuses_in,
    unsent_files,
)
from qifu.base.city import City, NoCity, current_city
from qifu.base.errors import BadInput
from qifu.base.table_files import UnreadableFile
from qifu.jobs.bad_rows import BadRows
from qifu.jobs.exchange_rows import ENDINGS, Row, rows_of
from qifu.organisations.permissions import NOBODY, Actor

log = logging.getLogger(__name__)
FOLDERS: Final = ("in", "out", "done", "bad")
BAD_COLUMNS: Final = (
    "line", "external_id", "time", "firm", "text", "number", "reason_zh", "reason_en",
)  # fmt: skip
LARGEST: Final = 64 << 20
LONGEST_NAME: Final = 200  # bytes; a file system takes 255, and we put words after it
BATCH: Final = 50
NO_ROW = ("这一行不是一张工单", "this line is no order")

Progress = Callable[[str], None]


@dataclass
class Ran:
    """What a round did with one partner: files, rows by outcome, statuses and their files."""

    partner: str
    files: int = 0
    again: int = 0
    unreadable: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    written: int = 0
    statuses: int = 0
    failed: list[str] = field(default_factory=list)


def run_exchange(
    root: Path, *, now: datetime, partner: str = "", progress: Progress = lambda words: None
) -> list[Ran]:
    """A round with every partner of the pack, or with one. BadInput for one that is not there."""
    try:
        city = current_city()
    except NoCity:
        return []
    partners = [one for one in partners_of(city) if partner in ("", one["code"])]
    if partner and not partners:
        raise BadInput(f"{partner}: 数据包里没有 · is not in the pack", field="partner")
    actor = exchange_desk(city)
    if actor is NOBODY:
        return []
    return [
        run_partner(one["code"], root, files=one.get("files", True), actor=actor, now=now,
                    progress=progress)
        for one in partners
    ]  # fmt: skip


def run_partner(
    partner: str,
    root: Path,
    *,
    files: bool,
    actor: Actor,
    now: datetime,
    progress: Progress = lambda words: None,
) -> Ran:
    """Take in what lies in `in/`, oldest name first; then write what waits to `out/`."""
    ran = Ran(partner)
    if not files:
        number_statuses(partner)
        return ran
    home = folders(root, partner)
    for path in waiting_files(home / "in"):
        try:
            path = spoken(path)  # noqa: PLW2901
            _take_file(path, home, partner, ran, actor=actor, now=now)
        except FileNotFoundError:
            continue  # another worker was faster
        except OSError as error:
            log.warning("exchange %s: %s: %s", partner, path.name, error)
            ran.failed.append(f"{path.name}: {error.strerror}")
        except Exception as error:
            # a fault of ours in one file must not hold up the others and what goes out
            log.exception("exchange %s: %s", partner, path.name)
            ran.failed.append(f"{path.name}: {type(error).__name__}")
        progress(path.name)
    while claim_statuses(partner, actor=actor):
        pass
    for name in unsent_files(partner):
        _write(home / "out" / name, statuses_in(partner, name))
        ran.written += 1
        ran.statuses += mark_sent(partner, name, actor=actor, now=now)
        progress(name)
    return ran


def folders(root: Path, partner: str) -> Path:
    """The folder of a partner with its four, made where they are missing."""
    home = root / partner
    for name in FOLDERS:
        (home / name).mkdir(mode=0o770, parents=True, exist_ok=True)
    return home


def waiting_files(folder: Path) -> list[Path]:
    """Files that are there whole: named .csv or .jsonl, which a sender does by renaming last.

    Names with other endings (.part, .tmp, .filepart), hidden ones, links and folders are left.
    """
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if path.suffix.lower() in ENDINGS)
    return sorted(
        path
        for path in found
        if not path.name.startswith(".") and not path.is_symlink() and path.is_file()
    )


def spoken(path: Path) -> Path:
    """The file under a name that can be written down, of a length that leaves room for ours.

    Windows sends names in GB18030; it is renamed where it lies. FileNotFoundError where it went.
    """
    raw = os.fsencode(path.name)
    try:
        name = raw.decode()
    except UnicodeDecodeError:
        name = raw.decode("gb18030", errors="replace")
    name = "".join(sign if sign.isprintable() else "_" for sign in name)
    if name == path.name and len(raw) <= LONGEST_NAME:
        return path
    stem, ending = name[: -len(path.suffix)], path.suffix
    short = stem.encode()[: LONGEST_NAME - 20].decode(errors="ignore")
    target = path.with_name(f"{short}.{hashlib.sha256(raw).hexdigest()[:12]}{ending}")
    path.replace(target)
    return target


def _take_file(
    path: Path, home: Path, partner: str, ran: Ran, *, actor: Actor, now: datetime
) -> None:
    digest = _digest(path)
    known = file_known(partner, digest)
    if known is not None:
        ran.again += 1
        _move(path, home / ("bad" if known.problem else "done"), digest)
        return
    counts: Counter[str] = Counter()
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableFile(f"{path.name}: 超过 {LARGEST >> 20} MB · larger than that")
        _take_rows(path, home, partner, ran, counts, actor=actor, now=now)
    except UnreadableFile as error:
        ran.unreadable += 1
        _written(home / "bad" / f"{path.name}.reason.txt", f"{error}\n")
        record_file(
            partner, actor=actor, now=now, name=path.name, digest=digest, counts=counts,
            problem=str(error),
        )  # fmt: skip
        _move(path, home / "bad", digest)
        return
    ran.files += 1
    ran.rows.update(counts)
    record_file(partner, actor=actor, now=now, name=path.name, digest=digest, counts=counts)
    _move(path, home / "done", digest)


def _take_rows(
    path: Path,
    home: Path,
    partner: str,
    ran: Ran,
    counts: Counter[str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    acks = path.name.lower().startswith("ack")
    # what is not a table is found before any row is taken in
    length = sum(1 for _ in rows_of(path, acks=acks))
    log.info("exchange %s: %s, %s rows", partner, path.name, length)
    part = home / "bad" / f".{path.name}.rows.csv.part"
    part.unlink(missing_ok=True)  # of a run that was killed, or a link that somebody laid
    bad = BadRows(part, BAD_COLUMNS, mode="x")
    try:
        for lines in _batches(rows_of(path, acks=acks)):
            if acks:
                ran.acknowledged += _acknowledge(partner, lines, bad, counts, actor, now)
            else:
                _receive(partner, lines, bad, counts, actor, now)
    finally:
        bad.close()
    final = home / "bad" / f"{path.name}.rows.csv"
    if bad.count:
        part.replace(final)
    else:
        bad.path = final
        bad.forget_last()


def _receive(
    partner: str,
    lines: list[tuple[int, Row | None]],
    bad: BadRows,
    counts: Counter[str],
    actor: Actor,
    now: datetime,
) -> None:
    good = [(line, row) for line, row in lines if row is not None]
    outcomes = receive_orders(partner, [row for _line, row in good], actor=actor, now=now)
    said = {line: outcome for (line, _row), outcome in zip(good, outcomes, strict=True)}
    for line, row in lines:
        outcome = said.get(line)
        if row is None or outcome is None:
            counts["refused"] += 1
            bad.add(line, {}, *NO_ROW)
            continue
        counts[outcome.outcome] += 1
        if outcome.outcome == "refused":
            bad.add(line, row, outcome.zh, outcome.en)


def _acknowledge(
    partner: str,
    lines: list[tuple[int, Row | None]],
    bad: BadRows,
    counts: Counter[str],
    actor: Actor,
    now: datetime,
) -> int:
    done = 0
    for line, row in lines:
        number, up_to = (_number((row or {}).get(name, "")) for name in ("number", "up_to"))
        try:
            if bool(number) == bool(up_to):
                raise BadInput
            done += acknowledge_statuses(
                partner, actor=actor, now=now, numbers=[number] if number else [], up_to=up_to
            )
            counts["acknowledged"] += 1
        except BadInput:
            counts["refused"] += 1
            bad.add(
                line, row or {}, "没有这个编号的办理情况", "no status with this number went out"
            )
    return done


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _batches(
    rows: Iterator[tuple[int, Row | None]],
) -> Iterator[list[tuple[int, Row | None]]]:
    batch: list[tuple[int, Row | None]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move(path: Path, folder: Path, digest: str) -> None:
    """Out of `in/`; another file of that name keeps its place."""
    target = folder / path.name
    if target.exists():
        target = folder / f"{path.stem}.{digest[:12]}{path.suffix}"
    path.replace(target)


def _write(path: Path, statuses: list[dict[str, object]]) -> None:
    """Statuses, a line each; a reader finds the whole file or none."""
    lines = (json.dumps(one, ensure_ascii=False) for one in statuses)
    _written(path, "".join(f"{line}\n" for line in lines))


def _written(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    # never through a link: the partner may write in these folders
    with part.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def city_partners(city: City) -> list[str]:
    """The codes of the partners of a city, in the order of the pack."""
    return [str(one["code"]) for one in partners_of(city)]
