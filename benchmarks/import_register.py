"""How long `qifu import enterprises` takes over the register, beside the least that could be done.

    python benchmarks/import_register.py [FILE] [--rows N]

FILE defaults to enterprises/registrations.parquet in the folder named by QIFU_DATA, else in
../shared/data. The peer, in the same run on the same rows: plain `executemany` of the same columns
into one SQLite table, nothing checked, nothing parsed, no facts, no journal.
"""

import argparse
import csv
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools"), str(ROOT / "benchmarks")]

import demo_site  # noqa: E402
from pages import machine  # noqa: E402

COLUMNS = ("uscc", "name", "founded", "legal_form", "capital", "scope", "province", "city",
           "address")  # fmt: skip


def register() -> Path:
    """Where the register is, if it is here."""
    data = os.environ.get("QIFU_DATA")
    folder = Path(data) if data else ROOT.parent / "shared" / "data"
    return folder / "enterprises" / "registrations.parquet"


def as_csv(file: Path, target: Path, most: int | None) -> int:
    """The rows as the import sees them, in a CSV with the register's headings; gives how many."""
    from qifu.organisations.logic.register import read_register
    from qifu.organisations.logic.register_files import COLUMNS as HEADINGS

    heading = {ours: theirs for theirs, ours in reversed(HEADINGS.items())}
    count = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([heading[name] for name in COLUMNS])
        for _line, row in read_register(file):
            if most is not None and count >= most:
                break
            writer.writerow([row.get(name, "") for name in COLUMNS])
            count += 1
    return count


def plain(file: Path, database: Path) -> float:
    """Seconds for csv → one executemany into one table with a unique code."""
    began = time.perf_counter()
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(f"CREATE TABLE firm ({', '.join(COLUMNS)}, UNIQUE (uscc))")
            marks = ", ".join("?" * len(COLUMNS))
            connection.executemany(f"INSERT OR IGNORE INTO firm VALUES ({marks})", rows)
    return time.perf_counter() - began


def imported(file: Path, env: dict[str, str], bad: Path) -> tuple[float, str]:
    """Seconds of the whole command, start-up included, and what it said."""
    command = [sys.executable, "-m", "qifu", "import", "enterprises", str(file), "--bad", str(bad)]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"qifu import enterprises failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")
    said = [line for line in done.stdout.splitlines() if " rows in " in line]
    return seconds, said[-1] if said else done.stdout.splitlines()[-1]


def main() -> int:
    """Import twice (all new, then all known), the peer once; print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", default=register())
    parser.add_argument("--rows", type=int, help="only the first N rows, as a CSV")
    options = parser.parse_args()
    print(machine())
    if not options.file.exists():
        print(f"skipped: no register at {options.file.name}; name a file or set QIFU_DATA")
        return 0
    with tempfile.TemporaryDirectory(prefix="qifu-import-") as name:
        folder = Path(name)
        table = folder / "register.csv"
        count = as_csv(options.file, table, options.rows)
        file = table if options.rows else options.file
        env = demo_site.environment(folder / "var")
        demo_site.load(env, 10, appeals=0)
        bad = folder / "bad.csv"
        first, said = imported(file, env, bad)
        second, said_again = imported(file, env, bad)
        peer = plain(table, folder / "plain.sqlite3")
    print(f"\n{count:,} rows of {options.file.name}")
    print(f"{'':34} {'seconds':>8} {'rows/s':>9} {'x peer':>7}")
    for label, seconds in (
        ("qifu import enterprises", first),
        ("the same again (nothing new)", second),
        ("peer: csv → executemany, unchecked", peer),
    ):
        print(f"{label:34} {seconds:8.1f} {count / seconds:9,.0f} {seconds / peer:7.1f}")
    print(f"\nfirst:  {said}\nsecond: {said_again}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
