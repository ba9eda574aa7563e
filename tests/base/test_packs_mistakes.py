"""A pack with many different mistakes gives all of them in one run, each with its mend."""

import re
from collections import Counter
from pathlib import Path

import pytest

from qifu.base.packs import check_pack
from qifu.base.packs.starter import new_pack
from qifu.rulebook.finding_words import WORDS, as_json, in_chinese
from tests.base.pack_mistakes import MISTAKES, add_own_files, put_mistakes

SOURCE = Path(__file__).parents[2] / "src" / "qifu"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    new_pack(folder, id="town", name="测试市", name_en="Town", region="130100")
    units = folder / "units.yaml"
    units.write_text(
        units.read_text()
        + "- code: TOWN-X\n  name: {zh: 某局, en: Bureau}\n  parent: TOWN-GOV\n  region: null\n"
        + "  kind: department\n"
    )
    add_own_files(folder)
    return folder


def test_twenty_different_mistakes_give_as_many_findings_in_one_run(pack: Path) -> None:
    assert check_pack(pack) == []
    put_mistakes(pack)
    findings = check_pack(pack)
    told = Counter((str(Path(f.file).relative_to(pack)), f.code) for f in findings)
    assert told == Counter((name, code) for name, _old, _new, code in MISTAKES)
    assert len(findings) == len(MISTAKES) >= 20


def test_every_finding_has_file_line_and_mend_in_both_languages(pack: Path) -> None:
    put_mistakes(pack)
    for finding in check_pack(pack):
        lines = Path(finding.file).read_text().splitlines()
        assert finding.line and 1 <= finding.line <= len(lines), finding
        assert finding.code in WORDS, finding.code
        assert finding.message and re.search("请|要|只|写|用", in_chinese(finding)), finding
        assert as_json(finding)["message_zh"] == in_chinese(finding)


def test_the_line_is_the_one_that_has_to_be_mended(pack: Path) -> None:
    put_mistakes(pack)
    wrong = {(Path(f.file).name, f.code): f for f in check_pack(pack)}
    for name, old, new, code in MISTAKES:
        finding = wrong[Path(name).name, code] if Path(name).parent == Path() else None
        if finding is None or [m[3] for m in MISTAKES if m[0] == name].count(code) > 1:
            continue
        line = Path(finding.file).read_text().splitlines()[(finding.line or 1) - 1]
        changed = [part for part in new.splitlines() if part not in old]
        assert any(part.strip() in line for part in changed), (finding, line)


def test_every_code_of_a_finding_has_its_chinese_sentence() -> None:
    used = set()
    for folder in ("base/packs", "rulebook", "textmine"):
        for file in (SOURCE / folder).rglob("*.py"):
            used |= set(re.findall(r'(?:say|Finding)\(\s*"([a-z_]+)"', file.read_text()))
    assert len(used) > 50
    assert sorted(used - set(WORDS)) == []
