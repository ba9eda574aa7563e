"""What a firm and officials do from first look to last rating, in a county that is not the demo.

People and things are found by what the pack says they are for; no code of the demo city helps.
"""

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import localtime

from qifu.appeals.models import Appeal
from qifu.appeals.states import State
from qifu.organisations.models import Claim, Enterprise, Fact, Membership
from qifu.policies.models import StoredReport
from tests.cities.county_world import (
    AGENT,
    CALLER,
    CHIEF,
    FOREIGN,
    FRONT,
    INDUSTRY,
    MARKET,
    PRINCIPAL,
    browser,
    county,
    person,
)
from tests.conftest import NOW
from tests.web.pages import inline, words

__all__ = ["county"]
pytestmark = pytest.mark.usefixtures("county")
PDF = b"%PDF-1.4\n%made up\n"
# Monday 23 November 2026, nine in the morning in the county
MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
TEXT = "竹岭镇的竹器厂这个月停电八次，锯机一停料就废了，希望换变压器。"


@pytest.fixture(autouse=True)
def _papers_in_a_folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }


@pytest.fixture
def clock(monkeypatch):
    """Set the time of day that pages see."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return at


def looks_right(page, status: int = 200) -> str:
    """The words of a page in Chinese, without a word of the demo city; gives them."""
    assert page.status_code == status
    assert page["Content-Language"] == "zh-hans"
    html = page.content.decode()
    assert '<html lang="zh-hans"' in html
    assert 'name="language"' not in html
    assert inline(html) == []
    assert (found := FOREIGN.search(html)) is None, found and html[found.start() - 60 :][:120]
    return words(page)


def test_a_visitor_finds_policies_asks_six_questions_and_tests_the_size():
    visitor = browser()
    assert "青溪企业之家" in looks_right(visitor.get("/"))
    library = looks_right(visitor.get("/policies/"))
    assert "青溪县设备更新补助" in library
    assert "县级" in library and "区级" not in library
    policy = looks_right(visitor.get("/policies/QX-2026-01/"))
    assert "15%，最多 40 万元" in policy and "青溪县工业和信息化局" in policy
    asked = looks_right(visitor.get("/diagnosis/"))
    for label in ("6 个问题", "竹岭镇", "在岗人数", "2025 年营业收入", "失信记录", "青溪老字号"):
        assert label in asked
    answer = visitor.get(
        "/diagnosis/?region=990121101&industry=C2041&workers=34&turnover=860&discredited=false"
        "&honours=county_brand"
    )
    told = looks_right(answer)
    assert "1 项可享" in told and "青溪老字号和绿色车间奖" in told
    assert "¥860万元" in told and "34 人" in told
    elsewhere = visitor.get("/diagnosis/?region=other")
    assert "不在本地" in looks_right(elsewhere)
    assert elsewhere.context["result"].maybe == []
    wrong = looks_right(visitor.get("/diagnosis/?workers=many"), 422)
    assert "请填写数字" in wrong
    assert "小型企业" in looks_right(visitor.get("/size/?industry=C2041&staff=34&revenue=860"))
    about = looks_right(visitor.get("/appeals/"))
    for promise in ("答复：咨询 2 个工作日", "答复：建议 5 个工作日", "4 小时办公时间"):
        assert promise in about, promise
    assert "没有这样的" not in looks_right(visitor.get("/answers/?text=货款多久付款"))


def test_nobody_can_turn_the_county_to_english():
    visitor = browser()
    answer = visitor.post("/preferences/", {"language": "en", "next": "/policies/"}, follow=True)
    looks_right(answer)
    assert "语言" not in words(visitor.get("/"))


def test_a_firm_is_claimed_decided_and_its_head_answers_questions_and_makes_a_report(county):
    firm = Enterprise.objects.get(organisation__name__contains="河湾山货商行")
    visitor, desk = browser(), browser(FRONT)
    sent = {
        "uscc": firm.uscc, "applicant": "何老板", "phone": "000-1234567", "position": "店主",
        "note": "", "papers": SimpleUploadedFile("执照.pdf", PDF),
    }  # fmt: skip
    status = visitor.post("/claims/new/", sent, follow=True)
    assert "待核验" in looks_right(status)
    claim = Claim.objects.get()
    queue = looks_right(desk.get("/desk/claims/"))
    assert "河湾山货商行" in queue
    looks_right(desk.get(f"/desk/claims/{claim.pk}/"))
    done = desk.post(
        f"/desk/claims/{claim.pk}/", {"step": "approve", "papers_checked": ["licence"]}, follow=True
    )
    link = next(part for part in done.content.decode().split('"') if "/invitations/" in part)
    way_in = link.removeprefix("http://testserver")
    assert "当家人" in looks_right(visitor.get(way_in))
    account = {"username": "he.laoban", "display_name": "何老板", "password": "shanhuo-2026-qx"}
    home = visitor.post(way_in, account, follow=True)
    assert "您已加入" in looks_right(home)
    member = Membership.objects.get(user__username="he.laoban")
    assert (member.organisation_id, member.role) == (firm.pk, county.owner_role)
    # signs out and in again
    visitor.post("/sign-out/")
    visitor.post("/sign-in/", {k: account[k] for k in ("username", "password")})
    looks_right(visitor.get("/my/profile/"))
    looks_right(visitor.get("/my/profile/local_hires/"))
    declared = visitor.post(
        "/my/profile/local_hires/",
        {"do": "declare", "value": "6", "as_of": "2026-11-20"},
        follow=True,
    )
    assert "6 人" in looks_right(declared)
    assert Fact.objects.get(enterprise=firm, attribute="local_hires").value == 6
    mine = visitor.get("/my/policies/")
    assert "青溪县返乡就业奖" in looks_right(mine)
    question = mine.context["question"]
    assert question.attr.partition("@")[0] in county.catalogue
    value = {"flag": "false", "set": ["__none__"]}.get(question.attribute.type, "3")
    answered = visitor.post(
        "/my/question/answer/", {"key": question.attr, "value": value}, follow=True
    )
    assert "已记下" in looks_right(answered)
    made = visitor.post("/my/reports/", follow=True)
    assert "政策匹配报告" in looks_right(made)
    report = StoredReport.objects.get(enterprise=firm)
    assert "逐字相同" in looks_right(visitor.get(f"/my/reports/{report.pk}/?replay=1"))


class Case:
    """One appeal and the people who work on it, each in a browser of their own."""

    def __init__(self, clock) -> None:
        self.clock, self.at = clock, MONDAY
        self.pk = 0

    @property
    def row(self) -> Appeal:
        return Appeal.objects.get(pk=self.pk)

    def look(self, who: str) -> str:
        door = "my" if who in (PRINCIPAL, AGENT) else "desk"
        return looks_right(browser(who).get(f"/{door}/appeals/{self.pk}/"))

    def take(self, who: str, step: str, **sent: str) -> str:
        """One step, ten minutes after the last; gives the page that comes after it."""
        self.at += timedelta(minutes=10)
        self.clock(self.at)
        door = "my" if who in (PRINCIPAL, AGENT) else "desk"
        answer = browser(who).post(f"/{door}/appeals/{self.pk}/{step}/", sent, follow=True)
        assert answer.redirect_chain, words(answer)[:400]
        return looks_right(answer)


def due(case: Case, clock: str) -> str:
    """When a clock of the case is due, by the county's time."""
    row = case.row.clocks.filter(name=clock).latest("pk")
    return f"{localtime(row.due_at):%Y-%m-%d %H:%M}"


