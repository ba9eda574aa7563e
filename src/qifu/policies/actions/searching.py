"""Policies in the search index, version by version; which one counts is the library's to say."""

from collections.abc import Iterable

from qifu.knowledge.actions import Entry, put_entries
from qifu.knowledge.selectors import numbers_held
from qifu.policies.models import PolicyVersion


def index_policies(ids: Iterable[str]) -> None:
    """Bring the entries of these policies in line: those published, and no other.

    A version never changes its words, so one whose entry is there is left alone.
    """
    wanted = set(ids)
    rows = PolicyVersion.objects.filter(state="published").defer("document")
    published: dict[str, dict[int, PolicyVersion]] = {}
    for row in rows.iterator():
        if row.policy_id in wanted:
            published.setdefault(row.policy_id, {})[row.pk] = row
    there = numbers_held("policy")
    codes = [
        code for code in sorted(wanted)
        if set(published.get(code, ())) != there.get(code, set())
    ]  # fmt: skip
    put_entries(
        "policy",
        codes,
        (
            Entry(row.pk, code, f"{row.title} {row.title_en}", row.search_text)
            for code in codes
            for row in published.get(code, {}).values()
        ),
    )
