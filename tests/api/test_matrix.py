"""Every operation of the document: who is let in, and what belongs to others is not there."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from qifu.accounts.logic import SCOPES
from qifu.api.document import SCOPE_WORDS
from qifu.web.programs.words import WORDS
from tests.api.operations import Operation, operations
from tests.api.programs import Program, program
from tests.api.things import theirs
from tests.appeals.files import PDF
from tests.web.matrix_world import make_world

pytestmark = pytest.mark.django_db
ALL = operations()
# what everybody with the scope may read: nothing there belongs to anybody
OF_ALL = frozenset(
    {
        "read_policy", "list_codes", "read_channel", "create_channel_report", "read_answer",
        "read_law",
    }
)  # fmt: skip


def asked(who: Program, one: Operation, **values: object):
    given = {**dict.fromkeys(one.placed, 1), **values}
    if one.method == "GET":
        return who.get(one.at(**given))
    if one.form:
        return who.form(one.at(**given), [SimpleUploadedFile("a.pdf", PDF)])
    if one.method == "POST":
        return who.post(one.at(**given), one.body)
    return who.ask(one.method, one.at(**given), one.body)


def test_every_scope_is_named_everywhere_and_used():
    assert set(SCOPES) == set(SCOPE_WORDS) == set(WORDS)
    assert {one.scope for one in ALL} - {""} <= set(SCOPES)


def test_no_operation_opens_without_a_token(demo_city, settings):
    settings.QIFU_API_FAILED_PER_MINUTE = 10_000
    nobody, wrong = Program(""), Program("qf_" + "x" * 43)
    got = {
        (one.id, who.secret[:3]): asked(who, one).status_code
        for one in ALL
        for who in (nobody, wrong)
    }
    assert {key: status for key, status in got.items() if status != 401} == {}


def test_every_operation_needs_its_own_scope(owner, settings):
    settings.QIFU_API_PER_MINUTE = 10_000
    programs = {
        scope: program(owner, [other for other in SCOPES if other != scope])
        for scope in {one.scope for one in ALL} - {""}
    }
    got = {}
    for one in ALL:
        if one.scope:
            answer = asked(programs[one.scope], one)
            got[one.id] = (answer.status_code, answer.json()["code"], answer.json()["field"])
    expected = {one.id: (403, "wrong_scope", one.scope) for one in ALL if one.scope}
    assert got == expected


def test_what_belongs_to_another_firm_is_not_there(demo_city, settings):
    settings.QIFU_API_PER_MINUTE = 10_000
    world = make_world(demo_city)
    stranger = program(world.actors["other_owner"], SCOPES)
    got = {}
    for one in ALL:
        if one.placed and one.id not in OF_ALL:
            got[one.id] = asked(stranger, one, **theirs(one, world)).status_code
    assert {name: status for name, status in got.items() if status != 404} == {}
    assert got


def test_the_things_of_the_last_test_are_there_for_their_owners(demo_city, settings):
    """Else that test could not fail: the addresses must be good ones."""
    settings.QIFU_API_PER_MINUTE = 10_000
    world = make_world(demo_city)
    people = [
        program(world.actors[kind], SCOPES)
        for kind in ("owner", "firm_registrar", "data_steward", "intake_officer", "handler",
                     "coordinator", "policy_officer")
    ]  # fmt: skip
    got = {}
    for one in ALL:
        if one.method == "GET" and one.placed and one.id not in OF_ALL:
            told = {asked(who, one, **theirs(one, world)).status_code for who in people}
            got[one.id] = 200 in told
    assert [name for name, seen in got.items() if not seen] == []
