"""`qifu rules check` and `qifu rules report` from outside, as other programs call them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qifu.cli.main import COMMANDS, qifu

ROOT = Path(__file__).parents[2]
ATTRIBUTES = {
    "as_of": "2026-11-22",
    "attributes": {
        "region": {"type": "code:region"},
        "score": {"type": "number"},
        "tags": {"type": "set"},
    },
}


def law(ident: str, **more: Any) -> dict[str, Any]:
    group = {"id": "score", "attr": "score", "op": ">=", "value": 60}
    return {"id": ident, "version": 1, "title": "试", "when": {"all": [group]}} | more


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a catalogue, facts, and policies in each form."""
    (tmp_path / "a.json").write_text(json.dumps(ATTRIBUTES), encoding="utf-8")
    (tmp_path / "f.json").write_text('{"score": 59.5, "region": "440300"}', encoding="utf-8")
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "one.yaml").write_text(json.dumps(law("ONE")), encoding="utf-8")
    lines = "\n".join(json.dumps(law(f"L{i}"), ensure_ascii=False) for i in range(3))
    (tmp_path / "p.jsonl").write_text(lines + "\n", encoding="utf-8")
    return tmp_path


def run(*args: object, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(qifu, [str(arg) for arg in args], env=env)


def check(place: Path, *policies: Path) -> Result:
    return run("rules", "check", *policies, "--attributes", place / "a.json")


def report(place: Path, policies: Path, *more: object) -> Result:
    named = ("--policies", policies, "--facts", place / "f.json")
    return run("rules", "report", *named, "--attributes", place / "a.json", *more)


def test_check_is_silent_about_what_is_right_and_counts_it(place: Path) -> None:
    result = check(place, place / "p", place / "p.jsonl")
    assert result.exit_code == 0
    assert "4 policies, 0 errors, 0 warnings" in result.output


def test_check_prints_every_finding_with_file_and_path_and_fails(place: Path) -> None:
    bad = place / "p" / "bad.yaml"
    bad.write_text(
        "id: BAD\nversion: 1\ntitle: x\nwhen:\n  all:\n"
        '  - {attr: scor, op: ">=", value: 1}\n'
        "  - {attr: score, op: between, value: [2, 1]}\n",
        encoding="utf-8",
    )
    broken = place / "p" / "broken.yaml"
    broken.write_text("id: [", encoding="utf-8")
    result = check(place, place / "p")
    assert result.exit_code == 1
    assert f"{bad}:6: when.all[0].attr" in result.output
    assert f"{bad}:7: when.all[1].value" in result.output
    assert str(broken) in result.output
    assert "3 errors" in result.output


def test_check_names_the_line_of_a_json_lines_file(place: Path) -> None:
    file = place / "p.jsonl"
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(law("L3", benefit="gift")) + "\nnot json\n")
    result = check(place, file)
    assert result.exit_code == 1
    assert f"{file}:4: benefit" in result.output
    assert f"{file}:5: not JSON" in result.output


def test_a_warning_is_printed_and_does_not_fail(place: Path) -> None:
    file = place / "w.json"
    file.write_text(json.dumps(law("W", excludes=["NOBODY"])), encoding="utf-8")
    result = check(place, file)
    assert result.exit_code == 0
    assert "warning" in result.output and "NOBODY" in result.output


def test_the_catalogue_and_the_facts_may_lie_in_the_folder_of_policies(place: Path) -> None:
    for name in ("a.json", "f.json"):
        (place / "p" / name).write_bytes((place / name).read_bytes())
    args = ["--policies", place / "p", "--facts", place / "p" / "f.json", "--json"]
    result = run("rules", "report", *args, "--attributes", place / "p" / "a.json")
    assert result.exit_code == 0, result.output
    assert [p["id"] for p in json.loads(result.stdout)["policies"]] == ["ONE"]


def test_a_missing_place_and_an_empty_folder_fail(place: Path) -> None:
    (place / "empty").mkdir()
    assert check(place, place / "nowhere").exit_code == 1
    assert check(place, place / "empty").exit_code == 1


