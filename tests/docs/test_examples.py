"""What the documentation shows works: policies, cases, amounts and commands are run."""

import os
import re
import shlex
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from qifu.rulebook.amounts import parse_amount
from qifu.rulebook.cases import parse_cases, run_cases
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.conditions import Node
from qifu.rulebook.derived_reading import parse_derived
from qifu.rulebook.documents import load_catalogue, load_one
from qifu.rulebook.gather import Gather
from qifu.rulebook.policy import Policy, parse_policy
from qifu.rulebook.reading import ConditionReader
from qifu.rulebook.yaml_text import read_yaml

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "docs").glob("rules*.md"))
READMES = sorted(ROOT.glob("README*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# commands that change or serve something, or need a database
NOT_RUN = ("qifu import", "qifu city load", "qifu city diff", "qifu journal", "qifu serve",
           "qifu worker", "qifu tick", "qifu demo", "qifu appeals",
           "qifu clock simulate", "qifu tokens")  # fmt: skip


@cache
def catalogue() -> Catalogue:
    """The demo city's, with every code tree of the two packs."""
    return load_catalogue(ROOT / "cities" / "shenzhen_demo")


def blocks(file: Path, kind: str) -> list[str]:
    """The YAML blocks of a page that begin with `# kind`."""
    text = file.read_text(encoding="utf-8")
    return [body for lang, body in BLOCK.findall(text) if lang == "yaml" and _kind(body) == kind]


def _kind(body: str) -> str:
    return body.split("\n", 1)[0].removeprefix("#").strip()


def one(body: str) -> object:
    ((data, _lines),) = read_yaml(body)
    return data


def policies(file: Path) -> dict[str, Policy]:
    read = [parse_policy(one(body), catalogue(), file=file.name) for body in blocks(file, "policy")]
    return {policy.id: policy for policy in read}


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_every_example_says_what_it_is(file):
    kinds = {_kind(body) for lang, body in BLOCK.findall(file.read_text()) if lang == "yaml"}
    assert kinds == {"policy", "conditions", "amounts", "cases", "derived"}


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_every_example_policy_can_be_read(file):
    assert policies(file)


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_every_example_condition_can_be_read(file):
    for body in blocks(file, "conditions"):
        gather = Gather(file.name)
        days = {"opens": None, "closes": date(2026, 12, 31), "published": None}
        nodes = ConditionReader(catalogue(), gather, days).when({"all": one(body)})
        assert gather.findings == [], body
        assert nodes and all(isinstance(node, Node) for node in nodes)


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_every_example_amount_can_be_read(file):
    for body in blocks(file, "amounts"):
        for expression in one(body):
            assert parse_amount(expression, catalogue()).text == expression


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_every_example_case_gives_the_answer_that_it_expects(file):
    known = policies(file)
    for body in blocks(file, "cases"):
        cases = parse_cases(one(body), file=file.name)
        assert run_cases(known[cases.policy], cases.cases, catalogue()) == []


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_every_example_of_derived_facts_can_be_read(file):
    for body in blocks(file, "derived"):
        assert parse_derived(one(body), catalogue(), file=file.name)


def commands(file: Path) -> list[str]:
    """The `qifu …` lines of the page's shell blocks, without their comments."""
    found = []
    for language, body in BLOCK.findall(file.read_text(encoding="utf-8")):
        if language in ("sh", "console"):
            lines = (line.split("  #", 1)[0].strip() for line in body.splitlines())
            found += [line for line in lines if line.startswith("qifu ")]
    return found


def pages() -> list[Path]:
    return [*READMES, *(ROOT / "docs").rglob("*.md"), ROOT / "CONTRIBUTING.md"]


def test_the_readme_shows_the_command_line():
    for file in READMES:
        shown = " ".join(commands(file))
        for part in ("rules report", "enterprises size", "import enterprises", "city ", "journal"):
            assert f"qifu {part}" in shown, f"{file.name}: qifu {part}"


def _without_database() -> list[str]:
    return sorted({c for file in READMES for c in commands(file) if not c.startswith(NOT_RUN)})


@pytest.mark.parametrize("command", _without_database())
def test_every_command_of_the_readme_that_needs_no_database_runs(command):
    parts = shlex.split(command)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "qifu", *parts[1:]],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout.strip()


@pytest.mark.parametrize("file", pages(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_to_a_file_of_the_project_leads_somewhere(file):
    targets = LINK.findall(file.read_text(encoding="utf-8"))
    ours = [target.split("#")[0] for target in targets if "://" not in target]
    assert [t for t in ours if t and not (file.parent / t).exists()] == []


@pytest.mark.parametrize("file", pages(), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_command_that_the_pages_name_exists(file):
    """`qifu x y` anywhere in the text: --help of it answers."""
    from click.testing import CliRunner

    from qifu.cli.main import qifu

    text = file.read_text(encoding="utf-8")
    named = set(
        re.findall(r"qifu ([a-z]+)(?: ([a-z]+))?", " ".join(re.findall(r"`[^`\n]+`", text)))
    )
    for first, second in sorted(named):
        group = qifu.get_command(None, first) if hasattr(qifu, "get_command") else None
        assert group is not None, f"qifu {first}"
        if second and hasattr(group, "commands"):
            assert second in group.commands, f"qifu {first} {second}"
    assert CliRunner().invoke(qifu, ["--help"]).exit_code == 0


def test_the_map_names_every_package_and_every_door():
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    packages = sorted(p.parent.name for p in (ROOT / "src" / "qifu").glob("*/__init__.py"))
    assert [name for name in packages if f"{name}/" not in text] == []


def test_rooms_that_hold_only_their_sentence_are_named_as_such():
    """The map's list of rooms to come is exactly the packages without code."""
    text = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    line = next(
        line for line in text.splitlines() if line.startswith("Only their sentence so far:")
    )
    source = ROOT / "src" / "qifu"
    empty = {
        p.parent.name
        for p in source.glob("*/__init__.py")
        if {f.name for f in p.parent.rglob("*.py")} == {"__init__.py"}
    }
    assert set(re.findall(r"`(\w+)`", line)) == empty


def test_every_library_has_its_reason():
    text = (ROOT / "docs" / "decisions" / "0002-libraries.md").read_text(encoding="utf-8").lower()
    names = [
        re.split(r"[<>=]", line)[0].strip().lower()
        for file in (ROOT / "requirements").glob("*.in")
        for line in file.read_text().splitlines()
        if line.strip() and not line.startswith(("#", "-"))
    ]
    assert [name for name in names if name not in text] == []


def test_every_setting_of_the_environment_is_explained():
    code = (ROOT / "src" / "qifu" / "config" / "env.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"((?:QIFU|DATABASE)_[A-Z_]+)"', code))
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert read and [name for name in sorted(read) if f"`{name}" not in told] == []


@pytest.mark.parametrize("file", READMES, ids=lambda file: file.name)
def test_the_demo_accounts_of_the_readme_are_those_of_the_demo(file):
    recipe = load_one(ROOT / "cities" / "shenzhen_demo" / "demo.yaml").data
    text = file.read_text(encoding="utf-8")
    assert set(re.findall(r"`(demo-[a-z0-9-]+)`", text)) - {"demo-reset"} == {
        account["username"] for account in recipe["accounts"]
    }
    assert f"`{recipe['password']}`" in text


def test_both_languages_show_the_same_examples():
    shown = [
        [body for language, body in BLOCK.findall(file.read_text("utf-8")) if language == "yaml"]
        for file in RULES
    ]
    assert shown[0] == shown[1]
