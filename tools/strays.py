"""Chinese in the source that no translation reaches: templates outside trans, bare literals.

python tools/strays.py    # exit 1 and a line for each: place, where in the file, the text
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "qifu"
ROOMS = (
    "accounts", "adapters", "api", "appeals", "insights", "jobs", "knowledge", "notices",
    "organisations", "policies", "web",
)  # fmt: skip
CHINESE = re.compile("[\u3400-\u9fff]")
ENGLISH = re.compile("[A-Za-z]{2}")
TRANSLATED = frozenset(
    ("_", "_now", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy",
     "pgettext", "pgettext_lazy", "npgettext")
)  # fmt: skip
# data of examples in the API's document keep their language
SHOWN = frozenset(("example", "examples"))
# why the Chinese in a file, or in one thing at its top level (file:name), is not translated
_REASONS: dict[str, tuple[str, ...]] = {
    "what is read, in forms, files and questions: people write it in Chinese": (
        "appeals/actions/inputs.py:_PHONE",
        "appeals/actions/order_rows.py:TIME_FORMS",
        "jobs/appeals.py:COLUMNS",
        "jobs/exchange_rows.py:ACK_COLUMNS",
        "appeals/selectors/reply_check.py:_CHINESE",
        "appeals/selectors/reply_check.py:_MASKED",
        "knowledge/logic/numbers.py:_NUMBER",
        "knowledge/logic/statutes.py",
        "knowledge/logic/words.py",
        "knowledge/selectors/citing.py",
        "knowledge/selectors/search.py",
        "organisations/logic/channel_cells.py",
        "organisations/logic/finder.py",
        "organisations/logic/hours_text.py",
        "organisations/logic/legal_forms.py",
        "organisations/logic/places.py",
        "organisations/logic/register_files.py:COLUMNS",
        "organisations/logic/register_values.py",
        "organisations/logic/values.py",
        "organisations/selectors/channels.py:zone_names",
        "web/appeals/desk/forms/base.py:_CHINESE",
        "web/appeals/office/forms.py:_BETWEEN",
        "web/appeals/office/forms.py:_DAY",
        "web/channels/edit_form.py:_NUMBER",
        "web/channels/hours.py",
        "web/rules/draft_values.py:_LENGTH",
        "web/rules/draft_values.py:_length",
        "web/rules/draft_words.py:_WHY",
        "web/templatetags/my.py:_POINTING",
        "web/templatetags/qifu.py:_CHINESE",
    ),
    "a branch for Chinese; the one for English stands beside it": (
        "api/values.py:label_words",
        "appeals/logic/formulas.py:Formula",
        "appeals/models/handling.py:SupervisionNotice",
        "appeals/selectors/figures.py:month_words",
        "notices/selectors/inbox.py:_said",
        "organisations/actions/disputes.py:_values",
        "web/channels/rows.py:near_day",
        "web/desk/words.py:fact_word",
        "web/formats/zh_Hans/formats.py",
        "web/my/cards.py:fact_words",
        "web/templatetags/my.py:_held",
        "web/templatetags/my.py:numeral",
        "web/templatetags/qifu.py:fact_label",
        "web/words.py:WEEKDAYS_ZH",
        "web/words.py:day_text",
        "web/words.py:relative_text",
    ),
    "examples of what a firm or an official writes": (
        "api/appeal_doing.py:_NOTE",
        "api/appeal_doing.py:_WHY",
        "api/appeal_help.py:_AWAY",
        "api/appeal_help.py:_HINTS",
        "api/people.py:_CONSENT",
        "api/policy_draft_out.py:ROW",
    ),
    "texts of made-up people": (
        "jobs/demo_cases.py:Case",
        "organisations/actions/made_up.py:load_made_up_cases",
    ),
    "kept in a record, and marked as Chinese where it is shown": (
        "appeals/states.py:FORGOTTEN",
        "organisations/actions/privacy.py:GONE",
        "web/appeals/desk/forms/basis.py:ticked",
    ),
    "units as the catalogue and policies write them; their English words stand beside them": (
        "web/rules/draft_forms.py:AMOUNT_UNITS",
        "web/rules/draft_forms.py:MendAmount",
        "web/rules/draft_forms.py:UNIT_WORDS",
    ),
    "both languages in one text": ("jobs/city_export.py:HEAD",),
    "asked of a language model, which reads the firm's own words": (
        "web/appeals/desk/forms/drafting.py:drafted",
    ),
    "the name of a language in that language": ("web/templates/parts/language.html",),
}
KNOWN = {where: why for why, places in _REASONS.items() for where in places}


@dataclass(frozen=True)
class Stray:
    """A piece of Chinese: its file, line, what it stands in, the text."""

    path: str
    line: int
    name: str
    text: str

    @property
    def known(self) -> str:
        """The entry of KNOWN that allows it; "" where there is none."""
        whole = f"{self.path}:{self.name}"
        return next((one for one in (whole, self.path) if one in KNOWN), "")


def _named(node: ast.AST) -> str:
    """What a call, a key or an assignment is called."""
    if isinstance(node, ast.Call):
        return _named(node.func)
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign):
        return _named(node.targets[0])
    return _named(node.target) if isinstance(node, ast.AnnAssign | ast.For) else ""


def _english(node: ast.AST) -> bool:
    """Whether somewhere in it there are English words, and no Chinese."""
    texts = [
        one.value for one in ast.walk(node)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    ]  # fmt: skip
    return any(map(ENGLISH.search, texts)) and not any(map(CHINESE.search, texts))


def _beside(node: ast.AST) -> list[ast.AST]:
    """The parts of a pair, a call, a mapping or a choice: where the other language would stand."""
    if isinstance(node, ast.Tuple | ast.List):
        return list(node.elts)
    if isinstance(node, ast.Call):
        return [*node.args, *(one.value for one in node.keywords)]
    if isinstance(node, ast.Dict):
        return list(node.values)
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else []


def _spoken(chain: list[ast.AST]) -> bool:
    """Whether a translation, an example or its own English goes with a literal.

    `chain` is the literal and what it stands in, up to the statement. What is shown in two
    languages stands beside its English, at the nearest place where parts stand side by side.
    """
    for inner, node in zip(chain, chain[1:], strict=False):
        if isinstance(node, ast.Expr) and isinstance(inner, ast.Constant):
            return True  # a docstring
        if isinstance(node, ast.Call) and _named(node) in TRANSLATED:
            return True
        if isinstance(node, ast.keyword) and node.arg in SHOWN:
            return True
        if any(_english(one) for one in _beside(node) if one is not inner):
            return True
    return False


def of_python(source: str, path: str) -> Iterator[Stray]:
    """Literals with Chinese that are shown as they stand."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if not CHINESE.search(node.value):
            continue
        whole = above[node] if isinstance(above[node], ast.JoinedStr) else node
        said = "".join(str(one.value) for one in ast.walk(whole) if isinstance(one, ast.Constant))
        if ENGLISH.search(said) and " · " in said:
            continue  # a line for the console says both: 中文 · English
        chain: list[ast.AST] = [node]
        while not isinstance(chain[-1], ast.stmt):
            chain.append(above[chain[-1]])
        top: ast.AST = chain[-1]
        while not isinstance(above[top], ast.Module):
            top = above[top]
        if "example" not in _named(top).lower() and not _spoken(chain):
            yield Stray(path, node.lineno, _named(top), node.value)


