"""What helps with a case: suggestions of the rules, similar cases, who has how much or is away."""

from datetime import date
from typing import Annotated, Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_noop as _
from pydantic import Field

from qifu.accounts.models import User
from qifu.api.appeal_bodies import LongText
from qifu.api.appeal_out import unit_named
from qifu.api.appeals import builder
from qifu.api.core import Asked, Router, changes, creates, reads
from qifu.api.schemas import Code, Day, In, Line, Named, Number, Out, PathId, Words, words
from qifu.appeals import actions
from qifu.appeals.models import Appeal
from qifu.appeals.selectors import (
    Similar,
    absence_for,
    absences_of,
    appeal_for,
    load_of,
    read_text,
    similar_cases,
    suggest_for,
)
from qifu.base.city import City, current_city
from qifu.base.errors import BadInput
from qifu.organisations.models import Enterprise
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import unit_by_code
from qifu.organisations.selectors.command_line import firm_by_code
from qifu.textmine.matters import MatterSuggestion
from qifu.textmine.scope import ScopeSuggestion

router = Router(tags=["appeals"])


class MatterHint(Out):
    """A matter that words of the text speak for."""

    matter: Named
    score: float
    words: list[str]


class ScopeHint(Out):
    """An exclusion that the text looks like; a person decides."""

    exclusion: Named
    score: float
    why: Words


class SimilarOut(Out):
    """An earlier case with the same or a similar text."""

    id: int
    number: str
    title: str
    score: float
    kind: Literal["same_case", "after_closure", "new_facts", "other_firm"]
    state: Named


class RouteOut(Out):
    """The unit by the responsibility list, and the rule that fired."""

    unit: Named | None
    rule: str | None
    fallback: bool
    why: Words


class HintsOut(Out):
    """What the rules see in a text."""

    matters: list[MatterHint]
    exclusions: list[ScopeHint]
    similar: list[SimilarOut]


class SuggestionsOut(HintsOut):
    """The same for a case, with the unit."""

    route: RouteOut | None


class TextIn(In):
    """A text that is being written."""

    text: Annotated[LongText, Field(min_length=1)]
    title: Annotated[Line, Field(max_length=120)] = ""


_HINTS: dict[str, Any] = {
    "matters": [{"matter": {"code": "power", "name": {"zh": "用电", "en": "Electricity"}},
                 "score": 0.67, "words": ["用电", "增容"]}],
    "exclusions": [], "similar": [],
}  # fmt: skip


@changes(
    router,
    "/appeals/hints",
    scope="appeals.read",
    answer=HintsOut,
    missing=False,
    refused=(),
    summary=_("边写边看：可能的事项、不受理的情形、相似的诉求"),
    description=_("什么也不保存。相似的诉求只有这个令牌看得到的。"),
    body={"text": "请问怎样申请用电增容？", "title": ""},
    example=_HINTS,
)
def read_hints(request: Asked, given: TextIn) -> HintsOut:
    """What the rules say of a text; nothing is kept."""
    actor, now, city = request.actor, timezone.now(), current_city()
    found = read_text(city, given.text, title=given.title, as_of=timezone.localdate(now))
    alike = similar_cases(actor, given.text, now=now, enterprise=_own(actor))
    return HintsOut(**_hints(city, found.matters, found.scope, alike))


@reads(
    router,
    "/appeals/{int:pk}/suggestions",
    scope="appeals.read",
    answer=SuggestionsOut,
    missing=True,
    summary=_("规则对一件诉求的建议"),
    description=_("事项、不受理情形、派单目录指向的单位和理由、以前的相同诉求；由人决定。"),
    example={
        **_HINTS,
        "route": {
            "unit": {"code": "SZ-GXJ", "name": {"zh": "市工业和信息化局", "en": "Industry Bureau"}},
            "rule": "power", "fallback": False,
            "why": {"zh": "按派单目录", "en": "By the responsibility list"},
        },
    },
)  # fmt: skip
def read_suggestions(request: Asked, pk: PathId) -> SuggestionsOut:
    """What the rules say of a case."""
    actor, city = request.actor, current_city()
    found = suggest_for(actor, appeal_for(actor, pk), now=timezone.now())
    route = found.route
    return SuggestionsOut(
        **_hints(city, found.matters, found.scope, found.repeats),
        route=(
            RouteOut(
                unit=unit_named(found.unit),
                rule=route.rule,
                fallback=route.fallback,
                why=Words(zh=route.why_zh, en=route.why_en),
            )
            if route
            else None
        ),
    )


def _own(actor: Actor) -> Enterprise | None:
    if not actor.is_enterprise or actor.organisation is None:
        return None
    return firm_by_code(actor.organisation.code)


