"""A benchmark on a demo city of its own, on SQLite and, where it is installed, on PostgreSQL."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tools")]

import demo_site  # noqa: E402
import postgres  # noqa: E402


def run_inside(
    file: str, arguments: Sequence[object], *, firms: int, only: str | None = None, **load: Any
) -> int:
    """Run `file --inside ARGUMENTS` once a database, each time in a process of its own.

    Each loads a demo city of so many firms before (`load` goes to demo_site.load). `only` is
    sqlite, postgresql or None for both. Gives the worst exit code.
    """
    bad = 0
    if only != "postgresql":
        bad = _run("SQLite", file, arguments, firms, load)
    if only == "sqlite":
        return bad
    if postgres.programs() is None:
        print("\nPostgreSQL: skipped, not installed here (Debian: apt-get install postgresql)")
        return bad
    with postgres.cluster() as url:
        return _run("PostgreSQL", file, arguments, firms, load, DATABASE_URL=url) or bad


def _run(
    name: str, file: str, arguments: Sequence[object], firms: int, load: dict[str, Any], **more: str
) -> int:
    print(f"\n=== {name}: loading {firms} firms …", flush=True)
    with tempfile.TemporaryDirectory(prefix="qifu-bench-") as folder:
        env = demo_site.environment(Path(folder), **more)
        demo_site.load(env, firms, **load)
        command = [sys.executable, file, "--inside", *(str(one) for one in arguments)]
        return subprocess.run(command, cwd=ROOT, env=env).returncode
