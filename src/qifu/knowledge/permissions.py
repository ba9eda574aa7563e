"""Who may do what with answers. Pure questions: no query, no exception."""

from qifu.organisations.permissions import Actor


def may_edit_answers(actor: Actor) -> bool:
    """Answers and statutes are read by everybody; officers with that duty write the answers."""
    return actor.is_unit and actor.may("knowledge.edit")
