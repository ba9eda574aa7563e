"""Cases written as rows, for tests of reading: any state and any past in one line.

Tests of acting bring a case into its state through the actions; what is read does not care how it
came about, and figures are computed by hand from rows that a test names.
"""

from datetime import timedelta
from itertools import count

from qifu.appeals.actions.searching import index_cases
from qifu.appeals.models import (
    Appeal,
    Callback,
    Clock,
    Dispatch,
    Objection,
    Rating,
    Reply,
    TextBand,
)
from qifu.appeals.states import OPEN, WITH_LEAD
from qifu.base.city import current_city
from qifu.organisations.models import Unit
from qifu.textmine import normal, repeats
from tests.factories import NOW, EnterpriseFactory

_numbers = count(1)
LIMIT = {"number": 5, "unit": "working_day", "roll": False, "closing": None}


def unit(code="SZ-GXJ"):
    return Unit.objects.select_related("organisation").get(organisation__code=code)


def case(state="handling", *, lead="SZ-GXJ", firm=None, at=NOW - timedelta(days=3), **more):
    """A submitted case in a state, led by a unit where its state asks for one."""
    desk = unit("SZ-QYFW")
    led = unit(lead) if state in WITH_LEAD and isinstance(lead, str) else None
    text = more.pop("text", f"测试诉求第 {next(_numbers)} 号：希望尽快办理。")
    values = {
        "number": "" if state == "draft" else f"T{next(_numbers):08d}",
        "state": state,
        "enterprise": firm or EnterpriseFactory.create(),
        "intake_unit": desk,
        "holder": (led or desk) if state in OPEN else None,
        "lead": led,
        "created_at": at,
        "changed_at": at,
        "submitted_at": None if state == "draft" else at,
        "title": text[:40],
        "text": text,
        "text_digest": normal.digest(text),
        "rule_set": current_city().appeals["clocks"],
        "city_load": current_city().load_id,
        **more,
    }
    made = Appeal.objects.create(**values)
    made.points.create(number=1, text=text)
    index_cases([made.pk])
    return made


def clock(appeal, name="reply", *, due=NOW + timedelta(days=2), state="running", missed=False):
    """A clock; the case's own column follows the earliest that runs, as after every action."""
    if state == "running" and (appeal.next_due_at is None or due < appeal.next_due_at):
        appeal.next_due_at, appeal.next_clock = due, name
        appeal.save(update_fields=["next_due_at", "next_clock"])
    ended = NOW - timedelta(hours=1) if state in ("met", "cancelled") else None
    return Clock.objects.create(
        appeal=appeal, name=name, rule_set=appeal.rule_set, limit=LIMIT, due_at=due, state=state,
        missed=missed, started_at=appeal.submitted_at, ended_at=ended,
    )  # fmt: skip


def dispatch(appeal, code="SZ-GXJ", *, acknowledged=True, ended="", hop=1):
    return Dispatch.objects.create(
        appeal=appeal, unit=unit(code), hop=hop, dispatched_at=appeal.submitted_at,
        acknowledged_at=appeal.submitted_at if acknowledged else None, ended=ended,
        ended_at=NOW if ended else None,
    )  # fmt: skip


def objection(appeal, row, outcome="", number=1):
    return Objection.objects.create(
        appeal=appeal, dispatch=row, number=number, reason="不是我们的职责", basis="三定方案",
        raised_at=NOW, outcome=outcome, decided_at=NOW if outcome else None,
    )  # fmt: skip


def reply(appeal, outcome="resolved", *, turn=1):
    return Reply.objects.create(
        appeal=appeal, round=turn, unit=appeal.lead, text="答复", outcome=outcome, replied_at=NOW
    )


def rating(row, level, *, solved=None):
    return Rating.objects.create(
        appeal=row.appeal, reply=row, level=level, solved=solved, rated_at=NOW
    )


def callback(row, outcome=""):
    return Callback.objects.create(
        appeal=row.appeal, rating=row, opened_at=NOW, outcome=outcome,
        closed_at=NOW if outcome else None,
    )  # fmt: skip


def bands(appeal):
    TextBand.objects.bulk_create(
        [
            TextBand(appeal=appeal, band=number, value=value)
            for number, value in enumerate(repeats.bands(appeal.text))
        ]
    )
    return appeal
