"""Every form of the site for the permission matrix: its route, what is sent, whose form it is."""

from qifu.policies.selectors import reading_of, stamp
from tests.appeals.world import INTAKE
from tests.web.draft_world import NOTICE
from tests.web.matrix_world import CHANNEL, KINDS, NOT_IN, World
from tests.web.test_desk_calendar import YEAR

WRITERS = ("owner", "clerk", "other_owner")
PROGRAMMERS = (
    *WRITERS, "enterprise_officer", "policy_officer", "auditor", "unit_admin", "intake_officer",
    "handler", "other_handler", "coordinator",
)  # fmt: skip

NEW_TOKEN = {"do": "make", "name": "程序", "scopes": ["firms.read"], "expires_on": "2027-01-31"}
ANYBODY = frozenset(KINDS)
SIGNED_IN = ANYBODY - set(NOT_IN)
OWN_WRITERS = frozenset({"owner", "clerk"})


def may_post(world: World) -> list[tuple[str, dict, frozenset[str]]]:
    """Every form: its route, what is sent, and whose form it is.

    `other_owner` sends the forms of the first firm: to things of that firm they are nobody.
    """
    member = world.actors["clerk"].membership
    officer = world.actors["auditor"].membership
    own_consent = {
        "unit": str(world.consent.unit_id), "groups": ["tax"], "purpose": "申报",
        "until": "2026-12-24",
    }  # fmt: skip
    owner, any_owner = frozenset({"owner"}), frozenset({"owner", "other_owner"})
    writers = OWN_WRITERS | {"other_owner"}  # of their own firm, each
    registrar, steward = frozenset({"firm_registrar"}), frozenset({"data_steward"})
    admin = frozenset({"unit_admin"})
    fact = {"value": "false", "as_of": "2026-11-20", "expected": "0"}
    claim = {"step": "approve", "papers_checked": ["licence"]}
    refusal = {"step": "refuse", "common": ["unreadable"]}
    settled = {"value": "190", "answer": "核实"}
    new_firm = {"uscc": world.claim.enterprise.uscc, "applicant": "乙", "phone": "13900001235"}
    return [
        ("preferences", {"theme": "dark"}, ANYBODY),
        ("sign-in", {"username": "x", "password": "y"}, ANYBODY),
        ("sign-out", {}, ANYBODY),
        ("switch", {"membership": "0"}, SIGNED_IN),
        ("programs", NEW_TOKEN, frozenset(PROGRAMMERS)),
        ("programs", {"do": "revoke", "pk": world.api_token.pk}, owner),
        *_of_webhooks(world, owner),
        ("account", {"do": "details", "display_name": "新名", "phone": ""}, SIGNED_IN),
        ("claim-new", {**new_firm, "agree": "on"}, ANYBODY),
        ("claim-status", {}, ANYBODY),
        ("invitation", {}, ANYBODY - {"owner", "clerk", "viewer"}),
        ("messages-read", {}, SIGNED_IN),
        ("desk-preview", {"text": "id: T"}, frozenset({"policy_officer"})),
        ("desk-policy-preview", {"text": "id: T"}, frozenset({"policy_officer"})),
        ("my-answer", {"key": world.question, "value": "1"}, writers),
        ("my-skip", {"key": world.question}, writers),
        ("my-undo", {"key": world.question}, writers),
        ("my-fact", {"do": "declare", **fact}, writers),
        ("my-fact", {"do": "retract"}, writers),
        ("my-fact", {"do": "dispute", "value": "false", "reason": "有误"}, OWN_WRITERS),
        ("my-fact", {"do": "withdraw"}, OWN_WRITERS),
        ("my-reports", {}, writers),
        ("my-people", {"do": "invite", "label": "丙", "role": "clerk"}, any_owner),
        ("my-people", {"do": "role", "pk": member.pk, "role": "viewer"}, owner),
        ("my-people", {"do": "end", "pk": member.pk}, owner),
        ("my-people", {"do": "revoke", "pk": world.invitation.pk}, owner),
        ("my-consents", own_consent, any_owner),
        ("my-consents", {"do": "revoke", "pk": world.consent.pk}, owner),
        ("desk-claim", claim, registrar),
        ("desk-claim", refusal, registrar),
        ("desk-claim", {"step": "reveal"}, registrar),
        ("desk-claim", {"step": "renew"}, registrar),
        ("desk-dispute", {"outcome": "correct", **settled}, steward),
        ("desk-dispute", {"outcome": "keep", **settled}, steward),
        ("desk-people", {"do": "invite", "label": "丁", "role": "auditor"}, admin),
        ("desk-people", {"do": "role", "pk": officer.pk, "role": "policy_officer"}, admin),
        ("desk-people", {"do": "end", "pk": officer.pk}, admin),
        ("desk-people", {"do": "revoke", "pk": world.unit_invitation.pk}, admin),
        *_of_appeals(world, writers),
        *_of_the_office(world),
        *_of_drafts(world),
    ]


