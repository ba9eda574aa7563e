"""What a running system asks the city about appeals, and loads from before there were any."""

from datetime import date

import pytest

from qifu.base.city import City, city_of_load, current_city, record_load
from qifu.base.packs.model import CASEWORK
from qifu.rulebook.calendar_words import ClockError
from qifu.textmine.matters import suggest
from tests.conftest import NOW

TODAY = date(2026, 11, 22)


@pytest.fixture
def city(demo_city: object) -> City:
    return current_city()


@pytest.fixture
def old_city(city: City) -> City:
    """A load of the time before appeals: none of their documents, no statutes."""
    documents = {
        key: value for key, value in city.documents.items() if key not in (*CASEWORK, "laws")
    }
    load = record_load(
        pack="old", version="1", content_hash="x", documents=documents, changes=[],
        loaded_by=None, now=NOW,
    )  # fmt: skip
    return city_of_load.__wrapped__(load.pk)


def test_the_city_gives_matters_clocks_scope_and_lists_as_they_were_loaded(city: City) -> None:
    assert {matter.code for matter in city.matters} >= {"arrears", "financing", "tax"}
    assert city.matters is city.matters  # read once for a load
    assert city.clock_rules.get(city.appeals["clocks"], on=TODAY).limit("reply") is not None
    assert len(city.scope.exclusions) == 7
    assert len(city.answers) >= 30
    assert len(city.reply_templates) >= 12
    assert all(row["text"] for row in city.laws)
    assert suggest("客户拖欠货款不付", city.matters)[0].code == "arrears"


@pytest.mark.parametrize(
    ("matter", "region", "facts", "unit"),
    [
        ("premises", "440305", {"industry": "I6513"}, "SZ-KCJ"),
        ("premises", "440305", {"industry": "C3962"}, "SZ-ZFJS"),
        ("premises", "440306", {"industry": "I6513"}, "SZ-ZFJS"),
        ("premises", None, {}, "SZ-ZFJS"),
        ("subsidy_application", "440304", {"industry": "F5137"}, "SZ-SWJ"),
        ("subsidy_application", "440304", {"industry": "C3962"}, "SZ-GXJ"),
        ("park_services", "440311", {}, "SZ-KCJ"),
        ("park_services", "440307", {}, "SZ-GXJ"),
        ("schooling", "440306", {}, "SZ-JYJ"),
        (None, "440306", {}, "SZ-QYFW"),
    ],
)
def test_the_dispatch_list_sends_each_matter_to_its_city_department(
    city: City, matter: str | None, region: str | None, facts: dict[str, str], unit: str
) -> None:
    assert city.dispatch is not None
    route = city.dispatch.route(matter, region, facts, as_of=TODAY)
    assert route.unit == unit
    assert route.fallback is (matter is None)


def test_every_matter_is_routed_to_somebody_even_when_its_unit_is_gone(city: City) -> None:
    assert city.dispatch is not None
    for matter in city.matters:
        route = city.dispatch.route(matter.code, "440306", {}, as_of=TODAY)
        assert not route.fallback, matter.code
        gone = city.dispatch.route(matter.code, "440306", {}, as_of=TODAY, gone=[route.unit])
        assert gone.unit == route.deputy, matter.code


def test_a_load_from_before_appeals_still_reads_and_gives_nothing(old_city: City) -> None:
    assert old_city.appeals == {}
    assert old_city.matters == ()
    assert old_city.dispatch is None
    assert old_city.scope.exclusions == ()
    assert (old_city.answers, old_city.reply_templates, old_city.laws) == ([], [], [])
    with pytest.raises(ClockError):
        old_city.clock_rules.get("sh_1515")


def test_every_permission_for_appeals_is_held_by_the_roles_of_its_desk(city: City) -> None:
    holders = {
        permission: {role.code for role in city.roles.values() if permission in role.may}
        for permission in (
            "appeals.submit", "appeals.view", "appeals.intake", "appeals.handle",
            "appeals.coordinate", "appeals.callback", "appeals.view_all",
        )
    }  # fmt: skip
    assert holders == {
        "appeals.submit": {"owner", "clerk"},
        "appeals.view": {"owner", "clerk", "viewer"},
        "appeals.intake": {"intake_officer"},
        "appeals.handle": {"handler"},
        "appeals.coordinate": {"coordinator"},
        "appeals.callback": {"callback_officer"},
        "appeals.view_all": {"intake_officer", "coordinator"},
    }
