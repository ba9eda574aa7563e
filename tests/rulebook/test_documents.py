"""Files: YAML with lines, exact figures, no surprises; JSON lines; folders; city packs."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from qifu.rulebook.documents import (
    load_attributes,
    load_catalogue,
    load_documents,
    load_file,
    load_one,
    read_json,
)
from qifu.rulebook.findings import RuleError
from qifu.rulebook.yaml_text import read_yaml

ROOT = Path(__file__).parents[2]


def yaml(text: str) -> Any:
    return read_yaml(text)[0][0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", Decimal("0.1")),
        ("3_000_000", 3_000_000),
        ("-5", -5),
        ("1.5e3", Decimal("1500")),
        ("0", 0),
        ("0755", "0755"),
        ("no", "no"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("1.2.3", "1.2.3"),
        ("P5Y", "P5Y"),
        ('"4403"', "4403"),
        ("'true'", "true"),
        ("true", True),
        ("~", None),
        ("2026-11-22", date(2026, 11, 22)),
        ("'2026-11-22'", "2026-11-22"),
        ("专精特新", "专精特新"),
        ("𠮷野家😀", "𠮷野家😀"),
    ],
)
def test_a_plain_scalar_means_what_it_looks_like(text: str, value: object) -> None:
    read = yaml(f"a: {text}")["a"]
    assert read == value
    assert type(read) is type(value)


def test_the_line_of_every_key_and_item_is_known() -> None:
    ((_, lines),) = read_yaml("a: 1\nb:\n  c:\n  - x\n  - {d: 2,\n     e: 3}\n")
    assert lines["a"] == 1
    assert lines["b.c"] == 3
    assert lines["b.c[1]"] == 5
    assert lines["b.c[1].e"] == 6


def test_a_key_twice_is_refused_with_both_lines() -> None:
    with pytest.raises(RuleError) as error:
        read_yaml("a: 1\nb: 2\na: 3\n", "p.yaml")
    (finding,) = error.value.findings
    assert str(finding) == "p.yaml:3: a: the same key twice, first in line 1 (found 'a')"


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [ls]",
        "a: !secret x",
        "a: [1, 2",
        "a: 1\n b: 2",
        "? [1, 2]\n: 3",
        "a: 2026-02-30",
        "\ta: 1",
        "a: " + "[" * 200 + "]" * 200,
        "a: *nobody",
        "a: " + "[" * 1_000_000,
        "a: " + "{b: " * 300_000,
    ],
)
def test_what_is_no_plain_document_is_refused_with_a_finding(text: str) -> None:
    with pytest.raises(RuleError) as error:
        read_yaml(text, "p.yaml")
    assert error.value.findings[0].file == "p.yaml"


def test_aliases_that_multiply_are_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    with pytest.raises(RuleError, match="too large"):
        read_yaml("\n".join(rows))


def test_an_alias_may_stand_for_a_shared_source() -> None:
    assert yaml("a: &s {source: x}\nb: *s") == {"a": {"source": "x"}, "b": {"source": "x"}}


def test_json_is_exact_and_refuses_a_key_twice() -> None:
    assert read_json('{"a": 0.1}') == {"a": Decimal("0.1")}
    with pytest.raises(RuleError, match="same key twice"):
        read_json('{"a": 1, "a": 2}')
    with pytest.raises(RuleError, match="not JSON"):
        read_json('{"a": 1')
    with pytest.raises(RuleError, match="too many digits"):
        read_json("9" * 5000)
    with pytest.raises(RuleError, match="half of a character"):
        read_json('{"a": "\\ud800"}')
    assert read_json('{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}
    with pytest.raises(RuleError) as error:
        read_json('{"a": 1, "a": 2}', "f.json", 3)
    assert str(error.value).count("f.json") == 1


def test_json_lines_say_which_line_is_wrong_and_may_hold_odd_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "p.jsonl"
    good = json.dumps({"id": "a\u2028b"}, ensure_ascii=False)
    file.write_text(f"{good}\n\nnot json\n{good}\n{{\n", encoding="utf-8")
    with pytest.raises(RuleError) as error:
        load_file(file)
    assert [finding.line for finding in error.value.findings] == [3, 5]
    file.write_text(f"\ufeff{good}\n\n{good}\n", encoding="utf-8")
    assert [d.lines[""] for d in load_file(file)] == [1, 3]


def test_a_folder_is_read_with_its_folders_but_without_cases(tmp_path: Path) -> None:
    for name in ("a.yaml", "b/c.yml", "b/cases/c.yaml", "cases/a.yaml", ".git/x.yaml", "n.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("id: x\n---\nid: y\n", encoding="utf-8")
    documents, findings = load_documents(tmp_path)
    assert [Path(d.file).name for d in documents] == ["a.yaml", "a.yaml", "c.yml", "c.yml"]
    assert findings == []


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("id: 深圳".encode("gb18030"))
    (tmp_path / "b.yaml").write_text("id: x", encoding="utf-8")
    (tmp_path / "c.json").write_text('[{"id": "y"}, {"id": "z"}]', encoding="utf-8")
    (tmp_path / "d.yaml").write_text("x" * 5_000_000, encoding="utf-8")
    documents, findings = load_documents(tmp_path)
    assert [d.data["id"] for d in documents] == ["x", "y", "z"]
    assert [f.code for f in findings] == ["encoding", "size"]


def test_of_a_city_pack_the_policies_are_read(tmp_path: Path) -> None:
    for name in ("pack.yaml", "units.yaml", "policies/a.yaml", "policies/cases/a.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("id: x", encoding="utf-8")
    documents, findings = load_documents(tmp_path)
    assert ([Path(d.file).parent.name for d in documents], findings) == (["policies"], [])


def test_json_lines_are_known_without_their_ending(tmp_path: Path) -> None:
    for name in ("a.json", "b.txt", "c"):
        file = tmp_path / name
        file.write_text('{"id": "x"}\n\n{"id": "y"}\n', encoding="utf-8")
        assert [d.data["id"] for d in load_file(file)] == ["x", "y"]
        file.write_text('{"id":\n "x"}\n', encoding="utf-8")
        assert [d.data["id"] for d in load_file(file)] == ["x"]


def test_an_ending_in_capitals_counts_and_files_that_are_something_else_do_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "A.YAML").write_text("id: x", encoding="utf-8")
    (tmp_path / "attributes.json").write_text("{}", encoding="utf-8")
    documents, findings = load_documents(tmp_path, without=[tmp_path / "attributes.json"])
    assert ([d.data for d in documents], findings) == ([{"id": "x"}], [])


@pytest.mark.parametrize(("encoding", "likely"), [("gb18030", "GBK"), ("utf-16", "UTF-16")])
def test_another_encoding_is_named(tmp_path: Path, encoding: str, likely: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes("id: 深圳".encode(encoding))
    with pytest.raises(RuleError, match=f"looks like {likely} .*saved as UTF-8"):
        load_file(file)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: 1\nb: {op: >=, value: 1}", "in quotes"),
        ("a:\n- op: >=\n  value: 1", "in quotes"),
        ("a:\n- op: != 5", "stands in quotes"),
        ("a:\n\tb: 1", "no tabs"),
    ],
)
def test_what_was_probably_meant_is_said(text: str, hint: str) -> None:
    with pytest.raises(RuleError, match=hint):
        read_yaml(text)


def test_an_empty_or_missing_place_is_a_finding(tmp_path: Path) -> None:
    assert [f.code for f in load_documents(tmp_path)[1]] == ["empty"]
    assert [f.code for f in load_documents(tmp_path / "no")[1]] == ["missing"]


def _pack(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_yaml", ".yaml").replace("_csv", ".csv")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def test_a_pack_takes_trees_from_the_pack_it_extends(tmp_path: Path) -> None:
    _pack(
        tmp_path / "land",
        pack_yaml="id: land",
        codes__region_csv="code,name_zh\n44,广东省\n4403,深圳市\n",
        codes__form_csv="code,name_zh,parent\ncompany,公司,\nlimited,有限公司,company\n",
    )
    city = _pack(
        tmp_path / "city",
        pack_yaml="id: city\nextends: land",
        attributes_yaml='attributes:\n  region: {type: "code:region"}\n  form: {type: "code:form"}',
    )
    catalogue = load_catalogue(city)
    assert catalogue.trees["region"].has("440300")
    assert catalogue.trees["form"].is_under("limited", "company")
    assert load_attributes(city / "attributes.yaml").content_hash == catalogue.content_hash


def test_packs_in_a_circle_or_beside_nothing_are_refused(tmp_path: Path) -> None:
    a = _pack(tmp_path / "a", pack_yaml="id: a\nextends: b", attributes_yaml="attributes: {}")
    _pack(tmp_path / "b", pack_yaml="id: b\nextends: a")
    with pytest.raises(RuleError, match="a → b → a"):
        load_catalogue(a)
    lost = _pack(tmp_path / "c", pack_yaml="id: c\nextends: nowhere")
    with pytest.raises(RuleError, match="no such pack"):
        load_catalogue(lost)


def test_a_code_list_with_a_gap_or_a_double_is_refused(tmp_path: Path) -> None:
    pack = _pack(tmp_path, pack_yaml="id: a", attributes_yaml="attributes: {x: {type: flag}}")
    for text, words in (
        ("code,name\n1,x\n", "columns are missing"),
        ("code,name_zh\n1,x\n1,y\n", "a code stands twice"),
        ("code,name_zh\n1,\n", "needs a code and a name"),
        ("code,name_zh,parent\n1,x,9\n", "no such code"),
        ("code,name_zh,parent\n1,x,2\n2,y,1\n", "above itself"),
    ):
        _pack(tmp_path, codes__tree_csv=text)
        with pytest.raises(RuleError, match=words):
            load_catalogue(pack)


def test_the_demo_city_s_catalogue_is_read_whole() -> None:
    catalogue = load_catalogue(ROOT / "cities" / "shenzhen_demo")
    assert len(catalogue) >= 60
    assert len(catalogue.groups) == 11
    assert catalogue.trees["industry"].label("C3511") == "矿山机械制造"
    assert not catalogue.trees["industry"].has("C3")
    assert catalogue.trees["region"].is_under("440306", "440300")


def test_a_mistake_in_the_catalogue_names_its_line(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("attributes:\n  x: {type: flag}\n  y: {type: flags}\n", encoding="utf-8")
    with pytest.raises(RuleError) as error:
        load_attributes(file)
    assert [(f.path, f.line) for f in error.value.findings] == [("attributes.y.type", 3)]


def test_one_document_is_one(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1\n---\nb: 2\n", encoding="utf-8")
    with pytest.raises(RuleError, match="must hold one document"):
        load_one(file)
