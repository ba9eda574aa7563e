"""From a draft to a document: a person confirms, mends or drops every clause first."""

import json

import pytest

from qifu.rulebook.policy import parse_policy
from qifu.rulebook.provenance import quotes_match
from qifu.textmine.policy_reading.drafts import (
    Draft,
    Unfinished,
    confirm,
    drop,
    fill,
    finish,
    mend,
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
