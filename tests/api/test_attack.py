"""schemathesis over the whole document: no fault of ours, no answer that is not documented."""

import os
from collections import Counter

import pytest
import schemathesis
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from qifu.accounts.logic import SCOPES
from qifu.config.wsgi import application
from tests.api.operations import operations
from tests.api.programs import Program, program
from tests.api.things import theirs
from tests.web.matrix_world import World, make_world

load_all_checks()
# at module level, as schemathesis is used with pytest 9: its own fixture is broken there
SCHEMA = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
# more in a long run by hand: QIFU_ATTACK=200
EXAMPLES = int(os.environ.get("QIFU_ATTACK", "3"))
_ALWAYS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_headers_conformance", "response_schema_conformance",
)  # fmt: skip
ANSWERED = CHECKS.get_by_names(_ALWAYS)
REFUSED = CHECKS.get_by_names((*_ALWAYS, "negative_data_rejection"))
BY_ID = {one.id: one for one in operations()}
SIDES = ("owner", "intake_officer")
SUMMARY = """
schemathesis {version}: {operations} operations asked by {side}, {sent} requests
  answers        {answers}
  not documented {wrong}"""


@pytest.fixture(autouse=True)
def _keep_the_connection(monkeypatch: pytest.MonkeyPatch, settings) -> None:
    """A WSGI call ends with closing old connections: on PostgreSQL that would end the test's."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    settings.QIFU_API_PER_MINUTE = 10**9
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def attack(case, checks, answered: Counter[int]) -> None:
    """One request as schemathesis made it; everything that it did is undone."""
    with transaction.atomic():
        answer = case.call()
        answered[answer.status_code] += 1
        case.validate_response(answer, checks=checks)
        transaction.set_rollback(True)


def attacked(operation, who: Program, mode: GenerationMode, places, answered) -> str:
    """What was wrong with one operation, or nothing."""
    checks = ANSWERED if mode is GenerationMode.POSITIVE else REFUSED
    # the way in and the key stay right: what is wrong is what is sent
    fixed = {"headers": {"Authorization": f"Bearer {who.secret}"}}
    if "Idempotency-Key" in str(operation.definition.raw["parameters"]):
        fixed["headers"]["Idempotency-Key"] = "one-key-of-the-attack"
    if places:
        fixed["path_parameters"] = places

    @how(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(mode, **fixed))
    def test(case) -> None:
        attack(case, checks, answered)

    try:
        test()
    except (Exception, BaseExceptionGroup) as error:  # all are attacked before the test fails
        return f"{operation.label}: {error}"[:2000]
    return ""


def whole(world: World) -> list[tuple[str, object, dict]]:
    """Every operation with the things of this world in its path."""
    found = []
    for result in SCHEMA.get_all_operations():
        operation = result.ok()
        one = BY_ID[operation.definition.raw["operationId"]]
        found.append((one.id, operation, theirs(one, world) if one.placed else {}))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("side", SIDES)
def test_whatever_is_sent_the_answer_is_a_documented_one(demo_city, side):
    world = make_world(demo_city)
    who = program(world.actors[side], SCOPES)
    every = whole(world)
    assert {name for name, _operation, _places in every} == set(BY_ID)
    wrong = []
    answered: Counter[int] = Counter()
    for _name, operation, places in every:
        wrong.append(attacked(operation, who, GenerationMode.POSITIVE, places, answered))
        if operation.body or operation.query:
            wrong.append(attacked(operation, who, GenerationMode.NEGATIVE, places, answered))
    found = [text for text in wrong if text]
    # shown by make attack
    print(SUMMARY.format(
        version=schemathesis.__version__, operations=len(every), side=side,
        sent=answered.total(), wrong=len(found),
        answers="  ".join(f"{code}: {count}" for code, count in sorted(answered.items())),
    ))  # fmt: skip
    assert not found, "\n\n".join(found)
