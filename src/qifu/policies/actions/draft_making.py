"""A draft from the text of a notice: small ones at once, big files by the worker in steps."""

import io
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qifu.base import journal, outbox
from qifu.base.city import City, city_of_load, current_city
from qifu.base.errors import BadInput, NotAllowed
from qifu.base.ports import virus_scanners
from qifu.base.transitions import move
from qifu.organisations.permissions import Actor
from qifu.policies.logic import place_of
from qifu.policies.models import PolicyDraft
from qifu.policies.permissions import may_edit_policies
from qifu.policies.states import DRAFT_STEPS
from qifu.rulebook.findings import RuleError
from qifu.textmine.assisted.asking import LanguageModel
from qifu.textmine.assisted.policies import AssistedReader
from qifu.textmine.policy_reading.drafting import PolicyReader
from qifu.textmine.policy_reading.drafts import Draft
from qifu.textmine.policy_reading.inputs import LARGEST, plain_text, read_document
from qifu.textmine.policy_reading.texts import Text

# read while the officer waits: about a second; docs/operations says what the worker does
AT_ONCE_BYTES: Final = 200_000
AT_ONCE_CHARACTERS: Final = 60_000
LONGEST_PASTED: Final = 200_000
LARGEST_MB: Final = LARGEST // 1_000_000
_WHY_NOT: Final[dict[str, Promise]] = {
    "size": _("文件太大：最多 %(most)s MB、200 万字。请拆成几份，或只留政策正文。"),
    "empty": _("里面没有文字。请换一份，或把正文粘贴进来。"),
    "encoding": _("认不出文字编码。请另存为 UTF-8，或把正文粘贴进来。"),
    "format": _(
        "这种文件读不了。可以上传 .docx、.pdf、.html、.txt；旧的 .doc 请另存为 .docx，"
        "图片请先做文字识别（OCR）。"
    ),
    "unreadable": _("文件打不开，可能已经损坏。请重新导出，或把正文粘贴进来。"),
    "encrypted": _("文件有打开密码。请去掉密码后再上传。"),
    "scanned": _("这是扫描的 PDF，只有图片，没有文字。请先做文字识别（OCR），或上传原来的文档。"),
    "virus": _("文件没有通过安全检查，没有读取。"),
}


def make_draft(
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
    name: str = "",
    file: bytes | None = None,
    area: str = "",
    at_once: bool = True,
    assisted: bool = False,
    made_up: bool = False,
) -> PolicyDraft:
    """A draft from a pasted `text` or from the bytes of a `file`.

    `area`: where it was issued, a code or a name. What is short is read now if `at_once`; else,
    and with a language model (`assisted`), the worker reads it. BadInput at `text`, `file` or
    `area` for what cannot be read.
    """
    if not may_edit_policies(actor) or actor.organisation_id is None:
        raise NotAllowed(_("您的岗位不编写政策。需要时请本单位管理成员的同事调整您的角色。"))
    city = current_city()
    code = _area(area, city)
    row = PolicyDraft(
        unit_id=actor.organisation_id, name=_named(name, text), area=code, assisted=assisted,
        made_up=made_up, made_by=actor.user, made_at=now, changed_by=actor.user, changed_at=now,
    )  # fmt: skip
    now_enough = at_once and not assisted
    if file is not None:
        if len(file) > LARGEST:
            raise BadInput(_WHY_NOT["size"] % {"most": LARGEST_MB}, field="file")
        row.upload_size = len(file)
        if not file:
            raise BadInput(_WHY_NOT["empty"], field="file")
        if not now_enough or len(file) > AT_ONCE_BYTES:
            row.upload = file
            return _saved(row, None, actor, now)
        try:
            found = read_document(file, name)
        except RuleError as error:
            raise BadInput(why_not(error), field="file") from None
    else:
        pasted = text.replace("\r\n", "\n").replace("\x00", "")
        if not pasted.strip():
            raise BadInput(_("请粘贴通知的正文，或上传文件。"), field="text")
        if len(pasted) > LONGEST_PASTED:
            raise BadInput(
                _("最多粘贴 %(most)s 个字。更长的请上传文件。") % {"most": LONGEST_PASTED},
                field="text",
            )
        found = plain_text(pasted, row.name)
    if not now_enough or len(found.content) > AT_ONCE_CHARACTERS:
        row.text, row.reading = found.content, _basis(found)
        return _saved(row, None, actor, now)
    return _saved(row, _reader(city.load_id).draft(found, area=code), actor, now)


