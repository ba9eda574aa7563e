"""The frame of every page: language, look, doors, refusals, what the browser may run."""

import re

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from qifu.base.city import NoCity
from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.web import colours, views
from tests.factories import MembershipFactory, UnitFactory, UserFactory
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.django_db

PUBLIC = (
    "/",
    "/policies/",
    "/policies/?text=研发",
    "/policies/SZD-2026-001/",
    "/diagnosis/",
    "/diagnosis/?region=440307&industry=C3511&employees=80",
    "/diagnosis/?founded=2999-01-01",
    "/size/",
    "/size/?industry=C3511&staff=250&revenue=3000",
    "/size/?industry=机械",
    "/help/",
    "/zones/",
    "/z/dapeng/",
    "/sign-in/",
    "/no-such-page/",
)


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.mark.parametrize("address", PUBLIC)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_public_page_carries_inline_script_or_style(client, address, language):
    client.cookies["django_language"] = language
    assert inline(client.get(address).content.decode()) == []


@pytest.mark.parametrize("address", PUBLIC)
def test_every_public_page_has_one_heading_one_main_and_no_id_twice(client, address):
    page = read(client.get(address))
    assert len(page.headings) == 1
    assert page.headings[0]
    assert page.ids.count("content") == 1
    assert sorted(set(page.ids)) == sorted(page.ids)


def test_the_policy_for_content_allows_nothing_inline_and_nothing_from_elsewhere(client):
    rules = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert "http" not in rules


def test_pages_are_chinese_whatever_the_browser_prefers(client):
    page = client.get("/", headers={"accept-language": "en-US,en"})
    assert '<html lang="zh-hans"' in page.content.decode()
    assert page.headers["Content-Language"] == "zh-hans"


def test_english_is_chosen_by_a_switch_and_stays(client):
    answer = client.post("/preferences/", {"language": "en", "next": "/policies/"})
    assert answer.headers["Location"] == "/policies/"
    assert '<html lang="en"' in client.get("/policies/").content.decode()


def test_the_choice_of_language_is_kept_for_messages_that_leave_the_house(client):
    person = UserFactory.create()
    client.force_login(person)
    client.post("/preferences/", {"language": "en"})
    person.refresh_from_db()
    assert person.language == "en"


def test_dark_and_large_are_kept_without_script(client):
    client.post("/preferences/", {"theme": "dark"})
    client.post("/preferences/", {"size": "large"})
    page = client.get("/help/").content.decode()
    assert 'data-bs-theme="dark"' in page
    assert 'data-qf-size="large"' in page


def test_a_preference_that_does_not_exist_is_ignored(client):
    client.post("/preferences/", {"theme": '"><script>', "size": "huge", "language": "xx"})
    page = client.get("/help/").content.decode()
    assert 'data-bs-theme="light"' in page
    assert 'data-qf-size="normal"' in page
    assert '<html lang="zh-hans"' in page


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/no-such-page/",
        "policies/",
    ],
)
def test_preferences_never_send_anybody_off_the_site(client, elsewhere):
    answer = client.post("/preferences/", {"theme": "dark", "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_a_visitor_sees_the_public_doors_and_no_other(client):
    links = read(client.get("/help/")).links
    assert "/policies/" in links
    assert "/size/" in links
    assert not [link for link in links if link.startswith(("/my/", "/desk/"))]


def test_a_member_of_a_firm_sees_the_doors_of_the_role(client):
    member = MembershipFactory.create(role="viewer")
    client.force_login(member.user)
    links = read(client.get("/help/")).links
    assert "/my/policies/" in links
    assert "/my/people/" not in links  # a viewer does not manage people
    assert not [link for link in links if link.startswith("/desk/")]


def test_an_official_sees_the_doors_of_the_role(client):
    unit = UnitFactory.create()
    member = MembershipFactory.create(organisation=unit.organisation, role="firm_registrar")
    client.force_login(member.user)
    links = read(client.get("/help/")).links
    assert "/desk/claims/" in links
    assert "/desk/disputes/" not in links
    assert not [link for link in links if link.startswith("/my/")]


def test_a_page_that_is_not_there_says_what_to_do(client):
    page = client.get("/policies/NO-SUCH-POLICY/")
    assert page.status_code == 404
    assert "没有找到这一页" in words(page)
    assert page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotAllowed("不行"), 403),
        (WrongState("已经办了"), 409),
        (Conflict("别人改了"), 409),
        (BadInput("不对"), 422),
    ],
)
def test_a_refusal_becomes_a_page_with_its_status_and_its_words(error, status):
    answer = views.refusal(RequestFactory().get("/"), error)
    assert answer.status_code == status
    assert str(error) in answer.content.decode()


