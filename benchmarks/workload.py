"""The matching workload and its referee, of the folder QIFU_BENCH or ../shared/bench."""

import importlib.util
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]
SOURCES = Path(os.environ.get("QIFU_BENCH") or ROOT.parent / "shared" / "bench")
ENTERPRISES, POLICIES = 2_653_000, 14_483


def is_here() -> bool:
    """Whether there is a maker of workloads; says so where there is none."""
    found = (SOURCES / "make_workload.py").exists()
    if not found:
        print("skipped: no maker of workloads; set QIFU_BENCH")
    return found


def machine() -> str:
    """The machine and the libraries that count."""
    packages = ("numpy", "numba", "pyarrow", "duckdb")
    listed = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {listed}"
    )


@contextmanager
def workload(place: Path | None, enterprises: int, policies: int) -> Iterator[Path]:
    """A folder with enterprises.parquet, policies.jsonl and attributes.json: `place` if given, else
    one that is made for the time of the run."""
    if place is not None:
        yield place
        return
    with TemporaryDirectory(prefix="qifu-workload-") as name:
        folder = Path(name)
        maker = [sys.executable, str(SOURCES / "make_workload.py"), name]
        sizes = ["--enterprises", str(enterprises), "--policies", str(policies)]
        subprocess.run([*maker, *sizes], check=True, stdout=subprocess.DEVNULL)
        yield folder


def referee() -> Any:
    """The module that writes a condition as SQL."""
    spec = importlib.util.spec_from_file_location("referee", SOURCES / "baseline_duckdb.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def raw_policies(folder: Path) -> list[dict[str, Any]]:
    """The policies as they are written: the rulebook reads figures as decimals."""
    lines = (folder / "policies.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def dates_of(policy: dict[str, Any], as_of: str) -> dict[str, str]:
    """What the referee wants to know of days."""
    return {"as_of": as_of, **policy.get("window", {})}
