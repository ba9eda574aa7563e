"""Pages are asked on the day of the test data, whenever the tests run."""

import pytest

from tests.conftest import NOW


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def english(client):
    """A client of somebody who has chosen English."""
    client.cookies["django_language"] = "en"
    return client
