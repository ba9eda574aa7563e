"""Move a row from one state to the next, once, whatever the database."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from qifu.base.errors import WrongState

Transitions = Mapping[str, tuple[frozenset[str], str]]


def move(row: models.Model, step: str, table: Transitions, **changes: Any) -> str:
    """Take `step` on `row` if the table allows it from the state the database holds now.

    Gives the state it came from. The UPDATE names that state, so of two people pressing the
    same button one wins and the other is told. SQLite ignores SELECT FOR UPDATE; this does
    not depend on it.

    Raises WrongState and changes nothing where the table does not allow the step.
    """
    sources, target = table[step]
    model = type(row)
    for source in sorted(sources):
        moved = model._default_manager.filter(pk=row.pk, state=source).update(
            state=target, **changes
        )
        if moved:
            row.refresh_from_db()
            return str(source)
    row.refresh_from_db()
    shown = getattr(row, "get_state_display", lambda: getattr(row, "state"))()  # noqa: B009
    raise WrongState(_("现在的状态是「%(state)s」，不能做这一步。") % {"state": shown})


def steps_from(state: str, table: Transitions) -> list[str]:
    """The steps that the table allows from a state, in the table's order: what pages offer."""
    return [step for step, (sources, _target) in table.items() if state in sources]
