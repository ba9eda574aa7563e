"""Pages are asked on the day of the test data, whenever the tests run."""

import pytest

from tests.conftest import NOW
from tests.web.english import compile_english


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    # axes takes the clock by name when it is imported
    for clock in ("django.utils.timezone.now", "axes.handlers.proxy.now", "axes.attempts.now"):
        monkeypatch.setattr(clock, lambda: NOW)


@pytest.fixture(scope="session")
def english_texts() -> None:
    """The English texts as they stand in the tree, compiled."""
    compile_english()


@pytest.fixture
def english(client, english_texts):
    """A client of somebody who has chosen English."""
    client.cookies["django_language"] = "en"
    return client
