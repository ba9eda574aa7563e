"""Reading policies: conditions and amounts against the hand-marked gold set, each method a row.

The excerpts lie under QIFU_DATA or ../shared/data (policies/real_policy_excerpts.jsonl); without
them it says so. The twenty are what the rules were written with, the ten were put aside before.
"""

import json
import os
import re
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]
DATA = Path(os.environ.get("QIFU_DATA") or ROOT.parent / "shared" / "data")
EXCERPTS = DATA / "policies" / "real_policy_excerpts.jsonl"
Reading = dict[str, Any]
Method = Callable[[str, str], Reading]
_MONEY = re.compile(r"(\d+(?:\.\d+)?)(万元|亿元|元|万|亿|%|倍)")
_BOUND = re.compile(
    r"(不超过|不低于|不少于|超过|低于|达到)(\d+(?:\.\d+)?)(万元|亿元|元|人|%|年|项|分)"
    r"|(\d+(?:\.\d+)?)(万元|亿元|元|人|%|年|项|分)(以上|以下)"
)
_SIGNS = {
    "不超过": "<=", "不低于": ">=", "不少于": ">=", "超过": ">", "低于": "<", "达到": ">=",
    "以上": ">=", "以下": "<=",
}  # fmt: skip
_CAPS = ("最高", "不超过")


def plain_regex(text: str, region: str) -> Reading:
    """Every sum and every share an amount, every figure with an operator word a condition."""
    elements: list[dict[str, Any]] = []
    for match in _BOUND.finditer(text):
        sign = match[1] or match[6]
        elements.append({
            "kind": "condition", "span": list(match.span()), "attr": "new:figure",
            "op": _SIGNS[sign], "value": float(match[2] or match[4]), "unit": match[3] or match[5],
        })  # fmt: skip
    for match in _MONEY.finditer(text):
        capped = text[: match.start()].endswith(_CAPS)
        shape = "rate" if match[2] in "%倍" else "cap" if capped else "fixed"
        unit = match[2] if match[2] in "%倍" or match[2].endswith("元") else f"{match[2]}元"
        elements.append({
            "kind": "amount", "span": list(match.span()), "shape": shape, "value": float(match[1]),
            "unit": unit,
        })  # fmt: skip
    return {"elements": elements, "groups": {}}


def jionlp_money() -> Method | None:
    """Sums as jionlp finds them, a cap where 最高 or 不超过 is in its words; None without it."""
    try:
        import jionlp
    except ImportError:
        return None

    def read(text: str, region: str) -> Reading:
        elements = []
        for found in jionlp.ner.extract_money(text, with_parsing=True):
            start, end = found["offset"]
            number = (found.get("detail") or {}).get("num")
            words = text[max(0, start - 4) : end]
            if isinstance(number, str):
                elements.append({
                    "kind": "amount", "span": [start, end], "value": float(number), "unit": "元",
                    "shape": "cap" if any(cap in words for cap in _CAPS) else "fixed",
                })  # fmt: skip
        return {"elements": elements, "groups": {}}

    return read


def ours() -> Method:
    """`qifu.textmine.policy_reading` with the demo city's catalogue."""
    from qifu.cli.rules_basis import read_basis
    from qifu.textmine.policy_reading.drafting import PolicyReader
    from qifu.textmine.policy_reading.inputs import plain_text
    from tests.textmine.gold.reading import as_reading

    reader = PolicyReader(read_basis(None).catalogue)
    return lambda text, region: as_reading(reader.draft(plain_text(text), area=region))


def methods() -> dict[str, Method]:
    found = {"rules and catalogue (ours)": ours(), "plain regex": plain_regex}
    money = jionlp_money()
    return found | ({"jionlp money": money} if money else {})


def read_all(method: Method, rows: list[Mapping[str, Any]]) -> tuple[dict[str, Reading], float]:
    """The readings by id, and milliseconds of CPU per text (the median of three rounds)."""
    times = []
    readings: dict[str, Reading] = {}
    for _ in range(3):
        began = time.process_time()
        readings = {row["id"]: method(row["text"], row["region"]) for row in rows}
        times.append((time.process_time() - began) * 1000 / len(rows))
    return readings, sorted(times)[1]


def peak(method: Method, rows: list[Mapping[str, Any]]) -> float:
    """MB that reading these texts allocates at most, above what was there before."""
    tracemalloc.start()
    for row in rows:
        method(row["text"], row["region"])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def print_table(*, each: bool = True, aside: bool = True) -> None:
    """The table of every method on the twenty and, with `aside`, on the ten; no text is printed."""
    from tests.textmine.gold.marks import ASIDE, FILE, read_file
    from tests.textmine.gold.scoring import score

    if not EXCERPTS.exists():
        print(f"Reading policies: skipped, no excerpts at {EXCERPTS} (set QIFU_DATA)")
        return
    rows = [json.loads(line) for line in EXCERPTS.read_text(encoding="utf-8").splitlines()]
    parts = {"twenty": read_file(FILE)} | ({"ten aside": read_file(ASIDE)} if aside else {})
    print("Reading policies: pooled over excerpts, 95 % interval from 2,000 draws of excerpts")
    head = ("texts", "what", "method", "P", "R", "F1", "95 %", "ms/text", "MB")
    print("{:<10} {:<20} {:<27} {:>5} {:>5} {:>5}  {:<11} {:>8} {:>6}".format(*head))
    for part, gold in parts.items():
        mine = [row for row in rows if row["id"] in gold]
        for name, method in methods().items():
            readings, took = read_all(method, mine)
            memory = peak(method, mine)
            for what, kind, judged in (
                ("conditions", "condition", True), ("without judged ones", "condition", False),
                ("amounts", "amount", True),
            ):  # fmt: skip
                if name.startswith("jionlp") and kind == "condition":
                    continue
                report = score(readings, gold, kind, judged=judged)
                _row(part, what, name, report, took, memory)
                if each and name.endswith("(ours)") and judged:
                    _each(report)


def _row(part: str, what: str, name: str, report: Any, took: float, memory: float) -> None:
    figures = report.pooled
    shown = [f"{one:.3f}" if one is not None else "-" for one in
             (figures.precision, figures.recall, figures.f1)]  # fmt: skip
    low_high = "{:.2f}-{:.2f}".format(*report.interval) if report.interval else "-"
    print(
        f"{part:<10} {what:<20} {name:<27} {shown[0]:>5} {shown[1]:>5} {shown[2]:>5}  "
        f"{low_high:<11} {took:>8.2f} {memory:>6.1f}"
    )


def _each(report: Any) -> None:
    own = [
        f"{key} {text.figures.f1:.2f}"
        for key, text in report.texts.items()
        if text.figures.f1 is not None
    ]
    apart = [f"{name} {f.right}/{f.found}" for name, f in report.apart.items()]
    print(f"           per excerpt: {', '.join(own)}; mean {report.mean_f1 or 0:.3f}")
    print(f"           of the right ones also right: {', '.join(apart)}")


if __name__ == "__main__":
    # whoever mends the rules looks at the twenty alone: each look at the ten spends them
    print_table(aside="--twenty" not in sys.argv)
