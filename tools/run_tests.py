"""`make test`: everything that this machine can run, and by name what it could not.

QIFU_REQUIRE_BROWSER=1 and QIFU_REQUIRE_POSTGRES=1 turn a missing browser or PostgreSQL into a
failure; CI sets both.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from postgres import cluster, programs

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser")
CORES = str(min(os.cpu_count() or 1, 4))


def run(name: str, *arguments: str, **environment: str) -> bool:
    """One part of the tests; whether it passed."""
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    done = subprocess.run(
        [Path(sys.prefix, "bin", arguments[0]), *arguments[1:]],
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    print(f"== {name}: {'passed' if done.returncode == 0 else 'FAILED'} "
          f"in {time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
    return done.returncode == 0


def main() -> int:
    """Run the parts; give the exit code."""
    failed: list[str] = []
    skipped: list[str] = []

    def part(name: str, *arguments: str, **environment: str) -> None:
        if not run(name, *arguments, **environment):
            failed.append(name)

    part("lint", "ruff", "check", ".")
    part("import contracts", "lint-imports")
    part("types", "mypy")
    common = ("pytest", "-n", CORES, "-rs")
    part("tests on SQLite", *common, "-m", "not browser")
    if any(shutil.which(name) for name in BROWSERS):
        part("browser journeys", *common, "-m", "browser", "tests/browser")
    elif os.environ.get("QIFU_REQUIRE_BROWSER") == "1":
        failed.append("browser journeys: no Chromium, and QIFU_REQUIRE_BROWSER=1")
    else:
        skipped.append("browser journeys: no Chromium here (Debian: apt-get install chromium)")
    if programs():
        with cluster() as url:
            part("tests on PostgreSQL", *common, "-m", "database and not browser", DATABASE_URL=url)
    elif os.environ.get("QIFU_REQUIRE_POSTGRES") == "1":
        failed.append("tests on PostgreSQL: not installed, and QIFU_REQUIRE_POSTGRES=1")
    else:
        skipped.append(
            "tests on PostgreSQL: not installed here (Debian: apt-get install postgresql)"
        )

    print()
    for line in skipped:
        print(f"SKIPPED {line}")
    for line in failed:
        print(f"FAILED {line}")
    print("Everything that was run passed." if not failed else "Something failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
