"""Writing an appeal: hints, a draft that survives, the look before sending, one case a press."""

from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qifu.appeals.models import Appeal, Attachment
from qifu.organisations.models import Membership
from qifu.web.preferences import MEMBERSHIP
from tests.appeals import world
from tests.factories import EnterpriseFactory, enterprise_actor
from tests.web.desk_people import as_
from tests.web.firms import HTMX, acting, demo_firm, plain
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.django_db
NEW, HINTS, LIST = "/my/appeals/new/", "/my/appeals/hints/", "/my/appeals/"
TEXT = "我们在银行的贷款到期了，银行要抽贷，希望能续贷，也想知道有没有贷款贴息。"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.fixture
def firm(client):
    firm = demo_firm()
    acting(client, firm)
    return firm


def filled(**more):
    return {
        "kind": "help_request", "text": TEXT, "points": ["", ""], "matter": "", "region": "440306",
        "contact_name": "测试联系人", "contact_phone": "0755-12345678", "key": "k1", **more,
    }  # fmt: skip


def drafts(firm):
    return list(Appeal.objects.filter(enterprise=firm, state="draft"))


def cases(firm):
    return list(Appeal.objects.filter(enterprise=firm).exclude(state="draft"))


def kept(client, firm, **more):
    """A draft that was saved by the button."""
    client.post(NEW, filled(do="save", **more))
    return drafts(firm)[-1]


def test_the_form_is_filled_with_what_is_known(client, firm):
    page = client.get(NEW)
    assert page.status_code == 200
    member = Membership.objects.get(pk=client.session[MEMBERSHIP])
    fields = dict(form(page, NEW)["fields"])
    assert fields["contact_name"] == member.user.display_name
    assert page.context["form"]["region"].value() in firm.region
    assert "举报先不要写在这里" in words(page)
    assert inline(page.content.decode()) == []
    assert drafts(firm) == []


def test_a_draft_is_kept_by_the_button_and_comes_back_in_another_browser(client, firm):
    answer = client.post(NEW, filled(do="save", points=["能不能续贷", "有没有贴息"]), follow=True)
    draft = drafts(firm)[0]
    assert answer.redirect_chain == [(f"{NEW}?draft={draft.pk}", 302)]
    assert "草稿已保存 12:00。" in words(answer)
    other = Client()
    acting(other, firm, "clerk")
    page = other.get(NEW, {"draft": draft.pk})
    fields = form(page, NEW)["fields"]
    assert [value for name, value in fields if name == "points"] == ["能不能续贷", "有没有贴息"]
    assert ["text", TEXT] in fields
    assert f"{NEW}?draft={draft.pk}" in read(other.get(LIST)).links


def test_typing_keeps_one_draft_and_says_when(client, firm):
    first = client.post(NEW, filled(do="autosave", text="银行"), **HTMX)
    assert first.status_code == 200
    assert "<html" not in first.content.decode()
    assert "草稿已保存 12:00" in words(first)
    draft = drafts(firm)[0]
    assert f'name="draft" value="{draft.pk}"' in first.content.decode()
    client.post(NEW, filled(do="autosave", draft=draft.pk), **HTMX)
    assert [row.text for row in drafts(firm)] == [TEXT]


def test_a_form_that_never_heard_of_its_draft_does_not_make_a_second_one(client, firm):
    client.post(NEW, filled(do="autosave", text="银行要抽贷"), **HTMX)
    client.post(NEW, filled(do="check"))
    assert [row.text for row in drafts(firm)] == [TEXT]


def test_without_htmx_the_typing_button_is_the_save_button(client, firm):
    answer = client.post(NEW, filled(do="autosave"))
    assert answer.status_code == 302


def test_a_further_point_is_added_without_script(client, firm):
    answer = client.post(NEW, filled(do="add_point", points=["第一件", ""]))
    draft = drafts(firm)[0]
    assert answer["Location"] == f"{NEW}?draft={draft.pk}&more=1#id_points_2"
    fields = form(client.get(answer["Location"]), NEW)["fields"]
    assert [value for name, value in fields if name == "points"] == ["第一件", ""]
    nothing = client.post(NEW, filled(do="add_point", points=[""], draft=draft.pk))["Location"]
    fields = form(client.get(nothing), NEW)["fields"]
    assert [value for name, value in fields if name == "points"] == ["", ""]


def test_hints_are_a_fragment_of_the_page_and_keep_nothing(client, firm):
    fragment = client.post(HINTS, filled(), **HTMX)
    assert fragment.status_code == 200
    assert "<html" not in fragment.content.decode()
    told = words(fragment)
    assert "融资贷款" in told
    assert "因为您写了： 贷款" in told or "贷款" in told
    assert drafts(firm) == []
    draft = kept(client, firm)
    assert plain(fragment) in plain(client.get(NEW, {"draft": draft.pk}))


def test_hints_show_policies_with_the_verdict_of_this_firm_and_prepared_answers(client, firm):
    found = client.post(HINTS, filled(), **HTMX).context["hints"]
    assert found.matters[0].matter.code == "financing"
    assert "贷款" in found.matters[0].words
    assert found.policies
    assert {result.verdict for result in found.policies} <= {"eligible", "maybe", "ineligible"}
    assert all("贷款" in r.policy.title + str(r.policy.card) for r in found.policies)
    assert found.answers
    assert found.answers[0][0].answer.matter == "financing"


