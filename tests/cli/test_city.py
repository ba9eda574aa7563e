"""`qifu city`: a pack is checked, compared and loaded whole or not at all."""

import json
from pathlib import Path

import pytest

from qifu.base.city import current_city, last_load
from qifu.base.models import CityLoad, JournalLine, OutboxRow
from qifu.base.packs import read_pack
from qifu.jobs import city as city_jobs
from qifu.organisations.models import Organisation, Unit
from qifu.policies.models import PolicyVersion
from tests.cli.running import DEMO_PACK, NEW_UNIT, change, run
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("demo_city", "loads_are_parsed_anew")


def close_later(pack: Path, *, version: int) -> None:
    """The policy closes a week later, in a new version or, wrongly, in the same."""
    file = pack / "policies" / "SZD-2026-018.yaml"
    change(file, "closes: 2027-01-22", "closes: 2027-01-29")
    change(file, "version: 1", f"version: {version}")


def state() -> list[object]:
    """Everything that a load writes."""
    return [
        list(CityLoad.objects.order_by("pk").values("pk", "content_hash")),
        list(Organisation.objects.filter(kind="unit").order_by("pk").values()),
        list(Unit.objects.order_by("pk").values()),
        list(PolicyVersion.objects.order_by("pk").values("policy_id", "version", "state")),
        JournalLine.objects.count(),
    ]


def test_a_good_pack_has_no_findings():
    done = run("city", "check", DEMO_PACK)
    assert done.exit_code == 0
    assert "没有问题" in done.stdout and "no findings" in done.stdout


def test_a_broken_reference_is_told_with_its_place_and_nothing_is_loaded(pack):
    change(pack / "units.yaml", "parent: SZ-LG\n", "parent: SZ-NOWHERE\n")
    before = state()
    for command in ("check", "load", "diff"):
        done = run("city", command, pack)
        assert done.exit_code == 1
        assert "units.yaml:" in done.stderr and "SZ-NOWHERE" in done.stderr
    assert "没有载入" in run("city", "load", pack).stderr
    assert state() == before


def test_a_pack_that_others_extend_is_no_city_and_says_so():
    before = state()
    for command in ("load", "diff"):
        done = run("city", command, DEMO_PACK.parent / "national")
        assert done.exit_code == 1
        assert "not a city" in done.stderr
    assert state() == before


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path):
    done = run("city", "load", tmp_path / "nowhere")
    assert done.exit_code == 2
    assert "nowhere" in done.stderr


def test_loading_twice_says_no_difference_and_changes_nothing():
    before = state()
    assert "no difference" in run("city", "diff", DEMO_PACK).stdout
    done = run("city", "load", DEMO_PACK)
    assert done.exit_code == 0
    assert "没有变化" in done.stdout and "no difference" in done.stdout
    assert state() == before


def test_a_changed_pack_shows_its_difference_and_history_is_kept(pack):
    first = last_load()
    change(pack / "units.yaml", "市财政局", "市财政局（更名）")
    (pack / "units.yaml").write_text((pack / "units.yaml").read_text() + NEW_UNIT)
    close_later(pack, version=2)
    (pack / "policies" / "SZD-2026-027.yaml").unlink()
    (pack / "policies" / "cases" / "SZD-2026-027.yaml").unlink()

    shown = run("city", "diff", pack)
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert "changed  unit SZ-CZJ: name.zh" in lines
    assert "added    unit SZ-NEW" in lines
    assert "changed  policy SZD-2026-018: version, window.closes" in lines
    assert "removed  policy SZD-2026-027" in lines
    assert "removed  case SZD-2026-027" in lines
    assert lines[-1].startswith("5 ")
    assert last_load() == first

    done = run("city", "load", pack)
    assert done.exit_code == 0, done.output
    assert "1 added, 2 changed, 2 removed" in done.stdout
    second = last_load()
    assert second.pk > first.pk
    assert {(c["what"], c["code"]) for c in second.changes} == {
        ("changed", "SZ-CZJ"),
        ("added", "SZ-NEW"),
        ("changed", "SZD-2026-018"),
        ("removed", "SZD-2026-027"),
    }
    assert ("case", "removed") in {(c["kind"], c["what"]) for c in second.changes}  # fmt: skip
    kept = CityLoad.objects.get(pk=first.pk)
    assert kept.documents["policies"]["SZD-2026-018@1"]["window"]["closes"] == "2027-01-22"
    versions = PolicyVersion.objects.filter(policy_id="SZD-2026-018").order_by("version")
    assert [(v.version, str(v.closes)) for v in versions] == [(1, "2027-01-22"), (2, "2027-01-29")]
    assert PolicyVersion.objects.get(policy_id="SZD-2026-027").state == "withdrawn"
    assert Organisation.objects.get(code="SZ-CZJ").name == "市财政局（更名）"
    assert JournalLine.objects.filter(step="load_city", subject_id=second.pk).count() == 1
    assert "no difference" in run("city", "diff", pack).stdout


