"""Cited bases of several answers or replies in words, asked for together."""

from collections.abc import Mapping, Sequence
from typing import Any

from qifu.knowledge.selectors import citations

Cited = list[dict[str, str]]


def cited(bases: Sequence[Sequence[Mapping[str, Any]]]) -> list[Cited]:
    """Each list of entries as {zh, en, address}, with the queries of one list."""
    flat = [entry for basis in bases for entry in basis]
    shown = iter(citations(flat)) if flat else iter(())
    return [[next(shown) for _entry in basis] for basis in bases]
