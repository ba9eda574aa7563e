"""All conditions of a notice: what each reader found, put together, grouped and without doubles."""

import re

from qifu.textmine.policy_reading.denied import read_denied
from qifu.textmine.policy_reading.leftover import read_leftover
from qifu.textmine.policy_reading.located import read_located
from qifu.textmine.policy_reading.marks import AMOUNT, Choice, Mark
from qifu.textmine.policy_reading.measured import read_measured
from qifu.textmine.policy_reading.named import read_named
from qifu.textmine.policy_reading.outline import leads_to
from qifu.textmine.policy_reading.sheet import Sheet, listed

_REFUSED = re.compile(
    "(?:的|，)[^，。；]{0,6}(?:不再|不予|不得|不能|不可|一律不|不)(?:予以|给予|享受|纳入|"
    "列入|受理|进行)?(?:支持|资助|奖励|补贴|扶持|补助|申报|受理|申请)"
)


_EXCEPTED = re.compile("[^。；]{4,}?的(?:，(?:以及|或者?|及)?[^，。；]{4,}的)*[^，。；的]{0,8}除外")
_OR_THE_LIST = re.compile(
    "，?或者?(?:同时)?(?:符合|满足|具备|达到)?(?:以下|下列|如下)[^，。；]{0,16}$"
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
    _or_the_list(sheet, marks, choices)
    for entry, members in per_entry.items():
        choice = entries[entry]
        if len(members) > 1:
            choice = Choice("all", None, choice)
        for mark in members:
            if mark.group is None or mark.group.shape == choice.shape == "not":
                mark.group = choice
            else:
                mark.group.inside = choice
    _refused(sheet, marks)
    _respectively(sheet, marks)
    _alternatives(sheet, marks)


def _or_the_list(sheet: Sheet, marks: list[Mark], choices: dict[int, Choice]) -> None:
    """「评价得分达到60分以上，或满足下列条件之一：」: what stands before it is one choice more."""
    for number, choice in choices.items():
        sentence = sheet.outline.sentences[number]
        turn = _OR_THE_LIST.search(sheet.outline.words(sentence))
        before = [
            m for m in marks
            if turn and m.sentence == number and m.end <= sentence.start + turn.start()
        ]  # fmt: skip
        if not before or choice.shape == "not":
            continue
        whole = choice
        if choice.shape != "any":
            whole = choice.inside = Choice("any", None, choice.inside)
        inner = Choice("all", None, whole) if len(before) > 1 else whole
        for mark in before:
            mark.group = inner


def _refused(sheet: Sheet, marks: list[Mark]) -> None:
    """「对…的企业，不再予以支持」: none of what stands before may hold together."""
    by_sentence: dict[int, list[Mark]] = {}
    for mark in marks:
        by_sentence.setdefault(mark.sentence, []).append(mark)
    ruled = {m.group for m in marks if m.group is not None and m.group.shape == "not"}
    for number, members in by_sentence.items():
        words = sheet.outline.words(sheet.outline.sentences[number])
        if _EXCEPTED.fullmatch(words):
            # 「发生事故的，以及列入名单的企业除外」: each of them is ruled out
            inside = next((m.group.inside for m in members if m.group), None)
            outer = members[0].group if members[0].group in ruled else Choice("not", None, inside)
            for mark in members:
                mark.group = outer
            continue
        if not _REFUSED.search(words):
            continue
        choice = Choice("not", None, members[0].group)
        inner = Choice("all", None, choice) if len(members) > 1 else choice
        for mark in members:
            mark.group = inner


def _respectively(sheet: Sheet, marks: list[Mark]) -> None:
    """「达到1亿元、3亿元的，分别奖励…」: whoever reaches one of them is in."""
    for one, two in zip(marks, marks[1:], strict=False):
        alike = all(one.says.get(key) == two.says.get(key) for key in ("attr", "op", "unit"))
        if one.sentence != two.sentence or not alike or not listed(sheet.plain, one.end, two.start):
            continue
        behind = sheet.plain[two.end : sheet.outline.sentences[two.sentence].end]
        if not re.search("分别(?:一次性)?(?:给予|予以|奖|补|资助|按)", behind):
            continue
        if one.group is None and two.group is None:
            one.group = Choice("any")
        if two.group is None and one.group is not None and one.group.shape == "any":
            two.group = one.group


def _alternatives(sheet: Sheet, marks: list[Mark]) -> None:
    """Conditions of one sentence with 或 between them."""
    plain = sheet.plain
    for at, (one, two) in enumerate(zip(marks, marks[1:], strict=False)):
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
            else:
                continue
            after = marks[at + 2] if at + 2 < len(marks) else None
            if after is None or after.sentence != two.sentence or after.group is not None:
                continue
            link = sheet.plain[two.end : after.start]
            # 「…，或…，但…」: what follows belongs to the second of the two
            if re.match("，但", link) and "，" not in link[2:] and "或" not in link:
                two.group = after.group = Choice("all", None, two.group)
