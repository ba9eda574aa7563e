"""Rules the linters cannot see."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "qifu"
PYTHON = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
ROOMS = ("accounts", "appeals", "knowledge", "notices", "organisations", "policies")
DOORS = ("web", "api", "jobs", "cli")
ACTIONS = sorted(
    path
    for room in ROOMS
    for path in [SOURCE / room / "actions.py", *(SOURCE / room / "actions").glob("*.py")]
    if path.exists()
)


def name(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", ACTIONS, ids=name)
def test_every_action_says_what_it_does(path):
    module = ast.parse(path.read_text())
    public = [
        node
        for node in module.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_every_module_of_substance_has_a_docstring(path):
    text = path.read_text()
    if len(text.splitlines()) > 15:
        assert ast.get_docstring(ast.parse(text)), f"{name(path)}: one sentence on what it is for"


def test_nothing_inside_the_house_reads_the_clock():
    inside = [p for p in PYTHON if p.relative_to(SOURCE).parts[0] not in DOORS]
    clock = re.compile(r"timezone\.now\(|datetime\.now\(|date\.today\(|time\.time\(")
    assert [name(p) for p in inside if clock.search(p.read_text())] == []


def test_no_file_grows_past_400_lines():
    files = [*PYTHON, *(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").glob("*.py")]
    long = {
        str(f.relative_to(ROOT)): n for f in files if (n := len(f.read_text().splitlines())) > 400
    }
    assert long == {}


@pytest.mark.parametrize("door", DOORS)
def test_doors_ask_selectors_and_never_the_manager(door):
    files = [p for p in PYTHON if p.relative_to(SOURCE).parts[0] == door]
    assert [name(p) for p in files if re.search(r"\.objects\b", p.read_text())] == []


def test_no_template_is_unused():
    templates = SOURCE / "web" / "templates"
    everything = "\n".join(
        p.read_text() for p in [*SOURCE.rglob("*.py"), *templates.rglob("*.html")]
    )
    by_name = {str(p.relative_to(templates)) for p in templates.rglob("*.html")}
    found_by_django = {"404.html", "500.html", "403.html", "400.html"}
    assert sorted(t for t in by_name - found_by_django if t not in everything) == []


def test_templates_carry_no_inline_script_or_style():
    bad = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=\"", re.IGNORECASE)
    templates = (SOURCE / "web" / "templates").rglob("*.html")
    assert [p.name for p in templates if bad.search(p.read_text())] == []


def test_nothing_tracked_names_this_machine_or_a_registry():
    """Lock files and texts go to everybody; an address of one place in them would mislead."""
    registry = "|".join(["py" + r"pi\.org", "python" + r"hosted\.", "npm" + r"js\.org"])
    done = subprocess.run(
        ["git", "grep", "-lIE", f"({registry})", "--", ":!tests/test_house_rules.py"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        pytest.skip("not a git checkout: " + done.stderr.strip())
    assert done.stdout.split() == []


def recorded_steps() -> set[str]:
    """The second word of every journal.record, where it is written out; and the step table."""
    from qifu.appeals.states import STEPS

    calls = [
        node
        for path in PYTHON
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "journal.record"
    ]
    written = [call.args[1].value for call in calls if isinstance(call.args[1], ast.Constant)]
    assert len(written) > 20
    return {*written, *(name for name, step in STEPS.items() if step.built)}


def test_every_step_that_the_journal_holds_has_words():
    from qifu.web.desk.words import STEPS

    assert sorted(recorded_steps() - set(STEPS)) == []


def test_no_text_to_translate_stands_in_an_f_string():
    """What collects the texts does not look into f-strings: there a text stays without English."""
    asked = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "pgettext_lazy"}
    hidden = [
        f"{name(path)}:{call.lineno}"
        for path in PYTHON
        for joined in ast.walk(ast.parse(path.read_text()))
        if isinstance(joined, ast.JoinedStr)
        for call in ast.walk(joined)
        if isinstance(call, ast.Call) and ast.unparse(call.func) in asked
        if any(isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert hidden == []


def test_no_translation_is_missing():
    done = subprocess.run(
        [sys.executable, "tools/messages.py", "check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, "texts without English:\n" + done.stdout[:4000] + done.stderr


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