def test_an_appeal_from_its_first_word_to_its_second_rating_by_the_county_s_clocks(clock):
    case = Case(clock)
    clock(MONDAY)
    firm = browser(PRINCIPAL)
    form = looks_right(firm.get("/my/appeals/new/"))
    assert "厂里用电" in form and "竹岭镇" in form and "县里的单位少" in form
    sent = {
        "kind": "help_request", "text": TEXT, "points": [""], "matter": "workshop_power",
        "region": "990121101", "contact_name": "老林", "contact_phone": "000-1234567",
        "key": "k1", "do": "check",
    }  # fmt: skip
    checked = firm.post("/my/appeals/new/", sent, follow=True)
    assert "竹岭镇" in looks_right(checked)
    case.pk = Appeal.objects.get(text=TEXT).pk
    receipt = firm.post(
        "/my/appeals/new/", {"do": "submit", "draft": case.pk, "key": "k1"}, follow=True
    )
    looks_right(receipt)
    assert case.row.number.startswith("QXS")
    assert case.row.state == State.SUBMITTED
    # ten working days, and at the hour at which the county's offices close
    assert due(case, "reply") == "2026-12-07 17:30"
    assert "12月7日" in words(receipt) and "17:30" in words(receipt)

    desk = case.look(FRONT)
    assert "派单目录" in desk or "厂里用电" in desk
    case.take(FRONT, "accept", matter="workshop_power", kind="help_request", region="990121101")
    told = case.look(FRONT)
    assert "青溪县工业和信息化局" in told, told[told.index("派单") :][:600]
    assert "power-bamboo" in told, told[told.index("派单") :][:900]
    case.take(FRONT, "dispatch", unit="QX-GYJ", note="按派单目录")
    assert case.row.lead.organisation.code == "QX-GYJ"
    # 09:20 and 210 minutes in offices that shut from noon to 14:30
    assert due(case, "acknowledge") == "2026-11-23 15:20"
    assert browser(MARKET).get(f"/desk/appeals/{case.pk}/").status_code == 404
    case.take(INDUSTRY, "acknowledge")
    case.take(INDUSTRY, "contact", person="老林", channel="visit", reached="yes", result="看了线路")
    case.take(
        INDUSTRY, "reply", text="供电所下周换变压器。", outcome="resolved", basis="县里的做法"
    )
    assert "下周换变压器" in case.look(PRINCIPAL)
    case.take(PRINCIPAL, "rate", level="2", solved="no", bad="nothing_done", text="还没有换。")
    assert case.row.state == State.CALLBACK_DUE
    assert due(case, "callback") == "2026-11-24 17:30"
    case.take(CALLER, "attempt_callback", channel="phone", reached="yes", note="还没有换变压器")
    case.take(CALLER, "wants_more", note="要求给出日期")
    assert (case.row.state, case.row.round) == (State.REHANDLING, 2)
    case.take(INDUSTRY, "reply", text="变压器今天换好了。", outcome="resolved")
    case.take(PRINCIPAL, "rate", level="5", solved="yes", good="came_over")
    assert case.row.state == State.CLOSED
    assert list(case.row.ratings.order_by("pk").values_list("level", flat=True)) == [2, 5]
    chief = browser(CHIEF)
    figures = looks_right(chief.get("/desk/figures/?since=2026-11-01&until=2026-11-30&by=matter"))
    assert "厂里用电" in figures
    assert "上门来看" in case.look(CHIEF)


