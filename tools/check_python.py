"""Say plainly when the Python that make found is too old."""

import sys

if sys.version_info < (3, 11):
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"Qifu needs Python 3.11 or newer, found {found}. Try: PYTHON=python3.11 make demo")
