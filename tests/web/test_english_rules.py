"""The pages of policy officers in English: Chinese is left only where it is marked as such."""

import pytest

from qifu.jobs.live_index import keep_index
from qifu.policies.models import PolicyVersion
from tests.conftest import NOW
from tests.factories import officer
from tests.web.desk_people import as_
from tests.web.english import chinese_left
from tests.web.test_english import in_english, read_all

pytestmark = pytest.mark.usefixtures("demo_city", "english_texts")

WRONG = "id: T\nversion: 1\ntitle: T\nwhen: {all: [{attr: nothing, op: is, value: 1}]}"
ODD = """id: T
version: 1
title: T
budget: {firms: 1, total: 5}
when:
  all:
  - {attr: employees, op: ">=", value: 5, unit: person}
  - {attr: employees, op: "<", value: 3, unit: person}
amount: {expr: "1000 * employees", unit: CNY}
"""


@pytest.fixture
def desk():
    return in_english(as_(officer("policy_officer")))


def test_the_library_and_every_policy_at_the_desk(desk):
    numbers = list(PolicyVersion.objects.values_list("policy_id", flat=True).distinct()[:6])
    asked = ["/desk/policies/", "/desk/policies/?q=zzzz", "/desk/policies/?life=in_force",
             *(f"/desk/policies/{one}/" for one in numbers)]  # fmt: skip
    read_all(desk, asked)
    keep_index(NOW)
    read_all(desk, [*asked, *(f"/desk/policies/{one}/preview/" for one in numbers)])


@pytest.mark.parametrize("text", ["", "when: [", WRONG, ODD, ODD.replace("<", ">")])
def test_a_preview_whatever_is_typed(desk, text):
    page = desk.post("/desk/policies/preview/", {"text": text})
    assert page.headers["Content-Language"].startswith("en")
    assert chinese_left(page.content.decode()) == []
