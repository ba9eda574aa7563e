"""Pages of drafts: the marked text beside its clauses, each mended by its form, finished."""

import io
import re
from html import unescape

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from qifu.policies.actions import drop_clause
from qifu.policies.models import PolicyDraft
from qifu.policies.selectors import document_of, draft_for, reading_of, stamp
from tests.conftest import NOW
from tests.factories import officer
from tests.web.desk_people import as_, queries
from tests.web.draft_world import NOTICE, drafted
from tests.web.english import chinese_left
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")


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


def by_attr(row, attr):
    return next(e for e in reading_of(row).elements if e.says.get("attr") == attr)


def send(client, row, do, element=None, **fields):
    clause = {"clause": element.id, "seen": stamp(element)} if element else {}
    return client.post(address(row), {"do": do, **clause, **fields})


def test_a_pasted_notice_becomes_a_draft_with_every_clause_marked_and_listed(client, editor):
    sent = client.post(reverse("desk-policy-draft-new"), {"text": NOTICE})
    row = PolicyDraft.objects.get()
    assert sent.headers["Location"] == address(row)
    page = client.get(address(row))
    found = read(page)
    ids = [element.id for element in reading_of(row).elements]
    assert set(ids) <= set(found.ids)
    assert {f"at-{ident}" for ident in ids} <= set(found.ids)
    assert {f"#{ident}" for ident in ids} <= set(found.links)
    assert re.search(r"营业收入不低于 ¥?2,?000 ?万元", words(page))
    assert "满足任意一项" in words(page)
    assert inline(page.content.decode()) == []
    assert words(client.get(reverse("desk-policy-drafts"))).count(NOTICE.splitlines()[0]) == 1


