"""Claiming a firm, seeing how the claim stands, and coming in by invitation."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qifu.accounts.models import User
from qifu.organisations.actions import invite
from qifu.organisations.models import Claim, ClaimPaper, Invitation, Membership
from tests.conftest import NOW
from tests.factories import (
    PASSWORD,
    ClaimFactory,
    EnterpriseFactory,
    MembershipFactory,
    UserFactory,
    enterprise_actor,
    made_up_uscc,
    officer,
)
from tests.web.pages import form, inline, read, words

pytestmark = pytest.mark.django_db
NEW = "/claims/new/"
PDF = b"%PDF-1.4\n%made up\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.fixture(autouse=True)
def _city(demo_city, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }


@pytest.fixture
def firm():
    return EnterpriseFactory.create()


def paper(name="licence.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def send(client, firm, **more):
    data = {
        "uscc": firm.uscc, "applicant": "测试申请人", "phone": "0755-00000000",
        "position": "行政", "note": "",
    }  # fmt: skip
    return client.post(NEW, {**data, **more})


def test_a_claim_gets_a_number_and_a_secret_address(client, firm):
    answer = send(client, firm, papers=[paper(), paper("授权书.png", PNG)])
    claim = Claim.objects.get()
    assert answer["Location"] == f"/claims/{claim.token}/"
    page = client.get(answer["Location"])
    said = words(page)
    assert claim.number in said and firm.name in said and "待核验" in said
    assert f"http://testserver/claims/{claim.token}/" in said
    assert "授权书.png" in said
    assert sorted(ClaimPaper.objects.values_list("content_type", flat=True)) == [
        "application/pdf", "image/png",
    ]  # fmt: skip


def test_the_code_in_the_address_is_filled_in(client, firm):
    fields = form(client.get(NEW, {"uscc": firm.uscc}), "")["fields"]
    assert ["uscc", firm.uscc] in fields


def test_who_is_signed_in_need_not_type_their_name(client, firm):
    person = UserFactory.create(phone="0755-11112222")
    client.force_login(person)
    fields = form(client.get(NEW), "")["fields"]
    assert ["applicant", person.display_name] in fields
    send(client, firm)
    assert Claim.objects.get().user == person


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "请填写营业执照上的 18 位"),
        ("9144", "18 位，现有 4 位"),
        ("91440399MA5FXYZO1I", "不能是 Z"),
        ("9144039970000000😀X", "不能是"),
        ("9" * 20_000, "18 位"),
        ("\x00" * 18, "空字符"),
        (made_up_uscc(99_999_999), "登记库里没有这家企业"),
    ],
)
def test_a_wrong_code_says_what_is_wrong_with_it(client, firm, typed, said):
    page = send(client, firm, uscc=typed)
    assert page.status_code == 422
    assert said in page.context["form"].errors["uscc"][0]
    assert not Claim.objects.exists()
    if typed.isascii() and "\x00" not in typed:
        assert ["uscc", typed] in form(page, "")["fields"]


def test_a_wrong_check_digit_is_told_with_the_right_one(client, firm):
    wrong = firm.uscc[:-1] + ("0" if firm.uscc[-1] != "0" else "1")
    page = send(client, firm, uscc=wrong)
    assert f"最后一位应为 {firm.uscc[-1]}" in words(page)


def test_spaces_small_letters_and_full_width_do_not_matter(client, firm):
    spaced = f" {firm.uscc[:6].lower()} {firm.uscc[6:]}"
    assert send(client, firm, uscc=spaced).status_code == 302


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"applicant": ""}, "applicant"),
        ({"applicant": "长" * 20_000}, "applicant"),
        ({"applicant": "a\x00b"}, "applicant"),
        ({"phone": ""}, "phone"),
        ({"phone": "请发邮件"}, "phone"),
        ({"phone": "-5"}, "phone"),
        ({"note": "长" * 20_000}, "note"),
        ({"position": "长" * 20_000}, "position"),
    ],
)
def test_bad_input_stands_at_its_field_and_the_rest_stays_typed(client, firm, more, field):
    page = send(client, firm, **more)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not Claim.objects.exists()
    assert ["uscc", firm.uscc] in form(page, "")["fields"]
    assert f'href="#id_{field}"' in page.content.decode()


def test_a_name_with_an_emoji_and_a_rare_character_is_kept(client, firm):
    send(client, firm, applicant="𠮷田😀")
    assert Claim.objects.get().applicant == "𠮷田😀"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([paper("a.pdf", b"MZ\x90 not a pdf")], "不是 PDF、JPG 或 PNG"),
        ([paper("big.pdf", PDF + b"0" * (5 * 1024 * 1024))], "超过 5 MB"),
        ([paper(f"{n}.pdf") for n in range(5)], "最多上传 4 个文件"),
        ([paper("empty.pdf", b"")], "empty.pdf"),
    ],
)
def test_papers_are_judged_by_their_content(client, firm, files, said):
    page = send(client, firm, papers=files)
    assert page.status_code == 422
    assert said in words(page)
    assert "请重新选择" in words(page)
    assert not Claim.objects.exists() and not ClaimPaper.objects.exists()


def test_a_firm_with_an_owner_takes_people_by_invitation(client, firm):
    MembershipFactory.create(organisation=firm.organisation, role="owner")
    page = send(client, firm)
    assert page.status_code == 422
    assert "请联系负责人邀请您加入" in words(page)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("submitted", "请保存这个地址"),
        ("approved", "一次性的开通链接"),
        ("refused", "照片看不清"),
        ("withdrawn", "不会再核验"),
    ],
)
def test_every_state_says_what_happens_next(client, state, said):
    decided = {"decided_by": UserFactory.create(), "decided_at": NOW}
    more = decided if state in ("approved", "refused") else {}
    claim = ClaimFactory.create(state=state, reason="照片看不清", **more)
    page = client.get(f"/claims/{claim.token}/")
    assert said in words(page)
    assert inline(page.content.decode()) == []
    offers = [one for one in read(page).forms if one["action"] == ""]
    assert bool(offers) == (state == "submitted")


def test_a_secret_page_is_not_kept_not_found_and_not_passed_on(client):
    claim = ClaimFactory.create()
    page = client.get(f"/claims/{claim.token}/")
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]
    assert page["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex' in page.content.decode()


def test_whoever_has_the_address_can_withdraw_once(client):
    claim = ClaimFactory.create()
    page = client.post(f"/claims/{claim.token}/", {"do": "withdraw"}, follow=True)
    claim.refresh_from_db()
    assert claim.state == "withdrawn"
    assert "申请已撤回" in words(page)
    again = client.post(f"/claims/{claim.token}/", {"do": "withdraw"}, follow=True)
    assert "不能做这一步" in words(again)


@pytest.mark.parametrize("token", ["wrong", "x" * 3_000, "%00", "..%2f"])
def test_a_wrong_address_is_not_found(client, token):
    assert client.get(f"/claims/{token}/").status_code == 404
    assert client.get(f"/invitations/{token}/").status_code == 404


# invitations


def invited(firm, role="clerk"):
    return invite(actor=enterprise_actor(firm), role=role, label="王小明", now=NOW)


ACCOUNT = {"username": "wang.xiaoming", "display_name": "王小明", "password": "lan-shan-2026-ok"}


def test_somebody_without_an_account_makes_one_and_is_in(client, firm):
    invitation, token = invited(firm)
    page = client.get(f"/invitations/{token}/")
    assert f"加入{firm.name}" in read(page).headings[0]
    assert "经办人" in words(page)
    answer = client.post(f"/invitations/{token}/", ACCOUNT, follow=True)
    assert f"您已加入{firm.name}" in words(answer)
    assert answer.request["PATH_INFO"] == "/my/"
    member = Membership.objects.get(user__username="wang.xiaoming")
    assert (member.organisation_id, member.role) == (firm.pk, "clerk")
    invitation.refresh_from_db()
    assert invitation.state == "accepted"


def test_somebody_who_is_signed_in_accepts_with_one_press(client, firm):
    person = UserFactory.create()
    client.force_login(person)
    _invitation, token = invited(firm)
    assert f"（{person.display_name}）" in words(client.get(f"/invitations/{token}/"))
    client.post(f"/invitations/{token}/")
    assert Membership.objects.filter(user=person, organisation_id=firm.pk).exists()
    assert client.get("/my/").context["firm"].pk == firm.pk


def test_signing_in_first_comes_back_to_the_invitation(client, firm):
    _invitation, token = invited(firm)
    person = UserFactory.create()
    link = next(x for x in read(client.get(f"/invitations/{token}/")).links if "next=" in x)
    answer = client.post(
        "/sign-in/",
        {
            "username": person.username, "password": PASSWORD, "next": f"/invitations/{token}/",
        },
    )  # fmt: skip
    assert link.endswith(f"next=/invitations/{token}/")
    assert answer["Location"] == f"/invitations/{token}/"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"username": ""}, "username"),
        ({"username": "王小明"}, "username"),
        ({"username": "x" * 20_000}, "username"),
        ({"username": "a\x00b"}, "username"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": "长" * 20_000}, "display_name"),
        ({"password": ""}, "password"),
        ({"password": "1234567890"}, "password"),
        ({"password": "short"}, "password"),
        ({"password": "wang.xiaoming1"}, "password"),
    ],
)
def test_a_bad_account_is_not_made_and_the_invitation_stays_open(client, firm, more, field):
    invitation, token = invited(firm)
    users = User.objects.count()
    page = client.post(f"/invitations/{token}/", {**ACCOUNT, **more})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert User.objects.count() == users
    invitation.refresh_from_db()
    assert invitation.state == "open"
    kept = [pair for one in read(page).forms for pair in one["fields"]]
    if field != "username":
        assert ["username", "wang.xiaoming"] in kept
    assert not [pair for pair in kept if pair[0] == "password" and pair[1]]


def test_a_name_that_is_taken_does_not_use_up_the_invitation(client, firm):
    UserFactory.create(username="wang.xiaoming")
    invitation, token = invited(firm)
    page = client.post(f"/invitations/{token}/", ACCOUNT)
    assert page.status_code == 422
    assert "请换一个" in words(page)
    assert "_auth_user_id" not in client.session
    invitation.refresh_from_db()
    assert invitation.state == "open"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires_at": NOW - timedelta(seconds=1)}, "邀请已过期"),
        ({"state": "accepted"}, "已经用过了"),
        ({"state": "revoked"}, "邀请已被撤销"),
    ],
)
def test_a_link_that_no_longer_works_says_why(client, firm, change, said):
    invitation, token = invited(firm)
    Invitation.objects.filter(pk=invitation.pk).update(**change)
    users = User.objects.count()
    assert said in words(client.get(f"/invitations/{token}/"))
    page = client.post(f"/invitations/{token}/", ACCOUNT)
    assert said in words(page)
    assert User.objects.count() == users
    client.force_login(UserFactory.create())
    assert client.post(f"/invitations/{token}/").status_code == 409


def test_a_member_need_not_accept_again(client, firm):
    person = UserFactory.create()
    MembershipFactory.create(user=person, organisation=firm.organisation, role="viewer")
    _invitation, token = invited(firm)
    client.force_login(person)
    assert "已经是这里的成员" in words(client.get(f"/invitations/{token}/"))
    assert client.post(f"/invitations/{token}/").status_code == 409
    assert Membership.objects.get(user=person).role == "viewer"


def test_an_official_who_is_invited_lands_at_the_desk(client):
    chief = officer("unit_admin")
    _invitation, token = invite(actor=chief, role="auditor", label="审计新人", now=NOW)
    assert "审计岗" in words(client.get(f"/invitations/{token}/"))
    answer = client.post(f"/invitations/{token}/", ACCOUNT, follow=True)
    assert answer.request["PATH_INFO"].startswith("/desk/")


def test_an_invitation_is_as_secret_as_a_claim(client, firm):
    _invitation, token = invited(firm)
    page = client.get(f"/invitations/{token}/")
    assert "no-store" in page["Cache-Control"] and "noindex" in page["X-Robots-Tag"]
    assert inline(page.content.decode()) == []


def test_the_pages_speak_english(english, client, firm):
    assert client.get(NEW).status_code == 200
    page = send(client, firm, uscc=firm.uscc[:-1])
    assert "18 characters, not 17" in words(page)
