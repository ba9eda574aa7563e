"""One expression from the amounts of a draft, where they say enough for it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from qifu.textmine.policy_reading.drafts import Element
from qifu.textmine.policy_reading.figures import CURRENCIES

Made = tuple[str | None, str]
FOREIGN = ("美元", *CURRENCIES)


def expression(amounts: Sequence[Element], by_id: Mapping[str, Element]) -> Made:
    """(amount.expr, "") or (None, why not). Nothing is guessed: what is not said gives none.

    Sums that hang on conditions become `if(…)`; several that hang on nothing cannot be told apart.
    """
    if not amounts:
        return None, "the text names no sum"
    if any(str(a.says.get("unit", "")).endswith(FOREIGN) for a in amounts):
        return None, "a sum is in another currency"
    ways: dict[tuple[str, ...], list[Element]] = {}
    for amount in amounts:
        ways.setdefault(tuple(i for i in amount.when if i in by_id), []).append(amount)
    general = ways.pop((), [])
    tables = [a for a in general if a.says["shape"] == "tier"]
    general = [a for a in general if a.says["shape"] != "tier"]
    if not ways:
        return _way(general or tables, tables)
    caps = [a for a in general if a.says["shape"] == "cap" and "of" not in a.says]
    if len(caps) != len(general):
        return None, "some sums hang on conditions and others on none"
    parts = []
    for way, members in ways.items():
        made, why = _way([*members], tables)
        if made is None:
            return None, why
        asked = [_asked(by_id[ident]) for ident in way]
        if None in asked:
            return None, "a sum hangs on what the catalogue does not have"
        parts.append((" and ".join(one for one in asked if one), made))
    text = "0元"
    for asked_of, made in reversed(parts):
        text = f"if({asked_of}, {made}, {text})"
    for cap in caps:
        text = f"min({text}, {_money(cap.says)})"
    return text, ""


def _way(members: Sequence[Element], tables: Sequence[Element]) -> Made:
    """The sums of one case: one main figure with its caps and floors."""
    mains = [a for a in members if a.says["shape"] in ("fixed", "rate", "per")]
    tiers = [a for a in members if a.says["shape"] == "tier"]
    caps = [a for a in members if a.says["shape"] == "cap" and "of" not in a.says]
    floors = [a for a in members if a.says["shape"] == "floor"]
    if not mains and tiers:
        made, why = _table(tiers)
    elif len(mains) == 1:
        made, why = _main(mains[0], tables)
    elif mains:
        return None, "several figures in one case: how they go together is not said"
    else:
        return None, "only a most is named: 最高 is a cap, not an amount"
    if made is None:
        return None, why
    for floor in floors:
        made = f"max({made}, {_money(floor.says)})"
    if caps:
        # for a firm and a year the smallest cap holds; caps over several years do not bind one year
        yearly = [a for a in caps if "total" not in a.says.get("each", ())] or caps
        made = f"min({', '.join([made, *(_money(a.says) for a in yearly)])})"
    return made, ""


def _main(amount: Element, tables: Sequence[Element]) -> Made:
    says = amount.says
    of = says.get("of")
    if says["shape"] == "fixed":
        if says.get("less"):
            return None, "what was received before is taken off: how much is not known here"
        return _money(says), ""
    if isinstance(of, str) and of.startswith("table:") and tables:
        made, why = _table(tables)
        return (f"{_share(says)} * {made}" if made else None), why
    if not isinstance(of, str) or ":" in of:
        return None, "the base of a share is nothing that the catalogue has"
    if says["shape"] == "per":
        return f"per({of}, {_money(says)})", ""
    return f"{_share(says)} * {of}", ""


def _table(tiers: Sequence[Element]) -> Made:
    of = tiers[0].says.get("of")
    if not isinstance(of, str) or ":" in of:
        return None, "what the table goes by is nothing that the catalogue has"
    steps = []
    low = tiers[0].says.get("from")
    if low:
        steps.append(f"<{_money(low)}: 0元")
    for line in tiers:
        to = line.says.get("to")
        steps.append(f"<{_money(to)}: {_money(line.says)}" if to else f"else: {_money(line.says)}")
    if not steps[-1].startswith("else"):
        steps.append(f"else: {_money(tiers[-1].says)}")
    return f"tier({of}, {', '.join(steps)})", ""


def _asked(element: Element) -> str | None:
    """A condition in the words of an amount; None where these cannot say it."""
    clause = element.clause or {}
    attr, op, value = str(clause.get("attr")), clause.get("op"), clause.get("value")
    codes = value if isinstance(value, list) else [value]
    if op == "is":
        return attr if value else f"not {attr}"
    if op == "has_any":
        asked = [f'has({attr}, "{code}")' for code in codes]
    elif op == "under":
        asked = [f'under({attr}, "{code}")' for code in codes]
    elif op in ("in", "=="):
        if not all(isinstance(code, str) for code in codes):
            return None
        asked = [f'{attr} == "{code}"' for code in codes]
    elif op in (">=", ">", "<", "<=") and clause.get("unit") in ("元", "万元", "亿元", "%"):
        return f"{attr} {op} {value}{clause['unit']}" if "agg" not in clause else None
    else:
        return None
    return asked[0] if len(asked) == 1 else f"({' or '.join(asked)})"


def _money(says: Mapping[str, Any]) -> str:
    return f"{_plain(says['value'])}{says['unit']}"


def _share(says: Mapping[str, Any]) -> str:
    return f"{_plain(says['value'])}{'' if says['unit'] == '倍' else says['unit']}"


def _plain(value: Any) -> str:
    return f"{Decimal(str(value)).normalize():f}"
