"""Clauses that an officer adds to a draft, what is wrong with its document, throwing it away."""

import pytest
from django.urls import reverse

from qifu.policies.actions import confirm_kind
from qifu.policies.selectors import reading_of, stamp
from qifu.rulebook.findings import Finding
from qifu.web.rules.draft_findings import told
from tests.conftest import NOW
from tests.factories import officer
from tests.web.desk_people import as_
from tests.web.draft_world import drafted
from tests.web.pages import words

pytestmark = pytest.mark.usefixtures("demo_city")
CONDITION = {"attr": "employees", "op": ">=", "value": "20", "unit": "人"}


@pytest.fixture
def editor():
    return officer("policy_officer")


@pytest.fixture
def client(editor):
    return as_(editor)


@pytest.fixture
def row(editor):
    return drafted(editor)


def address(row, name="desk-policy-draft"):
    return reverse(name, kwargs={"pk": row.pk})


def add(client, row, kind, **fields):
    return client.post(address(row), {"do": "add", "kind": kind, **fields})


def fresh(row):
    row.refresh_from_db()
    return reading_of(row)


def test_a_condition_an_amount_a_window_and_a_paper_are_added(client, row):
    assert client.get(f"{address(row)}?add=condition").status_code == 200
    sent = add(client, row, "condition", **CONDITION, basis="团队曾获虹光奖章", group="")
    assert sent.headers["Location"].endswith("#h1")
    add(client, row, "amount", shape="fixed", value="5", unit="万元", of="")
    add(client, row, "window", role="effective", first="2027-01-01", last="")
    add(client, row, "paper", words="承诺书")
    read = fresh(row)
    assert [read.element(f"h{n}").kind for n in (1, 2, 3, 4)] == [
        "condition", "amount", "window", "paper",
    ]  # fmt: skip
    document = read.document
    assert document["effective"] == {"from": "2027-01-01"}
    assert {"zh": "承诺书"} in document["card"]["papers"]
    page = words(client.get(f"{address(row)}?clause=h1"))
    assert "从业人员" in page and "人工添加" in page and "原文没有对应的句子" in page


def test_a_condition_joins_a_choice_of_the_text(client, row):
    (group,) = [g for g, told in fresh(row).groups.items() if told["shape"] == "any"]
    assert f'value="{group}"' in client.get(f"{address(row)}?add=condition").content.decode()
    add(client, row, "condition", **CONDITION, group=group)
    assert fresh(row).element("h1").group == group


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("condition", {**CONDITION, "basis": "天外来客"}, "原文里没有这几个字"),
        ("condition", {**CONDITION, "attr": ""}, "请选择看企业的哪一项"),
        ("condition", {**CONDITION, "value": "很多"}, "很多"),
        ("amount", {"shape": "fixed", "value": "多", "unit": "万元"}, "请填写数字"),
        ("window", {"role": "apply"}, "请至少填一个日期"),
    ],
)
def test_what_is_wrong_with_a_new_clause_is_told_and_what_was_typed_stays(
    client, row, kind, fields, said
):
    answer = add(client, row, kind, **fields)
    assert answer.status_code == 422
    assert said in words(answer)
    typed = {**fields}.get("basis") or fields.get("value") or "apply"
    assert typed in answer.content.decode()
    assert not [one for one in fresh(row).elements if one.id.startswith("h")]


def test_a_choice_is_told_with_what_stands_deeper_in_it(client, editor):
    text = (
        "一、申报条件\n上年度营业收入在1000万元以上，或上年度营业收入在1000万元以下，"
        "但上年度研发费用达到200万元以上。\n"
    )
    page = words(client.get(address(drafted(editor, text=text))))
    assert "与 c2、c3 满足任意一项" in page
    assert "与 c3 要同时满足；与 c1 满足任意一项" in page


def test_a_title_and_a_kind_that_is_none_cannot_be_added(client, row):
    assert add(client, row, "title", words="x").status_code == 404
    assert "添加一条：" not in words(client.get(f"{address(row)}?add=title"))


def test_what_was_not_understood_is_listed_with_a_way_to_add_it(client, editor):
    text = "一、申报条件\n（一）职工20人以上；\n（二）飞天之事凡三者。\n"
    row = drafted(editor, text=text)
    page = client.get(address(row)).content.decode()
    assert "没读懂的句子" in page and "?add=condition&amp;unread=1#add" in page
    form = client.get(f"{address(row)}?add=condition&unread=1").content.decode()
    assert "飞天之事凡三者</textarea>" in form
    for odd in ("9", "0", "x", "99999999"):
        assert client.get(f"{address(row)}?add=condition&unread={odd}").status_code == 200


def test_nothing_is_added_to_a_draft_that_is_finished(client, row, editor):
    seen = {e.id: stamp(e) for e in reading_of(row).elements}
    confirm_kind(row, actor=editor, seen=seen, now=NOW)
    page = address(row, "desk-policy-draft-document")
    client.post(address(row), {"do": "fill", "id": "A-1", "version": "1", "revision": "1"})
    client.post(page, {"do": "finish", "revision": "2"})
    assert "添加一条" not in words(client.get(f"{address(row)}?add=condition"))
    assert add(client, row, "condition", **CONDITION).status_code == 409


def test_a_finding_is_told_with_its_clause_or_its_part():
    document = {"when": {"all": [{"id": "c1", "attr": "x"}, {"any": [{"id": "c9", "attr": "y"}]}]}}
    found = [
        Finding("missing", "id", "is missing", None, "text"),
        Finding("unit", "when.all[1].any[0].unit", "x is counted in CNY", "人", "CNY, 元"),
        Finding("empty", "when.all[7].any", "an empty list", []),
        Finding("odd", "", "odd"),
    ]
    rows = told(found, document)
    assert [(one.clause, one.place) for one in rows] == [
        ("", "政策编号"), ("c9", "条件"), ("", "条件"), ("", ""),
    ]  # fmt: skip
    assert rows[0].words == "缺少这一项，请补上。"
    assert "现在写的是 '人'" in rows[1].words and "可以写：CNY, 元" in rows[1].words


def test_the_document_says_what_is_missing_in_words(client, row):
    page = words(client.get(address(row, "desk-policy-draft-document")))
    assert "政策编号 ： 缺少这一项，请补上。" in page or "政策编号：缺少这一项，请补上。" in page
    assert "(text)" not in page and "（text）" not in page


def test_throwing_away_asks_first(client, row):
    for name in ("desk-policy-draft-document",):
        html = client.get(address(row, name)).content.decode()
        before, _, behind = html.partition("<summary>丢弃这份草稿</summary>")
        assert 'value="drop"' not in before and "确认丢弃" in behind
    sent = client.post(address(row, "desk-policy-draft-document"), {"do": "drop"})
    assert sent.status_code == 302
