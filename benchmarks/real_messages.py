"""Real messages through the appeals room: import, suggestions, journal sealed, tampered, caught.

Looks for triage/messages_unlabelled.csv under QIFU_DATA or ../shared/data; without it, says so.
Everything runs through the `qifu` command in a throw-away folder, with DATABASE_URL if it is set.
Prints a table with the time of each part and its ratio to the import's.
"""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("QIFU_DATA", ROOT.parent / "shared" / "data"))
MESSAGES = DATA / "triage" / "messages_unlabelled.csv"
Part = tuple[str, float, str]


def qifu(folder: Path, *arguments: str) -> tuple[float, subprocess.CompletedProcess[str]]:
    """One command as a shell would call it; seconds and what it printed."""
    environment = {
        **os.environ, "QIFU_DEMO": "1", "QIFU_VAR": str(folder), "PYTHONPATH": str(ROOT / "src"),
    }  # fmt: skip
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "qifu", *arguments], env=environment, cwd=folder, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    return time.perf_counter() - began, done


def must(folder: Path, *arguments: str) -> tuple[float, str]:
    """The same for a command that has to succeed."""
    seconds, done = qifu(folder, *arguments)
    if done.returncode:
        sys.exit(f"qifu {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return seconds, done.stdout


def tamper(folder: Path) -> str:
    """Change one sealed line behind the program's back, as somebody with the file could."""
    file = next(folder.glob("*.sqlite3"))
    with sqlite3.connect(file) as database:
        (number,) = database.execute("select max(number) / 2 from base_journalline").fetchone()
        database.execute(
            "update base_journalline set to_state = 'closed' where number = ?", (number,)
        )
    return f"line {number}"


def measure(folder: Path) -> list[Part]:
    must(folder, "demo", "--only-load", "--firms", "50", "--appeals", "0")
    parts: list[Part] = []
    arguments = ("import", "appeals", str(MESSAGES), "--by", "demo-intake", "--channel", "mailbox")
    seconds, said = must(folder, *arguments)
    parts.append(("import", seconds, said.strip().splitlines()[-1]))
    seconds, said = must(folder, *arguments)
    parts.append(("import again", seconds, said.strip().splitlines()[-1]))
    seconds, said = must(folder, "appeals", "suggest")
    print(said)
    parts.append(("scope, matter, unit, repeats", seconds, "above"))
    seconds, said = must(folder, "appeals", "replay")
    parts.append(("replay of every journal", seconds, said.strip().splitlines()[-1]))
    seconds, said = must(folder, "journal", "seal")
    parts.append(("seal", seconds, said.strip().splitlines()[-1]))
    seconds, said = must(folder, "journal", "verify")
    parts.append(("verify", seconds, said.strip().splitlines()[-1]))
    if "DATABASE_URL" not in os.environ:
        where = tamper(folder)
        seconds, done = qifu(folder, "journal", "verify")
        caught = re.findall(r"line number \d+ .*changed.*", done.stdout + done.stderr)
        parts.append((f"verify, {where} changed", seconds, "; ".join(caught) or "NOT CAUGHT"))
    return parts


def main() -> None:
    if not MESSAGES.is_file():
        print(f"skipped: {MESSAGES} is not there (set QIFU_DATA)")
        return
    with tempfile.TemporaryDirectory() as folder:
        parts = measure(Path(folder))
    first = parts[0][1]
    for name, seconds, said in parts:
        print(f"{name:32} {seconds:7.1f} s  {seconds / first:5.2f} ×  {said}")


if __name__ == "__main__":
    main()
