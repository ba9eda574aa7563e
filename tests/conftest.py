"""What every test may ask for: the demo city, people of each kind, a clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import pytest

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Shanghai, a Sunday
DEMO_FIRMS = 60


@pytest.fixture
def now() -> datetime:
    return NOW


def _load_demo() -> None:
    from qifu.base.packs import read_pack
    from qifu.jobs.city import load_city
    from qifu.jobs.demo import load_demo

    pack = read_pack(ROOT / "cities" / "shenzhen_demo")
    load_city(pack, now=NOW)
    load_demo(pack, firms=DEMO_FIRMS, now=NOW)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Load the demo city once; tests undo what they do on top of it."""
    with django_db_blocker.unblock():
        _load_demo()


@pytest.fixture
def demo_city(db):
    """The loaded demo city. Loaded again where a test with real transactions emptied the tables."""
    from qifu.base.city import city_of_load, current_city, last_load

    if last_load() is None:
        city_of_load.cache_clear()
        _load_demo()
    return current_city()


@pytest.fixture(autouse=True)
def _fresh_caches() -> Iterator[None]:
    """Row numbers start again after a flush: nothing parsed may outlive its test by number."""
    yield
    from django.conf import settings
    from django.core.cache import cache

    cache.clear()
    for folder in (settings.QIFU_INDEX, settings.QIFU_FACTS):
        rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _source_language() -> Iterator[None]:
    """A page leaves its language behind in the thread; the next test starts in Chinese again."""
    yield
    from django.utils import translation

    translation.deactivate()
