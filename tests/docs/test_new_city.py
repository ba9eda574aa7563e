"""The guide for a new city: its commands are run in their order, with the files that it shows."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from qifu.base.calendar import calendar_in_force
from qifu.base.city import city_of_load, current_city, last_load
from qifu.base.models import CityLoad
from qifu.base.packs import pack_hash, read_pack
from qifu.organisations.models import Channel, Enterprise, Unit
from tests.cli.running import row, run, write_csv

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = [DOCS / "new-city.md", DOCS / "new-city.zh-CN.md"]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PASSWORD = "Strong-enough-2026\n"


def steps(guide: Path) -> Iterator[tuple[str, str]]:
    """("run", command), ("add", file and text) or ("file", path and text), as they stand."""
    for language, body in BLOCK.findall(guide.read_text(encoding="utf-8")):
        if language == "sh":
            for line in body.splitlines():
                yield "run", line.split("  #", 1)[0].strip()
        else:
            first, _, rest = body.partition("\n")
            kind, _, name = first.removeprefix("# ").removeprefix("add to ").rpartition(" ")
            yield ("file" if kind == "file" else "add"), f"{name}\n{rest}"


@pytest.fixture
def empty_place(demo_city, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "register.csv", [row(9001), row(9002)])
    # the guide starts from nothing: what the tests have loaded counts as an earlier try
    CityLoad.objects.update(pack="our_city")
    city_of_load.cache_clear()
    yield tmp_path
    city_of_load.cache_clear()


def test_the_guide_leads_to_a_running_city(empty_place):
    first = last_load().pk
    done: list[str] = []
    for kind, words in steps(GUIDES[0]):
        if kind == "run":
            done.append(_run(words, after=first))
        else:
            name, _, text = words.partition("\n")
            place = empty_place / (name if kind == "file" else f"our_city/{name}")
            place.parent.mkdir(exist_ok=True)
            before = place.read_text() if kind == "add" else ""
            place.write_text(before + text)
    city = current_city()
    assert (city.pack, city.site_name["zh"]) == ("our_city", "企服 · 某某市")
    assert Unit.objects.filter(organisation__code="OURCITY-TRANSPORT", dissolved_on=None).exists()
    assert set(Channel.objects.filter(retired_at=None).values_list("code", flat=True)) == {
        "hotline-12345", "service-window",
    }  # fmt: skip
    assert Enterprise.objects.filter(organisation__name__in=["测试登记企业9001"]).exists()
    assert calendar_in_force().is_working_day(date(2027, 2, 14))
    assert last_load().content_hash == pack_hash(read_pack(empty_place / "our_city"))
    assert any("nothing to load" in text for text in done)


def _run(command: str, *, after: int) -> str:
    """Run one command as the guide shows it; its numbers of loads count from this city's own."""
    parts = shlex.split(command)
    assert parts[0] == "qifu"
    if parts[1] == "migrate":
        return ""  # the tables of the test are there; tests/web and CI make them from nothing
    if "--to" in parts:
        own = list(
            CityLoad.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        )
        parts[-1] = str(own[int(parts[-1]) - 1])
    asked = PASSWORD * 2 if parts[1:3] == ["people", "add"] else None
    result = run(*parts[1:], stdin=asked)
    assert result.exit_code == 0, f"{command}\n{result.output}"
    if "--json" in parts:
        assert json.loads(result.stdout) == []
    return result.stdout


def test_both_languages_show_the_same_steps():
    english, chinese = (list(steps(guide)) for guide in GUIDES)
    assert english == chinese
    assert len([words for kind, words in english if kind == "run"]) > 20
