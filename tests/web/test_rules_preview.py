"""A policy before it is published: what is wrong with it, reach, cost, curve, downloads."""

import io
from html.parser import HTMLParser

import pytest

from qifu.base.packs.yaml_out import yaml_text
from qifu.jobs import previews
from qifu.jobs.previews import facts_file, keep_facts
from qifu.policies.actions import load_policies
from qifu.policies.selectors.library import _read
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, officer
from tests.web.desk_people import as_, table
from tests.web.pages import form, inline, words
from tests.web.rules_world import DOCUMENTS, FACTS, HERE, LARGE, YOUNG, make_firms, policy

TEXT = """id: N-1
version: 1
title: 新政策
when:
  all:
  - {attr: region, op: under, value: "44", kind: hard}
  - {id: staff, attr: employees, op: ">=", value: 5, unit: person}
  - {id: young, attr: founded, op: age_at_most, value: P10Y}
amount: {expr: "1000 * employees", unit: CNY}
"""


class _Points(HTMLParser):
    """The rows behind the curve: what each says."""

    def __init__(self):
        super().__init__()
        self.said, self.marks = [], 0

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if "data-said" in given:
            self.said.append(given["data-said"])
        self.marks += "data-qr-mark" in given


def points(page) -> list[str]:
    reader = _Points()
    reader.feed(page.content.decode())
    return reader.said


@pytest.fixture
def desk(demo_city):
    _read.cache_clear()  # another test's policies had the same row numbers
    make_firms(demo_city)
    yield as_(officer("policy_officer"))
    _read.cache_clear()


def test_a_pasted_policy_is_counted_over_the_city(desk):
    page = desk.post("/desk/policies/preview/", {"text": TEXT})
    told = words(page)
    assert page.status_code == 200 and inline(page.content.decode()) == []
    assert "可享 1" in told and "差一点 2" in told
    assert "预计支出 ¥9,000元" in told
    assert "按 2026年11月22日 12:00 写好的" in told
    # what was typed is still there
    assert dict(form(page, "/desk/policies/preview/")["fields"])["text"].strip() == TEXT.strip()


def test_the_curve_says_at_every_threshold_what_the_figures_are(desk):
    page = desk.post("/desk/policies/preview/", {"text": TEXT, "slide": "staff"})
    said = {one.partition("：")[0]: one.partition("：")[2] for one in points(page)}
    assert said["门槛 2 人"].startswith("可享 2 家")
    assert said["门槛 5 人"].startswith("可享 1 家")
    assert said["门槛 10 人"].startswith("可享 0 家")
    assert "可享企业从 2 家变为 0 家；现在的 5 人 是 1 家" in words(page)
    other = words(desk.post("/desk/policies/preview/", {"text": TEXT, "slide": "young"}))
    assert "移动「成立" in other
    # a condition that is no longer there
    assert desk.post("/desk/policies/preview/", {"text": TEXT, "slide": "no"}).status_code == 200


def test_numbers_can_be_taken_along(desk):
    asked = {"text": TEXT, "slide": "staff", "do": "curve"}
    head, *rows = table(desk.post("/desk/policies/preview/", asked))
    by_value = {row[2]: row for row in rows}
    assert head[3] == "可享企业" and by_value["5"][3] == 1 and by_value["5"][8] == "是"
    _head, total, *parts = table(desk.post("/desk/policies/preview/", asked | {"do": "reach"}))
    assert total[4:] == (1, *total[5:]) and len(parts) > 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "请粘贴政策规则，或者上传文件"),
        ("when: [", "[syntax]"),
        ("id: T\nversion: 1\ntitle: 试\nwhen: {all: [{attr: nothing, op: is, value: 1}]}",
         "第 4 行 when.all[0].attr · 属性目录里没有这一项"),
        (TEXT + "---\n" + TEXT, "一次只能看一份政策"),
        ("x" * 200_001, "最多 20 万字"),
    ],
    ids=["nothing", "no yaml", "unknown attribute", "two", "too long"],
)  # fmt: skip
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(desk, text, told):
    page = desk.post("/desk/policies/preview/", {"text": text})
    assert page.status_code == 422
    assert told in words(page)
    kept = dict(form(page, "/desk/policies/preview/")["fields"])["text"]
    assert kept.strip() == text.strip()


