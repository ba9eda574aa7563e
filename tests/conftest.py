"""What every test may ask for: the demo city, people of each kind, a clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import pytest

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Shanghai, a Sunday
DEMO_FIRMS = 60


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for the database: a second database can change nothing else."""
    for item in items:
        asked = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
        if asked or item.get_closest_marker("django_db"):
            item.add_marker("database")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Load the demo city once; tests undo what they do on top of it."""
    from qifu.base.packs import read_pack
    from qifu.jobs.city import load_city
    from qifu.jobs.demo import load_demo
    from tests import snapshot

    with django_db_blocker.unblock():
        pack = read_pack(ROOT / "cities" / "shenzhen_demo")
        load_city(pack, now=NOW)
        load_demo(pack, firms=DEMO_FIRMS, now=NOW)
        snapshot.take()


@pytest.fixture
def demo_city(db):
    """The loaded demo city. Put back where a test with real transactions emptied the tables."""
    from qifu.base.city import city_of_load, current_city, last_load
    from tests import snapshot

    if last_load() is None:
        city_of_load.cache_clear()
        snapshot.put_back()
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
