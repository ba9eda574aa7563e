"""Drafts of policies asked by programs: read, gone through, mended, added to, published."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qifu.policies.models import PolicyDraft, PolicyVersion
from tests.api.programs import program
from tests.factories import enterprise_actor, officer
from tests.web.draft_world import NOTICE, drafted

pytestmark = pytest.mark.usefixtures("demo_city")
BOTH = ("policies.read", "policies.write")
STAFF = {"attr": "employees", "op": ">=", "value": 20, "unit": "人"}


@pytest.fixture
def editor():
    return officer("policy_officer")


@pytest.fixture
def asks(editor):
    return program(editor, BOTH)


@pytest.fixture
def draft(asks):
    answer = asks.post("/policy-drafts", {"text": NOTICE})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def at(draft, *more):
    return "/".join([f"/policy-drafts/{draft['id']}", *more])


def clause(draft, attr):
    return next(one for one in draft["clauses"] if one["says"].get("attr") == attr)


def good(answer, status=200):
    assert answer.status_code == status, answer.json()
    return answer.json()


def test_the_example_of_the_document_is_a_notice_in_lines(asks, client):
    told = client.get("/api/v1/openapi.json").json()["paths"]["/policy-drafts"]["post"]
    body = told["requestBody"]["content"]["application/json"]["example"]
    assert "\n" in body["text"] and "\\" not in body["text"]
    (staff,) = good(asks.post("/policy-drafts", body), 201)["clauses"]
    assert staff["says"]["attr"] == "employees"


def test_a_text_becomes_a_draft_that_the_list_and_its_address_have(asks, draft):
    assert draft["state"]["code"] == "open" and draft["text"] == NOTICE
    assert draft["missing"] == ["id", "version"]
    assert all(NOTICE[slice(*one["span"])] == one["quote"] for one in draft["clauses"])
    (row,) = good(asks.get("/policy-drafts"))["items"]
    assert (row["id"], row["open"]) == (draft["id"], len(draft["clauses"]))
    assert good(asks.get(at(draft))) == draft


def test_a_file_becomes_a_draft_and_one_that_cannot_be_read_says_why(asks):
    page = SimpleUploadedFile("a.txt", NOTICE.encode("gb18030"))
    made = good(asks.form("/policy-drafts/files", [page], area="深圳市"), 201)
    assert made["text"] == NOTICE and made["name"] == "a.txt"
    scan = SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n")
    told = good(asks.form("/policy-drafts/files", [scan]), 422)
    assert told["field"] == "files" and "OCR" in told["message"]
    two = [SimpleUploadedFile("a.txt", b"x"), SimpleUploadedFile("b.txt", b"x")]
    assert good(asks.form("/policy-drafts/files", two), 422)["field"] == "files"
    assert good(asks.form("/policy-drafts/files", [page], area="无此地"), 422)["field"] == "area"


def test_clauses_are_gone_through_and_the_document_is_published(asks, draft):
    revenue, patents = clause(draft, "revenue"), clause(draft, "invention_patents")
    says = {"attr": "revenue", "op": ">=", "value": 5000, "unit": "万元",
            "period": "last_fiscal_year"}  # fmt: skip
    body = {"stamp": revenue["stamp"], "says": says}
    draft = good(asks.ask("PATCH", at(draft, "clauses", revenue["id"]), body))
    draft = good(
        asks.post(at(draft, "clauses", patents["id"], "drop"), {"stamp": patents["stamp"]})
    )
    draft = good(asks.post(at(draft, "undo"), {"revision": draft["revision"]}))
    assert clause(draft, "invention_patents")["state"] == "open"
    new = {"kind": "condition", "says": STAFF, "basis": "团队曾获虹光奖章"}
    draft = good(asks.post(at(draft, "clauses"), new), 201)
    assert clause(draft, "employees")["id"] == "h1"
    for one in draft["clauses"]:
        if one["state"] == "open":
            path = at(draft, "clauses", one["id"], "confirm")
            draft = good(asks.post(path, {"stamp": one["stamp"]}))
    told = good(asks.post(at(draft, "finish"), {"revision": draft["revision"]}), 422)
    assert "政策编号" in told["message"]
    head = {"id": "XG-2027-9", "version": 1, "revision": draft["revision"]}
    draft = good(asks.ask("PUT", at(draft, "head"), head))
    assert [one for one in draft["findings"] if one["severity"] == "error"] == []
    draft = good(asks.post(at(draft, "finish"), {"revision": draft["revision"]}))
    draft = good(asks.post(at(draft, "reopen")))
    draft = good(asks.post(at(draft, "finish"), {"revision": draft["revision"]}))
    draft = good(asks.post(at(draft, "publish")))
    assert (draft["published"], draft["version"]) == ("XG-2027-9", 1)
    assert "5000" in str(PolicyVersion.objects.get(policy_id="XG-2027-9").document["when"])


@pytest.mark.parametrize(
    ("kind", "says", "place"),
    [
        ("amount", {"shape": "fixed", "value": 5, "unit": "万元"}, "says"),
        ("window", {"role": "effective", "first": "2027-01-01"}, "clause"),
        ("paper", {"words": "承诺书"}, "clause"),
    ],
)
def test_other_clauses_are_added(asks, draft, kind, says, place):
    made = good(asks.post(at(draft, "clauses"), {"kind": kind, "says": says}), 201)
    (new,) = [one for one in made["clauses"] if one["id"] == "h1"]
    assert new["kind"] == kind and new[place]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "condition", "says": {"attr": "no_such", "op": ">=", "value": 1}}, "attr"),
        ({"kind": "condition", "says": STAFF, "basis": "天外来客"}, "basis"),
        ({"kind": "amount", "says": {"shape": "gift", "value": 5, "unit": "元"}}, "shape"),
        ({"kind": "amount", "says": {"shape": "fixed", "value": "x", "unit": "元"}}, "value"),
        ({"kind": "window", "says": {}}, "first"),
        ({"kind": "window", "says": {"first": "2027-02-01", "last": "2027-01-01"}}, "last"),
        ({"kind": "title", "says": {"words": "x"}}, "kind"),
        ({"kind": "condition", "says": STAFF, "group": "g9"}, "group"),
        ({"kind": "condition", "says": {**STAFF, "more": 1}}, "says.more"),
    ],
)
def test_what_is_wrong_is_refused_at_its_field(asks, draft, body, field):
    told = good(asks.post(at(draft, "clauses"), body), 422)
    assert field in (told.get("fields") or {told["field"]: ""})
    assert good(asks.get(at(draft)))["revision"] == 0


def test_of_two_at_one_clause_the_second_is_told(asks, draft):
    one = clause(draft, "revenue")
    path, body = at(draft, "clauses", one["id"], "drop"), {"stamp": one["stamp"]}
    good(asks.post(path, body))
    assert asks.post(at(draft, "clauses", one["id"], "confirm"), body).status_code == 409
    says = {"stamp": "x", "says": STAFF}
    assert asks.ask("PATCH", at(draft, "clauses", "c999"), says).status_code == 422
    assert asks.post(at(draft, "undo"), {"revision": 0}).status_code == 409


def test_a_region_and_a_window_are_mended_as_on_the_page(asks, editor):
    text = (
        "深圳市关于申报奖励的通知\n申报时间：2027年3月1日至2027年4月30日。\n"
        "职工50人以上的企业可以申报。"
    )
    draft = good(asks.post("/policy-drafts", {"text": text}), 201)
    kinds = {one["kind"]: one for one in draft["clauses"]}
    path = at(draft, "clauses", kinds["window"]["id"])
    body = {"stamp": kinds["window"]["stamp"], "says": {"last": "2027-05-31"}}
    assert good(asks.ask("PATCH", path, body))["document"]["window"] == {"closes": "2027-05-31"}
    path = at(draft, "clauses", kinds["region"]["id"])
    body = {"stamp": kinds["region"]["stamp"], "says": {"words": "nowhere"}}
    assert good(asks.ask("PATCH", path, body), 422)["field"] == "words"


def test_only_policy_officers_of_the_unit_and_their_scopes(editor, asks, draft, firm):
    other, handler = officer("policy_officer"), officer("handler")
    assert program(other, BOTH).get(at(draft)).status_code == 404
    assert good(program(other, BOTH).get("/policy-drafts"))["items"] == []
    for actor in (handler, enterprise_actor(firm)):
        who = program(actor, BOTH)
        assert who.get("/policy-drafts").status_code == 403
        assert who.post("/policy-drafts", {"text": NOTICE}).status_code == 403
        assert who.get(at(draft)).status_code == 404
    reads = program(editor, ("policies.read",))
    assert reads.get(at(draft)).status_code == 200
    assert reads.post(at(draft, "publish")).json()["code"] == "wrong_scope"


def test_a_draft_is_thrown_away_and_what_is_still_read_says_so(asks, editor, draft):
    waiting = drafted(editor, at_once=False)
    told = good(asks.get(f"/policy-drafts/{waiting.pk}"))
    assert (told["state"]["code"], told["clauses"], told["document"]) == ("reading", [], None)
    body = {"stamp": "x", "says": STAFF}
    address = f"/policy-drafts/{waiting.pk}/clauses/c1"
    assert asks.ask("PATCH", address, body).status_code == 409
    assert asks.ask("DELETE", at(draft)).status_code == 204
    assert PolicyDraft.objects.get(pk=draft["id"]).state == "dropped"
    assert draft["id"] not in [one["id"] for one in good(asks.get("/policy-drafts"))["items"]]
