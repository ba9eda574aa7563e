"""`qifu rules check` from outside: codes, choice of findings, JSON, what makes it fail."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from qifu.cli.main import qifu
from qifu.rulebook.texts import document_hash

ATTRIBUTES = {"as_of": "2026-11-22", "attributes": {"score": {"type": "number"}}}
LOW = {"id": "low", "attr": "score", "op": "<", "value": 50}
HIGH = {"id": "high", "attr": "score", "op": ">", "value": 60}


def law(*groups: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "ONE", "version": 1, "title": "试", "when": {"all": list(groups)}} | more


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text(json.dumps(ATTRIBUTES), encoding="utf-8")
    return tmp_path


def check(place: Path, document: dict[str, Any], *more: object) -> Result:
    file = place / "p.json"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    args = ["rules", "check", file, "--attributes", place / "a.json", *more]
    return CliRunner().invoke(qifu, [str(arg) for arg in args])


def test_a_contradiction_fails_with_code_place_and_both_languages(place: Path) -> None:
    result = check(place, law(LOW, HIGH))
    assert result.exit_code == 1
    assert "错误 error contradiction" in result.output
    assert "when.all[1]: nobody can meet this together with low" in result.output
    assert "没有企业能同时满足这一条和 low" in result.output
    assert "1 处错误" in result.output and "1 errors, 0 warnings" in result.output


def test_a_warning_fails_only_where_one_wants_it(place: Path) -> None:
    old = law(LOW, effective={"to": "2026-01-01"})
    assert check(place, old).exit_code == 0
    assert check(place, old, "--strict").exit_code == 1
    assert check(place, old, "--strict", "--as-of", "2025-12-31").exit_code == 0
    assert check(place, old, "--strict", "--without", "expired").exit_code == 0
    assert (
        check(place, old | {"accept": [{"code": "expired", "why": "x"}]}, "--strict").exit_code == 0
    )


def test_one_code_can_be_looked_for_and_an_unknown_one_is_refused(place: Path) -> None:
    both = law(LOW, HIGH, effective={"to": "2026-01-01"})
    result = check(place, both, "--only", "expired")
    assert result.exit_code == 0 and "contradiction" not in result.output
    assert check(place, both, "--only", "contradicton").exit_code == 2


def test_findings_are_there_for_programs(place: Path) -> None:
    result = check(place, law(LOW, HIGH), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (told["policies"], told["errors"], told["warnings"]) == (1, 1, 0)
    (finding,) = told["findings"]
    assert (finding["severity"], finding["code"]) == ("error", "contradiction")
    assert (finding["file"], finding["path"]) == (str(place / "p.json"), "when.all[1]")
    assert finding["page"] == "docs/findings.md#contradiction"
    assert finding["message"] and finding["message_zh"]


def test_quotes_are_compared_with_the_texts_that_are_given(place: Path) -> None:
    (place / "texts").mkdir()
    data = "得分低于 50 分".encode()
    (place / "texts" / "notice.txt").write_bytes(data)
    src = {"doc": document_hash(data), "para": 0, "quote": "得分低于 50 分"}
    assert check(place, law(LOW | {"src": src}), "--texts", place / "texts").exit_code == 0
    wrong = law(LOW | {"src": src | {"quote": "得分低于 40 分"}})
    assert check(place, wrong).exit_code == 0
    result = check(place, wrong, "--texts", place / "texts")
    assert result.exit_code == 1 and "quote_text" in result.output
    (place / "texts" / "old.txt").write_bytes("得分".encode("gbk"))
    assert check(place, wrong, "--texts", place / "texts").exit_code == 1
