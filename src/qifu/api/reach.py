"""Whom a policy of the library reaches, and a preview of one that is being written."""

from datetime import date, datetime
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from ninja import Query
from pydantic import Field

from qifu.api.core import Asked, Router, changes, reads
from qifu.api.policies import Version
from qifu.api.schemas import Code, In, Out, PathCode, Words
from qifu.base.city import current_city
from qifu.base.errors import BadInput, NotAllowed
from qifu.jobs.previews import city_preview
from qifu.policies.models import PolicyVersion
from qifu.policies.permissions import may_preview, may_see_reach
from qifu.policies.selectors import (
    policy_for,
    programme,
    reach_of,
    read_pasted,
    version_before,
)
from qifu.rulebook import words as spoken
from qifu.rulebook.documents import read_text
from qifu.rulebook.engine.preview_results import Cost, Curve, Point, Preview, Reach
from qifu.rulebook.finding_words import in_chinese
from qifu.rulebook.findings import Finding, RuleError

router = Router(tags=["policies"])
LONGEST = 200_000
MOST_FINDINGS = 50


class MovedOut(Out):
    """How many came, went and stayed when this version came."""

    gained: int
    lost: int
    kept: int


class SinceOut(Out):
    """What a version changed when it came."""

    from_version: int | None = Field(description=_("和哪一版比；新政策为 null"))
    eligible: MovedOut
    maybe: MovedOut
    near: MovedOut


class PolicyReachOut(Out):
    """How many firms a version reaches; counts are null until they are known."""

    policy: str
    version: int
    as_of: date | None
    eligible: int | None
    maybe: int | None
    near: int | None
    since: SinceOut | None


class PreviewIn(In):
    """A policy that is being written; nothing is kept."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST)] = Field(
        description=_("政策规则，YAML 或 JSON 的文字")
    )
    slide: Code = Field(default="", description=_("移动哪一条的门槛：条件的 id；不写是第一条"))


class ReachOut(Out):
    """Counts of firms."""

    firms: int
    eligible: int
    maybe: int
    near_miss: int


class PartOut(Out):
    """The reach in one part; `code` is empty where it is unknown."""

    code: str
    name: Words
    reach: ReachOut


class BreakdownOut(Out):
    """The reach divided one way."""

    by: str
    name: Words
    parts: list[PartOut]


class CostOut(Out):
    """What some firms cost together, in yuan."""

    firms: int
    low: str
    high: str | None = Field(description=_("有企业算不出上限时为 null"))
    unbounded: int


class SpendingOut(Out):
    """Expected spending within the policy's budget, in yuan."""

    low: str
    high: str | None
    total: str | None
    firms: int | None
    short_of: str
    turned_away: int


class CurvePointOut(Out):
    """The outcome at one threshold."""

    value: str
    words: Words
    eligible: int
    maybe: int
    near_miss: int
    cost: CostOut | None


class CurveOut(Out):
    """What happens when one threshold slides; `present` is the policy as it is, or -1."""

    condition: str
    label: Words
    required: Words
    unit: str | None
    present: int
    points: list[CurvePointOut]


class ChangeOut(Out):
    """Who of the eligible is new, gone, still there, against a version."""

    version: int
    gained: int
    lost: int
    kept: int


class RemarkOut(Out):
    """What looks like a mistake in the text."""

    severity: str
    code: str
    path: str
    line: int | None
    message: Words


class PreviewOut(Out):
    """A preview over the firms of the city, by the facts as they were `written`."""

    policy: str
    version: int
    as_of: date
    written: datetime
    in_force: bool
    reach: ReachOut
    breakdowns: list[BreakdownOut]
    cost: CostOut | None
    cost_of_maybe: CostOut | None
    spending: SpendingOut | None
    curve: CurveOut | None
    thresholds: list[str]
    change: ChangeOut | None
    missing: list[str] = Field(description=_("没有的资料，对所有企业按未知算"))
    remarks: list[RemarkOut]


_COUNTS = {"firms": 60, "eligible": 4, "maybe": 3, "near_miss": 2}
_COST = {"firms": 4, "low": "400000.00", "high": "520000.00", "unbounded": 0}
_STAFF = {"zh": "从业人员", "en": "Employees"}
_EXAMPLE = {
    "policy": "sz-hire-01", "version": 2, "as_of": "2026-11-22",
    "written": "2026-11-22T04:00:00Z", "in_force": True, "reach": _COUNTS,
    "breakdowns": [{
        "by": "city", "name": {"zh": "地市", "en": "city"},
        "parts": [{"code": "4403", "name": {"zh": "深圳市", "en": "Shenzhen"}, "reach": _COUNTS}],
    }],
    "cost": _COST, "cost_of_maybe": _COST,
    "spending": {"low": "400000.00", "high": "920000.00", "total": None, "firms": None,
                 "short_of": "0.00", "turned_away": 0},
    "curve": {
        "condition": "staff", "label": _STAFF,
        "required": {"zh": "不少于 200 人", "en": "at least 200 people"}, "unit": "person",
        "present": 0,
        "points": [{"value": "200", "words": {"zh": "200 人", "en": "200 people"},
                    "eligible": 4, "maybe": 3, "near_miss": 2, "cost": _COST}],
    },
    "thresholds": ["staff"],
    "change": {"version": 1, "gained": 2, "lost": 0, "kept": 2},
    "missing": [], "remarks": [],
}  # fmt: skip


