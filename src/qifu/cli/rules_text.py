"""A report as text for the terminal, in Chinese or English."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import click

from qifu.rulebook.amounts import AmountRange
from qifu.rulebook.combine_rules import cap_words, reason_words
from qifu.rulebook.report import GroupResult, PolicyResult, Report
from qifu.rulebook.words import Words, money

# heading of each part, in the order in which a reader wants them
PARTS = {
    "eligible": Words("可享", "Eligible"),
    "maybe": Words("可能可享（还有不清楚的）", "Maybe (something is not known)"),
    "near_miss": Words("只差一条", "Near misses"),
    "ineligible": Words("不符合", "Not for you"),
}
STATUS = {
    "not_yet": Words("还没开始", "not open yet"),
    "open": Words("申报中", "open"),
    "closing_soon": Words("快截止", "closing soon"),
    "closed": Words("已截止", "closed"),
    "always": Words("常年可报", "always open"),
}
MARKS = {"met": "✓", "unmet": "✗", "unknown": "？"}
COLOURS = {"met": "green", "unmet": "red", "unknown": "yellow"}


def print_report(report: Report, *, language: str, everything: bool) -> None:
    """Print the report; what does not fit at all is only counted unless `everything`."""
    zh = language == "zh"
    parts = {
        "eligible": report.those("eligible"),
        "maybe": report.those("maybe"),
        "near_miss": report.those("ineligible", near_miss=True),
        "ineligible": report.those("ineligible", near_miss=False),
    }
    counts = "  ".join(f"{PARTS[p].of(language)} {len(found)}" for p, found in parts.items())
    click.secho(f"{report.as_of}  {counts}", bold=True)
    if report.skipped:
        click.echo(
            f"另有 {report.skipped} 项政策当日不在有效期内"
            if zh
            else f"{report.skipped} more are not in force that day"
        )
    for part, found in parts.items():
        if not found or (part == "ineligible" and not everything):
            continue
        click.secho(f"\n【{PARTS[part].of(language)}】", bold=True)
        for result in sorted(found, key=_worth, reverse=True):
            _print_policy(result, language)
    _print_end(report, language)


def json_lines(report: Report) -> Iterator[str]:
    """The report as JSON, a policy a line: 14,000 of them are looked through with grep or jq."""

    def text(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    told = report.to_json()
    policies, questions = told.pop("policies"), told.pop("questions")
    yield text(told)[:-1] + ', "policies": ['
    for i, policy in enumerate(policies, 1):
        yield text(policy) + ("," if i < len(policies) else "")
    yield f'], "questions": {text(questions)}}}'


def amount_words(amount: AmountRange | None) -> Words:
    """An amount in words: a figure, a range, up to, from, or open."""
    if amount is None:
        return Words("", "")
    low = None if amount.low is None else money(amount.low)
    high = None if amount.high is None else money(amount.high)
    if low and high:
        if amount.low == amount.high:
            return low
        if not amount.low:
            return Words(f"最多 {high.zh}", f"up to {high.en}")
        return Words(f"{low.zh} 至 {high.zh}", f"{low.en} to {high.en}")
    if high:
        return Words(f"最多 {high.zh}", f"up to {high.en}")
    if low and amount.low:
        return Words(f"至少 {low.zh}", f"at least {low.en}")
    return Words("金额待定", "amount open")


def _print_policy(result: PolicyResult, language: str) -> None:
    policy, degree = result.policy, result.degree
    told = [
        STATUS[result.status].of(language),
        amount_words(result.amount).of(language),
        f"{degree.met}/{degree.total}",
    ]
    if result.status in ("open", "closing_soon") and policy.closes:
        told[0] += f" → {policy.closes}"
    click.echo(f"● {policy.name(language)}  [{policy.id} v{policy.version}]")
    click.secho("  " + " · ".join(text for text in told if text), dim=True)
    if result.verdict != "eligible":
        for group in result.groups:
            if group.verdict != "met":
                _print_group(group, language)


def _print_group(group: GroupResult, language: str) -> None:
    mark = click.style(MARKS[group.verdict], fg=COLOURS[group.verdict])
    click.echo(f"  {mark} {group.label.of(language)}: {group.gap.of(language)}")


def _print_end(report: Report, language: str) -> None:
    zh = language == "zh"
    total = report.total
    if total.chosen:
        worth = amount_words(AmountRange(total.low, total.high)).of(language)
        chosen = ", ".join(total.chosen)
        label = "合计（可以同时拿的最好组合）" if zh else "In total (the best that go together)"
        click.echo(f"\n{label}: {worth} [{chosen}]")
        _print_left_out(report, language)
    if report.questions:
        click.secho("\n【下一个问题】" if zh else "\n【Next question】", bold=True)
        for question in report.questions[:3]:
            most = "" if question.money is None else money(question.money).of(language)
            if zh:
                why = f"关系到 {question.policies} 项政策" + (f"，最多 {most}" if most else "")
            else:
                why = f"bears on {question.policies} policies" + (f", up to {most}" if most else "")
            click.echo(f"？ {question.text(language)}  [{question.attr}] {why}")


def _print_left_out(report: Report, language: str) -> None:
    """Which policies are not part of the total, and why; and caps that make it smaller."""
    zh, total = language == "zh", report.total

    def name(policy_id: str) -> Words:
        found = report.result(policy_id)
        return (
            Words(found.policy.title, found.policy.name("en"))
            if found
            else Words(policy_id, policy_id)
        )

    for cap in total.caps:
        click.echo(("  合计有上限: " if zh else "  Capped: ") + cap_words(cap, name).of(language))
    for left in total.left_out:
        why = reason_words(left, name).of(language)
        click.echo(("  没有计入: " if zh else "  Left out: ") + f"{left.policy} {why}")
    if total.greedy:
        click.echo(
            "  组合太多，没有逐一比较，可能还有更好的"
            if zh
            else "  Too many ways to combine them: there may be a better one"
        )


def _worth(result: PolicyResult) -> Decimal:
    if result.amount is None:
        return Decimal(0)
    return Decimal("Infinity") if result.amount.high is None else result.amount.high