def test_hints_for_a_word_or_two_are_none(client, firm):
    assert client.post(HINTS, filled(text="贷"), **HTMX).context["hints"].matters == ()


def test_own_similar_cases_are_shown_and_those_of_other_firms_are_not(client, firm):
    mine = world.submitted(enterprise_actor(firm), text=TEXT)
    theirs = world.submitted(text=TEXT)
    page = client.post(HINTS, filled(text=TEXT + "谢谢"), **HTMX)
    assert f"/my/appeals/{mine.pk}/" in read(page).links
    assert f"/my/appeals/{theirs.pk}/" not in read(page).links
    assert [one.appeal for one in page.context["hints"].similar] == [mine]


def test_a_template_is_put_behind_what_was_typed(client, firm):
    answer = client.post(NEW, filled(template="financing"), follow=True)
    draft = drafts(firm)[0]
    assert draft.matter == "financing"
    assert draft.text.startswith(TEXT)
    assert "[哪家银行或机构]" in draft.text
    assert draft.text in dict(form(answer, NEW)["fields"])["text"].replace("\r", "")


def test_a_template_in_the_address_begins_an_empty_form(client, firm):
    page = client.get(NEW, {"template": "financing"})
    assert "[哪家银行或机构]" in dict(form(page, NEW)["fields"])["text"]
    assert page.context["form"]["matter"].value() == "financing"
    assert client.get(NEW, {"template": "没有"}).status_code == 200


def test_a_suggested_matter_is_chosen_by_its_button(client, firm):
    client.post(NEW, filled(use_matter="financing"))
    assert drafts(firm)[0].matter == "financing"


def test_the_look_before_sending_shows_answers_first_and_everything_once_more(client, firm):
    answer = client.post(NEW, filled(do="check", points=["能不能续贷"]), follow=True)
    told = words(answer)
    assert answer.status_code == 200
    assert told.index("这回答了您的问题吗？") < told.index("您要提交的")
    for piece in (TEXT, "能不能续贷", "求助", "测试联系人", "0755-12345678"):
        assert piece in told
    assert cases(firm) == []


def test_helped_keeps_the_draft_as_it_is(client, firm):
    draft = kept(client, firm)
    answer = client.post(NEW, {"do": "keep", "draft": draft.pk}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "草稿还在" in words(answer)
    assert [row.text for row in drafts(firm)] == [TEXT]


def test_sending_gives_a_receipt_with_number_next_step_and_the_days(client, firm):
    client.post(NEW, filled(do="check"))
    page = client.get(NEW, {"draft": drafts(firm)[0].pk, "check": "1"})
    send = {name: value for name, value in read(page).forms[-1]["fields"]}
    answer = client.post(NEW, {**send, "do": "submit"}, follow=True)
    case = cases(firm)[0]
    assert answer.redirect_chain == [(f"/my/appeals/{case.pk}/?received=1", 302)]
    told = words(answer)
    assert case.number in told
    assert "已经收到" in told
    assert "受理岗在看您的诉求" in told
    assert "2026年11月27日" in told  # five working days after a Sunday
    assert "① " in told or "①" in told
    assert (case.region, case.kind, case.contact_name) == ("440306", "help_request", "测试联系人")
    assert drafts(firm) == []


def test_two_presses_make_one_case(client, firm):
    draft = kept(client, firm)
    send = {"do": "submit", "draft": draft.pk, "key": "abc"}
    one, two = client.post(NEW, send), client.post(NEW, send)
    assert len(cases(firm)) == 1
    assert one.status_code == two.status_code == 302
    assert two["Location"].startswith(f"/my/appeals/{draft.pk}/")


def test_the_same_draft_sent_with_another_key_leads_to_the_case(client, firm):
    draft = kept(client, firm)
    client.post(NEW, {"do": "submit", "draft": draft.pk, "key": "abc"})
    answer = client.post(NEW, {"do": "submit", "draft": draft.pk, "key": "def"})
    assert answer["Location"] == f"/my/appeals/{draft.pk}/"
    assert len(cases(firm)) == 1


def test_saving_what_was_sent_meanwhile_changes_nothing(client, firm):
    draft = kept(client, firm)
    client.post(NEW, {"do": "submit", "draft": draft.pk, "key": "abc"})
    client.post(NEW, filled(do="autosave", draft=draft.pk, text="别的内容别的内容"), **HTMX)
    assert [case.text for case in cases(firm)] == [TEXT]
    assert drafts(firm) == []


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"text": ""}, "text", "请至少写 5 个字"),
        ({"text": "急"}, "text", "请至少写 5 个字"),
        ({"text": "长" * 20_000}, "text", "最多 10,000 个字，现在是 20,000 个字"),
        ({"kind": ""}, "kind", "请选择咨询、求助、投诉或建议"),
        ({"kind": "tip_off"}, "kind", "请选择一种"),
        ({"contact_phone": ""}, "contact_phone", "请填写能联系到您的电话"),
        ({"contact_phone": "1" * 60}, "contact_phone", "电话号码太长"),
        ({"matter": "<script>"}, "matter", "请从列表中选择"),
        ({"region": "110101"}, "region", "请从列表中选择"),
        ({"points": ["点"] * 11}, "points", "最多分成 10 点"),
    ],
)
def test_bad_input_is_said_at_its_field_and_what_was_typed_stays(client, firm, more, field, said):
    page = client.post(NEW, filled(do="check", **more))
    assert page.status_code == 422
    assert said in str(page.context["form"].errors[field])
    assert said in words(page)
    fields = form(page, NEW)["fields"]
    assert [v for n, v in fields if n == "text"] == [more.get("text", TEXT)]
    if field == "contact_phone":
        assert [field, more[field]] in fields
    assert cases(firm) == []


