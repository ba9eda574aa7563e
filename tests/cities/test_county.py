"""A county that shares nothing with the demo city but the nation's own data and the law."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from qifu.base.city import City, last_load
from qifu.base.packs import Pack, check_pack, diff, pack_hash, read_pack, snapshot
from qifu.base.packs.languages import in_both
from qifu.jobs.city import load_city
from qifu.organisations.models import Unit
from qifu.policies.models import PolicyVersion
from tests.cities.county_world import COUNTY, DEMO, county, county_pack, load_county
from tests.cities.test_no_city_in_the_code import REGISTER
from tests.conftest import NOW

__all__ = ["county"]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return county_pack()


@pytest.fixture(scope="module")
def demo() -> Pack:
    return read_pack(DEMO)


@pytest.fixture
def changed(tmp_path: Path) -> Any:
    """A copy of the county in which a text of a file is another; gives its findings."""

    def change(name: str, old: str, new: str) -> list[Any]:
        folder = tmp_path / "county"
        shutil.copytree(COUNTY, folder)
        file = folder / name
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new, 1))
        return check_pack(folder)

    return change


def test_the_county_checks_clean_and_its_cases_run(pack: Pack) -> None:
    assert check_pack(COUNTY) == []
    assert sum(len(file.cases) for file in pack.cases) >= 3 * len(pack.policies) == 12


def test_it_is_written_in_one_language() -> None:
    for file in COUNTY.rglob("*.yaml"):
        assert not re.search(r"\ben: |title_en", file.read_text()), file.name


def test_what_it_calls_things_is_not_what_the_demo_city_calls_them(pack: Pack, demo: Pack) -> None:
    def codes(one: Pack) -> dict[str, set[str]]:
        rows = {kind: one.casework[kind] for kind in ("matters", "answers", "reply_templates")}
        return {
            "units": {str(unit["code"]) for unit in one.units},
            "roles": {str(role["code"]) for role in one.roles},
            "attributes": set(one.catalogue.attributes) - REGISTER,
            "policies": {policy.id for policy in one.policies},
            "clocks": {row["code"] for row in one.casework["clocks"]["rule_sets"]},
            "exclusions": {row["code"] for row in one.casework["scope"]["exclusions"]},
            "rules": {row["code"] for row in one.casework["dispatch"]["rules"]},
            "channels": {row["code"] for row in one.casework["channels"]["channels"]},
            **{kind: {row["code"] for row in found} for kind, found in rows.items()},
        }

    county_s, demo_s = codes(pack), codes(demo)
    assert {kind: county_s[kind] & demo_s[kind] for kind in county_s} == {
        kind: set() for kind in county_s
    }
    assert (pack.region, pack.languages, len(pack.units)) == ("990121", ("zh",), 3)
    assert pack.casework["appeals"]["hours"] != demo.casework["appeals"]["hours"]
    assert set(pack.catalogue.groups) & set(demo.catalogue.groups) == set()


def test_texts_stand_for_both_languages_behind_the_reading(pack: Pack) -> None:
    workers = pack.catalogue.attributes["workers"]
    assert (workers.label_zh, workers.label_en) == ("在岗人数", "在岗人数")
    assert pack.roles[0]["name"] == {"zh": "当家人", "en": "当家人"}
    assert all(policy.title_en == policy.title for policy in pack.policies)
    # the nation's own texts keep their English
    assert "en" in pack.laws["sme-payment-2025"].document()["title"]


def test_writing_the_same_text_for_both_languages_is_the_same_pack(
    pack: Pack, tmp_path: Path
) -> None:
    """As `qifu city export` writes it: the form behind the reading."""
    folder = tmp_path / "county"
    shutil.copytree(COUNTY, folder)
    for name in ("pack", "roles", "units", "notices", "scope"):
        file = folder / f"{name}.yaml"
        both = in_both(yaml.safe_load(file.read_text()))
        if name == "pack":
            both["region"] = str(both["region"])
        file.write_text(yaml.safe_dump(both, allow_unicode=True, sort_keys=False))
    written = read_pack(folder)
    assert pack_hash(written) == pack_hash(pack)
    assert diff(snapshot(pack), snapshot(written)) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "code", "path"),
    [
        ("pack.yaml", "\nlanguages: [zh]", "\nlanguages: [en]", "language", "languages"),
        ("pack.yaml", "{zh: 县级}", "{en: County}", "language", "levels.district.zh"),
        ("pack.yaml", "  district: {zh", "  village: {zh", "unknown_key", "levels.village"),
        ("pack.yaml", "workers, turnover", "staff, turnover", "reference", "diagnosis[2]"),
        ("pack.yaml", "workers, turnover", "region, turnover", "duplicate_code", "diagnosis[2]"),
        ("demo.yaml", "  workers: employees", "  staff: employees", "reference", "figures.staff"),
        ("demo.yaml", "disputed: workers", "disputed: staff", "reference", "disputed"),
        ("roles.yaml", "zh: 当家人", "zh: ''", "language", "[0].name.zh"),
        ("roles.yaml", "        people.manage, consents.manage", "        consents.manage",
         "missing", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(
    changed: Any, name: str, old: str, new: str, code: str, path: str
) -> None:
    found = [(f.code, f.path, Path(f.file).name) for f in changed(name, old, new)]
    assert (code, path, name) in found


def test_it_loads_in_place_of_nothing_and_again_without_a_difference(county: City) -> None:
    assert (county.pack, county.languages) == ("qingxi_county", ("zh",))
    assert (county.owner_role, county.role_with("appeals.handle")) == ("principal", "case_officer")
    assert Unit.objects.count() == 3
    assert PolicyVersion.objects.count() == 4
    before = last_load()
    (line,) = load_city(county_pack(), now=NOW)
    assert "没有变化" in line
    assert last_load() == before


def test_made_up_firms_have_the_county_s_own_attributes(county: City) -> None:
    from qifu.organisations.models import Enterprise, Fact

    known = set(Fact.objects.values_list("attribute", flat=True))
    assert {"workers", "turnover", "workshop_area", "discredited"} <= known
    assert known <= set(county.catalogue.attributes)
    for firm in Enterprise.objects.all():
        assert county.usable(firm.facts) == firm.facts
        assert firm.region.startswith("990121")


def test_loading_it_takes_the_place_of_the_demo_city(demo_city: City) -> None:
    assert demo_city.pack == "shenzhen_demo"
    assert load_county().pack == "qingxi_county"
    assert not Unit.objects.filter(organisation__code__startswith="SZ-").exists()
