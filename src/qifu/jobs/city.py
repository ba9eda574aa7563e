"""Loading a city pack: where base, units, policies and knowledge come together for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from qifu.base import journal
from qifu.base.city import City, city_of_load, last_load, record_load
from qifu.base.models import CityLoad
from qifu.base.packs import Pack, diff, documents_of, pack_hash, snapshot
from qifu.knowledge.actions import load_answers, load_laws
from qifu.organisations.actions.units import load_units
from qifu.policies.actions import load_policies


def changes_of(pack: Pack, before: CityLoad | None) -> list[dict[str, Any]]:
    """What differs from the load in force, a row a thing: {kind, code, what, paths}."""
    old: Mapping[str, Any] = before.documents["snapshot"] if before else {}
    return [
        {"kind": c.kind, "code": c.code, "what": c.what, "paths": list(c.paths)}
        for c in diff(old, snapshot(pack))
    ]


@transaction.atomic
def load_city(pack: Pack, *, now: datetime, actor_id: int | None = None) -> list[str]:
    """Load a checked pack; gives lines that say what was done. The same pack again: nothing."""
    before = last_load()
    content = pack_hash(pack)
    if before and before.content_hash == content and before.pack == pack.id:
        return [f"{pack.id} {pack.version}: 没有变化，无需载入 / no difference, nothing to load"]
    changes = changes_of(pack, before)
    documents = {**documents_of(pack), "snapshot": snapshot(pack)}
    load = record_load(
        pack=pack.id,
        version=str(pack.version),
        content_hash=content,
        documents=documents,
        changes=changes,
        loaded_by=actor_id,
        now=now,
    )
    units = load_units(documents["units"], now=now)
    # not through the cache: if this load fails, the next one may get the same number
    city: City = city_of_load.__wrapped__(load.pk)
    policies = load_policies(documents["policies"].values(), city=city, now=now)
    laws = load_laws(documents["laws"], now=now)
    # after the statutes and policies that they cite
    answers = load_answers(documents.get("answers") or [], now=now)
    journal.record(load, "load_city", actor_id=actor_id, now=now, note=f"{pack.id} {pack.version}")
    what = {"added": 0, "changed": 0, "removed": 0}
    for change in changes:
        what[change["what"]] += 1
    return [
        f"{pack.id} {pack.version}: {what['added']} added, {what['changed']} changed, "
        f"{what['removed']} removed",
        "部门 / units: " + ", ".join(f"{count} {word}" for word, count in units.items()),
        "政策 / policies: " + ", ".join(f"{count} {word}" for word, count in policies.items()),
        "法规 / statutes: " + ", ".join(f"{count} {word}" for word, count in laws.items()),
        "解答 / answers: " + ", ".join(f"{count} {word}" for word, count in answers.items()),
    ]
