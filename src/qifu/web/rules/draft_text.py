"""The text of a notice cut at every clause, so that a page can mark it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qifu.textmine.policy_reading.drafts import Draft, Element

# paragraphs in which nothing was read are left out of long pages, all but so many
LONG_PAGE = 20_000
KEPT = 3


@dataclass(frozen=True)
class Piece:
    """Some characters of the text: inside the clause `of`, unread, or neither.

    `first` is true where the clause begins; `also` begin here too and are marked beside it.
    """

    text: str
    of: Element | None = None
    first: bool = False
    unread: bool = False
    also: tuple[Element, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; where `skipped` is not 0, so many paragraphs and so much text are left out."""

    pieces: tuple[Piece, ...] = ()
    skipped: int = 0
    characters: int = 0


def paragraphs(draft: Draft, start: int, end: int) -> list[Paragraph]:
    """The paragraphs of `content[start:end]`, which begins and ends with whole ones."""
    spans = _spans(draft, start, end)
    marked = [_marked(draft, a, b) for a, b in spans]
    made: list[Paragraph] = []
    quiet: list[tuple[int, int]] = []

    def leave_out() -> None:
        kept = len(quiet) if end - start <= LONG_PAGE else KEPT
        made.extend(Paragraph((Piece(draft.content[a:b]),)) for a, b in quiet[:kept])
        rest = quiet[kept:]
        if rest:
            made.append(Paragraph((), len(rest), sum(b - a for a, b in rest)))
        quiet.clear()

    for (a, b), here in zip(spans, marked, strict=True):
        if here:
            leave_out()
            made.append(Paragraph(tuple(_pieces(draft, a, b))))
        else:
            quiet.append((a, b))
    leave_out()
    return made


def _spans(draft: Draft, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    at = start
    while at < end:
        stop = draft.content.find("\n", at, end)
        stop = end if stop < 0 else stop
        if draft.content[at:stop].strip():
            spans.append((at, stop))
        at = stop + 1
    return spans


def _touching(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    return any(a < end and start < b for a, b in spans)


def _marked(draft: Draft, start: int, end: int) -> bool:
    return _touching([e.span for e in draft.elements], start, end) or _touching(
        draft.unread, start, end
    )


def _pieces(draft: Draft, start: int, end: int) -> Iterator[Piece]:
    inside = [e for e in draft.elements if e.span[0] < end and start < e.span[1]]
    unread = [s for s in draft.unread if s[0] < end and start < s[1]]
    edges = {start, end}
    for a, b in (*(e.span for e in inside), *unread):
        edges |= {max(a, start), min(b, end)}
    cuts = sorted(edges)
    for a, b in zip(cuts, cuts[1:], strict=False):
        over = sorted(
            (e for e in inside if e.span[0] <= a and b <= e.span[1]),
            key=lambda e: e.span[1] - e.span[0],
        )
        begun = [e for e in over if e.span[0] == a]
        of = over[0] if over else None
        yield Piece(
            draft.content[a:b],
            of,
            of in begun,
            not over and _touching(unread, a, b),
            tuple(e for e in begun if e is not of),
        )
