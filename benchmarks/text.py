"""Reading Chinese: every table of the text benchmarks, one after the other.

    python benchmarks/text.py [NAME …]

A name is the end of a file beside this one (classify, privacy, replies, …). Data that is not here
is said to be missing, and the next table comes.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = ("classify", "policies", "privacy", "repeats", "replies", "search", "topics")


def main(asked: list[str]) -> int:
    """Each part in a process of its own, so that memory is its own; the worst exit code."""
    unknown = set(asked) - set(PARTS)
    if unknown:
        sys.exit(f"no table {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    worst = 0
    for name in asked or PARTS:
        print(f"\n## {name}\n", flush=True)
        done = subprocess.run([sys.executable, str(HERE / f"text_{name}.py")], check=False)
        worst = max(worst, done.returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