def of_template(source: str, path: str) -> Iterator[Stray]:
    """Text, and texts inside tags, with Chinese outside trans and blocktrans."""
    from django.template.base import Lexer, TokenType

    inside = ""
    for token in Lexer(source).tokenize():
        words = token.contents.split()
        tag = words[0] if token.token_type == TokenType.BLOCK and words else ""
        if tag in ("blocktrans", "blocktranslate", "comment"):
            inside = tag
        elif inside and tag == f"end{inside}":
            inside = ""
        elif not (inside or token.token_type == TokenType.COMMENT or tag in ("trans", "translate")):
            bare = re.sub(r"_\((\"[^\"]*\"|'[^']*')\)", "", token.contents)
            if CHINESE.search(bare):
                yield Stray(path, token.lineno or 0, tag, " ".join(bare.split()))


def every_stray() -> Iterator[Stray]:
    """Everything in the rooms and the templates, also what is allowed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")
    for room in ROOMS:
        for path in sorted((SOURCE / room).rglob("*")):
            where = str(path.relative_to(SOURCE))
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield from of_python(path.read_text(encoding="utf-8"), where)
            elif path.suffix in (".html", ".txt"):
                yield from of_template(path.read_text(encoding="utf-8"), where)


def idle() -> list[str]:
    """What is allowed and stands there no more."""
    return sorted(set(KNOWN) - {one.known for one in every_stray()})


def strays() -> list[Stray]:
    """What nobody has allowed."""
    return [one for one in every_stray() if not one.known]


def main() -> int:
    """Print what is left."""
    found = strays()
    for one in found:
        print(f"{one.path}:{one.line} {one.name}: {one.text[:80]}")
    for where in idle():
        print(f"{where}: allowed, but no Chinese is left there")
    return 1 if found or idle() else 0


if __name__ == "__main__":
    sys.exit(main())
