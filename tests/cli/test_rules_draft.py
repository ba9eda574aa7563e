"""`qifu rules draft` from outside."""

import json

import yaml

from tests.cli.running import run
from tests.textmine.policy_reading.notices import CITY, NOTICE


def test_the_draft_and_what_was_not_understood_are_printed(tmp_path, monkeypatch):
    monkeypatch.setenv("QIFU_CITY", str(CITY))
    file = tmp_path / "notice.txt"
    file.write_bytes((NOTICE + "六、其他要求\n(一)桥头向左三百步见石。\n").encode("gb18030"))
    done = run("rules", "draft", file, "--area", "440300")
    assert done.exit_code == 0, done.output
    assert "revenue" in done.output
    assert "桥头向左三百步见石" in done.output
    assert "missing id, version" in done.output
    as_json = json.loads(run("rules", "draft", file, "--json").output)
    assert as_json["format"] == 1
    as_yaml = yaml.safe_load(run("rules", "draft", file, "--yaml").output)
    assert as_yaml["amount"]["expr"] == "min(10% * rd_expense, 300万元)"


def test_a_file_without_text_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("QIFU_CITY", str(CITY))
    file = tmp_path / "empty.txt"
    file.write_bytes(b"")
    done = run("rules", "draft", file)
    assert done.exit_code != 0
    assert "no text" in done.output


def test_asking_a_language_model_needs_one_that_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("QIFU_CITY", str(CITY))
    monkeypatch.delenv("QIFU_LLM_URL", raising=False)
    file = tmp_path / "notice.txt"
    file.write_text(NOTICE, encoding="utf-8")
    done = run("rules", "draft", file, "--assisted")
    assert done.exit_code != 0
    assert "QIFU_LLM_URL" in done.output
    monkeypatch.setenv("QIFU_LLM_URL", "http://127.0.0.1:9/v1")  # nobody there: the grammar's draft
    assert "missing id, version" in run("rules", "draft", file, "--assisted").output
