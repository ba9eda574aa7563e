"""Units from a city pack: added, renamed, moved, dissolved, brought back; never deleted."""

import pytest

from qifu.organisations.actions.units import load_units
from qifu.organisations.models import Organisation, Unit
from tests.conftest import NOW
from tests.factories import MembershipFactory, OrganisationFactory

pytestmark = pytest.mark.usefixtures("demo_city")


def row(code, zh, *, parent=None, kind="department", region="440300"):
    name = {"zh": zh, "en": f"{zh} in English"}
    return {"code": code, "name": name, "parent": parent, "kind": kind, "region": region}


TREE = [row("T-GOV", "测试市", kind="government"), row("T-GXJ", "测试工信局", parent="T-GOV")]


@pytest.fixture
def tree(demo_city):
    """Only these units: those of the demo city are dissolved by them."""
    load_units(TREE, now=NOW)
    return TREE


def unit(code) -> Unit:
    return Unit.objects.select_related("organisation", "parent__organisation").get(
        organisation__code=code
    )


def test_units_come_in_as_a_tree_in_both_languages(tree):
    bureau = unit("T-GXJ")
    assert (bureau.organisation.name, bureau.organisation.name_en) == (
        "测试工信局", "测试工信局 in English",
    )  # fmt: skip
    assert bureau.parent == unit("T-GOV")
    assert (bureau.kind, bureau.region, bureau.organisation.kind) == (
        "department", "440300", "unit",
    )  # fmt: skip
    assert unit("T-GOV").parent is None


def test_a_child_may_stand_before_its_parent(demo_city):
    load_units(list(reversed(TREE)), now=NOW)
    assert unit("T-GXJ").parent == unit("T-GOV")


def test_the_same_tree_again_changes_nothing(tree):
    before = list(Unit.objects.order_by("pk").values())
    assert load_units(TREE, now=NOW) == {"added": 0, "changed": 0, "dissolved": 0}
    assert list(Unit.objects.order_by("pk").values()) == before


def test_a_renamed_unit_keeps_its_people(tree):
    member = MembershipFactory.create(organisation=unit("T-GXJ").organisation, role="auditor")
    renamed = [TREE[0], row("T-GXJ", "测试工业和信息化局", parent="T-GOV")]
    assert load_units(renamed, now=NOW) == {"added": 0, "changed": 1, "dissolved": 0}
    assert unit("T-GXJ").organisation.name == "测试工业和信息化局"
    member.refresh_from_db()
    assert (member.organisation, member.ended_at) == (unit("T-GXJ").organisation, None)


def test_a_unit_under_another_parent_is_moved_and_counted(tree):
    district = row("T-LG", "测试区", parent="T-GOV", region="440307")
    moved = [TREE[0], district, row("T-GXJ", "测试工信局", parent="T-LG")]
    assert load_units(moved, now=NOW) == {"added": 1, "changed": 1, "dissolved": 0}
    assert unit("T-GXJ").parent == unit("T-LG")


def test_a_unit_that_is_gone_is_dissolved_on_that_day_and_only_once(tree):
    assert load_units(TREE[:1], now=NOW)["dissolved"] == 1
    assert str(unit("T-GXJ").dissolved_on) == "2026-11-22"
    assert load_units(TREE[:1], now=NOW)["dissolved"] == 0
    assert Organisation.objects.filter(code="T-GXJ").exists()


def test_a_dissolved_unit_comes_back_when_the_pack_has_it_again(tree):
    number = unit("T-GXJ").pk
    load_units(TREE[:1], now=NOW)
    assert load_units(TREE, now=NOW) == {"added": 0, "changed": 1, "dissolved": 0}
    assert (unit("T-GXJ").pk, unit("T-GXJ").dissolved_on) == (number, None)


def test_a_firm_with_the_code_of_a_unit_is_left_alone(demo_city):
    firm = OrganisationFactory.create(code="T-GXJ", name="同码企业")
    load_units(TREE, now=NOW)
    firm.refresh_from_db()
    assert firm.name == "同码企业"


def test_nothing_is_written_when_the_tree_breaks_half_way(demo_city):
    before = Unit.objects.count()
    with pytest.raises(KeyError):
        load_units([TREE[0], {"code": "T-BAD"}], now=NOW)
    assert Unit.objects.count() == before
    assert not Organisation.objects.filter(code="T-GOV").exists()
