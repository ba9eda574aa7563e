"""The tables of docs/appeals.md are those of the code and of the demo city, in both languages.

`write()` brings them in line: PYTHONPATH=src:. DJANGO_SETTINGS_MODULE=tests.settings python -c
"import django; django.setup(); from tests.docs.test_appeals_doc import write; write()"
"""

import re
from pathlib import Path

import pytest
from django.utils import translation

from qifu.appeals.logic.formulas import FORMULAS
from qifu.appeals.states import CLOSED, OPEN, STEPS, State
from qifu.cli.appeals import step_lines
from qifu.jobs.appeals import COLUMNS, REQUIRED
from qifu.jobs.work import MINUTES
from qifu.rulebook.clock_limits import CLOCKS, Limit, RuleSet
from qifu.rulebook.clock_rules import load_clock_rules

ROOT = Path(__file__).parents[2]
PAGES = {"en": ROOT / "docs" / "appeals.md", "zh": ROOT / "docs" / "appeals.zh-CN.md"}
TABLE = re.compile(r"<!-- table: (\w+) -->\n((?:\|.*\n)+)")
HEADS = {
    "states": {"en": ("state", "shown as", "is"), "zh": ("代码", "页面上", "属于")},
    "clocks": {"en": ("clock",), "zh": ("时限",)},
    "figures": {"en": ("figure", "formula"), "zh": ("指标", "公式")},
    "columns": {"en": ("column", "also read as"), "zh": ("列", "也认这些列名")},
}
IS = {"en": ("open", "closed", "neither"), "zh": ("在办", "办结", "都不算")}


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return [f"|{'|'.join(line)}|" if line[0] == "---" else f"| {' | '.join(line)} |"
            for line in lines]  # fmt: skip


def rule_sets() -> list[RuleSet]:
    """The rule sets of the demo city, in the pack's order."""
    return list(load_clock_rules(ROOT / "cities" / "shenzhen_demo" / "clocks.yaml").rule_sets)


def limits(rules: RuleSet, clock: str, language: str) -> str:
    """Every limit of one clock: for which cases, how long, until which hour."""
    return "; ".join(
        _for_whom(limit, language) + limit.words(language)
        + (f" ({limit.closing:%H:%M})" if limit.closing else "")
        for limit in rules.limits if limit.clock == clock
    )  # fmt: skip


def _for_whom(limit: Limit, language: str) -> str:
    several = {"en": "several units", "zh": "多部门"}
    parts = [*sorted(limit.kinds or ()), *([several[language]] if limit.several else [])]
    return f"{', '.join(parts)}: " if parts else ""


def states(language: str):
    for state in State:
        with translation.override("en" if language == "en" else "zh-hans"):
            open_, closed, neither = IS[language]
            kind = open_ if state in OPEN else closed if state in CLOSED else neither
            yield f"`{state.value}`", str(state.label), kind


def tables(language: str) -> dict[str, list[str]]:
    """Name of a table → its lines, as they have to stand on the page."""
    head = {name: words[language] for name, words in HEADS.items()}
    sets = rule_sets()
    formulas = [(getattr(f.name, language), getattr(f.text, language)) for f in FORMULAS.values()]
    columns = [
        (f"`{name}`" + (" *" if name in REQUIRED else ""), "、".join(words))
        for name, words in COLUMNS.items()
    ]
    return {
        "steps": list(step_lines(language, markdown=True)),
        "states": table(head["states"], states(language)),
        "clocks": table(
            [*head["clocks"], *(f"`{rules.code}`" for rules in sets)],
            [(f"`{c}`", *(limits(rules, c, language) for rules in sets)) for c in CLOCKS],
        ),
        "figures": table(head["figures"], formulas),
        "columns": table(head["columns"], columns),
    }


def on_page(language: str) -> dict[str, list[str]]:
    text = PAGES[language].read_text(encoding="utf-8")
    return {name: body.splitlines() for name, body in TABLE.findall(text)}


@pytest.mark.parametrize("language", PAGES)
@pytest.mark.parametrize("name", ["steps", "states", "clocks", "figures", "columns"])
def test_a_table_of_the_page_is_the_table_of_the_code(name, language):
    assert on_page(language)[name] == tables(language)[name]


def test_the_page_shows_every_step_once_and_the_same_in_both_languages():
    shown = {
        language: [re.search(r"`(\w+)`", line)[1] for line in on_page(language)["steps"][2:]]
        for language in PAGES
    }
    assert shown["en"] == shown["zh"] == list(STEPS)


def test_the_english_page_has_no_chinese_in_its_tables_of_steps_and_states():
    chinese = re.compile(r"[\u4e00-\u9fff]")
    page = on_page("en")
    assert not [line for line in page["steps"] + page["states"] if chinese.search(line)]


@pytest.mark.parametrize("language", PAGES)
def test_the_page_names_every_job_of_appeals_and_how_often_it_runs(language):
    text = PAGES[language].read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(appeals\.\w+)` \| (\d+) \|", text, re.MULTILINE))
    jobs = {name: str(minutes) for name, minutes in MINUTES.items() if name.startswith("appeals.")}
    assert told == jobs


@pytest.mark.parametrize("language", PAGES)
def test_the_page_names_every_rule_set_and_the_one_in_force(language):
    text = PAGES[language].read_text(encoding="utf-8")
    for rules in rule_sets():
        assert getattr(rules.name, language) in text, rules.code


def write() -> None:
    """Bring the tables of both pages in line with the code."""
    for language, page in PAGES.items():
        made = tables(language)
        text = page.read_text(encoding="utf-8")
        text = TABLE.sub(
            lambda found, made=made: (
                f"<!-- table: {found[1]} -->\n" + "\n".join(made[found[1]]) + "\n"
            ),
            text,
        )
        page.write_text(text, encoding="utf-8")
