"""Every read of answers and statutes that a door needs; what is published is for everybody."""

from qifu.knowledge.selectors.answers import (
    answer_for,
    answers_in_force,
    answers_to_edit,
    journal_of_answer,
    versions_of,
)
from qifu.knowledge.selectors.citing import basis_lines, citation, citations, read_basis
from qifu.knowledge.selectors.finding import Things, every_thing, numbers_held
from qifu.knowledge.selectors.laws import (
    article,
    law_by_code,
    laws_carried,
    laws_numbered,
    table_of_contents,
)
from qifu.knowledge.selectors.search import (
    Best,
    Hit,
    Hits,
    answers_for,
    best_things,
    find_knowledge,
    search_knowledge,
)

__all__ = [
    "Best",
    "Hit",
    "Hits",
    "Things",
    "answer_for",
    "answers_for",
    "answers_in_force",
    "answers_to_edit",
    "article",
    "basis_lines",
    "best_things",
    "citation",
    "citations",
    "every_thing",
    "find_knowledge",
    "journal_of_answer",
    "law_by_code",
    "laws_carried",
    "laws_numbered",
    "numbers_held",
    "read_basis",
    "search_knowledge",
    "table_of_contents",
    "versions_of",
]
