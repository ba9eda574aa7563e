"""`qifu city history`, `undo` and `export`: every load is kept whole and can come back."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from qifu.base.calendar import calendar_in_force, record_calendar
from qifu.base.city import current_city, last_load
from qifu.base.models import CalendarUpload, CityLoad, JournalLine
from qifu.base.packs import documents_of, pack_hash, read_pack
from qifu.jobs.city import load_city
from qifu.knowledge.actions import load_answers, load_laws, retire_answer, write_answer
from qifu.knowledge.models import Answer, Law
from qifu.organisations.actions.channels import edit_channel, load_channels, retire_channel
from qifu.organisations.actions.units import load_units
from qifu.organisations.models import Channel, Organisation, Unit
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors.library import published_versions
from qifu.rulebook.yaml_text import read_yaml
from tests.base.pack_mistakes import CALENDAR
from tests.cli.running import DEMO_PACK, NEW_UNIT, change, run
from tests.conftest import NOW
from tests.factories import officer

pytestmark = pytest.mark.usefixtures("demo_city", "loads_are_parsed_anew")


def next_version(pack: Path) -> None:
    """A unit, a policy, an answer, a statute, a colour and a channel of the pack change."""
    (pack / "units.yaml").write_text((pack / "units.yaml").read_text() + NEW_UNIT)
    change(pack / "pack.yaml", "#0b5cab", "#1f5c2e")
    policy = pack / "policies" / "SZD-2026-018.yaml"
    change(policy, "closes: 2027-01-22", "closes: 2027-01-29")
    change(policy, "version: 1", "version: 2")
    change(
        pack / "answers.yaml",
        "code: payment-days\n  version: 1",
        "code: payment-days\n  version: 2",
    )
    change(pack / "answers.yaml", "但最长不能超过 60 日。", "但最长不超过 60 日。")
    change(pack / "laws" / "sz-data-2021.md", "第一条", "第一条 ")
    channel = first_channel()
    zh = channel.document["name"]["zh"]
    change(pack / "channels.yaml", f"zh: {zh}", f"zh: {zh}（新）")


def first_channel() -> Channel:
    return Channel.objects.filter(retired_at=None).order_by("position").first()


def in_force() -> dict[str, object]:
    """What a firm would see of the content in force."""
    day = date(2026, 11, 22)
    return {
        "accent": current_city().accent,
        "units": list(
            Unit.objects.filter(dissolved_on=None).order_by("organisation__code")
            .values_list("organisation__code", "organisation__name")
        ),
        "policies": list(published_versions(day).order_by("policy_id").values_list(
            "policy_id", "version", "closes")),
        "answers": sorted(Answer.objects.filter(state="published").values_list(
            "code", "pack_version", "answer_zh")),
        "laws": sorted(Law.objects.filter(carried=True).values_list("code", "content_hash")),
        "channels": sorted(
            (channel.code, json.dumps(channel.document, sort_keys=True))
            for channel in Channel.objects.filter(retired_at=None)
        ),
    }  # fmt: skip


def test_an_undone_load_leaves_everything_as_it_was_before_and_needs_no_folder(pack):
    before, first = in_force(), last_load()
    next_version(pack)
    assert run("city", "load", pack).exit_code == 0
    after, second = in_force(), last_load()
    assert all(after[key] != before[key] for key in before), after
    shutil.rmtree(pack)

    done = run("city", "undo")
    assert done.exit_code == 0, done.output
    assert f"= #{first.pk}" in done.stdout and "1 dissolved" in done.stdout
    assert in_force() == before
    third = last_load()
    assert third.pk > second.pk > first.pk
    assert third.content_hash == first.content_hash
    assert JournalLine.objects.filter(step="undo_load", subject_id=third.pk).count() == 1
    assert {(c["kind"], c["what"]) for c in third.changes} >= {
        ("unit", "removed"), ("policy", "changed"), ("pack", "changed")
    }  # fmt: skip

    back = run("city", "undo", "--to", second.pk)
    assert back.exit_code == 0, back.output
    assert in_force() == after
    assert Unit.objects.get(organisation__code="SZ-NEW").dissolved_on is None


def test_each_undo_goes_one_load_further_back_and_then_says_so(pack):
    for accent in ("#1f5c2e", "#7a1f1f"):
        change(pack / "pack.yaml", current_city().accent, accent)
        assert run("city", "load", pack).exit_code == 0
    for accent in ("#1f5c2e", "#0b5cab"):
        assert run("city", "undo").exit_code == 0
        assert current_city().accent == accent
    loads = CityLoad.objects.count()
    done = run("city", "undo")
    assert done.exit_code == 1
    assert "没有更早的载入" in done.stderr and "nothing was undone" in done.stderr
    assert CityLoad.objects.count() == loads == 5


def test_undo_refuses_a_number_that_never_was_and_what_is_in_force(pack):
    number = last_load().pk
    for wrong, told in ((number + 1000, "没有第"), (number, "就是现行内容")):
        done = run("city", "undo", "--to", wrong)
        assert done.exit_code == 1 and told in done.stderr
    assert last_load().pk == number


def test_history_names_every_load(pack):
    change(pack / "pack.yaml", "#0b5cab", "#1f5c2e")
    load_city(read_pack(pack), now=NOW, actor_id=officer("unit_admin").user_id)
    rows = json.loads(run("city", "history", "--json").stdout)
    assert [row["number"] for row in rows] == list(
        CityLoad.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert rows[-1]["changes"] == 1 and rows[-1]["who"] and rows[0]["who"] is None
    assert set(rows[0]) == {"number", "when", "who", "pack", "version", "changes", "hash"}
    shown = run("city", "history").stdout
    assert f"#{rows[-1]['number']}" in shown and "shenzhen_demo 1" in shown


def test_an_export_is_a_pack_equal_to_what_was_loaded(tmp_path):
    folder = tmp_path / "out"
    done = run("city", "export", folder)
    assert done.exit_code == 0, done.output
    assert run("city", "check", folder).exit_code == 0
    assert run("city", "diff", folder).stdout.startswith("没有变化 · no difference")
    assert run("city", "diff", DEMO_PACK, folder).stdout.startswith("没有变化 · no difference")
    written, demo = read_pack(folder), read_pack(DEMO_PACK)
    assert pack_hash(written) == pack_hash(demo) == last_load().content_hash
    assert documents_of(written) == documents_of(demo)
    assert "no difference" in run("city", "load", folder).stdout


def test_an_export_writes_over_nothing(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = run("city", "export", tmp_path)
    assert done.exit_code == 1 and "not empty" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def edit_on_pages() -> tuple[str, str]:
    """An officer changes a channel and an answer; gives their codes."""
    channel = first_channel()
    name = {**channel.document["name"], "zh": channel.document["name"]["zh"] + "（已改）"}
    edit_channel(
        channel,
        actor=officer("unit_admin", channel.unit),
        now=NOW,
        document={**channel.document, "name": name},
    )
    answer = Answer.objects.get(code="payment-days", state="published")
    write_answer(
        actor=officer("intake_officer"), code=answer.code, after=answer.version,
        matter=answer.matter, question_zh=answer.question_zh, question_en=answer.question_en,
        answer_zh="交付之日起 30 日内；合同可以另约，最长 60 日。", answer_en=answer.answer_en,
        basis=[*answer.basis, {"text": "一句说明"}], keywords=answer.keywords,
        valid_from=answer.valid_from, now=NOW,
    )  # fmt: skip
    return channel.code, answer.code


def retire_on_pages() -> tuple[str, str]:
    """An officer takes a channel and an answer out of use; gives their codes."""
    channel = Channel.objects.filter(retired_at=None).order_by("position").last()
    clerk = officer("unit_admin", channel.unit)
    retire_channel(channel, actor=clerk, reason="测试", now=NOW)
    retire_answer("payment-start", actor=officer("intake_officer"), reason="测试", now=NOW)
    return channel.code, "payment-start@1"


def test_what_was_done_on_pages_is_in_the_export_and_nothing_else_differs(tmp_path):
    channel, answer = edit_on_pages()
    gone, retired = retire_on_pages()
    folder = tmp_path / "out"
    assert run("city", "export", folder).exit_code == 0
    changes = json.loads(run("city", "diff", folder, "--json").stdout)
    assert [(c["kind"], c["code"], c["what"]) for c in changes] == [
        ("answer", f"{answer}@2", "added"), ("answer", retired, "removed"),
        ("channel", channel, "changed"), ("channel", gone, "removed"),
    ]  # fmt: skip
    assert changes[2]["paths"] == ["name.zh"]
    # loaded again it keeps the edits
    shown = Channel.objects.get(code=channel).document
    done = run("city", "load", folder)
    assert done.exit_code == 0, done.output
    assert Channel.objects.get(code=channel).document == shown
    newest = Answer.objects.filter(code=answer, state="published").order_by("version").last()
    assert newest.answer_zh.startswith("交付之日起 30 日内；") and newest.pack_version == 2
    again = tmp_path / "again"
    assert run("city", "export", again).exit_code == 0
    assert "no difference" in run("city", "diff", folder, again).stdout


def test_hours_that_say_what_is_so_anyway_are_exported_as_they_were_loaded(pack, tmp_path):
    said = "hours: &city_desk\n    follows_calendar: true\n    exceptions: []\n"
    change(pack / "channels.yaml", "hours: &city_desk\n", said)
    assert run("city", "load", pack).exit_code == 0
    edited, _ = edit_on_pages()
    folder = tmp_path / "out"
    assert run("city", "export", folder).exit_code == 0
    changes = json.loads(run("city", "diff", folder, "--json").stdout)
    assert [row["paths"] for row in changes if row["kind"] == "channel"] == [["name.zh"]]


def test_an_export_of_an_earlier_load_is_what_that_load_brought(pack, tmp_path):
    first = last_load()
    change(pack / "pack.yaml", "#0b5cab", "#1f5c2e")
    run("city", "load", pack)
    assert run("city", "export", tmp_path / "out", "--load", first.pk).exit_code == 0
    assert pack_hash(read_pack(tmp_path / "out")) == first.content_hash
    done = run("city", "export", tmp_path / "other", "--load", first.pk + 1000)
    assert done.exit_code == 1 and "没有第" in done.stderr
    assert not (tmp_path / "other").exists()


def test_an_export_loaded_into_an_empty_system_gives_the_same_content(tmp_path):
    before = in_force()
    assert run("city", "export", tmp_path / "out").exit_code == 0
    content = last_load().content_hash
    # as far as a load can tell, nothing was ever there
    load_units([], now=NOW)
    load_channels(None, now=NOW)
    load_laws([], now=NOW)
    load_answers([], now=NOW)
    PolicyVersion.objects.update(state="withdrawn")
    CityLoad.objects.all().delete()
    done = run("city", "load", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert last_load().content_hash == content
    assert in_force() == before


def test_a_calendar_year_of_a_pack_is_in_force_once_loaded_and_exported_with_uploads(
    pack, tmp_path
):
    (pack / "calendar").mkdir()
    (pack / "calendar" / "2027.yaml").write_text(CALENDAR)
    assert calendar_in_force().day(date(2027, 2, 14)).provisional
    done = run("city", "load", pack)
    assert done.exit_code == 0 and "日历 calendar: 2027" in done.stdout, done.output
    assert calendar_in_force().is_working_day(date(2027, 2, 14))
    # an official corrects the year: loading the pack again with another change keeps that
    ((year, _lines),) = read_yaml(CALENDAR.replace("2027-02-14, ", ""))
    record_calendar(year, uploaded_by=None, now=NOW)
    change(pack / "pack.yaml", "#0b5cab", "#1f5c2e")
    assert run("city", "load", pack).exit_code == 0
    assert not calendar_in_force().is_working_day(date(2027, 2, 14))
    assert CalendarUpload.objects.count() == 2
    run("city", "export", tmp_path / "out")
    changes = json.loads(run("city", "diff", tmp_path / "out", "--json").stdout)
    assert [(c["kind"], c["code"], c["what"]) for c in changes] == [("calendar", "2027", "changed")]
    # undone: a notice of the State Council stays
    assert run("city", "undo").exit_code == 0
    assert run("city", "undo").exit_code == 0
    assert not calendar_in_force().is_working_day(date(2027, 2, 14))
    assert Organisation.objects.filter(code="SZ-GOV").exists()