@transaction.atomic
def _saved(row: PolicyDraft, draft: Draft | None, actor: Actor, now: datetime) -> PolicyDraft:
    if draft is not None:
        _keep(row, draft)
        row.state = "open"
    row.save()
    journal.record(
        row, "make_draft", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        to_state=row.state, note=row.name,
    )  # fmt: skip
    if draft is None:
        _ask(row, now)
    return row


def _ask(row: PolicyDraft, now: datetime) -> None:
    """Ask for the next step of reading: first the text out of the file, then its clauses."""
    step = "clauses" if row.text else "text"
    outbox.request("policies.read_draft", f"{row.pk}:{step}", {"draft": row.pk}, now=now)


@transaction.atomic
def read_draft(pk: int, *, now: datetime, model: LanguageModel | None = None) -> str:
    """One step of reading what was too big to be read at once; gives the state after it.

    Asked twice it does nothing the second time. A scanner that cannot be reached raises, so that
    the file waits.
    """
    row = PolicyDraft.objects.filter(pk=pk).first()
    if row is None or row.state != "reading":
        return row.state if row else ""
    if not row.text:
        data = bytes(row.upload)
        refused = _scanned(data)
        if not refused:
            try:
                found = read_document(data, row.name)
            except RuleError as error:
                refused = why_not(error)
        if refused:
            move(row, "give_up_draft", DRAFT_STEPS, upload=b"", why_not=str(refused)[:200],
                 changed_at=now)  # fmt: skip
            journal.record(row, "give_up_draft", actor_id=None, now=now, from_state="reading",
                           to_state=row.state)  # fmt: skip
            return row.state
        row.text, row.reading, row.upload = found.content, _basis(found), b""
        row.save(update_fields=["text", "reading", "upload"])
        _ask(row, now)
        return row.state
    reader = _reader(current_city().load_id)
    found = Text(row.text, row.name, row.reading["kind"], row.reading["doc"],
                 tuple(row.reading["notes"]))  # fmt: skip
    if row.assisted and model is not None:
        draft = AssistedReader(model, reader).draft(found, area=row.area)
    else:
        draft = reader.draft(found, area=row.area)
    _keep(row, draft)
    move(row, "read_draft", DRAFT_STEPS, reading=row.reading, changed_at=now,
         revision=row.revision + 1)  # fmt: skip
    journal.record(row, "read_draft", actor_id=None, now=now, from_state="reading",
                   to_state=row.state)  # fmt: skip
    return row.state


def why_not(error: RuleError) -> str:
    """Why a document cannot be read, and what to do, in the reader's language."""
    code = error.findings[0].code
    return str(_WHY_NOT.get(code, _WHY_NOT["unreadable"]) % {"most": LARGEST_MB})


def _scanned(data: bytes) -> str:
    for name in virus_scanners.names():
        if virus_scanners.get(name).scan(io.BytesIO(data)):
            return str(_WHY_NOT["virus"])
    return ""


def _keep(row: PolicyDraft, draft: Draft) -> None:
    told = draft.to_json()
    row.text = told.pop("content")
    row.reading = told


def _basis(text: Text) -> dict[str, Any]:
    return {"kind": text.kind, "doc": text.doc, "notes": list(text.notes)}


def _named(name: str, text: str) -> str:
    """The name of the file, or the first line of what was pasted."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return (name.strip() or first.strip())[:200].replace("\x00", "")


def _area(area: str, city: City) -> str:
    code = place_of(area.strip() or city.region, city.catalogue.trees["region"], city.region)
    if code is None:
        raise BadInput(_("找不到这个地方。请填市、区的名称，或六位区划代码。"), field="area")
    return code


@lru_cache(maxsize=2)
def _reader(load_id: int) -> PolicyReader:
    """One reader for a catalogue: its lexicon is built once a process."""

    return PolicyReader(city_of_load(load_id).catalogue)
