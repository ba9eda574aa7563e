"""Rule cases in YAML: facts, and the answer that a policy must give to them.

    policy: SZ-2026-0017
    cases:
    - name: 成立刚满一年的高企可以申请
      as_of: 2026-11-22
      facts: {founded: 2025-11-22, qualifications: [hi_tech_firm], revenue@2025: 3000000}
      verdict: eligible            # eligible | maybe | ineligible
      near_miss: false             # from here on all may be left out
      hard_failed: false
      status: open
      met: [c1, c2]                # exactly these groups
      unmet: []
      unknown: [c9]
      gap_zh: {c3: 还差 200 万元}   # the gap's words contain this; gap_en likewise
      amount: {low: 0, high: 3000000}   # null is no bound

`as_of` may stand once beside `cases` for all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.facts import Unfit, read_number
from qifu.rulebook.findings import RuleError
from qifu.rulebook.gather import Gather, join
from qifu.rulebook.policy import STATUSES, Policy
from qifu.rulebook.report import VERDICT, PolicyResult, decimal, report

VERDICTS = tuple(VERDICT.values())
_GROUPS = {"met": "met", "unmet": "unmet", "unknown": "unknown"}
_KEYS = (
    "name", "as_of", "facts", "verdict", "near_miss", "hard_failed", "status", *_GROUPS,
    "gap_zh", "gap_en", "amount",
)  # fmt: skip

# given facts and the day → facts with what follows from them
Prepare = Callable[[Mapping[str, Any], date], Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """Facts, and what is expected of the answer; what is None is not looked at."""

    name: str
    as_of: date
    facts: Mapping[str, Any]
    verdict: str
    flags: Mapping[str, bool] = field(default_factory=dict)
    status: str | None = None
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gaps: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    amount: tuple[Decimal | None, Decimal | None] | None = None


@dataclass(frozen=True)
class CaseFile:
    """The cases of one policy."""

    policy: str
    cases: tuple[Case, ...]
    file: str = ""


def parse_cases(doc: Any, *, file: str = "", lines: Mapping[str, int] | None = None) -> CaseFile:
    """Read a file of cases; RuleError holds every mistake."""
    gather = Gather(file, lines or {})
    doc = gather.mapping(doc, "", "{policy, cases}") or {}
    gather.stop()
    gather.keys(doc, ("policy", "as_of", "cases"), "")
    policy = gather.text(doc, "policy", "", required=True) or ""
    day = gather.day(doc, "as_of", "")
    rows = doc.get("cases")
    if not isinstance(rows, list) or not rows:
        gather.say("type", "cases", "must be a list that is not empty", rows)
        rows = []
    cases = [_case(row, f"cases[{i}]", day, gather) for i, row in enumerate(rows)]
    gather.stop()
    return CaseFile(policy, tuple(case for case in cases if case is not None), file)


def run_cases(
    policy: Policy, cases: Sequence[Case], catalogue: Catalogue, *, prepare: Prepare | None = None
) -> list[str]:
    """Every case that fails, in words; an empty list is success.

    `prepare` derives facts from the given ones before the policy sees them.
    """
    failures = []
    for case in cases:
        try:
            facts = prepare(case.facts, case.as_of) if prepare else case.facts
            results = report([policy], facts, catalogue, as_of=case.as_of).policies
        except RuleError as error:
            failures += [f"{policy.id}: {case.name}: {finding}" for finding in error.findings]
            continue
        if not results:
            failures.append(f"{policy.id}: {case.name}: not in force on {case.as_of}")
            continue
        failures += [f"{policy.id}: {case.name}: {words}" for words in _failures(case, results[0])]
    return failures


def _failures(case: Case, result: PolicyResult) -> list[str]:
    found: list[str] = []

    def same(what: str, expected: object, got: object) -> None:
        if expected != got:
            found.append(f"{what}: expected {expected}, got {got}")

    same("verdict", case.verdict, result.verdict)
    for flag, expected in case.flags.items():
        same(flag, expected, getattr(result, flag))
    if case.status is not None:
        same("status", case.status, result.status)
    ids = {group.id for group in result.groups}
    for verdict, expected_ids in case.groups.items():
        got = [group.id for group in result.groups if group.verdict == verdict]
        same(verdict, sorted(expected_ids), sorted(got))
    for language, gaps in case.gaps.items():
        told = {group.id: group.gap.of(language) for group in result.groups}
        for group_id, part in gaps.items():
            if group_id not in ids:
                found.append(f"gap_{language}: no group {group_id}; there are {sorted(ids)}")
            elif part not in told[group_id]:
                found.append(
                    f"gap_{language} of {group_id}: expected “{part}” in “{told[group_id]}”"
                )
    if case.amount is not None:
        amount = result.amount
        got_amount = None if amount is None else (amount.low, amount.high)
        if got_amount != case.amount:
            expected_text = tuple(decimal(end) for end in case.amount)
            got_text = got_amount and tuple(decimal(end) for end in got_amount)
            found.append(f"amount: expected {expected_text}, got {got_text}")
    return found


def _case(row: Any, path: str, day: date | None, gather: Gather) -> Case | None:
    row = gather.mapping(row, path, ", ".join(_KEYS))
    if row is None:
        return None
    gather.keys(row, _KEYS, path)
    name = gather.text(row, "name", path, required=True) or ""
    as_of = gather.day(row, "as_of", path) or day
    if as_of is None:
        gather.say("missing", f"{path}.as_of", "a case needs its day", None, "2026-11-22")
    facts = gather.mapping(row.get("facts"), f"{path}.facts", "{attribute: value}")
    verdict = row.get("verdict")
    if verdict not in VERDICTS:
        allowed = ", ".join(VERDICTS)
        gather.say("verdict", f"{path}.verdict", "unknown verdict", verdict, allowed)
    status = row.get("status")
    if status is not None and status not in STATUSES:
        gather.say("status", f"{path}.status", "unknown status", status, ", ".join(STATUSES))
    flags = {}
    for key in ("near_miss", "hard_failed"):
        if row.get(key) is not None:
            flags[key] = row[key]
            if not isinstance(row[key], bool):
                gather.say("type", f"{path}.{key}", "must be true or false", row[key])
    groups = {}
    for key in _GROUPS:
        ids = row.get(key)
        if ids is not None:
            if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
                gather.say("type", f"{path}.{key}", "must be a list of group ids", ids, "[c1, c2]")
                continue
            groups[key] = tuple(ids)
    gaps = {lang: _gap_words(row, f"gap_{lang}", path, gather) for lang in ("zh", "en")}
    amount = _amount(row.get("amount"), f"{path}.amount", gather)
    if as_of is None or facts is None:
        return None
    return Case(name, as_of, facts, str(verdict), flags, status, groups, gaps, amount)


def _gap_words(row: Mapping[str, Any], key: str, path: str, gather: Gather) -> dict[str, str]:
    if row.get(key) is None:
        return {}
    block = gather.mapping(row[key], f"{path}.{key}", "{group id: words}") or {}
    for group_id in block:
        gather.text(block, group_id, f"{path}.{key}", required=True)
    return dict(block)


def _amount(value: Any, path: str, gather: Gather) -> tuple[Decimal | None, Decimal | None] | None:
    if value is None:
        return None
    block = gather.mapping(value, path, "{low: 0, high: 3000000}")
    if block is None:
        return None
    gather.keys(block, ("low", "high"), path)
    ends: list[Decimal | None] = []
    for key in ("low", "high"):
        end = None
        if key not in block:
            gather.say("missing", join(path, key), "is missing", None, "a figure, null")
        elif block[key] is not None:
            try:
                end = read_number(block[key])
            except Unfit as error:
                gather.unfit(error, join(path, key), block[key])
        ends.append(end)
    return ends[0], ends[1]
