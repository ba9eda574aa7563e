"""Loading a city pack: where base, units, channels, policies and knowledge come together for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from qifu.base import journal
from qifu.base.calendar import record_calendar
from qifu.base.city import City, NoCity, all_loads, city_of_load, last_load, record_load
from qifu.base.errors import BadInput, Conflict, Refused
from qifu.base.models import CityLoad
from qifu.base.packs import Pack, diff, documents_hash, documents_of, snapshot_of
from qifu.knowledge.actions import load_answers, load_laws
from qifu.organisations.actions.channels import load_channels
from qifu.organisations.actions.units import load_units
from qifu.policies.actions import load_policies

Documents = Mapping[str, Any]


class NothingToUndo(Refused):
    """There is no earlier load whose content could be in force again."""

    code = "nothing_to_undo"


def changes_between(old: Documents | None, new: Documents) -> list[dict[str, Any]]:
    """What differs from one state of a city to another, a row a thing: {kind, code, what, paths}.

    Both are documents as `documents_of` gives them and loads keep them; None is no city at all.
    """
    before = snapshot_of(old) if old else {}
    return [
        {"kind": c.kind, "code": c.code, "what": c.what, "paths": list(c.paths)}
        for c in diff(before, snapshot_of(new))
    ]


def changes_of(pack: Pack, before: CityLoad | None) -> list[dict[str, Any]]:
    """What loading this pack would change in the load in force."""
    return changes_between(before.documents if before else None, documents_of(pack))


@transaction.atomic
def load_city(pack: Pack, *, now: datetime, actor_id: int | None = None) -> list[str]:
    """Load a checked pack; gives lines that say what was done. The same pack again: nothing."""
    before = last_load()
    documents = documents_of(pack)
    content = documents_hash(documents)
    if before and before.content_hash == content and before.pack == pack.id:
        return [f"{pack.id} {pack.version}: 没有变化，无需载入 · no difference, nothing to load"]
    return _put_in_force(documents, before, step="load_city", note="", now=now, actor_id=actor_id)


@transaction.atomic
def undo_load(*, now: datetime, actor_id: int | None = None, to: int | None = None) -> list[str]:
    """Make the content of an earlier load the one in force, as a new load; gives lines of words.

    Without `to` it is the load before the one in force, and one earlier each time: an undone load
    does not come back by itself, `to` brings it back. Only what the system stored is needed, no
    folder. NothingToUndo where there is no earlier one, BadInput for a number that never was,
    Conflict where `to` is in force already. Years of the calendar that the earlier load did not
    have yet stay: a notice of the State Council is not undone.
    """
    before = last_load()
    if before is None:
        raise NoCity(_("还没有载入城市数据包。请管理员运行 qifu city load。"))
    target = _load_to_return_to(to)
    if (target.pack, target.content_hash) == (before.pack, before.content_hash):
        raise Conflict(_("第 %(number)s 次载入的内容就是现行内容。") % {"number": target.pk})
    documents = {key: value for key, value in target.documents.items() if key != "snapshot"}
    return _put_in_force(
        documents,
        before,
        step="undo_load",
        note=f" = #{target.pk}",
        now=now,
        actor_id=actor_id,
        content=target.content_hash,
    )


def _load_to_return_to(to: int | None) -> CityLoad:
    loads = all_loads()
    if to is not None:
        for load in loads:
            if load.pk == to:
                return load
        raise BadInput(_("没有第 %(number)s 次载入。") % {"number": to}, field="to")
    # what was undone is no longer on the way: A, B, A is where A was
    way: list[CityLoad] = []
    for load in loads:
        content = (load.pack, load.content_hash)
        known = [(one.pack, one.content_hash) for one in way]
        way = [*way[: known.index(content)], load] if content in known else [*way, load]
    if len(way) < 2:
        raise NothingToUndo(_("没有更早的载入可以恢复。"))
    return way[-2]


def _put_in_force(
    documents: Documents,
    before: CityLoad | None,
    *,
    step: str,
    note: str,
    now: datetime,
    actor_id: int | None,
    content: str = "",
) -> list[str]:
    """Keep the documents as a new load and bring every room in line with them."""
    old = before.documents if before else None
    pack, version = str(documents["pack"]["id"]), str(documents["pack"]["version"])
    changes = changes_between(old, documents)
    load = record_load(
        pack=pack,
        version=version,
        content_hash=content or documents_hash(documents),
        documents=documents,
        changes=changes,
        loaded_by=actor_id,
        now=now,
    )
    units = load_units(documents["units"], now=now)
    # after the units that own them
    channels = load_channels(documents.get("channels"), now=now)
    # not through the cache: if this load fails, the next one may get the same number
    city: City = city_of_load.__wrapped__(load.pk)
    policies = load_policies(documents["policies"].values(), city=city, now=now)
    laws = load_laws(documents.get("laws") or [], now=now)
    # after the statutes and policies that they cite
    answers = load_answers(documents.get("answers") or [], now=now)
    years = _load_calendar(old or {}, documents, actor_id=actor_id, now=now)
    journal.record(load, step, actor_id=actor_id, now=now, note=f"{pack} {version}{note}")
    what = {"added": 0, "changed": 0, "removed": 0}
    for change in changes:
        what[change["what"]] += 1
    return [
        f"{pack} {version}{note}: {what['added']} added, {what['changed']} changed, "
        f"{what['removed']} removed",
        "部门 units: " + ", ".join(f"{count} {word}" for word, count in units.items()),
        "渠道 channels: " + channels.told(),
        "政策 policies: " + ", ".join(f"{count} {word}" for word, count in policies.items()),
        "法规 statutes: " + ", ".join(f"{count} {word}" for word, count in laws.items()),
        "解答 answers: " + ", ".join(f"{count} {word}" for word, count in answers.items()),
        "日历 calendar: " + (", ".join(years) or "0"),
    ]


def _load_calendar(
    old: Documents, new: Documents, *, actor_id: int | None, now: datetime
) -> list[str]:
    """The years that this load changes; a year that officials corrected since stays as it is."""
    before, after = old.get("calendar") or {}, new.get("calendar") or {}
    changed = [year for year in sorted(after) if before.get(year) != after[year]]
    for year in changed:
        record_calendar(after[year], uploaded_by=actor_id, now=now)
    return changed
