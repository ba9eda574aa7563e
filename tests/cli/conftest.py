"""A copy of the demo city's pack, to change and load."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from qifu.base.city import city_of_load
from qifu.policies.selectors.library import _read, _ready
from tests.cli.running import DEMO_PACK


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    for name in ("national", "shenzhen_demo"):
        shutil.copytree(DEMO_PACK.parent / name, tmp_path / name)
    return tmp_path / "shenzhen_demo"


@pytest.fixture
def loads_are_parsed_anew() -> Iterator[None]:
    """A test's loads are undone, and their numbers given again."""
    yield
    city_of_load.cache_clear()
    _read.cache_clear()
    _ready.cache_clear()
