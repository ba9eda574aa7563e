"""`qifu enterprises`: what other programs rely on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qifu.cli.enterprises import enterprises

GOOD = "91350100M000100Y43"


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(enterprises, arguments, input=stdin)


def size(*arguments: str) -> dict[str, str | None]:
    done = run("size", *arguments, "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert list(document) == ["size", "category", "rule", "source"]
    assert isinstance(document["rule"], str) and isinstance(document["source"], str)
    return dict(document)


def test_the_size_of_the_example_is_small() -> None:
    document = size(
        "--industry", "C3511", "--staff", "250", "--revenue", "30000000", "--assets", "0"
    )
    assert document["size"] == "small"
    assert document["category"] == "工业"
    assert "250 人" in str(document["rule"])
    assert "300号" in str(document["source"])


def test_the_industry_may_come_without_its_letter() -> None:
    figures = ("--staff", "300", "--revenue", "20_000_000")
    assert size("--industry", "3511", *figures) == size("--industry", "c3511", *figures)


def test_an_industry_outside_the_rule_has_no_size_and_the_rule_says_why() -> None:
    document = size("--industry", "J6621", "--staff", "5", "--revenue", "5", "--assets", "5")
    assert (document["size"], document["category"]) == (None, None)
    assert "金融业" in str(document["rule"]) and "Finance" in str(document["rule"])


def test_a_missing_figure_gives_no_size_and_the_rule_says_which() -> None:
    document = size("--industry", "C3511", "--staff", "500")
    assert document["size"] is None
    assert str(document["rule"]).startswith("缺少营业收入")


def test_without_json_the_size_stands_alone_in_the_first_line() -> None:
    done = run("size", "--industry", "M7310", "--staff", "100")
    assert done.stdout.splitlines()[0] == "medium"
    assert "大型：从业人员 ≥ 300 人" in done.stdout
    assert run("size", "--industry", "P8310").stdout.splitlines()[0] == "—"


def test_the_day_decides_which_rule_there_is() -> None:
    figures = ("--industry", "C3511", "--staff", "1", "--revenue", "1")
    assert size(*figures, "--on", "2011-06-18")["size"] == "micro"
    done = run("size", *figures, "--on", "2010-01-01")
    assert done.exit_code == 2
    assert "--on" in done.stderr
    assert "have no value on 2010-01-01: they start on 2011-06-18" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--industry", "C3"), ("--industry", "no such industry code: C3")),
        (("--industry", "9999"), ("--industry", "9999")),
        (("--industry", "C3511", "--staff", "-1"), ("--staff", "-1")),
        (("--industry", "C3511", "--staff", "2.5"), ("--staff", "2.5")),
        (("--industry", "C3511", "--revenue", "-5"), ("--revenue", "must not be negative: -5")),
        (("--industry", "C3511", "--assets", "a lot"), ("--assets", "not an amount")),
        (("--industry", "C3511", "--assets", "NaN"), ("--assets", "not an amount")),
        (("--industry", "C3511", "--on", "2026-02-30"), ("--on", "2026-02-30")),
        ((), ("--industry",)),
    ],
)
def test_bad_input_is_refused_with_the_option_that_holds_it(
    arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = run("size", *arguments)
    assert done.exit_code == 2
    for word in words:
        assert word in done.stderr


def test_another_pack_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIFU_CITY", str(tmp_path))
    (tmp_path / "pack.yaml").write_text("id: empty\nversion: 1\n", encoding="utf-8")
    done = run("size", "--industry", "C3511")
    assert done.exit_code == 1
    assert "no sizes.yaml" in done.stderr


def test_good_codes_pass_and_a_wrong_one_fails_with_what_was_expected() -> None:
    done = run("check", GOOD, "9135 0100-m000100y43")
    assert done.exit_code == 0
    assert done.stdout.count("valid") == 2
    assert run("check", "９１３５０１００Ｍ０００１００Ｙ４３").exit_code == 0
    done = run("check", GOOD, GOOD[:-1] + "4")
    assert done.exit_code == 1
    assert "3 was expected, not 4" in done.stdout


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (GOOD[:-1], "18 characters, not 17"),
        (GOOD + "1", "18 characters, not 19"),
        ("9135O100M000100Y43", "character 5 cannot be O: a digit"),
        ("91350100I000100Y43", "character 9 cannot be I"),
        ("91350100M000100Y4企", "character 18 cannot be 企"),
        (" ", "there is no credit code"),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(code: str, words: str) -> None:
    done = run("check", code)
    assert done.exit_code == 1
    assert words in done.stdout


def test_codes_may_come_from_standard_input_and_go_out_as_json() -> None:
    done = run("check", "-", "--json", stdin=f"{GOOD}\n\n  123 \n")
    rows = json.loads(done.stdout)
    assert [(row["code"], row["valid"]) for row in rows] == [(GOOD, True), ("123", False)]
    assert rows[0]["zh"] == "" and "18 位" in rows[1]["zh"]
    assert done.exit_code == 1


def test_check_without_codes_is_a_usage_error() -> None:
    assert run("check").exit_code == 2


def test_the_commands_never_start_django() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from qifu.cli.enterprises import "
        "enterprises; r = CliRunner().invoke(enterprises, ['size', '--industry', 'C', '--json']);"
        "print(r.exit_code, 'django' in sys.modules)"
    )
    source = Path(__file__).parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(source)},
    )
    assert done.stdout.split() == ["0", "False"]
