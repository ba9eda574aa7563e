"""What a program does with the generated client: read by mypy, run by test_client.py."""

from uuid import uuid4

from qifu_client import AuthenticatedClient
from qifu_client.api.appeals import create_appeal, list_appeals, read_appeal, take_withdraw
from qifu_client.api.attachments import create_files
from qifu_client.api.me import read_me
from qifu_client.api.policies import list_policies, make_diagnosis
from qifu_client.models import (
    CaseOut,
    CreateFilesMultiPartBodyParams,
    DiagnosisIn,
    DiagnosisInFacts,
    DoneOut,
    FilesOut,
    MatchOut,
    Me,
    NewCase,
    PageCaseRow,
    PagePolicyOut,
    Refusal,
    Withdraw,
)
from qifu_client.types import File


def who(client: AuthenticatedClient) -> tuple[str, str]:
    """The organisation and the role of the token."""
    found = read_me.sync(client=client)
    assert isinstance(found, Me)
    return found.organisation.code, found.role.code


def titles(client: AuthenticatedClient) -> list[str]:
    """The Chinese titles of all policies, page by page."""
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        found = list_policies.sync(client=client, cursor=cursor, limit=10)
        assert isinstance(found, PagePolicyOut)
        seen += [one.title.zh for one in found.items]
        cursor = found.next_ if isinstance(found.next_, str) else None
    return seen


def verdicts(client: AuthenticatedClient, employees: int) -> dict[str, str]:
    """What a firm that is not named could use."""
    facts = DiagnosisInFacts.from_dict({"region": "440306", "employees": employees})
    found = make_diagnosis.sync(client=client, body=DiagnosisIn(facts=facts))
    assert isinstance(found, MatchOut)
    return {one.id: one.verdict for one in found.policies}


def file_case(client: AuthenticatedClient, text: str, key: str) -> CaseOut:
    """File an appeal once for a key."""
    body = NewCase(
        kind="inquiry", text=text, contact_name="联系人", contact_phone="0755-00000000"
    )  # fmt: skip
    found = create_appeal.sync(client=client, body=body, idempotency_key=key)
    assert isinstance(found, CaseOut), found
    return found


def attach(client: AuthenticatedClient, case: int, name: str, content: bytes) -> list[str]:
    """Attach a file; the names of what is there then."""
    import io

    sent = File(payload=io.BytesIO(content), file_name=name, mime_type="application/pdf")
    found = create_files.sync(
        case, client=client, body=CreateFilesMultiPartBodyParams(files=[sent]),
        idempotency_key=str(uuid4()),
    )  # fmt: skip
    assert isinstance(found, FilesOut), found
    return [one.name for one in found.items]


def own(client: AuthenticatedClient) -> list[int]:
    """The firm's own cases, newest first."""
    found = list_appeals.sync(client=client, list_="my", order="newest")
    assert isinstance(found, PageCaseRow)
    return [one.id for one in found.items]


def steps(client: AuthenticatedClient, case: int) -> list[str]:
    """What may be done with a case now."""
    found = read_appeal.sync(case, client=client)
    assert isinstance(found, CaseOut)
    return [one.step for one in found.steps]


def withdraw(client: AuthenticatedClient, case: int) -> str:
    """Take it back; its state then, or the code of the refusal."""
    found = take_withdraw.sync(case, client=client, body=Withdraw(reason="已解决"))
    if isinstance(found, Refusal):
        return found.code
    assert isinstance(found, DoneOut)
    return found.case.state.code


def refused(client: AuthenticatedClient) -> tuple[int, Refusal]:
    """A case without words: the status and the typed refusal."""
    answer = create_appeal.sync_detailed(
        client=client, body=NewCase(text=""), idempotency_key=str(uuid4())
    )
    assert isinstance(answer.parsed, Refusal)
    return answer.status_code.value, answer.parsed


def stranger(client: AuthenticatedClient) -> str:
    """The code with which a wrong token is refused."""
    found = read_me.sync(client=client)
    assert isinstance(found, Refusal)
    return found.code