@pytest.mark.parametrize(
    ("kind", "day"),
    [("inquiry", "2026-11-25 17:30"), ("suggestion", "2026-11-30 17:30"),
     ("complaint", "2026-12-07 17:30")],
)  # fmt: skip
def test_each_kind_has_the_county_s_days(clock, kind, day):
    from qifu.appeals import actions

    clock(MONDAY)
    appeal = actions.submit_appeal(
        None, actor=person(AGENT), now=MONDAY, kind=kind, matter="permit_papers",
        region="990121100", title="", text="第二个门市的执照要怎么变更？", points=(),
        contact_name="小周", contact_phone="000-1234567",
    )  # fmt: skip
    row = appeal.clocks.filter(name="reply").latest("pk")
    assert f"{localtime(row.due_at):%Y-%m-%d %H:%M}" == day
    case = Case(clock)
    case.pk = appeal.pk
    assert "17:30" in case.look(AGENT)


def test_an_appeal_from_outside_the_county_is_sent_to_the_right_door(clock):
    case = Case(clock)
    clock(MONDAY)
    from qifu.appeals import actions

    case.pk = actions.submit_appeal(
        None, actor=person(AGENT), now=NOW, kind="complaint", matter="unpaid_goods",
        region="990121100", title="", text="邻江市政府的一个单位欠我们茶款，已经三个月了。",
        points=(), contact_name="小周", contact_phone="000-1234567",
    ).pk  # fmt: skip
    assert "外县的事" in case.look(FRONT)
    case.take(
        FRONT,
        "reject_intake",
        exclusion="not_our_county",
        reason="那里的政府办",
        channel="打那里的 12345",
    )
    assert "打那里的 12345" in case.look(AGENT)
