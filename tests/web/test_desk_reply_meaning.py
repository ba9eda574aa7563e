"""Earlier replies in other words, on the page and over the API, where vectors are switched on."""

import pytest

from qifu.accounts.logic import SCOPES
from qifu.adapters import embeddings
from qifu.jobs.work import JOBS
from tests.api.programs import program
from tests.appeals import world
from tests.appeals.meaning import Meaning
from tests.conftest import NOW
from tests.web.desk_people import as_

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.mark.parametrize("on", [True, False])
def test_both_doors_embed_the_case_once_on_demand_and_only_where_it_is_on(
    settings, monkeypatch, on
):
    meaning = Meaning()
    settings.QIFU_EMBEDDINGS = on
    monkeypatch.setattr(embeddings, "load", lambda: meaning)
    done = world.replied(world.handling_(text="厂房停电三天，请问怎样反映？"))
    JOBS["appeals.keep_vectors"](NOW)
    case = world.handling_(text="车间断电，请问怎样反映？")
    page = as_(world.handler_actor())
    address = f"/desk/appeals/{case.pk}/reply/"
    assert page.get(address).status_code == 200 and meaning.asked == []
    assert done.number in page.post(address, {"do": "earlier"}).content.decode()
    assert len(meaning.asked) == on
    asks = program(world.handler_actor(), SCOPES)
    assert len(asks.get(f"/replies?about={case.pk}").json()["items"]) == 1
    assert len(asks.get("/replies?text=反映").json()["items"]) == 1
    assert len(meaning.asked) == 2 * on