def test_a_file_does_as_well_and_what_is_no_text_is_refused(desk):
    sent = io.BytesIO(TEXT.encode("utf-8-sig"))
    sent.name = "政策.yaml"
    page = desk.post("/desk/policies/preview/", {"text": "old", "file": sent})
    assert "可享 1" in words(page)
    assert "N-1" in dict(form(page, "/desk/policies/preview/")["fields"])["text"]
    wrong = io.BytesIO("政策".encode("gbk"))
    wrong.name = "政策.yaml"
    refused = desk.post("/desk/policies/preview/", {"text": TEXT, "file": wrong})
    assert refused.status_code == 422 and "不是 UTF-8" in words(refused)
    assert "N-1" in dict(form(refused, "/desk/policies/preview/")["fields"])["text"]


def test_what_nobody_can_meet_is_counted_and_said(desk):
    never = TEXT.replace(
        "P10Y}", "P10Y}\n  - {attr: employees, op: \"<\", value: 3, unit: person}"
    )  # fmt: skip
    told = words(desk.post("/desk/policies/preview/", {"text": never}))
    assert "错误" in told and "[contradiction]" in told and "可享 0" in told


def test_a_policy_of_the_library_is_shown_at_once_and_against_what_counts_now(desk, demo_city):
    told = words(desk.get("/desk/policies/T-2/preview/"))
    assert "可享 1" in told and "和第" not in told
    wider = policy("T-2", HERE, YOUNG, LARGE | {"value": 2}, version=2)
    page = desk.post("/desk/policies/T-2/preview/", {"text": yaml_text(wider)})
    told = words(page)
    assert "和第 1 版比 新增可享 1 不再可享 0 仍然可享 1" in told
    load_policies([*DOCUMENTS, wider], city=demo_city, now=NOW)
    assert "和第 1 版比 新增可享 1" in words(desk.get("/desk/policies/T-2/preview/"))
    assert "和第 2 版比 新增可享 0 不再可享 1" in words(
        desk.get("/desk/policies/T-2/preview/?version=1")
    )
    assert desk.get("/desk/policies/T-2/preview/?version=7").status_code == 404


def test_a_firm_that_came_a_moment_ago_counts(desk):
    before = points(desk.post("/desk/policies/preview/", {"text": TEXT}))
    EnterpriseFactory.create(facts=FACTS[0])
    assert points(desk.post("/desk/policies/preview/", {"text": TEXT})) != before


def test_a_larger_city_waits_for_the_worker_and_then_says_of_when_it_is(desk, monkeypatch):
    monkeypatch.setattr(previews, "SMALL", 0)
    page = desk.post("/desk/policies/preview/", {"text": TEXT})
    assert "还没有写好" in words(page) and "N-1" in page.content.decode()
    assert facts_file() is None
    keep_facts(NOW)
    assert "可享 1" in words(desk.post("/desk/policies/preview/", {"text": TEXT}))
    EnterpriseFactory.create(facts=FACTS[0])
    assert "可享 1" in words(desk.post("/desk/policies/preview/", {"text": TEXT}))
    monkeypatch.setattr(previews, "LARGE", 0)
    keep_facts(NOW)  # once a day
    assert "可享 1" in words(desk.post("/desk/policies/preview/", {"text": TEXT}))
    monkeypatch.setattr(previews, "LARGE", 10_000)
    keep_facts(NOW)
    assert "可享 2" in words(desk.post("/desk/policies/preview/", {"text": TEXT}))


def test_nobody_waits_longer_than_so_many_seconds(desk, monkeypatch):
    monkeypatch.setattr(previews, "SECONDS", -1.0)
    page = desk.post("/desk/policies/preview/", {"text": TEXT})
    assert "没有算完" in words(page) and "N-1" in page.content.decode()


def test_a_file_that_is_torn_is_written_anew(desk):
    desk.post("/desk/policies/preview/", {"text": TEXT})
    there = facts_file()
    there.path.write_bytes(b"PAR1 torn")
    assert facts_file() is None
    assert "可享 1" in words(desk.post("/desk/policies/preview/", {"text": TEXT}))


def test_without_a_threshold_or_an_amount_the_page_says_so(desk):
    text = "id: N-2\nversion: 1\ntitle: 新\nwhen: {all: [{attr: region, op: under, value: '44'}]}"
    told = words(desk.post("/desk/policies/preview/", {"text": text}))
    assert "没有可以移动的" in told and "没有写金额" in told
