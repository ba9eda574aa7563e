"""All conditions of a notice: what each reader found, put together, grouped and without doubles."""

import re

from qifu.textmine.policy_reading.denied import read_denied
from qifu.textmine.policy_reading.leftover import read_leftover
from qifu.textmine.policy_reading.located import read_located
from qifu.textmine.policy_reading.marks import AMOUNT, Choice, Mark
from qifu.textmine.policy_reading.measured import read_measured
from qifu.textmine.policy_reading.named import read_named
from qifu.textmine.policy_reading.outline import leads_to
from qifu.textmine.policy_reading.sheet import Sheet

_REFUSED = re.compile(
    "(?:的|，)[^，。；]{0,6}(?:不再|不予|不得|不能|不可|一律不|不)(?:予以|给予|享受|纳入|"
    "列入|受理|进行)?(?:支持|资助|奖励|补贴|扶持|补助|申报|受理|申请)"
)


def read_conditions(sheet: Sheet, amounts: list[Mark]) -> list[Mark]:
    """The conditions of the text in order; `amounts` are what `read_amounts` found."""
    by_sentence: dict[int, list[Mark]] = {}
    for mark in (*read_measured(sheet, amounts), *read_located(sheet)):
        by_sentence.setdefault(mark.sentence, []).append(mark)
    paid: dict[int, list[Mark]] = {}
    for mark in amounts:
        paid.setdefault(mark.sentence, []).append(mark)
    found: list[Mark] = []
    for number, sentence in sheet.reading():
        here = _apart(by_sentence.get(number, []))
        figures = paid.get(number, [])
        here += _new(read_denied(sheet, number, sentence), here)
        here += read_named(sheet, number, sentence, [*here, *figures])
        here += read_leftover(sheet, number, sentence, [*here, *figures])
        here.sort(key=lambda mark: (mark.start, mark.end))
        found += here
    _grouped(sheet, found)
    return found


def _apart(marks: list[Mark]) -> list[Mark]:
    """Of marks that say the same of the same words only one."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.start, m.end)):
        if not any(k.overlaps(mark.start, mark.end) and k.says == mark.says for k in kept):
            kept.append(mark)
    return kept


def _new(marks: list[Mark], known: list[Mark]) -> list[Mark]:
    return [m for m in marks if not any(k.overlaps(m.start, m.end) for k in known)]


def _grouped(sheet: Sheet, marks: list[Mark]) -> None:
    """Put the marks into the choices that leads announce and 或者 makes."""
    sentences = sheet.outline.sentences
    choices: dict[int, Choice] = {}
    entries: dict[tuple[int, int], Choice] = {}
    per_entry: dict[tuple[int, int], list[Mark]] = {}
    for mark in marks:
        sentence = sentences[mark.sentence]
        outer: Choice | None = None
        entry: tuple[int, int] | None = None
        for above in sentence.above:
            lead = leads_to(sheet.outline.words(sentences[above]))
            if lead is None or lead[0] == "all":
                continue
            outer = choices.setdefault(above, Choice(lead[0], lead[1], outer))
            entry = (above, sentence.item)
        if outer is None:
            continue
        if entry is not None:
            per_entry.setdefault(entry, []).append(mark)
            entries[entry] = outer
    for entry, members in per_entry.items():
        choice = entries[entry]
        if len(members) > 1:
            choice = Choice("all", None, choice)
        for mark in members:
            if mark.group is None:
                mark.group = choice
            else:
                mark.group.inside = choice
    _refused(sheet, marks)
    _alternatives(sheet, marks)


def _refused(sheet: Sheet, marks: list[Mark]) -> None:
    """「对…的企业，不再予以支持」: none of what stands before may hold together."""
    by_sentence: dict[int, list[Mark]] = {}
    for mark in marks:
        by_sentence.setdefault(mark.sentence, []).append(mark)
    for number, members in by_sentence.items():
        words = sheet.outline.words(sheet.outline.sentences[number])
        if not _REFUSED.search(words):
            continue
        choice = Choice("not", None, members[0].group)
        inner = Choice("all", None, choice) if len(members) > 1 else choice
        for mark in members:
            mark.group = inner


def _alternatives(sheet: Sheet, marks: list[Mark]) -> None:
    """Conditions of one sentence with 或 between them."""
    plain = sheet.plain
    for one, two in zip(marks, marks[1:], strict=False):
        if one.sentence != two.sentence or one.kind == AMOUNT:
            continue
        # none of several offences: 或 between two denials is no choice
        if one.says.get("value") is False and two.says.get("value") is False:
            continue
        between = plain[min(one.end, two.start) : two.start]
        if len(between) <= 12 and re.search("(?:^|，|、|的|企业)(?:或者?|或是)", between):
            if one.group is not None and one.group.shape == "any" and two.group is None:
                two.group = one.group
            elif one.group is two.group:
                one.group = two.group = Choice("any", None, one.group)
