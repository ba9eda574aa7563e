"""The knowledge base on pages: found, read, cited, printed, and looked after by officers."""

from dataclasses import replace

import pytest

from qifu.knowledge.actions import load_answers, retire_answer, write_answer
from qifu.knowledge.models import Answer
from qifu.knowledge.selectors import law_by_code
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer
from tests.knowledge.sample import PATENTS, PAYMENTS, answer, law, library
from tests.web.desk_people import as_, queries, traces
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture(autouse=True)
def _library(demo_city):
    library()


@pytest.fixture
def desk():
    return as_(officer("intake_officer"))


def _typed(**more):
    return {
        "step": "write",
        "after": "0",
        "question_zh": "开发票需要什么？",
        "answer_zh": "需要营业执照。",
        "basis": "《示例款项支付条例》第三条",
        "keywords": "发票、开票",
        **more,
    }


PUBLIC = ("/answers/", "/answers/?text=投诉", "/answers/?kind=law", "/answers/A-1/", "/laws/",
          "/laws/payments/")  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_everybody_reads_the_knowledge_base(client, address):
    page = client.get(address)
    assert page.status_code == 200
    assert inline(page.content.decode()) == []
    reader = read(page)
    assert len(reader.headings) == 1
    assert len(reader.ids) == len(set(reader.ids))
    assert client.post(address).status_code == 405


def test_a_search_marks_the_words_and_leads_to_the_article(client):
    page = client.get("/answers/", {"text": "逾期利息"})
    html = page.content.decode()
    assert "<mark>逾期利息</mark>" in html
    assert 'href="/laws/payments/#a3"' in html
    assert "“逾期利息”：找到 1 条" in words(page)
    assert 'id="a3"' in client.get("/laws/payments/").content.decode()


def test_what_is_typed_is_shown_as_words(client):
    page = client.get("/answers/", {"text": '<script>alert(1)</script>" OR 投诉'})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"text": "字" * 20_000},
        {"text": "a\x00b"},
        {"text": "%%%"},
        {"kind": "people"},
        {"matter": "no-such-matter", "text": "投诉"},
        {"page": "99", "text": "投诉"},
        {"page": "-1"},
    ],
)
def test_a_question_that_cannot_be_read_still_gives_a_page(client, query):
    assert client.get("/answers/", query).status_code == 200


def test_a_search_without_result_says_what_to_do(client):
    said = words(client.get("/answers/", {"text": "月球采矿权"}))
    assert "没有找到" in said and "换一个说法" in said


def test_kinds_are_chosen_apart(client):
    laws = words(client.get("/answers/", {"text": "投诉", "kind": "law"}))
    assert "示例款项支付条例 第三条" in laws
    assert "向哪里投诉" not in laws
    listed = words(client.get("/answers/", {"kind": "law"}))
    assert "行政法规" in listed and "示例专利办法" in listed


def test_long_results_are_paged_and_keep_the_question(client):
    load_answers(
        [answer(f"P-{n:02d}", question={"zh": f"第{n}个专利问题"}) for n in range(25)], now=NOW
    )
    page = client.get("/answers/", {"text": "专利", "kind": "answer"})
    assert "第 1 页，共 3 页" in words(page)
    more = next(link for link in read(page).links if "page=2" in link)
    assert "text=" in more and "kind=answer" in more
    assert client.get("/answers/" + more).content != page.content


def test_htmx_is_given_the_part_word_for_word(client):
    whole = client.get("/answers/", {"text": "投诉"}).content.decode()
    part = client.get("/answers/", {"text": "投诉"}, headers={"HX-Request": "true"})
    assert part.content.decode().strip() in whole
    assert part["HX-Push-Url"].startswith("/answers/?text=")


def test_an_answer_shows_what_it_rests_on(client):
    page = client.get("/answers/A-1/")
    said = words(page)
    assert "10个工作日内转交" in said
    assert "《示例款项支付条例》第三条" in said
    assert "虚构" in said
    assert "/laws/payments/#a3" in read(page).links
    assert "改写或停用" not in said


def test_a_cited_policy_is_shown_by_its_title(client, demo_city):
    policy = client.get("/policies/").context["rows"][0]
    load_answers([answer("B", basis=[{"policy": policy.id}])], now=NOW)
    page = client.get("/answers/B/")
    assert policy.title in words(page)
    assert f"/policies/{policy.id}/" in read(page).links


def test_an_answer_that_does_not_count_says_so(client):
    load_answers(
        [
            answer("B"),
            answer("B", version=2, valid_from="2026-11-01"),
            answer("C", valid_to="2026-10-31"),
            answer("D", valid_from="2026-12-01"),
        ],
        now=NOW,
    )
    assert "这不是现在的解答" in words(client.get("/answers/B/?version=1"))
    assert "这不是现在的解答" not in words(client.get("/answers/B/"))
    assert "已经过了适用的日期" in words(client.get("/answers/C/"))
    assert "从 2026年12月1日起才适用" in words(client.get("/answers/D/"))