def test_the_pack_of_another_city_takes_the_place_only_when_that_is_said(pack):
    document = pack / "pack.yaml"
    said = document.read_text(encoding="utf-8").replace("id: shenzhen_demo", "id: other_city")
    document.write_text(said, encoding="utf-8")
    done = run("city", "load", pack)
    assert done.exit_code == 1
    assert "add --replace" in done.output
    assert CityLoad.objects.latest("pk").pack == "shenzhen_demo"
    assert run("city", "load", pack, "--replace").exit_code == 0
    assert CityLoad.objects.latest("pk").pack == "other_city"


def test_a_load_keeps_the_order_of_the_pack_which_is_the_order_of_the_pages():
    document = read_pack(DEMO_PACK).attributes
    city = current_city()
    assert list(city.groups) == list(document["groups"])
    assert [attribute.name for attribute in city.catalogue] == list(document["attributes"])
    options = city.catalogue.get("qualifications").options
    written = document["attributes"]["qualifications"]["options"]
    assert [option[0] for option in options] == list(written)


def test_a_unit_that_is_gone_is_dissolved_and_comes_back_when_it_is_in_the_pack_again(pack):
    units = pack / "units.yaml"
    without = units.read_text()
    units.write_text(without + NEW_UNIT)
    run("city", "load", pack)
    assert Unit.objects.get(organisation__code="SZ-NEW").dissolved_on is None
    units.write_text(without)
    assert "1 dissolved" in run("city", "load", pack).stdout
    assert Unit.objects.get(organisation__code="SZ-NEW").dissolved_on is not None
    units.write_text(without + NEW_UNIT)
    run("city", "load", pack)
    assert Unit.objects.get(organisation__code="SZ-NEW").dissolved_on is None
    assert CityLoad.objects.count() == 4


def test_a_policy_changed_under_its_old_version_is_refused_by_name_and_nothing_is_loaded(pack):
    change(pack / "units.yaml", "市财政局", "市财政局（更名）")
    close_later(pack, version=1)
    before = state()
    done = run("city", "load", pack)
    assert done.exit_code == 1
    assert "SZD-2026-018 v1" in done.stderr
    assert "版本不可更改" in done.stderr and "没有载入" in done.stderr
    assert state() == before


def test_a_load_that_fails_half_way_leaves_nothing(pack, monkeypatch):
    (pack / "units.yaml").write_text((pack / "units.yaml").read_text() + NEW_UNIT)
    before = state()

    def broken(*_arguments, **_named):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(city_jobs, "load_policies", broken)
        with pytest.raises(RuntimeError, match="disk"):
            city_jobs.load_city(read_pack(pack), now=NOW)
    assert state() == before
    assert run("city", "load", pack).exit_code == 0
    assert Unit.objects.filter(organisation__code="SZ-NEW").exists()


def test_a_load_that_failed_leaves_no_parsed_city_behind_for_the_next_one(pack):
    change(pack / "pack.yaml", "#0b5cab", "#7a1f1f")
    close_later(pack, version=1)
    assert run("city", "load", pack).exit_code == 1
    change(pack / "pack.yaml", "#7a1f1f", "#1f5c2e")
    change(pack / "policies" / "SZD-2026-018.yaml", "2027-01-29", "2027-01-22")
    assert run("city", "load", pack).exit_code == 0
    assert current_city().accent == "#1f5c2e"