@pytest.mark.parametrize("form", ["p", "p.jsonl", "p/one.yaml"])
def test_report_takes_a_folder_a_json_lines_file_or_a_file(place: Path, form: str) -> None:
    result = report(place, place / form, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["as_of"] == "2026-11-22"
    assert all(p["near_miss"] for p in told["policies"])
    assert told["policies"][0]["groups"][0]["actual"] == 59.5
    assert "0.5" in told["policies"][0]["groups"][0]["gap"]["zh"]


def test_the_option_goes_before_the_attributes_file_s_day(place: Path) -> None:
    told = json.loads(report(place, place / "p", "--json", "--as-of", "2025-01-02").stdout)
    assert told["as_of"] == "2025-01-02"


def test_without_a_day_it_is_an_error(place: Path) -> None:
    (place / "a.json").write_text(
        json.dumps({"attributes": ATTRIBUTES["attributes"]}), encoding="utf-8"
    )
    result = report(place, place / "p", "--json")
    assert result.exit_code == 1
    assert "--as-of" in result.stderr and result.stdout == ""


@pytest.mark.parametrize("day", ["2026-13-01", "today", "20261122", ""])
def test_a_day_that_is_none_is_refused(place: Path, day: str) -> None:
    assert report(place, place / "p", "--as-of", day).exit_code == 2


def test_bad_facts_are_refused_with_key_and_what_is_allowed(place: Path) -> None:
    (place / "f.json").write_text('{"score": "many", "scor": 1, "tags": [null]}', encoding="utf-8")
    result = report(place, place / "p", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    for words in ("score: must be a number", "scor: no such attribute", "allowed score", "tags"):
        assert words in result.stderr


@pytest.mark.parametrize("text", ["[1]", "{", '{"score": NaN}', '{"score": 1, "score": 2}', ""])
def test_facts_that_cannot_be_read_are_refused(place: Path, text: str) -> None:
    (place / "f.json").write_text(text, encoding="utf-8")
    result = report(place, place / "p", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "f.json" in result.stderr


def test_policies_with_mistakes_give_no_report(place: Path) -> None:
    (place / "p" / "bad.yaml").write_text("id: BAD\n", encoding="utf-8")
    result = report(place, place / "p", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "bad.yaml" in result.stderr


def test_the_report_is_readable_in_both_languages(place: Path) -> None:
    assert "只差一条 1" in report(place, place / "p").output
    assert "Near misses 1" in report(place, place / "p", "--lang", "en").output


def test_the_city_pack_is_the_default_and_its_facts_are_derived(tmp_path: Path) -> None:
    facts = tmp_path / "f.json"
    facts.write_text(
        json.dumps({"region": "440306", "rd_expense@2025": 5_000_000, "revenue@2025": 100_000_000}),
        encoding="utf-8",
    )
    law_file = tmp_path / "p.yaml"
    ratio = {"attr": "rd_ratio", "op": ">=", "value": 5, "unit": "%", "period": "last_fiscal_year"}
    law_file.write_text(json.dumps(law("P", when={"all": [ratio]})), encoding="utf-8")
    args = ("rules", "report", "--policies", law_file, "--facts", facts, "--json")
    result = run(*args, "--as-of", "2026-11-22")
    assert json.loads(result.stdout)["policies"][0]["verdict"] == "eligible"
    nowhere = run(*args, env={"QIFU_CITY": str(tmp_path / "no")})
    assert nowhere.exit_code == 1 and "QIFU_CITY" in nowhere.stderr


def test_the_demo_city_s_policies_and_cases_pass_the_check() -> None:
    folder = ROOT / "cities" / "shenzhen_demo" / "policies"
    result = run("rules", "check", folder, "--cases", "--as-of", "2026-11-22")
    assert result.exit_code == 0, result.output


def test_a_failing_case_fails_the_check(place: Path) -> None:
    (place / "p" / "cases").mkdir()
    case = {"name": "n", "as_of": "2026-11-22", "facts": {"score": 60}, "verdict": "maybe"}
    file = place / "p" / "cases" / "one.yaml"
    file.write_text(json.dumps({"policy": "ONE", "cases": [case]}), encoding="utf-8")
    assert check(place, place / "p").exit_code == 0
    result = run("rules", "check", place / "p", "--attributes", place / "a.json", "--cases")
    assert result.exit_code == 1
    assert "expected maybe, got eligible" in result.output
    file.write_text(json.dumps({"policy": "TWO", "cases": [case]}), encoding="utf-8")
    result = run("rules", "check", place / "p", "--attributes", place / "a.json", "--cases")
    assert result.exit_code == 1 and "not here" in result.output


def test_the_pure_commands_never_import_django(place: Path) -> None:
    program = (
        "import sys\n"
        "from qifu.cli.main import qifu\n"
        "try:\n"
        "    qifu(sys.argv[1:])\n"
        "except SystemExit as stop:\n"
        "    assert not stop.code, stop.code\n"
        "assert 'django' not in sys.modules\n"
    )
    args = ["rules", "report", "--policies", str(place / "p"), "--facts", str(place / "f.json")]
    args += ["--attributes", str(place / "a.json"), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", program, *args],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_output_is_utf_8_whatever_the_machine_speaks(place: Path) -> None:
    args = ["rules", "report", "--policies", str(place / "p"), "--facts", str(place / "f.json")]
    done = subprocess.run(
        [sys.executable, "-m", "qifu", *args, "--attributes", str(place / "a.json")],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "只差一条" in done.stdout.decode("utf-8")


def test_help_lists_every_command_without_importing_any() -> None:
    result = run("--help")
    assert all(name in result.output for name in COMMANDS)
    assert run("nothing").exit_code == 2
