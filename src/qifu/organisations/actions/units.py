"""Units come in from a city pack: new ones are added, changed ones renamed, gone ones dissolved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from qifu.organisations.models import Organisation, Unit

KIND = Organisation.Kind.UNIT


@transaction.atomic
def load_units(rows: Sequence[Mapping[str, Any]], *, now: datetime) -> dict[str, int]:
    """Bring the tree of units in line with the pack; give counts {added, changed, dissolved}.

    A unit that the pack no longer has is dissolved, not deleted: its cases stay readable.
    """
    counts = {"added": 0, "changed": 0, "dissolved": 0}
    there = {unit.organisation.code: unit for unit in Unit.objects.select_related("organisation")}
    by_code: dict[str, Unit] = {}
    touched: set[str] = set()
    for row in rows:
        code, name = str(row["code"]), row["name"]
        wanted = {"name": name["zh"], "name_en": name.get("en", "")}
        own = {
            "kind": str(row.get("kind") or ""),
            "region": str(row.get("region") or ""),
            "dissolved_on": None,
        }
        unit = there.get(code)
        if unit is None:
            organisation = Organisation.objects.create(
                kind=KIND, code=code, made_up=bool(row.get("made_up")), **wanted
            )
            unit = Unit.objects.create(organisation=organisation, **own)
            counts["added"] += 1
            touched.add(code)
        elif _differs(unit.organisation, wanted) or _differs(unit, own):
            Organisation.objects.filter(pk=unit.pk).update(**wanted)
            Unit.objects.filter(pk=unit.pk).update(**own)
            counts["changed"] += 1
            touched.add(code)
        by_code[code] = unit
    # parents last: a child may stand before its parent
    for row in rows:
        code = str(row["code"])
        parent = by_code.get(str(row.get("parent") or ""))
        parent_id = parent.pk if parent else None
        if by_code[code].parent_id != parent_id:
            Unit.objects.filter(pk=by_code[code].pk).update(parent_id=parent_id)
            counts["changed"] += code not in touched
    gone = [u.pk for code, u in there.items() if code not in by_code and u.dissolved_on is None]
    counts["dissolved"] = Unit.objects.filter(pk__in=gone).update(dissolved_on=localdate(now))
    return counts


def _differs(row: Any, wanted: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in wanted.items())