@reads(
    router,
    "/policies/{policy}/reach",
    scope="policies.read",
    answer=PolicyReachOut,
    missing=True,
    summary=_("一项政策覆盖多少企业"),
    description=_("可享、可能可享和差一点的企业数；给能查看企业的部门岗位。还没有统计时为 null。"),
    example={
        "policy": "sz-hire-01", "version": 1, "as_of": "2026-11-22", "eligible": 4, "maybe": 3,
        "near": 2, "since": None,
    },
)  # fmt: skip
def read_policy_reach(request: Asked, policy: PathCode, asked: Query[Version]) -> PolicyReachOut:
    """The counts of the live index."""
    if not may_see_reach(request.actor):
        raise PolicyVersion.DoesNotExist
    on = timezone.localdate()
    found = policy_for(request.actor, policy, asked.version, on=on)
    reach = reach_of(request.actor, policy, found.version, on=on)
    since = reach.since if reach else None
    return PolicyReachOut(
        policy=found.policy_id,
        version=found.version,
        as_of=reach.as_of if reach else None,
        eligible=reach.eligible if reach else None,
        maybe=reach.maybe if reach else None,
        near=reach.near if reach else None,
        since=SinceOut(
            from_version=since["from"],
            **{which: MovedOut(**since[which]) for which in ("eligible", "maybe", "near")},
        )
        if since
        else None,
    )


@changes(
    router,
    "/policies/preview",
    scope="policies.read",
    answer=PreviewOut,
    missing=False,
    refused=(),
    summary=_("政策预评估"),
    description=_(
        "一份还没有发布的政策会覆盖多少企业、要花多少钱、门槛移动会怎样；给政策岗。什么都不保存。"
    ),
    body={"text": "id: sz-hire-01\nversion: 2\ntitle: 示例\nwhen:\n  all:\n"
          "  - {id: staff, attr: employees, op: \">=\", value: 200, unit: person}\n",
          "slide": "staff"},
    example=_EXAMPLE,
)  # fmt: skip
def preview_policy(request: Asked, given: PreviewIn) -> PreviewOut:
    """The preview of the page."""
    if not may_preview(request.actor):
        raise NotAllowed(_now("政策预评估由政策岗的工作人员使用。"))
    city, now, on = current_city(), timezone.now(), timezone.localdate()
    try:
        read = read_pasted(read_text(given.text), city, on=on)
    except RuleError as error:
        raise _wrong(error.findings) from None
    if read.policy is None:
        raise _wrong(read.errors)
    before = version_before(request.actor, read.policy, on=on)
    made = city_preview(
        request.actor, read.policy, against=programme(before, city) if before else None,
        slide=given.slide, now=now,
    )  # fmt: skip
    return _out(
        made.found,
        written=made.written,
        thresholds=[one.ident for one in made.thresholds],
        remarks=[_remark(one) for one in (*read.errors, *read.warnings)][:MOST_FINDINGS],
    )


def _wrong(findings: tuple[Finding, ...]) -> BadInput:
    """Every place with what is wrong there, in the language of the request."""
    fields: dict[str, object] = {}
    for one in findings[:MOST_FINDINGS]:
        english = (get_language() or "").startswith("en")
        said = one.message if english else in_chinese(one)
        place = f"text.{one.path}" if one.path else "text"
        fields.setdefault(place, f"{said} [{one.code}]")
    return BadInput(_now("有几处需要改正。"), fields=fields)


def _words(value: spoken.Words) -> Words:
    return Words(zh=value.zh, en=value.en)


def _remark(one: Finding) -> RemarkOut:
    return RemarkOut(
        severity=one.severity, code=one.code, path=one.path, line=one.line,
        message=Words(zh=in_chinese(one), en=one.message),
    )  # fmt: skip


def _out(found: Preview, **more: Any) -> PreviewOut:
    spending, change = found.spending, found.change
    return PreviewOut(
        policy=found.policy,
        version=found.version,
        as_of=found.as_of,
        in_force=found.in_force,
        reach=_reach(found.reach),
        breakdowns=[
            BreakdownOut(
                by=one.by,
                name=_words(one.name),
                parts=[
                    PartOut(code=part.code, name=_words(part.name), reach=_reach(part.reach))
                    for part in one.parts
                ],
            )
            for one in found.breakdowns
        ],
        cost=_cost(found.cost),
        cost_of_maybe=_cost(found.cost_of_maybe),
        spending=SpendingOut(
            low=f"{spending.low:.2f}",
            high=_yuan(spending.high),
            total=_yuan(spending.total),
            firms=spending.firms,
            short_of=f"{spending.short_of:.2f}",
            turned_away=spending.turned_away,
        )
        if spending
        else None,
        curve=_curve(found.curves[0]) if found.curves else None,
        change=ChangeOut(
            version=change.version, gained=change.gained, lost=change.lost, kept=change.kept
        )
        if change
        else None,
        missing=list(found.missing),
        **more,
    )


def _curve(curve: Curve) -> CurveOut:
    return CurveOut(
        condition=curve.condition,
        label=_words(curve.label),
        required=_words(curve.required),
        unit=curve.unit,
        present=curve.present,
        points=[_point(one) for one in curve.points],
    )


def _point(one: Point) -> CurvePointOut:
    return CurvePointOut(
        value=one.value, words=_words(one.words), eligible=one.eligible, maybe=one.maybe,
        near_miss=one.near_miss, cost=_cost(one.cost),
    )  # fmt: skip


def _reach(reach: Reach) -> ReachOut:
    return ReachOut(
        firms=reach.firms, eligible=reach.eligible, maybe=reach.maybe, near_miss=reach.near_miss
    )


def _cost(cost: Cost | None) -> CostOut | None:
    if cost is None:
        return None
    return CostOut(
        firms=cost.firms, low=f"{cost.low:.2f}", high=_yuan(cost.high), unbounded=cost.unbounded
    )


def _yuan(amount: float | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
