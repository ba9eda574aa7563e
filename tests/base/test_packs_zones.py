"""Fronts of districts in a pack: every mistake is told where it stands, and what a front owns."""

from itertools import combinations
from pathlib import Path

import pytest

from qifu.base.packs import check_pack, documents_of, read_pack
from qifu.base.zones import Zone, parse_zones, zone_of_region
from qifu.rulebook.codes import REGION
from tests.base.test_packs import DEMO, copy
from tests.base.test_packs_findings import Broken, broken

__all__ = ["broken", "copy"]  # fixtures

ELEVEN = (
    "futian", "luohu", "yantian", "nanshan", "baoan", "longgang", "longhua", "guangming",
    "pingshan", "dapeng", "shenshan",
)  # fmt: skip
UNITS = (
    {"code": "CITY", "parent": None},
    {"code": "EAST", "parent": "CITY"},
    {"code": "EAST-TRADE", "parent": "EAST"},
    {"code": "COAST", "parent": "EAST"},
    {"code": "COAST-TRADE", "parent": "COAST"},
)


def front(code: str, unit: str, *regions: str) -> dict[str, object]:
    words = {"zh": code, "en": code}
    return {
        "code": code, "name": words, "site_name": words, "intro": words, "unit": unit,
        "regions": list(regions), "colours": {"accent": "#0b5cab"}, "hosts": [],
    }  # fmt: skip


def demo_fronts() -> tuple[Zone, ...]:
    documents = documents_of(read_pack(DEMO))
    return parse_zones(documents["zones"], documents["units"])


def test_every_mistake_is_told_in_one_run_with_file_and_line(broken: Broken) -> None:
    put = broken.replace
    put("zones.yaml", "- code: futian", "- code: Fu_Tian", "slug")
    put("zones.yaml", "- code: luohu", "- code: city", "slug")
    put("zones.yaml", "- code: longhua", "- code: baoan", "duplicate_code")
    put("zones.yaml", 'regions: ["440308"]', 'regions: ["440399"]', "reference")
    put("zones.yaml", 'regions: ["440309"]', 'regions: ["440307"]', "taken")
    put("zones.yaml", 'regions: ["440310"]', "regions: 440310", "type")
    put("zones.yaml", "unit: SZ-GM", "unit: SZ-GN", "reference")
    put("zones.yaml", "unit: SZ-SS", "unit: SZ-DP", "taken")
    put("zones.yaml", '"#b4232a"', '"#ffcc00"', "contrast")
    put("zones.yaml", '"#6d28d9"', "violet", "colour")
    put("zones.yaml", '"#15803d"', '"#B45309"', "taken")
    put("zones.yaml", "  name: {zh: 盐田区, en: Yantian District}",
        '  name: {zh: 盐田区, en: ""}', "language")  # fmt: skip
    put("zones.yaml", "  site_name: {zh: 企服 · 宝安, en: Qifu · Bao'an}\n", "  logo: x\n",
        "unknown_key")  # fmt: skip
    put("zones.yaml", "unit: SZ-FT\n  hosts: []", "unit: SZ-FT\n  hosts: [https://futian.example]",
        "host", at="hosts")  # fmt: skip
    put("zones.yaml", "unit: SZ-LH\n  hosts: []", "unit: SZ-LH\n  hosts: [a.example.org]", "-")
    put("zones.yaml", "unit: SZ-YT\n  hosts: []", "unit: SZ-YT\n  hosts: [a.example.org]",
        "taken", at="hosts")  # fmt: skip
    broken.expected = [row for row in broken.expected if row[2] != "-"]

    findings = check_pack(broken.folder)

    assert list(broken.missing(findings)) == []
    told = [f for f in findings if f.file.endswith("zones.yaml")]
    assert all(f.line and f.message for f in told)
    assert {(f.code, f.path) for f in told} >= {("missing", "[4].site_name")}


@pytest.mark.parametrize(
    "host", ["localhost", "Futian.example.org", "a.example.org:8000", "a_b.example.org", "", 7]
)
def test_a_host_is_a_name_in_small_letters_and_nothing_else(broken: Broken, host: object) -> None:
    file = broken.folder / "zones.yaml"
    text = file.read_text()
    file.write_text(text.replace("hosts: []", f"hosts: [{host!r}]", 1))
    assert {f.code for f in check_pack(broken.folder)} == {"host"}


def test_a_city_without_fronts_needs_none(copy: Path) -> None:
    (copy / "zones.yaml").unlink()
    assert not [f for f in check_pack(copy) if f.file.endswith("zones.yaml")]


def test_the_demo_city_has_its_eleven_districts_and_every_region_of_it_one_front() -> None:
    fronts = demo_fronts()
    assert tuple(zone.code for zone in fronts) == ELEVEN
    regions = read_pack(DEMO).trees[REGION]
    places = regions.children(regions.normalise("440300"))
    assert {zone_of_region(fronts, place) is not None for place in places} == {True}
    assert [zone.code for zone in fronts if not zone.regions] == ["dapeng", "shenshan"]


def test_the_colours_of_the_demos_fronts_can_be_told_apart() -> None:
    def lab(colour: str) -> tuple[float, float, float]:
        red, green, blue = (
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
            for c in (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        )
        x, y, z = (
            t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
            for t in (
                (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
                0.2126 * red + 0.7152 * green + 0.0722 * blue,
                (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
            )
        )
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    pack = read_pack(DEMO)
    accents = [pack.colours["accent"], *(zone.accent for zone in demo_fronts())]
    # CIE76: differences below 5 are hard to see, above 10 they are seen at a glance
    near = [
        (one, two)
        for one, two in combinations(accents, 2)
        if sum((a - b) ** 2 for a, b in zip(lab(one), lab(two), strict=True)) ** 0.5 < 20
    ]
    assert near == []


def test_a_unit_belongs_to_the_nearest_front_above_it() -> None:
    east, coast = parse_zones([front("east", "EAST", "440304"), front("coast", "COAST")], UNITS)
    assert east.units == ("EAST", "EAST-TRADE")
    assert coast.units == ("COAST", "COAST-TRADE")
    assert east.elsewhere == {"COAST", "COAST-TRADE"}
    assert (east.region, coast.region) == ("440304", "")
    assert (east.other_regions, coast.other_regions) == ((), ("440304",))


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ("440304", "east"),
        ("440304001000", "mill"),
        ("440304001007", "mill"),
        ("440304002", "east"),
        ("440305", None),
        ("4403", None),
        ("", None),
    ],
)
def test_a_region_belongs_to_the_front_with_the_most_exact_code(region: str, code: str) -> None:
    rows = [front("east", "EAST", "440304"), front("mill", "COAST", "440304001000")]
    found = zone_of_region(parse_zones(rows, UNITS), region)
    assert (found.code if found else None) == code
