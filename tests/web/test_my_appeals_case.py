"""One case of a firm: what it shows in every state, the steps from it, who gets nothing."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qifu.appeals import actions
from qifu.appeals.models import Appeal, Attachment, Callback, InfoRequest, Rating
from qifu.appeals.states import CLOSED, State
from tests.appeals import world
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, enterprise_actor
from tests.web.desk_people import as_, queries
from tests.web.pages import inline, read, words

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
AFTER_SUBMISSION = [state for state in State if state != State.DRAFT]
# the forms that a firm is offered in a state
OFFERED = {
    State.SUBMITTED: {"withdraw", "files"},
    State.NEED_INFO: {"supply_facts", "withdraw"},
    State.NOT_ACCEPTED: {"contest"},
    State.LAPSED: {"resume"},
    State.ACCEPTED: {"withdraw", "files"},
    State.DISPATCHED: {"withdraw", "files"},
    State.OBJECTED: {"withdraw", "files"},
    State.HANDLING: {"withdraw", "files"},
    State.REVIEW: {"withdraw", "files"},
    State.REPLIED: {"rate", "files"},
    State.CALLBACK_DUE: {"files"},
    State.REHANDLING: {"withdraw", "files"},
    State.WITHDRAWN: set(),
    **{state: {"reopen"} for state in CLOSED},
}
# what is sent, and the state that the case comes to
STEPS = {
    "supply_facts": (State.NEED_INFO, {"answer": "户号 0301"}, State.SUBMITTED),
    "resume": (State.LAPSED, {"answer": "户号 0301"}, State.SUBMITTED),
    "contest": (State.NOT_ACCEPTED, {"reason": "属于本市职权"}, State.SUBMITTED),
    "rate": (State.REPLIED, {"level": "4", "solved": "yes", "good": ["quick"]}, State.CLOSED),
    "reopen": (State.CLOSED, {"reason": "又断电了"}, State.REHANDLING),
    "withdraw": (State.HANDLING, {"reason": "自己解决了"}, State.WITHDRAWN),
}


@pytest.fixture(autouse=True)
def _city(demo_city):
    return demo_city


@pytest.fixture(autouse=True)
def _tomorrow(monkeypatch):
    """Pages are asked after everything that the world did."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=3))


@pytest.fixture
def firm():
    return EnterpriseFactory.create()


@pytest.fixture
def owner(firm):
    return enterprise_actor(firm)


@pytest.fixture
def client(owner):
    return as_(owner)


def at(case, step=""):
    return f"/my/appeals/{case.pk}/{step + '/' if step else ''}"


def brought(state, owner, **more):
    return world.in_state(state, actor=owner, **more)


def forms(page, case):
    """The steps whose forms stand on a page."""
    front = f"/my/appeals/{case.pk}/"
    actions_ = [one["action"] for one in read(page).forms if one["action"].startswith(front)]
    return {action.removeprefix(front).strip("/") for action in actions_}


@pytest.mark.parametrize("state", AFTER_SUBMISSION)
def test_in_every_state_the_page_tells_what_comes_next_and_offers_no_step_that_is_refused(
    owner, state, monkeypatch
):
    case = brought(state, owner)
    moment = case.changed_at + timedelta(minutes=5)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    page = as_(owner).get(at(case))
    told = words(page)
    assert page.status_code == 200
    assert case.number in told
    assert case.text in told
    assert str(State(state).label) in told
    assert str(page.context["next"].words) in told
    assert forms(page, case) == OFFERED[State(state)]
    assert inline(page.content.decode()) == []
    assert len(set(read(page).ids)) == len(read(page).ids)


@pytest.mark.parametrize("state", AFTER_SUBMISSION)
def test_every_case_can_be_printed_whole(client, owner, state):
    case = brought(state, owner)
    page = client.get(at(case, "print"))
    assert page.status_code == 200
    for piece in (case.number, case.text, case.enterprise.uscc, "办理过程"):
        assert piece in words(page)


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_taken_from_its_form(client, owner, step):
    state, sent, target = STEPS[step]
    case = brought(state, owner)
    assert client.get(at(case, step)).status_code == 200
    answer = client.post(at(case, step), sent, follow=True)
    assert answer.redirect_chain == [(at(case), 302)]
    case.refresh_from_db()
    assert case.state == target


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_is_over_shows_the_case_as_it_is_and_what_was_typed(client, owner, step):
    _state, sent, _target = STEPS[step]
    case = brought(State.WITHDRAWN, owner)
    before = world.traces(case)
    page = client.post(at(case, step), {**sent, "text": "我写了很多"})
    assert page.status_code == 409
    assert "您的操作没有生效" in words(page)
    assert "已撤回" in words(page)
    for typed in (sent.get("answer"), sent.get("reason"), "我写了很多"):
        assert typed is None or typed in words(page)
    assert world.traces(case) == before


