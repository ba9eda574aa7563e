"""What leaves the house in a workbook names no private person."""

import pytest

from tests.appeals import cases, world
from tests.web.desk_people import as_
from tests.web.pages import words
from tests.web.test_desk_appeals import table

pytestmark = pytest.mark.usefixtures("demo_city")


def test_names_and_numbers_in_titles_are_masked_in_the_workbook_and_not_on_the_page():
    cases.case("handling", title="王小明经理催款，电话13000001234", text="货款拖欠半年")
    coordinator = as_(world.coordinator_actor())
    rows = table(coordinator.get("/desk/appeals.xlsx?list=all"))
    line = dict(zip(rows[0], rows[1], strict=True))
    assert line["标题"] == "某某某经理催款，电话130********"
    assert "13000001234" in words(coordinator.get("/desk/appeals/?list=all"))