def _of_webhooks(world: World, owner: frozenset[str]) -> list[tuple[str, dict, frozenset[str]]]:
    """What somebody else made is not there for others, whatever their role."""
    address = {"url": "https://example.org/", "kinds": ["policy.*"]}
    one = "programs-webhook"
    return [
        ("programs-webhooks", {"do": "make", **address}, frozenset(PROGRAMMERS)),
        *((one, {"do": do}, owner) for do in ("pause", "ping", "rotate", "delete")),
        (one, {"do": "change", **address}, owner),
        ("programs-feeds", {"do": "make"}, frozenset(PROGRAMMERS)),
        ("programs-feeds", {"do": "revoke"}, owner),
    ]


def _of_appeals(world: World, writers: frozenset[str]) -> list[tuple[str, dict, frozenset[str]]]:
    """Forms of appeals; every step from the state it starts from is in test_step_matrix.py."""
    typed = {"kind": "inquiry", "text": "矩阵里的一件诉求：请问怎样办理？", "region": "440306"}
    whole = {**typed, "channel": "phone", "requester": "测试单位", "contact_name": "测试人"}
    handler = world.actors["handler"].user_id
    days = {"first_day": "2026-11-25", "last_day": "2026-11-26", "note": "出差"}
    intake, coordinator = frozenset({"intake_officer"}), frozenset({"coordinator"})
    draft, sure = {"draft": world.draft.pk}, {"sure": "1"}
    many = {"accept": world.waiting.pk, "remind": world.appeal.pk}
    return [
        ("my-appeal-new", {"do": "save", **typed}, writers),
        ("my-appeal-new", {"do": "submit", "key": "k", **draft}, OWN_WRITERS),
        ("my-appeal-new", {"do": "discard", **draft}, OWN_WRITERS),
        ("my-appeal-hints", typed, writers),
        ("my-appeal-step", {"reason": "自己解决了"}, OWN_WRITERS),
        ("desk-appeal-new", whole, intake),
        ("desk-appeal-step", {"note": "今天联系企业"}, coordinator),
        ("desk-appeals-many", {"do": "accept", "pk": many["accept"], **sure}, intake),
        ("desk-appeals-many", {"do": "remind", "pk": many["remind"], "note": "快办", **sure},
         coordinator),
        ("desk-absences", {"user": handler, **days}, frozenset({"handler"})),
        ("desk-absences", {"do": "end", "pk": world.absence.pk}, frozenset({"handler"})),
    ]  # fmt: skip


def _of_the_office(world: World) -> list[tuple[str, dict, frozenset[str]]]:
    words = {"question_zh": "怎样办？", "answer_zh": "到窗口办。", "basis": "办事指南"}
    report, entry = world.report_on_channel, CHANNEL
    write = {"step": "write", "after": world.answer.version, **words}
    intake = frozenset({"intake_officer"})
    conflict = {"conflict": world.conflict.pk, f"c{world.conflict.pk}-reason": "已核实"}
    return [
        ("desk-exchange-order", {"do": "keep", **conflict}, intake),
        ("desk-calendar", YEAR, frozenset({"coordinator", "unit_admin"})),
        ("desk-answer", write, intake),
        ("desk-answer", {"step": "retire", "why": "已经过时"}, intake),
        ("desk-answer-new", {"after": "0", **words}, intake),
        ("channel", {"text": "电话打不通"}, ANYBODY),
        ("desk-channel", {"step": "check"}, intake),
        ("desk-channel", {"step": "retire", "reason": "已撤销"}, intake),
        ("desk-channel", {"step": "kept", "report": report.pk, "answer": "没错"}, intake),
        ("desk-channel", {"step": "edit", **entry, "name_zh": "新的名称"}, intake),
        ("desk-channel-new", {**entry, "code": "new-entry", "unit": INTAKE}, intake),
    ]


def _of_drafts(world: World) -> list[tuple[str, dict, frozenset[str]]]:
    """Of the policy officers of its unit; a draft of another unit is in test_drafts.py."""
    row, officer = world.policy_draft, frozenset({"policy_officer"})
    first = reading_of(row).elements[0]
    clause = {"clause": first.id, "seen": stamp(first)}
    one = "desk-policy-draft"
    return [
        ("desk-policy-draft-new", {"text": NOTICE}, officer),
        *((one, {"do": do, **clause}, officer) for do in ("confirm", "drop")),
        (one, {"do": "mend", **clause, "words": "另一个名称"}, officer),
        (one, {"do": "confirm_kind", "seen": [f"{first.id}:{stamp(first)}"]}, officer),
        (one, {"do": "fill", "id": "T-1", "version": "1", "revision": "0"}, officer),
        (one, {"do": "undo", "revision": "0"}, officer),
        ("desk-policy-draft-document", {"do": "drop"}, officer),
    ]
