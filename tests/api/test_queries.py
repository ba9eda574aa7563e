"""A page of a list asks the database as often for many rows as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.programs import Program
from tests.factories import EnterpriseFactory


def asked(program: Program, path: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert program.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("path", ["/firms", "/answers", "/laws", "/policies"])
def test_a_list_costs_the_same_for_one_row_and_for_many(desk: Program, path: str) -> None:
    EnterpriseFactory.create_batch(12)
    asked(desk, f"{path}?limit=1")
    assert asked(desk, f"{path}?limit=1") == asked(desk, f"{path}?limit=10")
