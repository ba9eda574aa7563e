"""Rules on several policies together: only the highest counts, so many at most, a total cap."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qifu.rulebook.facts import Unfit, read_number
from qifu.rulebook.gather import Gather
from qifu.rulebook.units import convert, convertible, same_family
from qifu.rulebook.words import Words, listing, money

if TYPE_CHECKING:
    from qifu.rulebook.combine import LeftOut
    from qifu.rulebook.policy import Policy

HIGHEST, COUNT, TOTAL = "highest", "count_at_most", "total_at_most"
RULES = (HIGHEST, COUNT, TOTAL)
_KEYS = ("rule", "value", "unit", "with", "src")
_SRC = ("doc", "quote", "source", "clause", "title", "url", "note")


@dataclass(frozen=True)
class CombineRule:
    """What holds for several policies claimed by one firm; whichever of them states it.

    Of `policies` only the highest counts (`highest`, 从高不重复), at most `limit` of them count
    (`count_at_most`), or they are worth at most `limit` yuan in total (`total_at_most`).
    """

    rule: str
    policies: frozenset[str]
    limit: Decimal
    src: Mapping[str, Any] | None = field(default=None, compare=False)


def read_combine(value: Any, own: str, gather: Gather) -> tuple[CombineRule, ...]:
    """The rules of the policy `own`: [{rule, value, unit, with: [ids], src}]; else findings."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        gather.say("type", "combine", "must be a list of rules", value, "[{rule: …, with: […]}]")
        return ()
    read = (_rule(item, f"combine[{i}]", own, gather) for i, item in enumerate(value))
    return tuple(rule for rule in read if rule is not None)


def rules_of(policies: Iterable["Policy"]) -> tuple[CombineRule, ...]:
    """The rules that these policies state, each once."""
    return tuple(dict.fromkeys(rule for policy in policies for rule in policy.combine))


def reason_words(left: "LeftOut", name: Callable[[str], Words]) -> Words:
    """Why a policy is not part of the total, in words; `name` gives the title of a policy."""
    by = listing((_quoted(name(policy)) for policy in left.by), zh="", most=3)
    rule = left.rule
    if rule is None:
        return Words(f"不能和{by.zh}同时享受", f"cannot be claimed together with {by.en}")
    if rule.rule == HIGHEST:
        return Words(
            f"和{by.zh}从高不重复，只算最高的一项", f"with {by.en} only the highest counts"
        )
    number, most = len(rule.policies), rule.limit
    if rule.rule == COUNT:
        return Words(
            f"这 {number} 项最多同时享受 {most} 项，已算{by.zh}",
            f"of these {number} at most {most} can be claimed; counted: {by.en}",
        )
    cap = money(most)
    return Words(
        f"这 {number} 项合计最多 {cap.zh}，{by.zh}已经用满",
        f"these {number} are worth at most {cap.en} together; {by.en} used it up",
    )


def rule_words(rule: CombineRule, own: str, name: Callable[[str], Words]) -> Words:
    """What a rule says of the policy `own` and the others, in words."""
    others = sorted(rule.policies - {own})
    these = listing((_quoted(name(policy)) for policy in others), zh="", most=3)
    if rule.rule == HIGHEST:
        zh = f"和{these.zh}从高不重复，只算最高的一项"
        return Words(zh, f"with {these.en} only the highest counts")
    if rule.rule == COUNT:
        zh = f"和{these.zh}一起最多同时享受 {rule.limit} 项"
        return Words(zh, f"with {these.en} at most {rule.limit} can be claimed")
    cap = money(rule.limit)
    return Words(f"和{these.zh}合计最多 {cap.zh}", f"with {these.en} at most {cap.en} in total")


def cap_words(rule: CombineRule, name: Callable[[str], Words]) -> Words:
    """A cap that makes the total smaller than the sum, in words."""
    these = listing((_quoted(name(policy)) for policy in sorted(rule.policies)), zh="", most=3)
    cap = money(rule.limit)
    return Words(f"{these.zh}合计最多 {cap.zh}", f"{these.en} together at most {cap.en}")


def _quoted(words: Words) -> Words:
    return Words(f"「{words.zh}」", f"“{words.en}”")


def _rule(item: Any, path: str, own: str, gather: Gather) -> CombineRule | None:
    before = len(gather.findings)
    doc = gather.mapping(item, path, "{rule: highest, with: [SZ-2026-0002]}")
    if doc is None:
        return None
    gather.keys(doc, _KEYS, path)
    rule = doc.get("rule")
    if rule not in RULES:
        message = "unknown rule" if "rule" in doc else "is missing"
        gather.say("combine", f"{path}.rule", message, rule, ", ".join(RULES))
    others = _others(doc.get("with"), f"{path}.with", own, gather)
    limit = _limit(doc, rule, path, len(others) + 1, gather)
    src = doc.get("src")
    if src is not None and gather.mapping(src, f"{path}.src", ", ".join(_SRC)) is not None:
        gather.keys(src, _SRC, f"{path}.src")
        for key in src:
            gather.text(src, key, f"{path}.src")
    if len(gather.findings) > before:
        return None
    return CombineRule(str(rule), frozenset((own, *others)), limit, src)


def _others(value: Any, path: str, own: str, gather: Gather) -> Sequence[str]:
    if not isinstance(value, list | tuple) or not value:
        message = "is missing" if value is None else "must be a list of policy ids"
        gather.say("type", path, message, value, "[SZ-2026-0002]")
        return ()
    for i, item in enumerate(value):
        if not isinstance(item, str) or not item.strip():
            gather.say("type", f"{path}[{i}]", "must be a policy's id", item)
        elif item == own:
            message = "the policy itself belongs to the set anyway: leave it out"
            gather.say("combine", f"{path}[{i}]", message, item)
    return tuple(dict.fromkeys(item for item in value if isinstance(item, str)))


def _limit(doc: Mapping[str, Any], rule: Any, path: str, policies: int, gather: Gather) -> Decimal:
    """How many, or how much in CNY."""
    value, unit, where = doc.get("value"), doc.get("unit"), f"{path}.value"
    if rule == HIGHEST:
        for key in ("value", "unit"):
            if doc.get(key) is not None:
                gather.say("combine", f"{path}.{key}", "highest has none", doc[key])
        return Decimal(1)
    try:
        number = read_number(value)
    except Unfit as error:
        gather.unfit(error, where, value)
        return Decimal(0)
    if rule == COUNT:
        if unit is not None:
            gather.say("combine", f"{path}.unit", "a number of policies has none", unit)
        if number != number.to_integral_value() or not 1 <= number < policies:
            allowed = f"1 to {policies - 1}"
            gather.say("combine", where, "must be less than the policies", value, allowed)
        return number
    if not isinstance(unit, str) or not convertible(unit, "CNY"):
        gather.say("unit", f"{path}.unit", "the figure needs its unit", unit, same_family("CNY"))
        return Decimal(0)
    if number <= 0:
        gather.say("bounds", where, "a cap is above zero", value)
    return convert(number, unit, "CNY")
