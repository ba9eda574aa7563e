"""Appeals, figures and answers in English: pages in every state, mistakes, receipts, tables."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from qifu.appeals import actions
from qifu.appeals.actions import recompute_clocks
from qifu.appeals.models import Appeal
from qifu.appeals.states import State
from qifu.knowledge.models import Answer, Law
from qifu.notices.actions import tell
from qifu.notices.models import Notice
from tests.appeals import world
from tests.appeals.files import EXE, PDF
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, UserFactory, enterprise_actor, officer
from tests.web import desk_steps
from tests.web.desk_people import as_, table
from tests.web.english import CHINESE, chinese_left
from tests.web.test_desk_calendar import YEAR
from tests.web.test_english import in_english, read_all
from tests.web.test_english_steps import said

pytestmark = pytest.mark.usefixtures("demo_city", "english_texts")

DESKS = {
    "intake": world.intake_actor, "handler": world.handler_actor,
    "coordinator": world.coordinator_actor, "callback": world.callback_actor,
}  # fmt: skip
LISTS = ("intake", "unit", "mine", "overdue", "objected", "extensions", "callbacks", "justified",
         "unit_done", "all")  # fmt: skip
BESIDE = [desk_steps.with_extension, desk_steps.proposed, desk_steps.tried_three_times,
          desk_steps.merged, desk_steps.two_points, world.objected_twice, world.answered_at_once,
          world.rehandling]  # fmt: skip
SUBMITTED = [state for state in State if state != State.DRAFT]


@pytest.fixture(autouse=True)
def _later(monkeypatch):
    """Pages are asked after everything that the world did."""
    at = NOW + timedelta(hours=3)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)


def visit(case: Appeal, monkeypatch) -> None:
    """Look at a case a little after what happened to it."""
    at = max(case.changed_at, NOW) + timedelta(hours=3)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)


def pages_of(case: Appeal) -> None:
    """The case as its firm sees it, and as each desk does that may see it."""
    owner = in_english(as_(world.owner_of(case)))
    front = f"/my/appeals/{case.pk}/"
    read_all(owner, [front, f"{front}print/", "/my/appeals/", f"{front}?received=1"])
    read_all(in_english(as_(enterprise_actor(case.enterprise, "viewer"))), [front])
    for actor in DESKS.values():
        client = in_english(as_(actor()))
        read_all(client, [f"/desk/appeals/{case.pk}/"], {200, 404})


@pytest.mark.parametrize("state", SUBMITTED)
def test_a_case_in_every_state(state, monkeypatch):
    case = world.in_state(state)
    visit(case, monkeypatch)
    pages_of(case)


@pytest.mark.parametrize("made", BESIDE, ids=lambda one: one.__name__)
def test_a_case_with_everything_that_may_stand_beside_it(made, monkeypatch):
    case = made()
    firm = world.owner_of(case)
    (file,) = actions.attach(
        case, actor=firm, now=case.changed_at, files=[("图纸.pdf", BytesIO(PDF), len(PDF))]
    )
    actions.scan_attachment(file.pk, now=case.changed_at)
    visit(case, monkeypatch)
    pages_of(case)


def test_an_official_reads_the_case_of_somebody_who_has_no_account(monkeypatch):
    case = actions.submit_appeal(
        None, actor=world.intake_actor(), now=NOW, requester="路边小店", channel="window",
        **world.form(points=("电什么时候通？", "要交多少钱？")),
    )  # fmt: skip
    visit(case, monkeypatch)
    for name in ("intake", "coordinator"):
        read_all(in_english(as_(DESKS[name]())), [f"/desk/appeals/{case.pk}/"])


@pytest.mark.parametrize("role", DESKS)
def test_work_lists(role, monkeypatch):
    for state in (State.SUBMITTED, State.OBJECTED, State.HANDLING, State.CALLBACK_DUE):
        world.in_state(state)
    desk_steps.proposed()
    desk_steps.with_extension()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=20))
    client = in_english(as_(DESKS[role]()))
    read_all(
        client,
        [
            "/desk/",
            *(f"/desk/appeals/?list={name}" for name in LISTS),
            "/desk/appeals/?q=zzzz",
            "/desk/appeals/?list=all&kind=inquiry&state=handling&matter=tax&region=440306&due=week",
            "/desk/appeals/?state=no-such&order=no-such",
        ],
    )
    head = table(client.get("/desk/appeals.xlsx?list=all"))[0]
    assert not CHINESE.search(" ".join(map(str, head))), head


def test_pages_of_a_firm_before_it_has_an_appeal(demo_city):
    owner = enterprise_actor(EnterpriseFactory.create())
    client = in_english(as_(owner))
    matters = [matter.code for matter in demo_city.matters]
    draft = world.draft(owner, text="Our transformer is too small and the mould line stops.")
    read_all(
        client,
        [
            "/my/appeals/",
            "/my/appeals/?text=zzzz",
            "/my/appeals/?state=closed&kind=complaint",
            "/my/appeals/new/",
            f"/my/appeals/new/?draft={draft.pk}",
            f"/my/appeals/new/?draft={draft.pk}&check=1",
            f"/my/appeals/new/?draft={draft.pk}&more=1",
            *(f"/my/appeals/new/?template={code}" for code in matters),
        ],
    )
    for text in (
        "用电增容要多久？公司扩产，变压器容量不够。",
        "too short",
        "合同纠纷已经起诉，要求还款",
    ):
        answer = client.post("/my/appeals/hints/", {"text": text, "kind": "inquiry"})
        assert chinese_left(answer.content.decode()) == []


def test_mistakes_in_the_form_of_a_firm():
    client = in_english(as_(enterprise_actor()))
    text = said(client.post("/my/appeals/new/", {"do": "check", "text": "电"}))
    assert "A few things need correcting" in text
    wrong = {"do": "save", "kind": "inquiry", "text": "怎样申请用电增容？",
             "files": SimpleUploadedFile("安装.pdf", EXE)}  # fmt: skip
    assert "PDF" in said(client.post("/my/appeals/new/", wrong))
    kept = client.post(
        "/my/appeals/new/", {"do": "save", "text": "怎样申请用电增容？"}, follow=True
    )
    said(kept, 200)


FIRM_STEPS = {
    "supply_facts": (world.need_info, {"answer": ""}, {"answer": "户号 0301"}),
    "contest": (world.not_accepted, {"reason": ""}, {"reason": "属于本市职权"}),
    "rate": (world.replied, {"level": ""}, {"level": "1", "solved": "no", "text": "没有解决"}),
    "reopen": (world.closed, {"reason": ""}, {"reason": "又断电了"}),
    "files": (world.handling_, {}, None),
    "withdraw": (world.handling_, {"reason": "长" * 5_000}, {"reason": "自己解决了"}),
}


@pytest.mark.parametrize("step", FIRM_STEPS)
def test_steps_of_a_firm_say_what_is_wrong_and_what_was_done(step, monkeypatch):
    made, bad, good = FIRM_STEPS[step]
    case = made()
    visit(case, monkeypatch)
    client = in_english(as_(world.owner_of(case)))
    address = f"/my/appeals/{case.pk}/{step}/"
    read_all(client, [address])
    said(client.post(address, bad))
    if good is not None:
        said(client.post(address, good, follow=True), 200)
        said(client.post(address, good), 409)


@pytest.mark.parametrize("step", desk_steps.STEPS, ids=lambda one: one.id)
def test_steps_of_an_official_say_what_is_wrong_and_what_was_done(step, monkeypatch):
    case = step.case()
    visit(case, monkeypatch)
    client = in_english(as_(step.actor()))
    address = f"/desk/appeals/{case.pk}/{step.name}/"
    read_all(client, [address])
    if step.bad:
        said(client.post(address, step.bad))
    said(client.post(address, step.good, follow=True), 200)
    late = in_english(as_(world.intake_actor())).post(address, step.good)
    assert late.status_code in (302, 403, 404, 409, 422)
    assert chinese_left(late.content.decode()) == []


def test_helping_buttons_of_the_desk(monkeypatch):
    case = world.accepted(matter="financing")
    visit(case, monkeypatch)
    client = in_english(as_(world.intake_actor()))
    front = f"/desk/appeals/{case.pk}/"
    said(client.post(f"{front}answer_at_once/", {"do": "find", "find": "用电"}), 200)
    said(client.get(f"{front}dispatch/?unit=SZ-GXJ"), 200)
    waiting = world.submitted()
    fill = {"do": "fill", "exclusion": "other_procedure"}
    said(client.post(f"/desk/appeals/{waiting.pk}/reject_intake/", fill), 200)
    for name in ("merge", "link", "split", "files"):
        answer = client.post(f"/desk/appeals/{waiting.pk}/{name}/", {"master": "x", "other": "x"})
        assert answer.status_code in (409, 422)
        assert chinese_left(answer.content.decode()) == []


def test_an_appeal_for_a_caller_and_many_at_once(monkeypatch):
    client = in_english(as_(world.intake_actor()))
    firm = EnterpriseFactory.create()
    read_all(client, ["/desk/appeals/new/", f"/desk/appeals/new/?firm={firm.uscc}"])
    said(client.post("/desk/appeals/new/", {"text": "", "do": "submit"}))
    typed = {**world.form(), "channel": "phone", "requester": "路边小店"}
    said(client.post("/desk/appeals/new/", {**typed, "do": "look"}), 200)
    said(client.post("/desk/appeals/new/", typed, follow=True), 200)
    case = world.submitted()
    visit(case, monkeypatch)
    said(client.post("/desk/appeals/many/", {"do": "accept", "pk": case.pk}), 200)
    accept = {"do": "accept", "pk": case.pk, "sure": "1"}
    for _twice in range(2):
        said(client.post("/desk/appeals/many/", accept, follow=True), 200)
    steering = in_english(as_(world.coordinator_actor()))
    said(steering.post("/desk/appeals/many/", {"do": "remind", "pk": case.pk, "sure": "1"}))
    said(steering.post("/desk/appeals/many/", {"do": "remind"}, follow=True), 200)


def test_absences():
    actor = world.handler_actor()
    client = in_english(as_(actor))
    said(client.post("/desk/absences/", {"user": "", "first_day": "soon"}))
    given = {"user": actor.user_id, "first_day": "2026-11-22", "last_day": "2026-11-25"}
    said(client.post("/desk/absences/", {**given, "last_day": "2026-11-01"}))
    said(client.post("/desk/absences/", {**given, "note": "出差"}, follow=True), 200)
    read_all(client, ["/desk/absences/"])
    ended = {"do": "end", "pk": actor.user.absences.get().pk}
    said(client.post("/desk/absences/", ended, follow=True), 200)


def test_figures_and_gaps(monkeypatch):
    for state in (State.CLOSED, State.HANDLING, State.SUBMITTED, State.CLOSED_JUSTIFIED):
        case = world.in_state(state)
    visit(case, monkeypatch)
    client = in_english(as_(world.coordinator_actor()))
    period = "since=2026-11-01&until=2026-11-30"
    read_all(
        client,
        [
            "/desk/figures/",
            *(f"/desk/figures/?by={by}&{period}" for by in ("unit", "matter", "district", "month")),
            "/desk/figures/?since=2005-01-01&until=2005-12-31",
            *(
                f"/desk/figures/cases/?code=resolution_rate&part={part}&{period}"
                for part in ("counted", "missed", "excluded")
            ),
            *(
                f"/desk/figures/cases/?code=received&by={by}&row={row}&{period}"
                for by, row in (("unit", "SZ-GXJ"), ("unit", ""), ("matter", "tax"),
                                ("district", "440306"), ("month", "2026-11"))
            ),
            "/desk/gaps/",
            "/desk/gaps/?clause=x",
        ],
    )  # fmt: skip
    text = said(client.get("/desk/figures/?since=2026-11-22&until=2026-11-01&by=firm"))
    assert "A few things need correcting" in text
    said(client.get("/desk/figures/cases/?code=x"))
    rows = table(client.get(f"/desk/figures.xlsx?{period}"))
    words = " ".join(str(cell) for row in rows for cell in (row if row is rows[0] else row[:1]))
    assert not CHINESE.search(words), words
    read_all(in_english(as_(officer("policy_officer"))), ["/desk/gaps/"])


def test_the_exchange_in_english(demo_city):
    desk = world.intake_actor()
    order = {"external_id": "GD-1", "time": "2026-11-20 09:30"}
    client = in_english(as_(desk))
    shown = [
        f"/desk/exchange/?show={show}" for show in ("conflicts", "orders", "statuses", "files")
    ]
    read_all(client, shown)
    for text in ("货梯坏了三天没有修好，请协调。", "完全是另一件事情，请核查。"):
        actions.receive_orders("12345", [{**order, "text": text}], actor=desk, now=NOW)
        case = Appeal.objects.get(external_id="GD-1")
        if case.state == "submitted":
            world.accepted(case)
    read_all(client, [*shown, f"/desk/exchange/{case.exchange_orders.get().pk}/"])


WRONG_YEARS = [
    {"year": "", "source": "", "holidays": ""},
    {"holidays": "soon"},
    {"makeup": "2027-02-14\nsoon"},
    {"holidays": "2027-10-07 2027-10-01 国庆节\n2027-10-01 2027-10-31 国庆节\n2025-01-01 元旦"},
    {"holidays": YEAR["holidays"].replace("2027-06-09 端午节", "")},
    {"holidays": YEAR["holidays"] + "\n2027-10-07 国庆节"},
    {"makeup": "2027-02-15\n2027-02-14 2027-02-14\n2027-10-02"},
    {name: text.replace("2027", "2038") for name, text in YEAR.items()},
]


def test_the_calendar():
    client = in_english(as_(world.coordinator_actor()))
    read_all(client, ["/desk/calendar/"])
    for changes in WRONG_YEARS:
        said(client.post("/desk/calendar/", {**YEAR, **changes}))
    world.submitted(now=NOW + timedelta(days=70))
    said(client.post("/desk/calendar/", YEAR, follow=True), 200)
    recompute_clocks(now=NOW)
    read_all(client, ["/desk/calendar/"])
    said(client.post("/desk/calendar/", YEAR, follow=True), 200)


def test_answers_and_statutes():
    codes = list(Answer.objects.values_list("code", flat=True).distinct())
    laws = list(Law.objects.values_list("code", flat=True))
    assert len(codes) > 20 and len(laws) > 5
    read_all(
        in_english(Client()),
        [
            "/appeals/",
            "/answers/",
            "/answers/?text=用电",
            "/answers/?text=zzzz",
            "/answers/?kind=law",
            "/answers/?matter=tax",
            "/laws/",
            *(f"/answers/{code}/" for code in codes),
            *(f"/laws/{code}/" for code in laws),
        ],
    )


def test_the_desk_of_answers():
    answer = Answer.objects.filter(state="published").order_by("pk")[0]
    client = in_english(as_(world.intake_actor()))
    address = f"/desk/knowledge/{answer.code}/"
    pages = ["/desk/knowledge/", "/desk/knowledge/?q=zzzz", address, "/desk/new-answer/"]
    read_all(client, pages)
    said(client.post("/desk/new-answer/", {"after": "0"}))
    said(client.post(address, {"step": "write", "after": answer.version, "valid_from": "soon"}))
    said(client.post(address, {"step": "retire", "why": ""}))
    words = {"question_zh": "怎样办？", "answer_zh": "到窗口办。", "basis": "办事指南"}
    write = {"step": "write", "after": answer.version, **words}
    said(client.post(address, write, follow=True), 200)
    said(client.post(address, write), 409)
    said(client.post(address, {"step": "retire", "why": "过时"}, follow=True), 200)


def test_everything_that_was_told_and_everything_that_was_noted(monkeypatch):
    cases = [world.in_state(state) for state in SUBMITTED if state != State.LAPSED]
    desk_steps.merged()
    for made in (desk_steps.with_extension, desk_steps.proposed, world.objected_twice):
        cases.append(made())
    for step in desk_steps.STEPS:
        if step.name in ("remind", "supervise", "escalate", "transfer", "split", "unmerge"):
            client = as_(step.actor())
            client.post(f"/desk/appeals/{step.case().pk}/{step.name}/", step.good)
    visit(max(cases, key=lambda one: one.changed_at), monkeypatch)
    reader = UserFactory.create()
    by_template = {}
    for notice in Notice.objects.all():
        by_template[notice.template] = notice
    assert len(by_template) > 15
    for notice in by_template.values():
        tell([reader], notice.template, values=notice.values, now=NOW)
    client = in_english(Client())
    client.force_login(reader)
    read_all(client, ["/messages/"])
    auditor = in_english(as_(officer("auditor")))
    read_all(
        auditor,
        ["/desk/journal/", *(f"/desk/journal/?step={step}" for step in
         ("supervise", "recompute_clock", "link", "accept", "split", "merge"))],
    )  # fmt: skip
    head = table(auditor.get("/desk/journal.xlsx"))[0]
    assert not CHINESE.search(" ".join(map(str, head))), head