def test_of_two_people_one_is_told_that_the_other_was_faster(client, owner, firm, monkeypatch):
    case = brought(State.REPLIED, owner)
    colleague = enterprise_actor(firm, "clerk")
    rate = actions.rate

    def beaten(appeal, **given):
        monkeypatch.setattr(actions, "rate", rate)
        rate(Appeal.objects.get(pk=appeal.pk), **{**given, "actor": colleague, "level": 3})
        return rate(appeal, **given)

    monkeypatch.setattr(actions, "rate", beaten)
    page = client.post(at(case, "rate"), {"level": "1", "text": "没解决"})
    assert page.status_code == 409
    assert "没解决" in words(page)


@pytest.mark.parametrize(
    ("step", "sent", "field"),
    [
        ("supply_facts", {"answer": ""}, "answer"),
        ("supply_facts", {"answer": " \x00 "}, "answer"),
        ("supply_facts", {"answer": "长" * 20_000}, "answer"),
        ("contest", {"reason": ""}, "reason"),
        ("rate", {}, "level"),
        ("rate", {"level": "9"}, "level"),
        ("rate", {"level": "5", "good": ["没有"]}, "good"),
        ("rate", {"level": "5", "text": "长" * 20_000}, "text"),
        ("reopen", {"reason": "  "}, "reason"),
        ("withdraw", {"reason": "长" * 20_000}, "reason"),
    ],
)
def test_bad_input_is_said_at_its_field_and_nothing_happens(client, owner, step, sent, field):
    case = brought(STEPS[step][0], owner)
    before = world.traces(case)
    page = client.post(at(case, step), sent)
    assert page.status_code == 422
    assert page.context["form"].errors[field]
    wrong = page.content.decode()
    assert f'id="{step}_{field}_error"' in wrong
    assert world.traces(case) == before
    typed = sent.get(field, "")
    if isinstance(typed, str) and len(typed) > 100:
        assert typed in wrong


def test_facts_come_with_files_and_a_refused_file_takes_nothing_along(client, owner):
    case = brought(State.NEED_INFO, owner)
    before = world.traces(case)
    bad = SimpleUploadedFile("程序.pdf", b"MZ\x90\x00" + b"\x00" * 200)
    page = client.post(at(case, "supply_facts"), {"answer": "户号 0301", "files": [bad]})
    assert page.status_code == 422
    assert "户号 0301" in page.content.decode()
    assert "请重新选择：程序.pdf" in words(page)
    assert world.traces(case) == before
    good = SimpleUploadedFile("合同.pdf", PDF)
    client.post(at(case, "supply_facts"), {"answer": "户号 0301", "files": [good]})
    assert Attachment.objects.get(appeal=case).name == "合同.pdf"
    assert InfoRequest.objects.get(appeal=case).answer == "户号 0301"


def test_files_can_follow_while_the_case_is_open(client, owner):
    case = brought(State.HANDLING, owner)
    assert client.post(at(case, "files"), {}).status_code == 422
    answer = client.post(at(case, "files"), {"files": [SimpleUploadedFile("合同.pdf", PDF)]})
    assert answer.status_code == 302
    assert "合同.pdf" in words(client.get(at(case)))


def test_a_file_is_downloaded_only_after_it_was_looked_at_and_never_shown(client, owner):
    case = brought(State.HANDLING, owner)
    client.post(at(case, "files"), {"files": [SimpleUploadedFile("合同.pdf", PDF)]})
    file = Attachment.objects.get(appeal=case)
    address = f"/my/appeals/{case.pk}/files/{file.pk}/"
    assert client.get(address).status_code == 404
    assert address not in read(client.get(at(case))).links
    assert "安全检查中" in words(client.get(at(case)))
    actions.scan_attachment(file.pk, now=NOW)
    answer = client.get(address)
    assert answer.content == PDF
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert address in read(client.get(at(case))).links
    other = world.submitted(owner)
    assert client.get(f"/my/appeals/{other.pk}/files/{file.pk}/").status_code == 404


def test_the_rating_keeps_level_tags_and_whether_it_is_solved(client, owner):
    case = brought(State.REPLIED, owner)
    sent = {"level": "1", "solved": "no", "bad": ["slow"], "good": ["quick"], "text": "太慢"}
    client.post(at(case, "rate"), sent)
    rating = Rating.objects.get(appeal=case)
    assert (rating.level, rating.solved, rating.tags, rating.text) == (1, False, ["slow"], "太慢")
    told = words(client.get(at(case)))
    assert "非常不满意" in told
    assert "办得慢" in told
    assert "回访岗会联系您" in told


def test_closing_after_a_bad_rating_is_confirmed_only_when_the_desk_has_asked(client, owner):
    case = brought(State.CALLBACK_DUE, owner)
    assert "confirm_closed" not in forms(client.get(at(case)), case)
    assert client.post(at(case, "confirm_closed"), {"reason": "misclick"}).status_code == 409
    actions.ask_confirmation(case, actor=world.callback_actor(), now=world.later(case), note="")
    assert "confirm_closed" in forms(client.get(at(case)), case)
    assert client.post(at(case, "confirm_closed"), {}).status_code == 422
    client.post(at(case, "confirm_closed"), {"reason": "misclick"})
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert Callback.objects.get(appeal=case).outcome == "misclick"


