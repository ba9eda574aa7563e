"""Every step of the step table as an operation of its own, with the body that it takes."""

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from django.utils.translation import override

from qifu.api.appeal_doing import DOORS, Door, door_now, take
from qifu.api.appeal_out import Builder
from qifu.api.appeal_schemas import DoneOut, FieldOut, StepOut
from qifu.api.core import Asked, Router, changes
from qifu.api.schemas import PathId
from qifu.api.values import both
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import steps_for
from qifu.appeals.states import STEPS
from qifu.base.city import current_city
from qifu.organisations.permissions import Actor

__all__ = ["router", "steps_now"]
router = Router(tags=["appeals"])
ABOUT = _("谁能做、从哪个状态做到哪个状态，见“诉求怎样走”的步骤表。做了以后回答诉求现在的样子。")
RATE = _("评价")


def steps_now(actor: Actor, appeal: Appeal) -> list[StepOut]:
    """The steps that this token may take now, in the order of the table, each door once."""
    found: dict[str, StepOut] = {}
    for row in steps_for(actor, appeal):
        door = door_now(row.name)
        if door is None or door.step in found:
            continue
        found[door.step] = StepOut(
            step=door.step,
            words=both(RATE if door.step == "rate" else row.words),
            guard=both(row.guard),
            address=f"/appeals/{appeal.pk}/steps/{door.step}",
            fields=[
                FieldOut(name=name, required=field.is_required())
                for name, field in door.body.model_fields.items()
            ],
        )
    return list(found.values())


def _chinese(door: Door) -> str:
    """The step's words as a source text: the document translates them."""
    with override("zh-hans"):
        return RATE if door.step == "rate" else str(STEPS[door.step].words)


def _mount(door: Door) -> None:
    body = door.body

    def work(request: Asked, pk: PathId, given: body) -> DoneOut:  # type: ignore[valid-type]
        appeal, made = take(door, request.actor, pk, given)
        child = made.pk if isinstance(made, Appeal) else None
        row = Builder(current_city(), timezone.now()).row(appeal)
        return DoneOut(step=door.step, case=row, made=child)

    work.__name__ = f"take_{door.step}"
    work.__doc__ = f"The step `{door.step}` of the step table."
    changes(
        router,
        f"/appeals/{{int:pk}}/steps/{door.step}",
        scope="appeals.write",
        answer=DoneOut,
        summary=_chinese(door),
        description=ABOUT,
        body=dict(door.example),
        example={"step": door.step, "case": ROW_EXAMPLE, "made": None},
    )(work)


def _named(code: str, zh: str, en: str) -> dict[str, object]:
    return {"code": code, "name": {"zh": zh, "en": en}}


ROW_EXAMPLE = {
    "id": 31,
    "number": "SQ20261122-000007",
    "state": _named("handling", "办理中", "In progress"),
    "kind": _named("help_request", "求助", "Request for help"),
    "matter": _named("power", "用电", "Electricity"),
    "region": _named("440305", "南山区", "Nanshan District"),
    "title": "货梯坏了三天没有修好",
    "firm": {"code": "91440300MA5FAKE01X", "name": "示例科技有限公司"},
    "requester": "",
    "channel": "web",
    "external_id": "",
    "lead": _named("SZ-GXJ", "市工业和信息化局", "Industry Bureau"),
    "holder": _named("SZ-GXJ", "市工业和信息化局", "Industry Bureau"),
    "round": 1,
    "submitted_at": "2026-11-22T09:30:00+08:00",
    "changed_at": "2026-11-23T10:00:00+08:00",
    "due_at": "2026-11-27T23:59:59+08:00",
    "due_provisional": False,
    "next_clock": _named("contact", "联系企业", "Contact"),
    "next_due_at": "2026-11-23T18:00:00+08:00",
    "late": False,
    "merged_into": None,
}
for _door in DOORS.values():
    _mount(_door)
