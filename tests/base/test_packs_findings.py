"""A pack full of mistakes tells all of them in one run, each with its file and line."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from qifu.base.packs import check_pack
from qifu.rulebook.findings import Finding

CITIES = Path(__file__).parents[2] / "cities"


@dataclass
class Broken:
    """A copy of the demo pack into which mistakes are put; remembers where each one stands."""

    folder: Path
    expected: list[tuple[str, int | None, str]] = field(default_factory=list)

    def replace(self, name: str, old: str, new: str, code: str, *, at: str = "") -> None:
        """Put `new` for the first `old`; the finding is expected in the line that holds `at`."""
        file = self.folder / name
        text = file.read_text()
        assert text.count(old) >= 1, f"{old!r} is not in {name}"
        place = text.index(old)
        file.write_text(text[:place] + new + text[place + len(old) :])
        offset = new.index(at) if at else 0
        line = text[:place].count("\n") + new[:offset].count("\n") + 1
        self.expected.append((name, line, code))

    def add(self, name: str, text: str, code: str, *, line: int | None) -> None:
        """A file of its own with a mistake in that line."""
        (self.folder / name).write_text(text)
        self.expected.append((name, line, code))

    def missing(self, findings: list[Finding]) -> Iterator[str]:
        """What was expected and not found."""
        for name, line, code in self.expected:
            fitting = [f for f in findings if f.file.endswith(name) and f.code == code]
            if not any(f.line == line for f in fitting):
                yield f"{name}:{line} {code}, found {[str(f) for f in fitting]}"


@pytest.fixture
def broken(tmp_path: Path) -> Broken:
    for name in ("national", "shenzhen_demo"):
        shutil.copytree(CITIES / name, tmp_path / name)
    return Broken(tmp_path / "shenzhen_demo")


def test_every_mistake_in_every_file_is_told_in_one_run_with_file_and_line(broken: Broken) -> None:
    put = broken.replace
    put("pack.yaml", "version: 1", "version: one", "type")
    put("pack.yaml", 'region: "440300"', 'region: "449900"', "reference")
    put("pack.yaml", '"#0b5cab"', '"#f2c94c"', "contrast")
    put("pack.yaml", "languages: [zh, en]", "languages: [zh, fr]", "reference")
    put("pack.yaml", "currency: CNY", "colour: CNY", "unknown_key")
    put("units.yaml", "- code: SZ-KCJ\n", "- code: SZ-GXJ\n", "duplicate_code", at="- code")
    put("units.yaml", "parent: SZ-LG\n", "parent: SZ-NOWHERE\n", "reference")
    put("units.yaml", 'region: "440306"', 'region: "999999"', "reference")
    put("units.yaml", 'en: "Municipal Finance Bureau"', 'en: ""', "language")
    put("roles.yaml", "journal.view", "journal.burn", "reference")
    put("roles.yaml", "  for: enterprise", "  for: everybody", "kind")
    put("notices.yaml", "Number: {number}.", "Number.", "placeholder")
    put(
        "notices.yaml",
        "{unit}的说明：{reason}。补齐",
        "{unit}的说明：{because}。补齐",
        "placeholder",
    )
    put("notices.yaml", "report_ready:", "report_redy:", "reference")
    put("attributes.yaml", "group: rd\n", "group: research\n", "group")
    put("attributes.yaml", "sources: [stats, tax, audit, self]", "sources: [oracle]", "source")
    put("attributes.yaml", "visibility: consent", "visibility: secret", "visibility")
    put("attributes.yaml", 'type: "code:tax_credit"', 'type: "code:stars"', "reference")
    put("attributes.yaml", 'little_giant: ["小巨人"', 'small_giant: ["小巨人"', "reference")
    put("derived.yaml", "num: rd_expense", "num: rd_expenses", "unknown_attribute")
    put("codes/size_class.csv", "micro,微型,Micro,", "micro,微型,Micro,tiny", "reference")
    put("policies/SZD-2026-001.yaml", "attr: rd_expense", "attr: rd_expence", "unknown_attribute")
    put("policies/SZD-2026-001.yaml", "unit: SZ-LG-GXJ", "unit: SZ-XX-GXJ", "reference")
    put("policies/SZD-2026-002.yaml", '"SZD-2026-014"', '"SZD-2025-999"', "reference")
    put("policies/SZD-2026-004.yaml", "5000万元", "5000 x", "syntax")
    put("policies/SZD-2026-006.yaml", 'region: "440306"', 'region: "440399"', "code")
    put("policies/SZD-2026-008.yaml", "title_en: ", "title_eng: ", "unknown_key")
    put("policies/SZD-2026-015.yaml", "  level: city", "  level: town", "choice")
    put("policies/SZD-2026-016.yaml", 'en: "Application form"', 'en: ""', "language")
    put("policies/cases/SZD-2026-023.yaml", "verdict: eligible", "verdict: maybe", "case")
    put("demo.yaml", "role: clerk", "role: boss", "reference")
    put("demo.yaml", "uscc: 91440399DEMA00021D", "uscc: 91440399DEMA00021E", "uscc")
    put("demo.yaml", "employees: 186", "employees: -186", "bounds")
    put("demo.yaml", "code: C3962", "code: C9999", "reference")
    broken.add("policies/SZD-2026-090.yaml", "id: x\n  y: [\n", "syntax", line=2)
    broken.add("rolse.yaml", "[]\n", "unknown_file", line=None)
    # the case stands in the list, not where its verdict is wrong
    broken.expected = [
        (name, 3 if code == "case" else line, code) for name, line, code in broken.expected
    ]

    findings = check_pack(broken.folder)

    assert len(broken.expected) >= 30
    assert list(broken.missing(findings)) == []
    assert all(finding.file and finding.message for finding in findings)


def test_a_unit_above_itself_is_told_with_the_way_around(broken: Broken) -> None:
    broken.replace("units.yaml", "parent: null", "parent: SZ-LG-GXJ", "cycle")
    [*findings] = check_pack(broken.folder)
    assert {finding.code for finding in findings} == {"cycle"}
    assert any("SZ-GOV → SZ-LG-GXJ → SZ-LG → SZ-GOV" in f.message for f in findings)


def test_derived_facts_that_need_each_other_are_refused_with_their_path(broken: Broken) -> None:
    text = "{attr: growth, growth: revenue}"
    circle = (
        "{attr: growth, ratio: {num: rd_ratio, den: revenue}}\n"
        "- {attr: rd_ratio, ratio: {num: growth, den: revenue}}"
    )
    file = broken.folder / "derived.yaml"
    old = "- {attr: rd_ratio, ratio: {num: rd_expense, den: revenue}}\n"
    file.write_text(file.read_text().replace(old, "").replace(text, circle))
    told = [str(finding) for finding in check_pack(broken.folder)]
    assert any("growth → rd_ratio → growth" in words for words in told)


def test_packs_that_extend_each_other_do_not_run_for_ever(broken: Broken) -> None:
    national = broken.folder.parent / "national" / "pack.yaml"
    national.write_text(national.read_text() + "extends: shenzhen_demo\n")
    assert "cycle" in {finding.code for finding in check_pack(broken.folder)}


def test_a_pack_that_extends_nothing_known_says_so(broken: Broken) -> None:
    broken.replace("pack.yaml", "extends: national", "extends: atlantis", "reference")
    assert list(broken.missing(check_pack(broken.folder))) == []


def test_a_folder_without_anything_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert [finding.code for finding in check_pack(tmp_path / "empty")] == ["missing"]
    assert [finding.code for finding in check_pack(tmp_path / "nowhere")] == ["missing"]


@pytest.mark.parametrize(
    "text",
    ["", "[]\n", "null\n", "just words\n", "{}\n", "- 1\n- [2]\n", "a: {b: {c: [null]}}\n"],
)
@pytest.mark.parametrize(
    "name",
    ["pack", "attributes", "derived", "sizes", "units", "roles", "notices", "demo"],
)
def test_a_file_of_another_shape_is_told_and_never_crashes(
    broken: Broken, name: str, text: str
) -> None:
    (broken.folder / f"{name}.yaml").write_text(text)
    findings = check_pack(broken.folder)
    harmless = name == "derived" and text in ("{}\n", "null\n")
    assert harmless or any(finding.file.endswith(f"{name}.yaml") for finding in findings)


def test_a_policy_without_a_case_beside_it_is_told(broken: Broken) -> None:
    (broken.folder / "policies/cases/SZD-2026-018.yaml").unlink()
    [finding] = check_pack(broken.folder)
    assert finding.code == "no_case"
    assert finding.file.endswith("SZD-2026-018.yaml")
    assert finding.line == 2


def test_a_made_up_firm_in_a_real_region_or_without_its_mark_is_refused(broken: Broken) -> None:
    broken.replace("demo.yaml", 'uscc_prefix: "91440399"', 'uscc_prefix: "91440305"', "uscc")
    broken.replace("demo.yaml", "精控技术有限公司（演示）", "精控技术有限公司", "marker")
    assert list(broken.missing(check_pack(broken.folder))) == []


def test_a_code_that_could_leave_its_folder_or_break_an_address_is_refused(broken: Broken) -> None:
    broken.replace("policies/SZD-2026-018.yaml", "id: SZD-2026-018", "id: ../../../evil", "code")
    broken.replace("answers.yaml", "- code: payment-days", "- code: pay/days", "code", at="code")
    broken.replace("units.yaml", "- code: SZ-LG\n", f"- code: {'x' * 65}\n", "code", at="- code")
    broken.replace("channels.yaml", "- {code: window,", f"- {{code: {'w' * 33},", "code", at="code")
    index, law = "laws/index.yaml", "code: gd-doing-business-2022"
    broken.replace(index, law, "code: ../evil", "code", at="code")
    assert list(broken.missing(check_pack(broken.folder))) == []


def test_text_that_no_table_could_keep_is_refused(broken: Broken) -> None:
    long = "长" * 301
    broken.replace("policies/SZD-2026-018.yaml", "title: ", f"title: {long}", "long")
    broken.replace("units.yaml", "name: {zh: ", f"name: {{zh: {long}", "long")
    assert list(broken.missing(check_pack(broken.folder))) == []


def test_a_file_that_cannot_be_opened_is_a_finding(broken: Broken) -> None:
    (broken.folder / "zones.yaml").unlink()
    (broken.folder / "zones.yaml").symlink_to(broken.folder / "nowhere")
    assert "unreadable" in {finding.code for finding in check_pack(broken.folder)}
