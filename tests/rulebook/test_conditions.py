"""Every operator and shape at its boundary, from the YAML cases that officers can read."""

from datetime import date
from typing import Any

import pytest

from qifu.rulebook.yaml_text import read_yaml
from tests.rulebook.world import AS_OF, CASES, group

SETTING = {
    "window": {"opens": date(2026, 3, 1), "closes": date(2027, 2, 28)},
    "published": date(2026, 1, 15),
}
VERDICTS = ("met", "unmet", "unknown")


def _every_case() -> list[Any]:
    found = []
    for file in sorted(CASES.glob("*.yaml")):
        for case in read_yaml(file.read_text(encoding="utf-8"), str(file))[0][0]:
            for verdict in VERDICTS:
                for facts in case.get(verdict, []):
                    name = f"{file.stem}: {case['name']}: {facts}"
                    found.append(pytest.param(case["when"], facts, verdict, id=name))
    return found


@pytest.mark.parametrize(("when", "facts", "verdict"), _every_case())
def test_the_condition_answers_as_its_case_says(
    when: dict[str, Any], facts: dict[str, Any], verdict: str
) -> None:
    assert group(facts, when, as_of=AS_OF, **SETTING).verdict == verdict


def test_every_case_says_something_and_names_no_other_key() -> None:
    for file in CASES.glob("*.yaml"):
        for case in read_yaml(file.read_text(encoding="utf-8"), str(file))[0][0]:
            assert set(case) <= {"name", "when", *VERDICTS}
            assert set(case) & set(VERDICTS)
