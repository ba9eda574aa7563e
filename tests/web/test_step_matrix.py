"""Every step of an appeal by every kind of person, from the state that it starts from.

The steps and good forms of officials are those of `desk_steps`; who may take them is written out
here once more, so that a table that gives a step to somebody else is found.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.web.appeals.desk.forms import FORMS as DESK_FORMS
from qifu.web.appeals.forms.steps import FORMS as FIRM_FORMS
from tests.appeals import world
from tests.appeals.files import PDF
from tests.appeals.world import later
from tests.conftest import NOW
from tests.web import desk_steps
from tests.web.matrix_world import ENTERPRISE, KINDS, UNIT, clients_of, everything, people

pytestmark = pytest.mark.usefixtures("demo_city")

INTAKE, LEAD, STEERS, CALLS = "intake_officer", "handler", "coordinator", "callback_officer"
FIRM = ("owner", "clerk")
DESK = {
    "accept": (INTAKE,), "reject_intake": (INTAKE,), "ask_for_facts": (INTAKE,),
    "supply_facts": (INTAKE,), "answer_at_once": (INTAKE,), "merge": (INTAKE,),
    "unmerge": (INTAKE,), "split": (INTAKE,), "dispatch": (INTAKE, STEERS),
    "settle_objection": (INTAKE,), "settle_objection finally": (STEERS,),
    "acknowledge": (LEAD,), "contact": (LEAD,), "assign": (LEAD,), "reply": (LEAD,),
    "object": (LEAD,), "transfer": (LEAD,), "ask_extension": (LEAD,),
    "attempt_callback": (CALLS,), "wants_more": (CALLS,), "propose_justified": (CALLS,),
    "close_unreachable": (CALLS,), "ask_confirmation": (CALLS,),
    "decide_extension": (STEERS,), "decide_justified": (STEERS,), "remind": (STEERS,),
    "supervise": (STEERS,), "escalate": (INTAKE, STEERS), "forget_requester": (STEERS,),
    "link": (INTAKE, STEERS), "files": (INTAKE, LEAD, STEERS),
}  # fmt: skip
# what other desks may do on a case that has been called back about: it is theirs to see then
AFTER_A_CALLBACK = {"files": (INTAKE, LEAD, STEERS, CALLS)}


@dataclass(frozen=True)
class Try:
    """One step with a good form; `good` may depend on the case."""

    route: str
    step: str
    case: Callable[[], Appeal]
    good: Callable[[Appeal], dict[str, Any]]
    may: tuple[str, ...]
    label: str = field(default="")

    @property
    def id(self) -> str:
        return f"{self.route} {self.label or self.step}"


def files(_case: Appeal) -> dict[str, Any]:
    return {"files": SimpleUploadedFile("图纸.pdf", PDF, content_type="application/pdf")}


def confirm_asked() -> Appeal:
    appeal = world.callback_due()
    actions.ask_confirmation(
        appeal, actor=world.callback_actor(), now=later(appeal), note="企业说点错了"
    )
    return appeal


def with_colleague(appeal: Appeal) -> dict[str, Any]:
    return {"user": world.handler_actor(appeal.lead).user_id}


def with_another(name: str, **more: str) -> Callable[[Appeal], dict[str, Any]]:
    """The number of another case of the same firm."""
    return lambda appeal: {name: world.submitted(world.owner_of(appeal)).number, **more}


def just(**given: Any) -> Callable[[Appeal], dict[str, Any]]:
    return lambda _appeal: given


def of_the_desk():
    for one in desk_steps.STEPS:
        key = f"{one.name} {one.label}" if f"{one.name} {one.label}" in DESK else one.name
        yield Try("desk", one.name, one.case, just(**one.good), DESK[key], one.id)
    yield Try("desk", "merge", world.submitted, with_another("master"), DESK["merge"])
    yield Try("desk", "link", world.submitted, with_another("other", kind="related"), DESK["link"])
    yield Try("desk", "assign", world.handling_, with_colleague, DESK["assign"])
    yield Try("desk", "files", world.handling_, files, DESK["files"])
    yield Try("desk", "files", world.callback_due, files, AFTER_A_CALLBACK["files"], "files later")


def of_the_firm():
    yield Try("my", "supply_facts", world.need_info, just(answer="户号 0301"), FIRM)
    yield Try("my", "resume", world.lapsed, just(answer="户号 0301"), FIRM)
    yield Try("my", "contest", world.not_accepted, just(reason="属于本市职权"), FIRM)
    yield Try("my", "rate", world.replied, just(level="5", solved="yes"), FIRM)
    yield Try("my", "rate", world.replied, just(level="1", solved="no"), FIRM, "rate badly")
    yield Try("my", "confirm_closed", confirm_asked, just(reason="misclick"), FIRM)
    yield Try("my", "reopen", world.closed, just(reason="又断电了"), FIRM)
    yield Try("my", "withdraw", world.handling_, just(reason="自己解决了"), FIRM)
    yield Try("my", "files", world.handling_, files, FIRM)


TRIES = [*of_the_desk(), *of_the_firm()]


@pytest.fixture(autouse=True)
def _after_it_all(monkeypatch):
    """Pages are asked after everything that the world did, on a working day."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(hours=3))


