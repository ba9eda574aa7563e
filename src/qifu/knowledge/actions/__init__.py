"""Everything that can be done to answers and statutes."""

from qifu.knowledge.actions.answers import load_answers, retire_answer, write_answer
from qifu.knowledge.actions.entries import Entry, count_entries, put_entries, put_kinds
from qifu.knowledge.actions.laws import load_laws

__all__ = [
    "Entry",
    "count_entries",
    "load_answers",
    "load_laws",
    "put_entries",
    "put_kinds",
    "retire_answer",
    "write_answer",
]
