"""A few policies and firms in files, and `qifu rules match` on them."""

import json
import subprocess
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from click.testing import Result

from tests.cli.running import ROOT, run

ATTRIBUTES = {
    "as_of": "2026-11-22",
    "attributes": {
        "region": {"type": "code:region"},
        "score": {"type": "number"},
        "founded": {"type": "date"},
        "tags": {"type": "set"},
        "legal_person": {"type": "flag"},
    },
}
SCORE = {"attr": "score", "op": ">=", "value": 60}
PLACE = {"attr": "region", "op": "under", "value": "4403", "kind": "hard"}


def law(ident: str, *groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": ident, "version": 1, "title": "试", "when": {"all": list(groups)}} | more


def at_least(score: float, **more: Any) -> dict[str, Any]:
    return {"attr": "score", "op": ">=", "value": score} | more


def write_laws(place: Path, laws: Iterable[dict[str, Any]]) -> None:
    """p.jsonl and its catalogue a.json."""
    (place / "a.json").write_text(json.dumps(ATTRIBUTES), encoding="utf-8")
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in laws)
    (place / "p.jsonl").write_text(lines, encoding="utf-8")


def write_firms(place: Path, ids: Any, scores: Any, **columns: Any) -> None:
    """e.parquet."""
    table = {"enterprise_id": pa.array(ids), "score": pa.array(scores, pa.float64())}
    pq.write_table(pa.table(table | columns), place / "e.parquet")


def small_world(place: Path) -> None:
    """Three policies, one of them long gone, and four firms of which one is hardly known."""
    write_laws(
        place,
        [
            law("A", PLACE, SCORE),
            law("OLD", SCORE, effective={"from": "2020-01-01", "to": "2021-12-31"}),
            law("B", {"not": SCORE}),
        ],
    )
    write_firms(
        place,
        ["x", "y", "z", "w"],
        [60.0, 59.9, 80.0, None],
        region=pa.array(["440305", "440306", "330100", "44"]),
        founded=pa.array([date(2020, 1, 1)] * 4),
    )


def arguments(place: Path, *more: object) -> list[str]:
    firms = () if "--snapshot" in more else ("--enterprises", place / "e.parquet")
    given = (
        "rules", "match", "--policies", place / "p.jsonl", *firms, "--attributes",
        place / "a.json", "--out", place / "out", *more,
    )  # fmt: skip
    return [str(one) for one in given]


def matched(place: Path, *more: object) -> Result:
    return run(*arguments(place, *more))


def matched_apart(
    place: Path, *more: object, first: str = "", **how: Any
) -> subprocess.CompletedProcess[str]:
    """The same in a process of its own, in which `first` was run before: what kills it, limits it
    or makes it measure itself."""
    program = f"import sys\n{first}\nfrom qifu.cli.main import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments(place, *more)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        **how,
    )


def counts(place: Path, which: str = "policies") -> list[dict[str, Any]]:
    return pq.read_table(place / "out" / f"{which}.parquet").to_pylist()


def pairs(place: Path) -> list[tuple[str, Any]]:
    """The pairs in the order of the parts."""
    found: list[tuple[str, Any]] = []
    for part in sorted((place / "out" / "pairs").glob("*.parquet")):
        table = pq.read_table(part)
        found += zip(
            table["policy_id"].to_pylist(), table["enterprise_id"].to_pylist(), strict=True
        )
    return found


def everything_in(folder: Path) -> set[str]:
    """Files and folders, hidden ones included."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}