@pytest.fixture(params=TRIES, ids=lambda one: one.id)
def tried(request) -> Try:
    return request.param


def test_every_form_of_a_step_is_tried():
    tried = {(one.route, one.step) for one in TRIES}
    assert tried == {("desk", name) for name in DESK_FORMS} | {("my", name) for name in FIRM_FORMS}


def test_only_those_whose_step_it_is_see_its_form_and_take_it(tried, monkeypatch):
    case = tried.case()
    moment = max(case.changed_at, NOW) + timedelta(hours=3)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    clients = clients_of(people(case.enterprise))
    address = reverse(f"{tried.route}-appeal-step", kwargs={"pk": case.pk, "step": tried.step})
    given = tried.good(case)
    before = everything()
    got = {}
    for kind in KINDS:
        if kind in tried.may:
            continue
        sent = {**given, **(files(case) if "files" in given else {})}
        got[kind] = clients[kind].post(address, sent).status_code
        assert clients[kind].get(address).status_code in (302, 403, 404), kind
    assert everything() == before
    other = UNIT if tried.route == "my" else ENTERPRISE
    assert {got[kind] for kind in other} == {403}
    assert {got[kind] for kind in ("anonymous", "inactive")} == {401}
    assert set(got.values()) <= {401, 403, 404}
    # what one may not see is not there, whoever asks
    hidden = "other_owner" if tried.route == "my" else "other_handler"
    assert got[hidden] == 404
    for kind in tried.may:
        assert clients[kind].get(address).status_code == 200, kind
        with transaction.atomic():
            sent = {**given, **(files(case) if "files" in given else {})}
            answer = clients[kind].post(address, sent)
            assert answer.status_code == 302, kind
            assert everything() != before
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("internal", "scanned", "who"),
    [
        (False, True, {"owner", "clerk", "viewer", INTAKE, LEAD, STEERS}),
        (True, True, {INTAKE, LEAD, STEERS}),
        (False, False, set()),
    ],
    ids=["of the case", "for officials only", "not yet looked at"],
)
def test_a_file_is_for_those_who_may_see_it_and_only_when_it_is_clean(internal, scanned, who):
    case = world.handling_()
    actor = world.handler_actor(case.lead) if internal else world.owner_of(case)
    (file,) = actions.attach(
        case, actor=actor, now=later(case), files=[("图纸.pdf", BytesIO(PDF), len(PDF))],
        internal=internal,
    )  # fmt: skip
    if scanned:
        actions.scan_attachment(file.pk, now=later(case))
    clients = clients_of(people(case.enterprise))
    got = set()
    for kind in KINDS:
        for route in ("my-appeal-file", "desk-appeal-file"):
            address = reverse(route, kwargs={"pk": case.pk, "file": file.pk})
            answer = clients[kind].get(address)
            assert answer.status_code in (200, 302, 403, 404), (kind, route)
            if answer.status_code == 200:
                got.add(kind)
                assert answer.headers["Content-Disposition"].startswith("attachment")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert got == who


def test_a_file_at_the_address_of_another_case_is_not_there():
    case, other = world.handling_(), world.handling_()
    (file,) = actions.attach(
        case, actor=world.owner_of(case), now=later(case),
        files=[("图纸.pdf", BytesIO(PDF), len(PDF))],
    )  # fmt: skip
    actions.scan_attachment(file.pk, now=later(case))
    clients = clients_of(people(case.enterprise))
    for kind, route in (("owner", "my-appeal-file"), (LEAD, "desk-appeal-file")):
        for pk, status in ((case.pk, 200), (other.pk, 404), (10**30, 404)):
            address = f"/{route.split('-')[0]}/appeals/{pk}/files/{file.pk}/"
            assert clients[kind].get(address).status_code == status, (kind, pk)