@pytest.mark.parametrize(
    "address",
    ["/answers/nothing/", "/answers/A-1/?version=9", "/answers/A-1/?version=x", "/laws/nothing/"],
)
def test_what_is_not_there_is_404(client, address):
    assert client.get(address).status_code == 404


def test_a_retired_answer_is_404_for_everybody_but_those_who_write(client, desk):
    retire_answer("A-1", actor=officer("intake_officer"), reason="废止", now=NOW)
    assert client.get("/answers/A-1/").status_code == 404
    assert as_(enterprise_actor()).get("/answers/A-1/").status_code == 404
    assert "向哪里投诉" not in words(client.get("/answers/", {"text": "投诉"}))
    assert "已经停用" in words(desk.get("/answers/A-1/"))


def test_a_statute_has_contents_anchors_and_every_paragraph(client):
    page = client.get("/laws/payments/")
    reader, said = read(page), words(page)
    assert {"a1", "a2", "a3", "a3-1", "c1", "c2", "c3", "c4"} <= set(reader.ids)
    assert {"#c1", "#c4", "#a3"} <= set(reader.links)
    assert "第二条—第三条之一" in said
    for article in law_by_code("payments").articles.all():
        assert all(paragraph in said for paragraph in article.text.split("\n"))


def test_a_statute_says_when_it_is_not_in_force(client):
    from qifu.knowledge.actions import load_laws

    load_laws(
        [
            law("payments", PAYMENTS, in_force_from="2027-01-01"),
            law("old", PATENTS, in_force_from="2020-01-01", in_force_to="2024-01-01"),
        ],
        now=NOW,
    )
    assert "还没有施行" in words(client.get("/laws/payments/"))
    assert "已经失效" in words(client.get("/laws/old/"))
    assert "不在现在的法规目录里" in words(client.get("/laws/patents/"))


def test_in_english_the_frame_is_english_and_the_statute_is_marked_as_chinese(english):
    page = english.get("/laws/payments/")
    assert "Sample rules payments" in words(page)
    assert '<article class="qf-card qk-law" lang="zh">' in page.content.decode()
    said = words(english.get("/answers/", {"text": "patent"}))
    assert "How is patent support applied for?" in said
    assert "Hand in the form online." in words(english.get("/answers/A-2/"))


@pytest.mark.parametrize("asked", [{}, {"text": "专利", "kind": "answer"}])
def test_a_list_costs_the_same_for_one_answer_as_for_ten(client, asked):
    patents = {"question": {"zh": "专利"}}
    load_answers([answer("P-0", **patents)], now=NOW)
    client.get("/answers/", asked)
    one = queries(lambda: client.get("/answers/", asked))
    load_answers([answer(f"P-{n}", **patents) for n in range(10)], now=NOW)
    assert queries(lambda: client.get("/answers/", asked)) == one


# the desk


@pytest.mark.parametrize(
    "address", ["/desk/knowledge/", "/desk/knowledge/A-1/", "/desk/new-answer/"]
)
def test_only_those_with_the_duty_come_to_the_desk(client, desk, address):
    assert desk.get(address).status_code == 200
    assert client.get(address).status_code == 302
    for actor in (enterprise_actor(), officer("handler"), officer("policy_officer")):
        assert as_(actor).get(address).status_code == 403
        before = (traces(), Answer.objects.count())
        assert as_(actor).post(address, _typed(after="1")).status_code in (403, 405)
        assert (traces(), Answer.objects.count()) == before


def test_an_officer_writes_an_answer_that_everybody_finds(client, desk):
    page = desk.post("/desk/new-answer/", _typed(), follow=True)
    assert page.status_code == 200 and "已发布" in words(page)
    made = Answer.objects.get(code="DA-2026-001")
    assert made.basis == [{"law": "payments", "article": "第三条"}]
    assert made.keywords == ["发票", "开票"]
    assert "开发票需要什么" in words(client.get("/answers/", {"text": "开票"}))
    assert "编写解答" in words(page)