@pytest.mark.parametrize(("state", "step"), [("closed", "reopen"), ("not_accepted", "contest")])
def test_after_its_window_a_step_is_not_offered_and_the_page_says_so(
    client, owner, state, step, monkeypatch
):
    case = brought(state, owner)
    assert step in forms(client.get(at(case)), case)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=300))
    # signed in anew: the session of today would be over by then
    page = as_(owner).get(at(case))
    assert step not in forms(page, case)
    assert "已经过了" in words(page)


def test_the_due_date_is_told_day_by_day(client, owner):
    case = brought(State.SUBMITTED, owner)
    page = client.get(at(case), {"received": "1"})
    told = words(page)
    assert "已经收到" in told
    assert "自2026年11月22日（周日，收到当日不计）起 5 个工作日" in told
    assert "周五，第 5 个工作日" in told
    assert "已经收到" not in words(client.get(at(case)))


def test_a_refusal_is_told_with_its_reason_and_where_to_go(client, owner):
    case = brought(State.NOT_ACCEPTED, owner)
    told = words(client.get(at(case)))
    assert "不属于本市职权" in told
    assert "请到省级平台提出" in told


def test_replies_stand_point_by_point_with_their_basis(client, owner):
    points = ["增容要多久", "要交什么材料"]
    case = brought(State.REPLIED, owner, points=points)
    told = words(client.get(at(case)))
    for piece in (*points, "答复第1点。", "答复第2点。", "办事指南", "已解决"):
        assert piece in told


def test_units_are_named_and_their_officers_are_not(client, owner):
    handler = world.handler_actor()
    handler.user.display_name = "经办某某"
    handler.user.save()
    case = world.dispatched(world.accepted(world.submitted(owner)))
    actions.acknowledge(case, actor=handler, now=world.later(case))
    actions.record_contact(
        case, actor=handler, now=world.later(case), person="测试联系人", channel="phone",
        reached=True, result="约好上门看",
    )  # fmt: skip
    told = words(client.get(at(case)))
    assert case.lead.organisation.name in told
    assert "约好上门看" in told
    assert "经办某某" not in told


def test_the_page_takes_as_many_queries_for_ten_points_and_files_as_for_one(client, owner):
    few = brought(State.REPLIED, owner)
    many = brought(State.REPLIED, owner, points=[f"第{n}件事" for n in range(10)])
    for case, count in ((few, 1), (many, 8)):
        papers = [SimpleUploadedFile(f"{n}.pdf", PDF + b"%" * n) for n in range(count)]
        client.post(at(case, "files"), {"files": papers})
        assert Attachment.objects.filter(appeal=case).count() == count
    client.get(at(few))
    assert queries(lambda: client.get(at(few))) == queries(lambda: client.get(at(many)))


def test_a_draft_is_gone_on_with(client, owner):
    draft = world.draft(owner)
    assert client.get(at(draft))["Location"] == f"/my/appeals/new/?draft={draft.pk}"
    for part in ("print", "withdraw", "files"):
        assert client.get(at(draft, part)).status_code == 404


def test_nobody_of_another_firm_finds_anything_at_these_addresses(owner):
    case = brought(State.REPLIED, owner)
    stranger = as_(enterprise_actor())
    for part in ("", "print", "rate", "files/1"):
        assert stranger.get(at(case, part)).status_code == 404, part
    before = world.traces(case)
    assert stranger.post(at(case, "rate"), {"level": "1"}).status_code == 404
    assert world.traces(case) == before


def test_somebody_who_only_looks_reads_everything_and_does_nothing(owner, firm):
    case = brought(State.REPLIED, owner)
    viewer = as_(enterprise_actor(firm, "viewer"))
    page = viewer.get(at(case))
    assert page.status_code == 200
    assert forms(page, case) == set()
    assert "您的角色只能查看诉求" in words(page)
    before = world.traces(case)
    assert viewer.get(at(case, "rate")).status_code == 403
    assert viewer.post(at(case, "rate"), {"level": "5"}).status_code == 403
    assert world.traces(case) == before


def test_officials_have_their_own_pages(owner):
    case = brought(State.HANDLING, owner)
    official = as_(world.handler_actor())
    for part in ("", "print", "withdraw"):
        assert official.get(at(case, part)).status_code == 403


@pytest.mark.parametrize("step", ["accept", "dispatch", "reply", "no-such-step", "close_unrated"])
def test_what_is_no_step_of_a_firm_is_not_there(client, owner, step):
    case = brought(State.HANDLING, owner)
    assert client.post(at(case, step), {}).status_code == 404


def test_a_number_that_no_row_can_have_is_not_there(client):
    for part in ("", "print/", "withdraw/", "files/1/"):
        assert client.get(f"/my/appeals/{'9' * 30}/{part}").status_code == 404
    assert client.get(f"/my/appeals/1/files/{'9' * 30}/").status_code == 404