def test_the_text_on_the_page_is_the_text_of_the_notice(client, row):
    html = client.get(address(row)).content.decode()
    shown = html.partition('<div lang="zh">')[2].partition("</div>")[0]
    shown = re.sub(r'<span class="(?:pd-letter|visually-hidden)"[^>]*>.*?</span>', "", shown)
    lines = [re.sub("<[^>]*>", "", one).strip() for one in shown.split("</p>")]
    assert [unescape(line) for line in lines if line] == list(filter(None, NOTICE.splitlines()))


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (SimpleUploadedFile("x.txt", b""), "没有文字"),
        (SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n\x00\x00"), "读不了"),
        (SimpleUploadedFile("x.pdf", b"%PDF-1.4\nbroken"), "打不开"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_at_the_field(client, file, message):
    page = client.post(reverse("desk-policy-draft-new"), {"file": file, "area": "南山区"})
    assert page.status_code == 422
    assert "id_file_error" in page.content.decode()
    assert message in words(page)
    assert 'value="南山区"' in page.content.decode()  # what was typed stays
    assert not PolicyDraft.objects.exists()


def test_a_scanned_pdf_says_that_it_has_no_text(client):
    from pypdf import PdfWriter

    made, out = PdfWriter(), io.BytesIO()
    made.add_blank_page(200, 200)
    made.write(out)
    file = SimpleUploadedFile("扫描件.pdf", out.getvalue())
    page = client.post(reverse("desk-policy-draft-new"), {"file": file})
    assert page.status_code == 422
    assert "文字识别" in words(page)


def test_nothing_both_and_a_place_that_is_none_are_refused(client):
    new = reverse("desk-policy-draft-new")
    file = SimpleUploadedFile("x.txt", NOTICE.encode())
    for fields in ({}, {"text": NOTICE, "file": file}, {"text": NOTICE, "area": "火星"}):
        assert client.post(new, fields).status_code == 422
    assert not PolicyDraft.objects.exists()


def test_clauses_are_confirmed_mended_dropped_and_taken_back(client, row, editor):
    legal, revenue = by_attr(row, "legal_person"), by_attr(row, "revenue")
    sent = send(client, row, "confirm", legal)
    assert sent.status_code == 302
    assert sent.headers["Location"].endswith(f"#{revenue.id}")  # the next open one
    form = client.get(address(row) + f"?mend={revenue.id}")
    assert 'name="attr"' in form.content.decode()
    fields = {"attr": "revenue", "op": ">=", "value": "5000", "unit": "万元",
              "period": "last_fiscal_year"}  # fmt: skip
    assert send(client, row, "mend", revenue, **fields).status_code == 302
    assert send(client, row, "drop", by_attr(row, "on_blacklist")).status_code == 302
    now = draft_for(editor, row.pk)
    states = {e.says.get("attr"): e.state for e in reading_of(now).elements}
    assert (states["legal_person"], states["revenue"], states["on_blacklist"]) == (
        "confirmed", "mended", "dropped",
    )  # fmt: skip
    assert re.search("不低于 ¥?5,?000 ?万元", words(client.get(address(row))))
    send(client, row, "undo", revision=now.revision)
    assert by_attr(draft_for(editor, row.pk), "on_blacklist").state == "open"


@pytest.mark.parametrize(
    ("attr", "op", "value", "unit", "says"),
    [
        ("qualifications", "has_any", "高新技术企业", "", ["hi_tech_firm"]),
        ("on_blacklist", "is", "否", "", False),
        ("region", "under", "南山区", "", "440305"),
        ("employees", "between", "10、200", "人", [10, 200]),
        ("founded", "age_at_least", "1年6个月", "", "P1Y6M"),
        ("revenue", "human_judged", "看经营情况", "", "看经营情况"),
    ],
)  # fmt: skip
def test_values_are_typed_as_people_say_them(client, row, attr, op, value, unit, says):
    one = by_attr(row, "legal_person")
    fields = {"attr": attr, "op": op, "value": value, "unit": unit, "period": ""}
    sent = send(client, row, "mend", one, **fields)
    assert sent.status_code == 302, words(sent)
    assert reading_of(PolicyDraft.objects.get()).element(one.id).clause["value"] == says


def test_a_wrong_value_is_told_at_its_field_and_what_was_typed_stays(client, row):
    revenue = by_attr(row, "revenue")
    fields = {"attr": "revenue", "op": ">=", "value": "很多", "unit": "万元",
              "period": "last_fiscal_year"}  # fmt: skip
    page = send(client, row, "mend", revenue, **fields)
    assert page.status_code == 422
    assert "很多" in page.content.decode() and "id_value_error" in page.content.decode()


def test_amounts_windows_texts_and_places_are_mended(client, row):
    elements = {e.kind: e for e in reading_of(row).elements}
    cap = next(e for e in reading_of(row).elements if e.says.get("shape") == "cap")
    asked = [
        (cap, {"shape": "cap", "value": "200", "unit": "万元", "of": ""}),
        (elements["window"], {"role": "apply", "first": "2027-03-01", "last": "2027-05-31"}),
        (elements["paper"], {"words": "审计报告"}),
        (elements["region"], {"words": "南山区"}),
        (elements["title"], {"words": "虚构的另一个名称"}),
    ]
    for element, fields in asked:
        sent = send(client, row, "mend", element, **fields)
        assert sent.status_code == 302, words(sent)
    document = document_of(PolicyDraft.objects.get())
    assert document["amount"]["expr"] == "min(10% * rd_expense, 200万元)"
    assert document["window"] == {"opens": "2027-03-01", "closes": "2027-05-31"}
    assert document["card"]["papers"][-1]["zh"] == "审计报告"
    assert (document["region"], document["title"]) == ("440305", "虚构的另一个名称")
    bad = {"role": "apply", "first": "2027-05-01", "last": "2027-03-01"}
    window = reading_of(PolicyDraft.objects.get()).element(elements["window"].id)
    assert send(client, row, "mend", window, **bad).status_code == 422


def test_a_clause_that_a_colleague_changed_is_told_and_what_was_typed_stays(client, row):
    revenue = by_attr(row, "revenue")
    colleague = officer("policy_officer", row.unit)
    drop_clause(
        draft_for(colleague, row.pk), actor=colleague, clause=revenue.id, seen=stamp(revenue),
        now=NOW,
    )  # fmt: skip
    fields = {"attr": "revenue", "op": ">=", "value": "7654", "unit": "万元", "period": ""}
    page = send(client, row, "mend", revenue, **fields)
    assert page.status_code == 409
    assert "同事刚刚改过" in words(page) and "7654" in page.content.decode()
    assert by_attr(PolicyDraft.objects.get(), "revenue").state == "dropped"


def test_a_draft_is_finished_published_and_then_stands_in_the_library(client, row, editor):
    document = address(row, "desk-policy-draft-document")
    page = client.post(document, {"do": "finish", "revision": row.revision})
    assert page.status_code == 422 and "没有核对" in words(page)
    seen = [f"{e.id}:{stamp(e)}" for e in reading_of(row).elements]
    send(client, row, "confirm_kind", seen=seen)
    wrong = send(client, row, "fill", id="两 个", version="x", revision="1")
    assert wrong.status_code == 422 and "id_id_error" in wrong.content.decode()
    send(client, row, "fill", id="XG-2027-1", version="1", revision="1")
    now = draft_for(editor, row.pk)
    assert client.post(document, {"do": "finish", "revision": now.revision}).status_code == 302
    assert words(client.get(document)).count("发布到政策库") == 1
    told = yaml.safe_load(client.get(address(row, "desk-policy-draft-yaml")).content)
    assert told == document_of(draft_for(editor, row.pk))
    sent = client.post(document, {"do": "publish"})
    assert sent.headers["Location"] == reverse("policy", kwargs={"policy_id": "XG-2027-1"})
    assert "2000" in words(client.get(sent.headers["Location"]))
    assert client.post(document, {"do": "drop"}).status_code == 409
    assert "确认" not in [b for b in read(client.get(address(row))).forms]


def test_a_file_that_the_worker_reads_says_how_far_it_is(client, editor):
    row = drafted(editor, at_once=False)
    page = client.get(address(row))
    assert "第 2 步" in words(page) and "文字已取出" in words(page)
    assert client.get(address(row, "desk-policy-draft-yaml")).status_code == 404


def test_the_pages_are_read_in_english(client, row, editor, english_texts):
    client.cookies["django_language"] = "en"
    waiting = drafted(editor, at_once=False)
    pages = [
        reverse("desk-policy-drafts"), reverse("desk-policy-draft-new"), address(row),
        address(row, "desk-policy-draft-document"), address(waiting),
        *(f"{address(row)}?add={kind}" for kind in ("condition", "amount", "window", "paper")),
        *(f"{address(row)}?mend={e.id}" for e in reading_of(row).elements
          if e.id in ("c3", "a1", "w1", "p1")),
    ]  # fmt: skip
    found = []
    for one in pages:
        answer = client.get(one)
        assert answer.status_code == 200
        found += [f"{one} {left}" for left in chinese_left(answer.content.decode())]
    assert not found, "\n".join(found)


def test_a_long_draft_is_shown_page_by_page_with_few_queries(client, editor):
    row = drafted(editor, text=NOTICE * 12)
    page = client.get(address(row))
    assert len(page.content) < 300_000
    last = client.get(address(row) + "?page=4")
    assert read(last).ids != read(page).ids
    assert queries(lambda: client.get(address(row))) < 20