def _hints(
    city: City,
    matters: tuple[MatterSuggestion, ...],
    scope: tuple[ScopeSuggestion, ...],
    alike: Any,
) -> dict[str, Any]:
    make = builder()
    names = (
        {one.code: words(tuple(one.name)) for one in city.scope.exclusions} if city.scope else {}
    )
    return {
        "matters": [
            MatterHint(
                matter=Named(code=one.code, name=make.matters.get(one.code) or words(one.code)),
                score=round(one.score, 4),
                words=list(dict.fromkeys(said.word for said in one.words)),
            )
            for one in matters
        ],
        "exclusions": [
            ScopeHint(
                exclusion=Named(code=one.code, name=names.get(one.code) or words(one.code)),
                score=round(one.score, 4),
                why=words(tuple(one.why)),
            )
            for one in scope
        ],
        "similar": [_similar(one, make) for one in alike],
    }


def _similar(one: Similar, make: Any) -> SimilarOut:
    case: Appeal = one.appeal
    return SimilarOut(
        id=case.pk,
        number=case.number,
        title=case.title,
        score=round(one.score, 4),
        kind=one.kind,  # type: ignore[arg-type]  # one of the four
        state=Named(code=case.state, name=make.states[case.state]),
    )


class ColleagueOut(Out):
    """Somebody who handles cases."""

    user: int
    name: str
    open: int
    overdue: int
    away_until: date | None


class LoadOut(Out):
    """Who of the own unit has how much."""

    items: list[ColleagueOut]


class AbsenceOut(Out):
    """Somebody of the own unit is away."""

    id: int
    user: int
    name: str
    first_day: date
    last_day: date
    note: str


class AbsencesOut(Out):
    """Who is away, now or later."""

    items: list[AbsenceOut]


class AbsenceIn(In):
    """Who, from when, until when."""

    user: Number
    first_day: Day
    last_day: Day
    note: Annotated[Line, Field(max_length=100)] = ""


_AWAY = {
    "id": 4, "user": 7, "name": "经办人员", "first_day": "2026-11-25", "last_day": "2026-11-27",
    "note": "出差",
}  # fmt: skip


@reads(
    router,
    "/colleagues",
    scope="appeals.read",
    answer=LoadOut,
    summary=_("本单位的办理人和手里的诉求"),
    description=_("在办最少的在前，不在岗的在后；交给同事办理时用 user。没有这项职责的是空的。"),
    example={
        "items": [{"user": 7, "name": "经办人员", "open": 3, "overdue": 0, "away_until": None}]
    },
)
def list_colleagues(request: Asked) -> LoadOut:
    """The handlers of the own unit."""
    return LoadOut(
        items=[
            ColleagueOut(
                user=one.user.pk,
                name=one.user.display_name,
                open=one.open,
                overdue=one.overdue,
                away_until=one.away_until,
            )
            for one in _load(request.actor)
        ]
    )


@reads(
    router,
    "/absences",
    scope="appeals.read",
    answer=AbsencesOut,
    summary=_("不在岗登记"),
    description=_("本单位现在和以后不在岗的人。"),
    example={"items": [_AWAY]},
)
def list_absences(request: Asked) -> AbsencesOut:
    """Who of the own unit is away."""
    rows = absences_of(request.actor, now=timezone.now())
    return AbsencesOut(items=[_absence(one) for one in rows])


@creates(
    router,
    "/absences",
    scope="appeals.write",
    answer=AbsenceOut,
    summary=_("登记不在岗"),
    description=_("本单位办理诉求的人；不在岗的不能分到新的诉求。"),
    body={"user": 7, "first_day": "2026-11-25", "last_day": "2026-11-27", "note": "出差"},
    example=_AWAY,
)
def create_absence(request: Asked, given: AbsenceIn) -> AbsenceOut:
    """Record who is away."""
    people: dict[int, User] = {one.user.pk: one.user for one in _load(request.actor)}
    if given.user not in people:
        raise BadInput(_now("请从本单位的办理人里选。"), field="user")
    made = actions.record_absence(
        actor=request.actor, now=timezone.now(), **{**dict(given), "user": people[given.user]}
    )
    return _absence(made)


@changes(
    router,
    "/absences/{int:pk}",
    scope="appeals.write",
    answer=None,
    method="DELETE",
    status=204,
    summary=_("结束不在岗"),
    description=_("已经回来，或取消以后的。"),
)
def delete_absence(request: Asked, pk: PathId) -> None:
    """Somebody is back."""
    now = timezone.now()
    end = absence_for(request.actor, pk, now=now)
    actions.end_absence(end, actor=request.actor, now=now)


def _absence(one: Any) -> AbsenceOut:
    return AbsenceOut(
        id=one.pk,
        user=one.user_id,
        name=one.user.display_name,
        first_day=one.first_day,
        last_day=one.last_day,
        note=one.note,
    )


def _load(actor: Actor) -> Any:
    code: Code = actor.organisation.code if actor.organisation else ""
    unit = unit_by_code(code) if actor.is_unit else None
    return load_of(actor, unit, now=timezone.now()) if unit else []
