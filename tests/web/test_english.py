"""Every page that can be read, in English: Chinese is left only where it is marked as Chinese."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client

from qifu.notices.actions import tell
from qifu.notices.models import Notice
from qifu.organisations.actions import (
    accept_invitation,
    approve_claim,
    declare_fact,
    dispute_fact,
    give_consent,
    invite,
    refuse_claim,
    retract_fact,
    revoke_consent,
    revoke_invitation,
    settle_dispute,
    submit_claim,
    withdraw_claim,
    withdraw_dispute,
)
from qifu.organisations.models import Dispute, Enterprise, Unit
from qifu.organisations.permissions import NOBODY
from qifu.organisations.selectors import actor_for
from qifu.policies.actions import make_report
from qifu.policies.models import PolicyVersion
from tests.conftest import NOW
from tests.factories import EnterpriseFactory, UserFactory, enterprise_actor, officer
from tests.web.desk_people import as_
from tests.web.english import chinese_left
from tests.web.firms import demo_firm

pytestmark = pytest.mark.usefixtures("demo_city", "english_texts")

PAPER = ("执照.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40)
OFFICIALS = (
    "firm_registrar",
    "enterprise_officer",
    "data_steward",
    "policy_officer",
    "auditor",
    "unit_admin",
    "intake_officer",
    "handler",
    "coordinator",
    "callback_officer",
)


def in_english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client


def read_all(client: Client, addresses, status=frozenset({200})) -> None:
    """Ask for each page and gather what is left in Chinese, all of it in one message."""
    found = []
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code in status, address
        assert answer.headers["Content-Language"].startswith("en"), address
        found += [f"{address} {left}" for left in chinese_left(answer.content.decode())]
    assert not found, "\n".join(found)


def claim_to(firm: Enterprise, actor=NOBODY):
    return submit_claim(
        firm,
        actor=actor,
        applicant="周小舟",
        phone="13900001234",
        position="行政主管",
        note="营业执照原件在办公室",
        papers=[(PAPER[0], BytesIO(PAPER[1]), len(PAPER[1]))],
        now=NOW - timedelta(days=1),
    )


@pytest.fixture
def registrar():
    return officer("firm_registrar", Unit.objects.first())


@pytest.fixture
def steward():
    return officer("data_steward", Unit.objects.first())


@pytest.fixture
def firm():
    return demo_firm()


@pytest.fixture
def owner(firm):
    return enterprise_actor(firm)


@pytest.fixture
def claims(registrar):
    """One claim in every state that a claim can have."""
    waiting, refused, withdrawn = (claim_to(EnterpriseFactory.create()) for _ in range(3))
    refuse_claim(refused, actor=registrar, reason="执照照片看不清", now=NOW)
    withdraw_claim(withdrawn, actor=NOBODY, now=NOW)
    approved = claim_to(EnterpriseFactory.create())
    approve_claim(approved, actor=registrar, papers_checked=["licence", "agent_id"], now=NOW)
    by_user = claim_to(EnterpriseFactory.create(), as_user())
    approve_claim(by_user, actor=registrar, papers_checked=["licence"], now=NOW)
    return [waiting, refused, withdrawn, approved, by_user]


def as_user():
    """Somebody with an account who acts for nobody yet."""
    return actor_for(UserFactory.create(), None)


@pytest.fixture
def disputes(firm, owner, steward):
    """One dispute in every state, and a fact that the firm declared and took back."""

    def raised(attribute: str, text: str) -> Dispute:
        return dispute_fact(
            firm, actor=owner, attribute=attribute, text=text, reason="与审计报告不符", now=NOW
        )

    values = {"employees": "77", "founded": "2011-03-04", "region": "440304", "industry": "I6513"}
    made = [raised(name, value) for name, value in values.items()]
    withdraw_dispute(made[1], actor=owner, now=NOW)
    settle_dispute(made[2], actor=steward, outcome="keep", answer="与登记一致", now=NOW)
    settle_dispute(
        made[3], actor=steward, outcome="correct", text="I6513", answer="经核对，应为软件", now=NOW
    )
    return made


@pytest.fixture
def full(firm, owner, disputes):
    """The firm with everything a page can show: people, consents, reports, messages."""
    units = list(Unit.objects.all()[:3])
    for unit in units:
        consent = give_consent(
            firm,
            actor=owner,
            unit=unit,
            groups=["tax", "finance"],
            purpose="申报技术改造补贴",
            until=NOW.date() + timedelta(days=30),
            now=NOW,
        )
    revoke_consent(consent, actor=owner, now=NOW)
    declare_fact(firm, actor=owner, attribute="floor_area", text="800", as_of=NOW.date(), now=NOW)
    retract_fact(firm, actor=owner, attribute="floor_area", now=NOW)
    kept, _token = invite(actor=owner, role="clerk", label="吴小宇", now=NOW)
    gone, _token = invite(actor=owner, role="viewer", label="郑小正", now=NOW)
    revoke_invitation(gone, actor=owner, now=NOW)
    taken, _token = invite(actor=owner, role="clerk", label="冯小峰", now=NOW)
    accept_invitation(taken, user=UserFactory.create(), now=NOW)
    assert kept
    make_report(firm, actor=owner, on=NOW.date() - timedelta(days=60), now=NOW)
    make_report(firm, actor=owner, on=NOW.date(), now=NOW)
    return firm


def test_public_pages(demo_city):
    numbers = list(PolicyVersion.objects.values_list("policy_id", flat=True).distinct())
    assert len(numbers) > 20
    read_all(
        in_english(Client()),
        [
            "/",
            "/policies/",
            "/policies/?page=2",
            "/policies/?text=R%26D",
            "/policies/?text=zzzz",
            *(f"/policies/?status={one}" for one in ("open", "closing_soon", "not_yet", "closed")),
            "/policies/?order=newest&region=440306&level=city&kind=tax&benefit=tax",
            "/diagnosis/",
            "/diagnosis/?region=440306&industry=C3511&employees=50&revenue=3000",
            "/diagnosis/?region=other&industry=I6513&founded=2020-05-01&qualifications=__none__",
            "/city/",
            "/zones/",
            "/z/shenshan/",
            "/z/nanshan/",
            "/size/",
            "/size/?industry=C3511&staff=250&revenue=3000",
            "/size/?industry=C3511&staff=250",
            "/size/?industry=E5011&revenue=3000&assets=100",
            "/size/?industry=A0111&revenue=20",
            "/size/?industry=J6621",
            "/industries/?industry=software",
            "/industries/?industry=zzzz",
            "/industries/?industry=I6513",
            "/help/",
            "/help/api/",
            "/sign-in/",
            "/claims/new/",
            *(f"/policies/{number}/" for number in numbers),
        ],
    )


def test_pages_that_refuse(demo_city, owner):
    read_all(in_english(Client()), ["/nothing/", "/policies/NONE/"], {404})
    read_all(in_english(Client()), ["/invitations/wrong/"], {404})
    read_all(in_english(as_(owner)), ["/desk/", "/desk/firms/", "/desk/journal/"], {403})
    read_all(in_english(as_(officer("auditor"))), ["/my/", "/desk/claims/"], {403})


def test_a_claim_in_every_state(claims):
    read_all(in_english(Client()), [f"/claims/{claim.token}/" for claim in claims])


def test_an_invitation_in_every_state(firm, owner):
    made = [invite(actor=owner, role="clerk", label="吴小宇", now=NOW) for _ in range(4)]
    revoke_invitation(made[1][0], actor=owner, now=NOW)
    accept_invitation(made[2][0], user=UserFactory.create(), now=NOW)
    made[3][0].expires_at = NOW - timedelta(days=1)
    made[3][0].save()
    addresses = [f"/invitations/{token}/" for _invitation, token in made]
    for client in (Client(), as_(as_user()), as_(owner)):
        read_all(in_english(client), addresses, {200, 410})


def test_pages_of_an_owner(full, owner, demo_city):
    client = in_english(as_(owner))
    numbers = list(PolicyVersion.objects.values_list("policy_id", flat=True).distinct())
    reports = [f"/my/reports/{one.pk}/" for one in full.reports.all()]
    assert reports
    read_all(
        client,
        [
            "/",
            "/switch/",
            "/account/",
            "/my/",
            "/my/policies/",
            "/my/policies/?order=closes",
            "/my/profile/",
            *(f"/my/profile/?show={one}" for one in ("unknown", "known", "differs", "dispute")),
            "/my/profile/?text=zzzz",
            *(f"/my/profile/{attribute.name}/" for attribute in demo_city.catalogue),
            "/my/profile/revenue/?period=2025",
            "/my/people/",
            "/my/consents/",
            "/programs/",
            "/programs/webhooks/",
            "/programs/feeds/",
            "/my/reports/",
            *reports,
            *(f"{report}?replay=1" for report in reports),
            *(f"/my/policies/{number}/" for number in numbers),
        ],
    )


def test_pages_of_a_viewer_and_of_a_firm_of_which_nothing_is_known(firm, demo_city):
    pages = ["/my/", "/my/policies/", "/my/profile/", "/my/reports/", "/my/consents/", "/messages/"]
    read_all(in_english(as_(enterprise_actor(firm, "viewer"))), pages)
    read_all(in_english(as_(enterprise_actor(EnterpriseFactory.create(facts={})))), pages)
    read_all(in_english(as_(as_user())), ["/", "/switch/", "/account/", "/messages/"])


def test_messages(full, owner, demo_city):
    client = in_english(as_(owner))
    # what the steps told others is read here by one person
    for notice in Notice.objects.exclude(to=owner.user):
        tell([owner.user], notice.template, values=notice.values, now=NOW)
    mine = Notice.objects.filter(to=owner.user)
    assert mine.count() > 4
    read_all(
        client,
        ["/messages/", "/messages/?show=unread", *(f"/messages/{one.pk}/" for one in mine)],
        {200, 302},
    )


@pytest.mark.parametrize("role", OFFICIALS)
def test_pages_of_officials(role, full, claims, disputes, demo_city):
    actor = officer(role, Unit.objects.first())
    invite_some(actor)
    allowed = [
        ("firms.search", ["/desk/firms/", "/desk/firms/?q=zzzz", "/desk/firms/?region=440306"]),
        ("firms.view", [f"/desk/firms/{full.uscc}/", *(firm_pages(claims))]),
        (
            "claims.decide",
            [
                *(f"/desk/claims/?state={one}" for one in ("submitted", "approved", "all")),
                "/desk/claims/?q=zzzz",
                *(f"/desk/claims/{claim.pk}/" for claim in claims),
            ],
        ),
        (
            "disputes.settle",
            [
                *(f"/desk/disputes/?state={one}" for one in ("open", "kept", "corrected", "all")),
                "/desk/disputes/?q=zzzz",
                *(f"/desk/disputes/{dispute.pk}/" for dispute in disputes),
            ],
        ),
        ("people.manage", ["/desk/people/", "/programs/"]),
        (
            "journal.view",
            ["/desk/journal/", "/desk/journal/?check=1", "/desk/journal/?step=invite"],
        ),
    ]
    pages = [page for needed, some in allowed if actor.may(needed) for page in some]
    read_all(in_english(as_(actor)), ["/", "/desk/", "/switch/", *pages])


def invite_some(actor) -> None:
    if actor.may("people.manage"):
        invite(actor=actor, role="auditor", label="钱小前", now=NOW)


def firm_pages(claims) -> list[str]:
    return [f"/desk/firms/{claim.enterprise.uscc}/" for claim in claims]
