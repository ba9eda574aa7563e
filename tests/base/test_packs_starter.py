"""`new_pack`: a new city's pack is complete, commented and names no other city."""

import re
from pathlib import Path

import pytest

from qifu.base.packs import check_pack, read_pack
from qifu.base.packs.files import KINDS, OWN_ONLY
from qifu.base.packs.starter import NotEmpty, Wrong, new_pack

# what a new city inherits and need not write
INHERITED = ("sizes",)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cities") / "town"
    new_pack(folder, id="my_town", name='测试"市"', name_en="Town: one", region="130100")
    return folder


def test_a_new_pack_can_be_used_at_once(pack: Path) -> None:
    assert check_pack(pack) == []
    city = read_pack(pack)
    assert (city.id, city.region, city.languages) == ("my_town", "130100", ("zh", "en"))
    assert dict(city.name) == {"zh": '测试"市"', "en": "Town: one"}
    assert city.policies and city.laws and city.casework["channels"]["channels"]


def test_a_new_pack_has_every_file_that_a_running_city_needs(pack: Path) -> None:
    there = {file.stem for file in pack.glob("*.yaml")}
    assert there == set(KINDS) - set(OWN_ONLY) - set(INHERITED)


def test_every_file_says_what_it_is_for_in_both_languages_and_names_its_schema(pack: Path) -> None:
    files = [*pack.glob("*.yaml"), *pack.glob("policies/**/*.yaml")]
    for file in files:
        lines = file.read_text().splitlines()
        named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", lines[0])
        assert named and (file.parent / named[1]).is_file(), file
        assert re.match("# .*[\u4e00-\u9fff]", lines[1]), file
        assert any(re.match("# [A-Z][a-z ]+", line) for line in lines[1:5]), file


def test_a_new_pack_names_no_other_city(pack: Path) -> None:
    others = "深圳|上海|福田|Shenzhen|(?<!Asia/)Shanghai|SZ-|SZD|shenzhen"
    for file in (place for place in pack.rglob("*") if place.is_file()):
        found = re.search(others, file.read_text())
        assert not found, (file, found)


def test_a_county_has_no_fronts_of_districts_and_may_have_one_language(tmp_path: Path) -> None:
    new_pack(tmp_path / "c", id="c1", name="某县", name_en="C", region="130121", languages=("zh",))
    assert check_pack(tmp_path / "c") == []
    assert not (tmp_path / "c" / "zones.yaml").exists()
    assert read_pack(tmp_path / "c").languages == ("zh",)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(NotEmpty):
        new_pack(tmp_path, id="town", name="市", name_en="T", region="130100")
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_everything_that_is_wrong_with_the_question_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(Wrong) as told:
        new_pack(tmp_path / "x", id="My Town", name=" ", name_en="", region="99", languages=("en",))
    where = [finding.path for finding in told.value.findings]
    assert where == ["--id", "--name", "--name-en", "--region", "--languages"]
    assert not (tmp_path / "x").exists()