def test_a_new_version_of_a_policy_asks_once_for_those_whom_it_touches(pack):
    old = PolicyVersion.objects.get(policy_id="SZD-2026-018")
    OutboxRow.objects.all().delete()
    close_later(pack, version=2)
    run("city", "load", pack)
    new = PolicyVersion.objects.get(policy_id="SZD-2026-018", version=2)
    (asked,) = OutboxRow.objects.filter(state="waiting", name="policies.library_changed")
    assert asked.payload == {"changed": [{"old": old.pk, "new": new.pk}]}


def test_a_new_pack_is_written_once_and_never_over_anything(tmp_path):
    ask = ("city", "new", tmp_path / "town", "--id", "town", "--name", "某市", "--name-en", "Town")
    done = run(*ask, "--region", "130100")
    assert done.exit_code == 0 and str(tmp_path / "town" / "units.yaml") in done.stdout
    assert run("city", "check", tmp_path / "town").exit_code == 0
    before = {file: file.read_bytes() for file in (tmp_path / "town").rglob("*.*ml")}
    again = run(*ask, "--region", "130200")
    assert again.exit_code == 1 and "nothing written" in again.stderr
    assert {file: file.read_bytes() for file in (tmp_path / "town").rglob("*.*ml")} == before
    wrong = run(*ask[:2], tmp_path / "other", *ask[3:], "--region", "999999")
    assert wrong.exit_code == 1 and "--region" in wrong.stderr and "请改正代码" in wrong.stderr


def test_findings_are_there_for_programs_too(pack):
    change(pack / "units.yaml", "parent: SZ-LG\n", "parent: SZ-NOWHERE\n")
    done = run("city", "check", pack, "--json")
    assert done.exit_code == 1
    (finding,) = json.loads(done.stdout)
    assert set(finding) == {
        "severity", "file", "line", "path", "code", "message", "message_zh", "found", "allowed",
        "page",
    }  # fmt: skip
    assert finding["file"].endswith("units.yaml") and finding["line"] > 1
    assert finding["found"] == "SZ-NOWHERE" and "请改正代码" in finding["message_zh"]


def test_what_looks_wrong_in_a_policy_is_told_and_only_an_error_refuses_the_pack(pack):
    law = pack / "policies" / "SZD-2026-025.yaml"
    change(law, "benefit: grant", "benefit: grant\naccept: [{code: unit_scale, why: 小额}]")
    done = run("city", "check", pack, "--json")
    assert done.exit_code == 0
    assert [(f["severity"], f["code"]) for f in json.loads(done.stdout)] == [("warning", "accept")]
    done = run("city", "check", pack, "--json", "--as-of", "2028-01-01")
    assert done.exit_code == 0 and "expired" in {f["code"] for f in json.loads(done.stdout)}
    change(law, 'op: ">", value: 0, unit: m2', 'op: "<", value: 0, unit: m2')
    done = run("city", "check", pack)
    assert done.exit_code == 1
    assert "没有企业能满足这一条" in done.stderr


def test_two_folders_are_compared_without_a_database(pack):
    change(pack / "units.yaml", "市财政局", "市财政局（更名）")
    done = run("city", "diff", DEMO_PACK, pack)
    assert done.stdout.splitlines()[0] == "changed  unit SZ-CZJ: name.zh"
    assert json.loads(run("city", "diff", pack, DEMO_PACK, "--json").stdout) == [
        {"kind": "unit", "code": "SZ-CZJ", "what": "changed", "paths": ["name.zh"]}
    ]


def test_schemas_are_written_for_editors(tmp_path):
    done = run("city", "schema", tmp_path / "schemas")
    assert done.exit_code == 0
    schema = json.loads((tmp_path / "schemas" / "units.json").read_text())
    assert schema["$schema"].endswith("2020-12/schema")
