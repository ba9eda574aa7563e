"""From a draft to a document: a person confirms, mends or drops every clause first."""

import json

import pytest

from qifu.rulebook.policy import parse_policy
from qifu.rulebook.provenance import quotes_match
from qifu.textmine.policy_reading.drafts import (
    Draft,
    Unfinished,
    add,
    confirm,
    drop,
    fill,
    finish,
    mend,
    newest,
)
from qifu.textmine.policy_reading.inputs import plain_text
from tests.textmine.policy_reading.notices import NOTICE, drafted, reader


def gone_through(draft):
    for ident in draft.open:
        draft = confirm(draft, ident)
    return fill(fill(draft, "id", "QH-2031-0012"), "version", 1)


def test_a_notice_becomes_a_document_that_the_rulebook_reads():
    text = plain_text(NOTICE)
    document = finish(gone_through(drafted(NOTICE)))
    policy = parse_policy(document, reader().catalogue)
    assert policy.title == "青禾市工业和信息化局关于申报2031年度星火企业研发奖励的通知"
    assert (str(policy.opens), str(policy.closes)) == ("2031-03-01", "2031-03-31")
    assert document["amount"]["expr"] == "min(10% * rd_expense, 300万元)"
    assert [paper["zh"] for paper in document["card"]["papers"]] == [
        "申请表", "营业执照复印件", "上年度审计报告",
    ]  # fmt: skip
    assert document["card"]["source"]["number"] == "青工信〔2031〕12号"
    assert [g.get("attr") for g in document["when"]["all"]][:5] == [
        "region", "legal_person", "revenue", "rd_ratio", "abnormal_list",
    ]  # fmt: skip
    assert quotes_match(policy, {text.doc: text.paragraphs}) == ()


def test_an_open_clause_or_a_missing_part_refuses():
    draft = drafted(NOTICE)
    with pytest.raises(Unfinished) as refused:
        finish(draft)
    assert refused.value.open == draft.open
    assert refused.value.missing == ("id", "version")
    almost = gone_through(draft)
    assert finish(almost)["id"] == "QH-2031-0012"


def test_json_gives_the_same_draft_back():
    draft = drafted(NOTICE)
    again = Draft.from_json(json.loads(json.dumps(draft.to_json())))
    assert again == draft
    assert again.document == draft.document


def test_a_draft_whose_quotes_do_not_fit_its_text_is_refused():
    data = drafted(NOTICE).to_json()
    with pytest.raises(ValueError, match="does not fit"):
        Draft.from_json(data | {"content": "x" + data["content"]})
    with pytest.raises(ValueError, match="format"):
        Draft.from_json(data | {"format": 2})


def one(draft, attr):
    return next(e for e in draft.elements if e.says.get("attr") == attr)


def test_a_dropped_clause_is_not_in_the_document_and_the_first_draft_stays():
    draft = drafted(NOTICE)
    ident = one(draft, "abnormal_list").id
    without = drop(draft, ident)
    assert "abnormal_list" not in json.dumps(without.document)
    assert "abnormal_list" in json.dumps(draft.document)


def test_a_mended_clause_keeps_its_place():
    draft = drafted(NOTICE)
    element = one(draft, "revenue")
    clause = {"attr": "revenue", "op": ">=", "value": 3000, "unit": "万元",
              "period": "last_fiscal_year"}  # fmt: skip
    mended = mend(draft, element.id, clause)
    node = next(n for n in mended.document["when"]["all"] if n.get("attr") == "revenue")
    assert node["value"] == 3000
    assert node["src"]["quote"] == element.quote
    assert mended.element(element.id).state == "mended"


def test_a_mended_amount_changes_the_expression():
    draft = drafted(NOTICE)
    rate = next(e for e in draft.elements if e.says.get("shape") == "rate")
    mended = mend(draft, rate.id, {**rate.says, "value": 20})
    assert mended.document["amount"]["expr"] == "min(20% * rd_expense, 300万元)"
    with pytest.raises(ValueError, match="amount is"):
        mend(draft, rate.id, {"value": 3})


def test_an_element_that_is_not_there():
    with pytest.raises(KeyError):
        confirm(drafted(NOTICE), "c99")


def test_a_clause_is_added_with_its_place_and_without_one():
    draft = drafted(NOTICE)
    says = {"attr": "employees", "op": ">=", "value": 20, "unit": "人"}
    placed = add(draft, "condition", says, words="（四）内部管理制度健全")
    made = placed.element("h1")
    assert made.quote == "(四)内部管理制度健全"  # signs in another width are the same words
    assert made.clause["src"]["quote"] == made.quote and made.state == "confirmed"
    starts = [one.span[0] for one in placed.elements]
    assert starts == sorted(starts)
    more = add(placed, "amount", {"shape": "fixed", "value": 5, "unit": "万元"})
    more = add(more, "window", {"effective": {"from": "2031-01-01"}})
    assert newest(more) == "h3" and more.elements[-1].span == (0, 0)
    assert more.document["effective"] == {"from": "2031-01-01"}
    whole = finish(gone_through(more))
    assert "employees" in [group.get("attr") for group in whole["when"]["all"]]
    text = plain_text(NOTICE)
    policy = parse_policy(whole, reader().catalogue)
    assert quotes_match(policy, {text.doc: text.paragraphs}) == ()
    assert Draft.from_json(json.loads(json.dumps(more.to_json()))) == more


def test_an_added_condition_may_belong_to_a_choice():
    draft = drafted("满足下列条件之一：\n（一）拥有发明专利2件以上；\n（二）职工50人以上。")
    (group,) = draft.groups
    says = {"attr": "high_tech", "op": "is", "value": True}
    more = add(draft, "condition", says, group=group)
    assert len(more.document["when"]["all"][0]["any"]) == 3


@pytest.mark.parametrize(
    ("kind", "clause", "more"),
    [
        ("title", "x", {}),
        ("condition", {"attr": "employees"}, {}),
        ("condition", {"attr": "employees", "op": ">="}, {"words": "没有这几个字"}),
        ("condition", {"attr": "employees", "op": ">="}, {"group": "g9"}),
        ("amount", {"shape": "fixed"}, {}),
        ("window", {"opens": "2031-01-01"}, {}),
    ],
)
def test_what_cannot_be_added_is_refused(kind, clause, more):
    with pytest.raises(ValueError):
        add(drafted(NOTICE), kind, clause, **more)
