"""Everything that can be done to answers and statutes."""

from qifu.knowledge.actions.answers import load_answers, retire_answer, write_answer
from qifu.knowledge.actions.entries import Entry, put_entries
from qifu.knowledge.actions.laws import load_laws

__all__ = ["Entry", "put_entries", "load_answers", "load_laws", "retire_answer", "write_answer"]
