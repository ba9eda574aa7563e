"""The search entries of answers and statutes, made anew whenever one of them changes."""

from collections.abc import Iterable
from datetime import date, timedelta

from qifu.knowledge.actions.entries import Entry, put_entries
from qifu.knowledge.models import Answer, Law, LawArticle

# raised when words are cut or chosen in another way: what is stored is then made anew by a load
WAY = 3


def index_law(law: Law) -> None:
    """Make the entries of one statute anew; one that is no longer carried has none."""
    articles = LawArticle.objects.filter(law=law).order_by("order") if law.carried else ()
    title = f"{law.title} {law.title_en}"
    put_entries(
        "law",
        [law.code],
        (
            Entry(
                object_id=article.pk,
                code=law.code,
                title=f"{title} {article.number} {article.heading}",
                body=article.text,
                since=law.in_force_from,
                until=law.in_force_to,
            )
            for article in articles
        ),
    )


def index_answers(codes: Iterable[str]) -> None:
    """Make the entries of answers anew: each published version, for the days on which it counts."""
    wanted = sorted(set(codes))
    versions: dict[str, list[Answer]] = {}
    published = Answer.objects.filter(code__in=wanted, state="published")
    for answer in published.order_by("code", "-version"):
        versions.setdefault(answer.code, []).append(answer)
    put_entries(
        "answer",
        wanted,
        (
            Entry(
                object_id=answer.pk,
                code=answer.code,
                title=" ".join(
                    [answer.question_zh, answer.question_en, *map(str, answer.keywords)]
                ),
                body=f"{answer.answer_zh} {answer.answer_en}",
                matter=answer.matter,
                since=answer.valid_from,
                until=until,
            )
            for rows in versions.values()
            for answer, until in _days(rows)
        ),
    )


def _days(newest_first: list[Answer]) -> Iterable[tuple[Answer, date | None]]:
    """Each version that ever counts, with its last day: a newer one takes over when it begins."""
    taken_from: date | None = date.max
    for answer in newest_first:
        if taken_from is None:
            return  # a newer one has counted from ever
        ends = [taken_from - timedelta(days=1)] if taken_from != date.max else []
        ends += [answer.valid_to] if answer.valid_to else []
        until = min(ends) if ends else None
        if until is None or answer.valid_from is None or answer.valid_from <= until:
            yield answer, until
        begins = answer.valid_from
        taken_from = None if begins is None else min(taken_from, begins)
