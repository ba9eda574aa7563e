"""The search entries of cases and replies, made anew in the transaction that changes them."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from qifu.appeals.logic.pieces import letter_pairs
from qifu.appeals.models import CASES, Appeal, CaseEntry, Reply
from qifu.appeals.states import State
from qifu.knowledge.actions import Entry, count_entries, put_entries, put_kinds
from qifu.textmine.privacy import mask
from qifu.textmine.ranking import plain

# raised when entries are made in another way: the worker then makes those of before anew
WAY = 1
_BATCH = 200
# so many entries are counted in one transaction, and so many cases are made up for in one round
_COUNTED, _A_ROUND = 1_000, 2_000


@transaction.atomic
def index_cases(numbers: Collection[int], *, names: Collection[str] = ()) -> None:
    """Make the entries of cases and of their replies anew, by number of the table.

    A draft has none. `names` of people are masked in replies beside the contact's own.
    """
    cases = _read(numbers)
    entries = {"case": map(_of_case, cases), "reply": _of_replies(cases, names)}
    put_kinds(entries, [case.number for case in cases], index=CASES)


@transaction.atomic
def index_replies(numbers: Collection[int]) -> None:
    """Make the entries of the replies of cases anew: what the cases say has not changed."""
    cases = _read(numbers)
    put_entries("reply", [case.number for case in cases], _of_replies(cases, ()), index=CASES)


def index_firms(firms: Collection[int]) -> None:
    """Have the entries of all cases of firms made anew: their names are found under.

    Here they only count as old; `keep_search` makes them, each batch in its own transaction.
    """
    CaseEntry.objects.filter(kind="case", appeal__enterprise__in=list(firms)).update(way=0)


def cases_to_index(*, everything: bool = False) -> list[int]:
    """The cases without an entry that this version made, by number of the table; or all."""
    there = CaseEntry.objects.filter(kind="case", object_id=OuterRef("pk"), way=WAY)
    cases = Appeal.objects.exclude(state=State.DRAFT)
    missing = cases if everything else cases.filter(~Exists(there))
    return list(missing.order_by("pk").values_list("pk", flat=True))


def make_index(
    numbers: Iterable[int], *, progress: Callable[[int], None] = lambda count: None
) -> int:
    """Make the entries of these cases and count all words; may be broken off and run again.

    Gives how many. A case that somebody changes at that moment is left for the next time.
    """
    wanted, done = list(numbers), 0
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        with transaction.atomic():
            # whoever changes one of them from now on waits, and writes after us; we wait for none:
            # somebody who has two cases might wait for us
            free = Appeal.objects.select_for_update(skip_locked=True).filter(pk__in=batch)
            ours = list(free.order_by("pk").values_list("pk", flat=True))
            index_cases(ours)
        done += len(ours)
        progress(len(batch))
    while count_entries(CASES, most=_COUNTED):
        pass
    return done


def keep_search(*, now: datetime) -> int:
    """What comes round: entries that are missing or old, and words that are not counted yet."""
    return make_index(cases_to_index()[:_A_ROUND])


def _read(numbers: Collection[int]) -> list[Appeal]:
    cases = Appeal.objects.filter(pk__in=list(numbers)).exclude(state=State.DRAFT)
    cases = cases.select_related("enterprise__organisation").order_by("pk")
    return list(cases.prefetch_related("points", "replies__points"))


def _of_case(case: Appeal) -> Entry:
    firm = case.enterprise
    points = [point.text for point in case.points.all()]
    # each once: a case with one point mostly says there what its text says
    body = _once([case.text, *points, case.requester, firm.name if firm else ""])
    code = firm.uscc if firm else ""
    said = f"{case.title}\n{body}"
    return Entry(
        case.pk, case.number, case.title, body,
        more={
            "id": CaseEntry.key_of("case", case.pk), "appeal_id": case.pk,
            "letters": letter_pairs(f"{said}\n{case.number}\n{code}"),
            "said": plain(said), "firm_code": code, "way": WAY,
        },
    )  # fmt: skip


def _of_replies(cases: Iterable[Appeal], names: Collection[str]) -> list[Entry]:
    """What was asked counts as what a reply is found by, too.

    Of a case without a contact nobody knows any more whom its replies named, if that was
    forgotten: what was masked once is the text from then on.
    """
    gone = [case.pk for case in cases if not case.contact_name]
    before = CaseEntry.objects.filter(kind="reply", appeal__in=gone)
    masked = dict(before.values_list("object_id", "said")) if gone else {}
    made = []
    for case in cases:
        known = [*names, *case.people]
        for reply in case.replies.all():
            title, _line, words = masked.get(reply.pk, "").partition("\n")
            title, words, asked = (
                mask(text, names=known)[0]
                for text in (title or case.title, words or reply_words(reply), case.text)
            )
            made.append(
                Entry(
                    reply.pk, case.number, title, f"{words}\n{asked}",
                    more={
                        "id": CaseEntry.key_of("reply", reply.pk), "appeal_id": case.pk,
                        "said": f"{title}\n{words}", "way": WAY,
                    },
                )
            )  # fmt: skip
    return made


def reply_words(reply: Reply) -> str:
    """All that a reply says: its text and what it says to each point, each once."""
    return _once([reply.text, *(point.text for point in reply.points.all())])


def _once(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))
