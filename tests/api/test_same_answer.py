"""Whatever is asked of the lists, the cases and the finder: the API answers what the page shows."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qifu.api.appeal_doing import DOORS, door_now
from qifu.appeals.models import Appeal
from qifu.appeals.permissions import steps_for
from qifu.appeals.selectors import appeal_for, case_of, list_of, lists_of, timeline
from qifu.appeals.selectors.visible import may_see
from qifu.appeals.states import State
from tests.api.many_cases import KINDS, MATTERS, REGIONS, WORDS, Cases, Person, made
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
PEOPLE = (
    "owner", "clerk", "viewer", "other owner", "intake", "lead", "other unit", "coordinator",
    "callback", "auditor", "enterprise officer", "unit admin",
)  # fmt: skip
LISTS = (
    "my", "drafts", "intake", "unit", "mine", "overdue", "objected", "extensions", "callbacks",
    "justified", "unit_done", "all",
)  # fmt: skip
many = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(autouse=True)
def _many(settings):
    settings.QIFU_API_PER_MINUTE = 100_000


@pytest.fixture
def cases(demo_city) -> Cases:
    """Made once for all examples of a test; two empty lists would prove nothing by being alike."""
    world = made(demo_city)
    filled = {
        name
        for person in world.people.values()
        for name in lists_of(person.actor)
        if list_of(person.actor, name, now=NOW).exists()
    }
    assert filled == set(LISTS)
    return world


def one_of(*values: str) -> st.SearchStrategy[str]:
    """Mostly nothing: filters that all narrow at once leave an empty list."""
    return st.just("") | st.just("") | st.sampled_from(values)


filters = st.fixed_dictionaries(
    {
        "state": one_of(*(str(state) for state in State)),
        "kind": one_of(*KINDS),
        "matter": one_of(*(code for code in MATTERS if code)),
        "region": one_of(*REGIONS),
        "unit": one_of("SZ-GXJ", "SZ-RSJ"),
        "due": one_of("overdue", "today", "week"),
        "text": one_of(*WORDS, "没有这样的字"),
        "order": one_of("due", "newest", "oldest"),
    }
).map(lambda asked: {name: value for name, value in asked.items() if value})


def walk(who: Person, asked: dict[str, str], limit: int) -> list[int]:
    """The numbers of every row, page after page, to the end of the list."""
    found: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        query = urlencode({**asked, **cursor, "limit": limit})
        answer = who.asks.get(f"/appeals?{query}")
        assert answer.status_code == 200, answer.content
        told = answer.json()
        assert len(told["items"]) <= limit
        found += [one["id"] for one in told["items"]]
        if told["next"] is None:
            return found
        assert len(told["items"]) == limit, "a page that is not full has no next"
        cursor = {"cursor": told["next"]}


def shown(who: Person, name: str, asked: dict[str, str]) -> list[int] | None:
    """The numbers that the page shows, page after page; None where it cannot be asked that."""
    firm = who.actor.is_enterprise
    address = reverse("my-appeals" if firm else "desk-appeals")
    named = {("text" if firm else "q") if key == "text" else key: v for key, v in asked.items()}
    if (firm and name != "my") or asked.get("state") == State.DRAFT:
        return None
    found: list[int] = []
    number, pages = 1, 1
    while number <= pages:
        query = urlencode({**named, **({} if firm else {"list": name}), "page": number})
        context = who.page.get(f"{address}?{query}").context
        if set(named) - set(context["form"].fields):
            return None
        found += [row.pk for row in context["found"].rows]
        number, pages = number + 1, context["found"].page.paginator.num_pages
    return found


@many
@given(who=st.sampled_from(PEOPLE), data=st.data(), asked=filters, limit=st.integers(1, 25))
def test_a_list_walked_by_program_is_the_list_of_the_page(cases, who, data, asked, limit):
    person = cases.people[who]
    own = lists_of(person.actor)
    name = data.draw(st.sampled_from(own or LISTS) | st.sampled_from(own or LISTS)
                     | st.sampled_from(LISTS))  # fmt: skip
    told = walk(person, {"list": name, **asked}, limit)
    listed = list_of(person.actor, name, now=NOW, **asked)
    assert told == [one.pk for one in listed]
    assert len(told) == len(set(told))
    if name in own:
        on_page = shown(person, name, asked)
        assert on_page is None or told == on_page


def steps_on_page(person: Person, appeal: Appeal) -> set[str]:
    """The steps whose forms the page of a case shows; a draft has a form of its own."""
    if appeal.state == State.DRAFT:
        return set()
    firm = person.actor.is_enterprise
    name = "my-appeal" if firm else "desk-appeal"
    context = person.page.get(reverse(name, args=[appeal.pk])).context
    forms = [*context["first"], *context["further"]] if firm else context["forms"]
    return {str(form.step) for form in forms} & set(DOORS)


@many
@given(who=st.sampled_from(PEOPLE), number=st.integers(0, 38))
def test_a_case_by_program_is_the_case_of_the_page(cases, who, number):
    person, pk = cases.people[who], cases.cases[number].pk
    answer = person.asks.get(f"/appeals/{pk}")
    if not may_see(person.actor, Appeal.objects.get(pk=pk)):
        assert answer.status_code == 404
        return
    told = answer.json()
    appeal = appeal_for(person.actor, pk)
    case = case_of(person.actor, appeal, now=NOW)
    assert (told["state"]["code"], told["text"], told["round"]) == (
        appeal.state, appeal.text, appeal.round,
    )  # fmt: skip
    assert (told["contact"] is not None) == case.contact_visible
    assert [one["text"] for one in told["points"]] == [view.point.text for view in case.points]
    assert [one["text"] for one in told["replies"]] == [view.reply.text for view in case.replies]
    assert [(one["rating"] or {}).get("level") for one in told["replies"]] == [
        view.rating.level if view.rating else None for view in case.replies
    ]
    assert [one["id"] for one in told["related"]] == [one.appeal.pk for one in case.related]
    compared_clocks(told["clocks"], case)
    offered = {one["step"] for one in told["steps"]}
    doors = {row.name: door_now(row.name) for row in steps_for(person.actor, appeal)}
    assert offered == {door.step for door in doors.values() if door}
    # the page hides what the case is not ready for; it shows nothing that a program may not
    assert steps_on_page(person, appeal) <= offered
    history = person.asks.get(f"/appeals/{pk}/history").json()["items"]
    assert [one["step"] for one in history] == [
        entry.step for entry in timeline(person.actor, appeal)
    ]


def compared_clocks(told: list[dict[str, Any]], case: Any) -> None:
    """Each clock with its due moment to the second and the days that were counted."""
    assert [(one["name"]["code"], one["state"], one["late"]) for one in told] == [
        (view.clock.name, view.clock.state, view.late) for view in case.clocks
    ]
    for one, view in zip(told, case.clocks, strict=True):
        assert datetime.fromisoformat(one["due_at"]) == view.clock.due_at
        assert [(d["date"], d["counts"]) for d in one["days"]] == [
            (d.date.isoformat(), d.counts) for d in (view.due.trace if view.due else ())
        ]
