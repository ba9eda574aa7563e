"""The Python client made from the document: whole, strictly typed, and it works."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from qifu.accounts.logic import SCOPES
from qifu.config.wsgi import application
from qifu.policies.selectors import library
from tests.api.operations import operations
from tests.api.programs import program
from tests.conftest import NOW, ROOT
from tools import client as tool

USE = Path(__file__).with_name("client_use.py")
WRONG = """
from qifu_client import AuthenticatedClient
from qifu_client.api.appeals import list_appeals, take_rate
from qifu_client.models import Rate
def wrong(client: AuthenticatedClient) -> None:
    list_appeals.sync(client=client, list_="no such list")
    take_rate.sync(1, client=client, body=Rate(level="five"))
    take_rate.sync(1, client=client)
"""


@pytest.fixture(scope="session")
def made(tmp_path_factory, english_texts) -> Path:
    """A folder with the document and the client's project, as `make client` writes them."""
    place = tmp_path_factory.mktemp("client")
    tool.write_document(place / "openapi.json")
    tool.make_client(place / "openapi.json", place / "project")
    return place


@pytest.fixture
def _connection_stays() -> None:
    """A WSGI call ends with closing old connections: that would end the test's own.

    Django's test client puts them back: a test that asks for this uses no `Program`.
    """
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def checked(made: Path, *what: str | Path) -> str:
    """What mypy says, strictly."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-error-summary",
         "--cache-dir", made / "mypy", *what],
        cwd=made, capture_output=True, text=True, timeout=300,
        env={**os.environ, "MYPYPATH": str(made / "project")},
    )  # fmt: skip
    return done.stdout + done.stderr


def test_every_operation_has_its_function_and_all_of_it_is_strictly_typed(made):
    package = made / "project" / tool.PACKAGE
    written = {file.stem for file in (package / "api").glob("*/*.py")} - {"__init__"}
    assert written == {one.id for one in operations()}
    assert checked(made, "-p", tool.PACKAGE) == ""
    assert checked(made, USE) == ""


def test_what_the_document_does_not_know_is_found_before_the_program_runs(made):
    (made / "wrong.py").write_text(WRONG)
    lines = checked(made, "wrong.py").splitlines()
    found = [line.split(":")[1] for line in lines if ": error:" in line]
    assert found == ["6", "7", "8"], lines


@pytest.mark.django_db
@pytest.mark.usefixtures("_connection_stays")
def test_a_program_lists_files_reads_attaches_and_takes_a_step(made, owner, monkeypatch):
    monkeypatch.syspath_prepend(str(made / "project"))
    from qifu_client import AuthenticatedClient

    from tests.api import client_use as use

    def client_of(secret: str) -> AuthenticatedClient:
        return AuthenticatedClient(
            base_url="http://testserver/api/v1", token=secret,
            httpx_args={"transport": httpx.WSGITransport(app=application)},
        )  # fmt: skip

    with client_of(program(owner, SCOPES).secret) as client:
        assert use.who(client) == (owner.organisation.code, "owner")
        titles = use.titles(client)
        assert len(titles) == library(owner, on=NOW.date()).count() > 10
        assert set(use.verdicts(client, 86).values()) >= {"ineligible", "maybe"}
        case = use.file_case(client, "请问怎样申请用电增容？", "the-key-of-this-case")
        again = use.file_case(client, "请问怎样申请用电增容？", "the-key-of-this-case")
        assert (again.id, again.number) == (case.id, case.number)
        assert use.attach(client, case.id, "照片.pdf", b"%PDF-1.4\n" + b"0" * 60) == ["照片.pdf"]
        assert use.own(client) == [case.id]
        assert "withdraw" in use.steps(client, case.id)
        status, refusal = use.refused(client)
        assert (status, refusal.code) == (422, "bad_input")
        assert refusal.message and refusal.field
        assert use.withdraw(client, case.id) == "withdrawn"
        assert use.withdraw(client, case.id) == "wrong_state"
    assert use.stranger(client_of("qf_wrong")) == "not_authenticated"
    assert str(ROOT) not in (made / "openapi.json").read_text()