def test_the_page_for_a_broken_server_needs_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = views.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "系统出错了" in answer.content.decode()


def test_the_citys_accent_is_a_sheet_of_its_own_that_browsers_keep(client, demo_city):
    sheet = client.get(f"/city.css?v={demo_city.load_id}")
    assert sheet.headers["Content-Type"].startswith("text/css")
    assert "immutable" in sheet.headers["Cache-Control"]
    assert "--qf-accent:" in sheet.content.decode()
    assert "immutable" not in client.get("/city.css?v=0").headers["Cache-Control"]


@pytest.mark.parametrize("accent", ["#0b5cab", "#ffee00", "#000000", "#ffffff", "#c8102e", "blue"])
def test_any_accent_of_a_pack_can_be_read_in_light_and_dark(accent):
    found = {}
    for line in colours.style_sheet(accent).splitlines():
        selector, _brace, body = line.partition("{")
        pairs = (token.split(":") for token in body.rstrip("}").split(";") if token)
        found[selector] = {name: colours.parse(value) for name, value in pairs}
    light, dark = found[":root"], found['[data-bs-theme="dark"]']
    for shades, surface in ((light, colours.LIGHT_SURFACE), (dark, colours.DARK_SURFACE)):
        assert colours.contrast(shades["--qf-accent"], surface) >= 4.5
        assert colours.contrast(shades["--qf-accent"], shades["--qf-accent-soft"]) >= 4.4
        assert colours.contrast(shades["--qf-on-accent"], shades["--qf-accent"]) >= 4.5


def test_a_healthy_server_says_so(client):
    assert client.get("/healthz").json() == {"ok": True}


@pytest.mark.parametrize("name", ["home", "library", "help", "size-test", "diagnosis"])
def test_public_pages_cost_the_same_few_queries_for_everybody(
    client, name, django_assert_max_num_queries
):
    client.get(reverse(name))
    with django_assert_max_num_queries(8):
        client.get(reverse(name))


def test_pages_of_people_who_signed_in_are_not_kept_by_the_browser(client):
    client.force_login(UserFactory.create())
    assert "no-cache" in client.get("/help/").headers["Cache-Control"]
    assert "Cache-Control" not in Client().get("/help/").headers


def test_the_first_load_is_under_300_kb_compressed(client, settings):
    page = client.get("/")
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', page.content.decode()))
    assert len(files) > 5
    size = len(page.content) + len(client.get("/city.css").content)
    for name in files:
        plain = settings.STATIC_ROOT / name
        packed = plain.with_name(f"{plain.name}.br")
        size += (packed if packed.exists() else plain).stat().st_size
    assert size < 300 * 1024


def test_ten_megabytes_of_text_are_refused_with_a_page(client):
    page = client.post("/preferences/", {"theme": "长" * 3_500_000})
    assert page.status_code == 400
    assert "这个请求无法处理" in words(page)


@pytest.mark.parametrize("address", ["/policies/%00/", "/policies/a%00b/calendar.ics"])
def test_a_null_byte_in_the_address_is_not_found(client, address):
    assert client.get(address).status_code == 404


def test_a_null_byte_in_a_form_is_an_error_at_its_field(client):
    page = client.post("/sign-in/", {"username": "a\x00b", "password": "x"})
    assert page.status_code == 422
    client.cookies["django_language"] = "en\x00"
    assert client.get("/help/").status_code == 200


def test_before_a_city_is_loaded_the_site_says_so(client, monkeypatch):
    def nothing():
        raise NoCity("还没有载入城市数据包。")

    monkeypatch.setattr("qifu.web.http.current_city", nothing)
    page = client.get("/")
    assert page.status_code == 503
    assert "还没有载入城市数据包" in words(page)
    assert client.get("/sign-in/").status_code == 200
