"""No city is in the code: what the demo's pack calls things stands in no program text.

Looked at are the texts of Python (not its docstrings and comments, which may give examples) and
whole templates.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qifu.base.packs import Pack, read_pack
from tests.cities.county_world import DEMO
from tests.conftest import ROOT

SOURCE = ROOT / "src" / "qifu"
# what every register says of a firm has the same name in every pack (docs/new-city.md)
REGISTER = {
    "region", "industry", "legal_form", "founded", "registered_capital", "status", "legal_person",
}  # fmt: skip
# where such a word is no city's: file → words
ALLOWED: dict[str, set[str]] = {
    # where a city is looked for when none is named
    "config/env.py": {"*"},
    "cli/rules.py": {"*"},
    # the generator's own names of figures; a recipe says which attribute takes which
    "base/packs/figures.py": {"*"},
    # columns of the size rules and of their form, which are the nation's
    "rulebook/sizes.py": {"revenue", "assets"},
    "rulebook/size_rules.py": {"revenue", "assets"},
    "rulebook/size_words.py": {"revenue", "assets"},
    "web/tools/forms.py": {"revenue", "assets"},
    "web/tools/views.py": {"revenue", "assets"},
    # examples of codes in messages to those who write packs and programs
    "base/packs/starter.py": {"440300"},
    "rulebook/codes.py": {"440306"},
    "rulebook/routing.py": {"440305"},
    "api/exchange.py": {"0755"},
    "api/codes.py": {"revenue", "assets"},
    # what a notice says of taxes and titles: proposed as new where a pack does not have it
    "textmine/policy_reading/located.py": {"tax_region"},
    "textmine/policy_reading/named.py": {"qualifications"},
    # the unit that keeps a channel, on its page
    "web/channels/views.py": {"owner"},
}
# arguments that say what the API's document shows
SHOWN = {"example", "examples", "description", "summary", "body"}
# words that mean something else in the program: folders, columns, kinds of rules and of policies
COMMON = {
    "assets", "coordinator", "export", "growth", "handler", "loan_interest", "rd_expense",
    "size_class",
}  # fmt: skip


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """The texts of a module with their lines, without docstrings."""
    tree = ast.parse(path.read_text())
    told = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            told.add(id(body[0].value))
    if path.is_relative_to(SOURCE / "api"):
        told |= {id(inner) for shown in _examples(tree) for inner in ast.walk(shown)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.lineno, node.value


def _examples(tree: ast.Module) -> Iterator[ast.expr]:
    """What the API's document shows: requests and answers of somewhere, and its descriptions."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            yield from (node for node in ast.walk(statement.value) if isinstance(node, ast.Dict))
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in SHOWN:
            yield node.value


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack(DEMO)


def allowed(path: Path, word: str) -> bool:
    words = ALLOWED.get(str(path.relative_to(SOURCE)), set())
    return bool(words & {"*", word})


def modules() -> list[Path]:
    return sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)


def test_no_text_names_a_place_or_unit_of_the_demo(pack):
    tree = pack.trees["region"]
    codes = [tree.normalise(pack.region), *tree.children(pack.region)]
    names = {tree.label(code) for code in codes} | {str(unit["code"]) for unit in pack.units}
    six = {code for code in codes if len(code) == 6} | {pack.region}
    pattern = re.compile("|".join(map(re.escape, sorted({*names, *six, "深圳", "0755"}))))
    found = [
        f"{path.relative_to(SOURCE)}:{line} {text[:60]!r}"
        for path in modules()
        for line, text in texts(path)
        if (hit := pattern.search(text)) and not allowed(path, hit.group())
    ]
    found += [
        f"{path.relative_to(SOURCE)} {hit.group()}"
        for path in [*SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt"), *SOURCE.rglob("*.js")]
        if (hit := pattern.search(path.read_text()))
    ]
    assert not found, "\n".join(found)


def test_no_text_is_the_name_of_an_attribute_or_a_role_of_the_demo(pack):
    words = {role["code"] for role in pack.roles} | set(pack.catalogue.attributes)
    words -= REGISTER | COMMON
    found = [
        f"{path.relative_to(SOURCE)}:{line} {text!r}"
        for path in modules()
        for line, text in texts(path)
        if text.partition("@")[0] in words and not allowed(path, text.partition("@")[0])
    ]
    assert not found, "\n".join(found)
