"""Answers come in from a city pack; officers write and retire them: always version by version."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.city import current_city
from qifu.base.errors import BadInput, Conflict, NotAllowed, WrongState
from qifu.base.transitions import move
from qifu.knowledge.actions.indexing import index_answers
from qifu.knowledge.logic.statutes import article_number
from qifu.knowledge.models import Answer, LawArticle
from qifu.knowledge.permissions import may_edit_answers
from qifu.knowledge.states import ANSWER_STEPS
from qifu.organisations.permissions import Actor

LONGEST_QUESTION: Final = 200
LONGEST_ANSWER: Final = 10_000
LONGEST_REASON: Final = 1_000
MOST_BASIS: Final = 20
MOST_KEYWORDS: Final = 30
LONGEST_KEYWORD: Final = 40
Basis = Mapping[str, Any]
# what makes two versions of an answer the same
_CONTENT: Final = (
    "matter", "question_zh", "question_en", "answer_zh", "answer_en", "basis", "keywords",
    "valid_from", "valid_to", "made_up",
)  # fmt: skip


def _words(value: Any) -> tuple[str, str]:
    if isinstance(value, Mapping):
        return str(value.get("zh") or ""), str(value.get("en") or "")
    return str(value or ""), ""


def _day(value: Any) -> date | None:
    return value if isinstance(value, date) or value is None else date.fromisoformat(str(value))


def _content(row: Mapping[str, Any]) -> dict[str, Any]:
    question, answer = _words(row["question"]), _words(row["answer"])
    return {
        "matter": str(row.get("matter") or ""),
        "question_zh": question[0],
        "question_en": question[1],
        "answer_zh": answer[0],
        "answer_en": answer[1],
        "basis": [dict(entry) for entry in row.get("basis") or []],
        "keywords": [str(word) for word in row.get("keywords") or []],
        "valid_from": _day(row.get("valid_from")),
        "valid_to": _day(row.get("valid_to")),
        "made_up": bool(row.get("made_up")),
    }


@transaction.atomic
def load_answers(rows: Iterable[Mapping[str, Any]], *, now: datetime) -> dict[str, int]:
    """Add the pack's versions that are not there yet; give {added, same, withdrawn, back}.

    A version of the pack is immutable: the same number with another content is refused, name by
    name. What officers wrote or retired stays; an answer that the pack no longer has is withdrawn,
    unless an officer has made it theirs, and so is a version newer than the newest of the pack,
    which is how an earlier load comes back.
    """
    counts = {"added": 0, "same": 0, "withdrawn": 0, "back": 0}
    known: dict[str, list[Answer]] = {}
    for answer in Answer.objects.order_by("version"):
        known.setdefault(answer.code, []).append(answer)
    newest: dict[str, int] = {}
    touched: set[str] = set()
    changed: list[str] = []
    for row in rows:
        code, number, content = str(row["code"]), int(row["version"]), _content(row)
        versions = known.setdefault(code, [])
        there = next((a for a in versions if a.pack_version == number), None)
        newest[code] = max(number, newest.get(code, 0))
        if there is None:
            # an officer may have written versions meanwhile: the pack's comes after them
            after = max((a.version for a in versions), default=0)
            made = Answer.objects.create(
                code=code, version=max(after + 1, number), pack_version=number, written_at=now,
                **content,
            )  # fmt: skip
            versions.append(made)
            counts["added"] += 1
            touched.add(code)
        elif any(getattr(there, name) != content[name] for name in _CONTENT):
            changed.append(f"{code} v{number}")
        elif there.state == "withdrawn":
            move(there, "publish_again", ANSWER_STEPS)
            counts["back"] += 1
            touched.add(code)
        else:
            counts["same"] += 1
    if changed:
        raise Conflict(
            "版本不可更改，请把版本号加一 · versions never change, raise the number: "
            + ", ".join(changed)
        )
    gone = [
        answer
        for code, versions in known.items()
        for answer in versions
        if answer.pack_version is not None
        and answer.pack_version > newest.get(code, 0)
        and answer.state == "published"
    ]
    for answer in gone:
        move(answer, "withdraw", ANSWER_STEPS)
        touched.add(answer.code)
    counts["withdrawn"] = len({answer.code for answer in gone})
    index_answers(touched)
    return counts


def _allowed(actor: Actor) -> None:
    if not may_edit_answers(actor):
        raise NotAllowed(_("您的岗位不编写解答。需要时请本单位管理成员的同事调整您的角色。"))


@transaction.atomic
def write_answer(
    *,
    actor: Actor,
    code: str = "",
    after: int = 0,
    matter: str = "",
    question_zh: str,
    question_en: str = "",
    answer_zh: str,
    answer_en: str = "",
    basis: Sequence[Basis],
    keywords: Sequence[str] = (),
    valid_from: date | None = None,
    valid_to: date | None = None,
    reason: str = "",
    now: datetime,
) -> Answer:
    """An officer writes a new answer (no `code`) or the next version of one.

    `after`: the version that the officer looked at; Conflict if there is a newer one by now.
    Without `valid_from` it counts from today.
    `basis` entries: {"law": code, "article": "第十二条", "clause": "第二款"} (the clause may be
    left out), {"policy": id} or {"text": words}.
    """
    _allowed(actor)
    content = {
        "matter": matter.strip(),
        "question_zh": question_zh.strip(),
        "question_en": question_en.strip(),
        "answer_zh": answer_zh.strip(),
        "answer_en": answer_en.strip(),
        "basis": [_entry(entry) for entry in basis],
        "keywords": list(dict.fromkeys(w for word in keywords if (w := word.strip()))),
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    reason = reason.strip()
    _check(content, reason)
    versions = Answer.objects.filter(code=code) if code else Answer.objects.none()
    newest = versions.order_by("-version").first()
    if code and newest is None:
        raise Answer.DoesNotExist
    if newest and newest.version != after:
        raise Conflict(_("同事刚刚写了新的版本。您写的内容还在，请对照后再保存。"))
    if newest and newest.state == "published":
        same = [n for n in _CONTENT if n != "made_up" and getattr(newest, n) != content[n]]
        if not same:
            raise BadInput(_("没有改动，不用保存新的版本。"), field="answer_zh")
    # what was answered on earlier days stays as it was
    content["valid_from"] = valid_from or localdate(now)
    try:
        with transaction.atomic():
            answer = Answer.objects.create(
                code=code or _new_code(now),
                version=newest.version + 1 if newest else 1,
                made_up=bool(newest and newest.made_up),
                written_by=actor.user_id,
                written_at=now,
                **content,
            )
    except IntegrityError:
        raise Conflict(_("同事刚刚写了新的版本。您写的内容还在，请对照后再保存。")) from None
    index_answers([answer.code])
    journal.record(
        answer, "write_answer", actor_id=actor.user_id, acting_for=actor.organisation_id, now=now,
        from_state=newest.state if newest else "", to_state=answer.state,
        note=f"{answer.code} v{answer.version} {reason}".strip(),
    )  # fmt: skip
    return answer


@transaction.atomic
def retire_answer(code: str, *, actor: Actor, reason: str, now: datetime) -> Answer:
    """Take an answer out of use, every published version; gives the newest. A new version may
    follow later. WrongState where no version is published."""
    _allowed(actor)
    reason = reason.strip()
    if not reason:
        raise BadInput(_("请写明为什么停用，例如：办法已废止。"), field="reason")
    if len(reason) > LONGEST_REASON:
        raise BadInput(_("最多 %(most)s 个字。") % {"most": LONGEST_REASON}, field="reason")
    _without_nul({"reason": reason})
    versions = list(Answer.objects.filter(code=code).order_by("-version"))
    if not versions:
        raise Answer.DoesNotExist
    live = [answer for answer in versions if answer.state == "published"]
    if not live:
        raise WrongState(_("这条解答已经停用。"))
    for answer in live:
        before = move(answer, "retire", ANSWER_STEPS)
    newest = versions[0]
    index_answers([code])
    journal.record(
        live[0], "retire_answer", actor_id=actor.user_id, acting_for=actor.organisation_id,
        now=now, from_state=before, to_state="retired", note=f"{code} {reason}",
    )  # fmt: skip
    return newest


def _new_code(now: datetime) -> str:
    """DA-2026-007: the next number of the year."""
    year = f"DA-{localdate(now):%Y}-"
    last = Answer.objects.filter(code__startswith=year).aggregate(Max("code"))["code__max"]
    number = int(last.removeprefix(year)) + 1 if last and last.removeprefix(year).isdigit() else 1
    return f"{year}{number:03d}"


def _entry(entry: Basis) -> dict[str, Any]:
    if entry.get("law"):
        article = article_number(str(entry.get("article") or ""))
        kept = {"law": str(entry["law"]).strip(), "article": article}
        clause = str(entry.get("clause") or "").strip()
        return {**kept, "clause": clause} if clause else kept
    if entry.get("policy"):
        return {"policy": str(entry["policy"]).strip()}
    text = entry.get("text") or ""
    if isinstance(text, Mapping):
        return {"text": {key: str(text.get(key) or "").strip() for key in ("zh", "en")}}
    return {"text": str(text).strip()}


def _check(content: Mapping[str, Any], reason: str) -> None:
    """Everything that is wrong with what an officer wrote, at once, field by field."""
    wrong: dict[str, object] = {}
    _without_nul({**content, "reason": reason})
    for name, most, empty in (
        ("question_zh", LONGEST_QUESTION, _("请写问题，例如：机关拖欠货款可以向哪里投诉？")),
        ("question_en", LONGEST_QUESTION * 2, ""),
        ("answer_zh", LONGEST_ANSWER, _("请写解答：先说能不能、怎么办，再说为什么。")),
        ("answer_en", LONGEST_ANSWER * 3, ""),
    ):
        if not content[name] and empty:
            wrong[name] = empty
        elif len(content[name]) > most:
            wrong[name] = _("最多 %(most)s 个字。") % {"most": most}
    if bool(content["question_en"]) != bool(content["answer_en"]):
        missing = "question_en" if not content["question_en"] else "answer_en"
        wrong[missing] = _("英文要么都写，要么都不写。")
    matters = {row["code"] for row in current_city().documents.get("matters") or []}
    if content["matter"] and content["matter"] not in matters:
        wrong["matter"] = _("事项清单里没有这一项。")
    start, end = content["valid_from"], content["valid_to"]
    if start and end and end < start:
        wrong["valid_to"] = _("失效日期要在生效日期之后。")
    if len(content["keywords"]) > MOST_KEYWORDS or any(
        len(word) > LONGEST_KEYWORD for word in content["keywords"]
    ):
        wrong["keywords"] = _("最多 %(most)s 个关键词，每个最多 %(longest)s 个字。") % {
            "most": MOST_KEYWORDS, "longest": LONGEST_KEYWORD,
        }  # fmt: skip
    if len(reason) > LONGEST_REASON:
        wrong["reason"] = _("最多 %(most)s 个字。") % {"most": LONGEST_REASON}
    basis = _basis_fault(content["basis"])
    if basis:
        wrong["basis"] = basis
    if wrong:
        raise BadInput(_("有几处需要改正"), fields=wrong)


def _basis_fault(basis: Sequence[Basis]) -> object:
    """What is wrong with the cited basis; nothing where it is right."""
    if not basis:
        return _("请至少写一条依据，例如《保障中小企业款项支付条例》第六条。")
    if len(basis) > MOST_BASIS:
        return _("最多 %(most)s 条依据。") % {"most": MOST_BASIS}
    cited = [(e["law"], e["article"]) for e in basis if "law" in e]
    found = LawArticle.objects.filter(law__code__in={law for law, _article in cited})
    there = set(found.values_list("law__code", "number"))
    laws = {law for law, _number in there}
    for law, article in cited:
        if law not in laws:
            return _("法规库里没有 %(law)s。") % {"law": law}
        if article and (law, article) not in there:
            return _("%(law)s 里没有%(article)s。") % {"law": law, "article": article}
    for entry in basis:
        if not (entry.get("law") or entry.get("policy") or entry.get("text")):
            return _("有一条依据是空的。")
        if any(len(text) > LONGEST_QUESTION for text in _texts(entry)):
            return _("每条依据最多 %(most)s 个字。") % {"most": LONGEST_QUESTION}
    return ""


def _without_nul(content: Mapping[str, Any]) -> None:
    """PostgreSQL stores no NUL and nobody no half of a character; neither does anybody type one."""
    for name, value in content.items():
        for text in _texts(value):
            if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
                raise BadInput(_("文字里有不能保存的字符，请删除后重新输入。"), field=name)


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, Sequence):
        for inner in value:
            yield from _texts(inner)