def test_the_next_version_starts_from_the_one_before(client, desk):
    fields = dict(form(desk.get("/desk/knowledge/A-1/"), "")["fields"])
    assert fields["question_zh"] == "机关拖欠货款可以向哪里投诉？"
    assert fields["basis"].strip() == "《示例款项支付条例》第三条"
    page = desk.post(
        "/desk/knowledge/A-1/", {**fields, "step": "write", "answer_zh": "改写过的解答。"}
    )
    assert page.status_code == 302
    assert "改写过的解答" in words(client.get("/answers/A-1/"))
    assert "第 1 版" in words(desk.get("/desk/knowledge/A-1/"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"question_zh": ""}, "请写问题"),
        ({"answer_zh": " "}, "请写解答"),
        ({"basis": ""}, "请至少写一条依据"),
        ({"basis": "《示例款项支付条例》第九十九条"}, "里没有第九十九条"),
        ({"basis": "政策 NO-SUCH"}, "政策库里没有 NO-SUCH"),
        ({"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "失效日期要在生效日期之后"),
        ({"valid_from": "明天"}, "请填写日期"),
        ({"question_zh": "问" * 20_000}, "最多 200 个字"),
        ({"answer_en": "Only this"}, "英文要么都写"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_what_was_typed_stays(desk, given, said):
    before = (traces(), Answer.objects.count())
    page = desk.post("/desk/new-answer/", _typed(**given))
    assert page.status_code == 422
    assert said in words(page)
    kept = dict(form(page, "")["fields"])
    assert kept["keywords"] == "发票、开票"
    assert (traces(), Answer.objects.count()) == before


def test_of_two_officers_the_second_is_told_and_may_then_save(desk):
    first = officer("intake_officer")
    write_answer(
        actor=first, code="A-1", after=1, question_zh="同事的问题？", answer_zh="同事的解答。",
        basis=[{"text": "示例"}], now=NOW,
    )  # fmt: skip
    page = desk.post("/desk/knowledge/A-1/", _typed(after="1"))
    assert page.status_code == 409
    assert "同事刚刚写了新的版本" in words(page) and "同事的解答" in words(page)
    kept = dict(form(page, "")["fields"])
    assert (kept["after"], kept["question_zh"]) == ("2", "开发票需要什么？")
    assert desk.post("/desk/knowledge/A-1/", {**kept, "step": "write"}).status_code == 302


def test_an_officer_retires_an_answer_with_a_reason(client, desk):
    assert desk.post("/desk/knowledge/A-1/", {"step": "retire", "why": ""}).status_code == 422
    assert client.get("/answers/A-1/").status_code == 200
    page = desk.post("/desk/knowledge/A-1/", {"step": "retire", "why": "已废止"}, follow=True)
    assert "已停用" in words(page) and "停用解答" in words(page)
    assert client.get("/answers/A-1/").status_code == 404
    again = desk.post("/desk/knowledge/A-1/", {"step": "retire", "why": "再来"})
    assert again.status_code == 409


@pytest.mark.parametrize("step", ["", "delete"])
def test_a_step_that_is_none_is_404(desk, step):
    assert desk.post("/desk/knowledge/A-1/", {"step": step}).status_code == 404
    assert desk.get("/desk/knowledge/nothing/").status_code == 404
    assert desk.post("/desk/knowledge/nothing/", _typed()).status_code == 404


def test_the_list_is_narrowed_by_words_and_state(desk):
    retire_answer("A-1", actor=officer("intake_officer"), reason="废止", now=NOW)
    said = words(desk.get("/desk/knowledge/", {"state": "retired"}))
    assert "向哪里投诉" in said and "专利资助怎么申请" not in said
    assert "专利资助怎么申请" in words(desk.get("/desk/knowledge/", {"q": "专利"}))
    assert "没有符合的解答" in words(desk.get("/desk/knowledge/", {"q": "没有的词"}))
    part = desk.get("/desk/knowledge/", headers={"HX-Request": "true"}).content.decode().strip()
    assert part in desk.get("/desk/knowledge/").content.decode()


def test_the_desk_pages_carry_nothing_inline(desk):
    for address in ("/desk/knowledge/", "/desk/knowledge/A-1/", "/desk/new-answer/"):
        page = desk.get(address)
        assert inline(page.content.decode()) == []
        assert len(read(page).ids) == len(set(read(page).ids))


def test_an_answer_whose_matter_the_pack_lost_can_still_be_changed(desk):
    load_answers([answer("B", matter="gone")], now=NOW)
    fields = dict(form(desk.get("/desk/knowledge/B/"), "")["fields"])
    assert "gone" in desk.get("/desk/knowledge/B/").content.decode()
    sent = desk.post(
        "/desk/knowledge/B/", {**fields, "step": "write", "matter": "", "answer_zh": "新"}
    )
    assert sent.status_code == 302


def test_matters_of_the_pack_are_a_filter(client, monkeypatch, demo_city):
    from qifu.knowledge.selectors import search
    from qifu.web.knowledge import views

    matters = [{"code": "late", "name": {"zh": "拖欠账款", "en": "Late"}, "law": ["payments"]}]
    city = replace(demo_city, documents={**demo_city.documents, "matters": matters})
    monkeypatch.setattr(views, "city_of", lambda request: city)
    monkeypatch.setattr(search, "current_city", lambda: city)
    load_answers([answer("B", matter="late"), answer("C")], now=NOW)
    listed = read(client.get("/answers/", {"matter": "late"})).links
    assert "/answers/B/" in listed and "/answers/C/" not in listed
    found = read(client.get("/answers/", {"matter": "late", "text": "投诉"})).links
    assert "/laws/payments/#a3" in found and "/answers/C/" not in found
    assert "拖欠账款" in words(client.get("/answers/B/"))