def test_a_phone_number_that_is_none_is_refused_when_it_is_sent(client, firm):
    draft = kept(client, firm, contact_phone="请打总机")
    page = client.post(NEW, {"do": "submit", "draft": draft.pk, "key": "k"})
    assert page.status_code == 422
    assert "contact_phone" in page.context["form"].errors
    assert TEXT in dict(form(page, NEW)["fields"])["text"]
    assert cases(firm) == []


@pytest.mark.parametrize("text", ["测试\x00有空字符的诉求", "诉求里有表情🙏🏻和生僻字𠮷、㐂，请看"])
def test_emoji_rare_signs_and_nul_are_kept_as_far_as_a_database_can(client, firm, text):
    draft = kept(client, firm, text=text)
    assert draft.text == text.replace("\x00", "")
    client.post(NEW, {"do": "submit", "draft": draft.pk, "key": "k"})
    case = cases(firm)[0]
    assert text.replace("\x00", "") in words(client.get(f"/my/appeals/{case.pk}/"))


def test_a_form_in_another_encoding_is_refused_or_read_with_gaps_but_never_breaks(client, firm):
    body = urlencode(filled(do="save", points="一件事"), encoding="gb18030")
    plain_form = "application/x-www-form-urlencoded"
    refused = client.post(NEW, body, content_type=f"{plain_form}; charset=gb18030")
    assert refused.status_code == 400
    read_ = client.post(NEW, body, content_type=plain_form)
    assert read_.status_code in (302, 422)
    assert client.get(LIST).status_code == 200


def test_files_come_with_the_draft_and_can_be_taken_out(client, firm):
    paper = SimpleUploadedFile("合同.pdf", PDF)
    client.post(NEW, filled(do="save", files=[paper]))
    draft = drafts(firm)[0]
    file = Attachment.objects.get(appeal=draft)
    assert file.state == "quarantined"
    page = client.get(NEW, {"draft": draft.pk})
    assert "合同.pdf" in words(page)
    client.post(NEW, filled(detach=file.pk, draft=draft.pk))
    assert not Attachment.objects.filter(appeal=draft).exists()


def test_a_file_that_is_refused_does_not_cost_the_text(client, firm):
    paper = SimpleUploadedFile("程序.pdf", b"MZ\x90\x00" + b"\x00" * 200)
    page = client.post(NEW, filled(do="check", files=[paper]))
    assert page.status_code == 422
    assert "files" in page.context["form"].errors
    assert "请重新选择：程序.pdf" in words(page)
    assert [draft.text for draft in drafts(firm)] == [TEXT]


def test_a_draft_can_be_thrown_away(client, firm):
    draft = kept(client, firm)
    answer = client.post(NEW, {"do": "discard", "draft": draft.pk}, follow=True)
    assert "草稿已删除" in words(answer)
    assert drafts(firm) == []


def test_what_is_typed_into_a_draft_that_a_colleague_threw_away_is_kept_in_a_new_one(client, firm):
    number = kept(client, firm).pk
    Appeal.objects.get(pk=number).delete()
    client.post(NEW, filled(do="autosave", draft=number, key="other"), **HTMX)
    assert [row.text for row in drafts(firm)] == [TEXT]


def test_somebody_who_only_looks_may_not_write(client, firm):
    acting(client, firm, "viewer")
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, filled(do="save")).status_code == 403
    assert client.post(HINTS, filled()).status_code == 403
    assert drafts(firm) == []


def test_the_draft_of_another_firm_is_not_there(client, firm):
    draft = kept(client, firm)
    other = as_(enterprise_actor(EnterpriseFactory.create()))
    assert other.get(NEW, {"draft": draft.pk}).status_code == 404
    send = {"do": "submit", "draft": draft.pk, "key": "k"}
    assert other.post(NEW, send).status_code == 404
    other.post(NEW, {"do": "discard", "draft": draft.pk})
    other.post(NEW, filled(do="save", draft=draft.pk, text="改成别的，改成别的"))
    assert [row.text for row in drafts(firm)] == [TEXT]


@pytest.mark.parametrize("number", ["0", "x", "-1", "9" * 30, "²"])
def test_a_number_that_no_draft_has_is_not_there(client, firm, number):
    assert client.get(NEW, {"draft": number}).status_code == 404
