"""Programs that ask the API, on the day of the test data."""

import pytest

from qifu.accounts.logic import SCOPES
from tests.api.programs import Program, program
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor, officer
from tests.web.english import compile_english


@pytest.fixture(autouse=True)
def _on_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def firm(demo_city):
    return EnterpriseFactory.create()


@pytest.fixture
def owner(firm):
    return enterprise_actor(firm, "owner")


@pytest.fixture
def asks(owner) -> Program:
    """The program of the firm's owner, with every scope."""
    return program(owner, SCOPES)


@pytest.fixture
def desk(demo_city) -> Program:
    """The program of an officer who finds firms."""
    return program(officer("enterprise_officer"), SCOPES)


@pytest.fixture(scope="session")
def english_texts() -> None:
    """The English texts as they stand in the tree, compiled."""
    compile_english()
