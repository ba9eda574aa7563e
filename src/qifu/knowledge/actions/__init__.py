"""Everything that can be done to answers and statutes."""

from qifu.knowledge.actions.answers import load_answers, retire_answer, write_answer
from qifu.knowledge.actions.laws import load_laws

__all__ = ["load_answers", "load_laws", "retire_answer", "write_answer"]
