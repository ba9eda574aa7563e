"""A city pack from the running system: what was loaded, with what people changed on pages since."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from qifu.base.calendar import uploads_in_force
from qifu.base.city import NoCity, all_loads, last_load
from qifu.base.errors import BadInput
from qifu.base.packs import documents_hash
from qifu.base.packs.writing import write_pack
from qifu.knowledge.selectors.packs import answers_as_pack
from qifu.organisations.actions.channels import tidy
from qifu.organisations.selectors.channels import every_channel

HEAD = (
    "由 qifu city export 写出；原文件里的注释不在其中。\n"
    "Written by qifu city export; comments of the original files are not kept."
)


def documents_of_load(number: int) -> dict[str, Any]:
    """What a load kept. BadInput for a number that never was."""
    for load in all_loads():
        if load.pk == number:
            return {key: value for key, value in load.documents.items() if key != "snapshot"}
    raise BadInput(_("没有第 %(number)s 次载入。") % {"number": number}, field="load")


def documents_now() -> dict[str, Any]:
    """The load in force with channels, answers and calendar years as they are now."""
    load = last_load()
    if load is None:
        raise NoCity(_("还没有载入城市数据包。请管理员运行 qifu city load。"))
    documents = {key: value for key, value in load.documents.items() if key != "snapshot"}
    titles = {row["code"]: row["title"] for row in documents.get("laws") or []}
    answers = answers_as_pack(documents.get("answers") or [], titles)
    if answers or "answers" in documents:
        documents["answers"] = answers
    _with_channels(documents)
    years = {str(upload.year): upload.document for upload in uploads_in_force()}
    documents["calendar"] = dict(sorted({**(documents.get("calendar") or {}), **years}.items()))
    return documents


def _with_channels(documents: dict[str, Any]) -> None:
    there = {channel.code: channel for channel in every_channel(with_retired=True)}
    said: Mapping[str, Any] = documents.get("channels") or {}
    if not there or not said:
        # entries need the kinds and needs of the document: without one there is no place for them
        return
    rows = list(said.get("channels") or [])
    kept = []
    for row in rows:
        channel = there.pop(str(row["code"]), None)
        if channel is None:
            kept.append(row)
        elif channel.retired_at is None:
            kept.append(_as_written(row, channel.document))
    kept += [dict(channel.document) for channel in there.values() if channel.retired_at is None]
    documents["channels"] = {**said, "channels": kept}


def _as_written(row: Mapping[str, Any], entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry, each key worded as in the pack's row where both say the same.

    The system keeps no empty keys and leaves out of hours what is so anyway.
    """
    said = {}
    for key, value in row.items():
        if tidy({key: value}).get(key) == entry.get(key):
            said[key] = value
        elif key in entry:
            said[key] = entry[key]
    return {**said, **{key: value for key, value in entry.items() if key not in said}}


def export_city(folder: Path, *, load: int | None = None) -> tuple[list[Path], str]:
    """Write the pack into an empty folder; gives the files and the hash of what they hold.

    Without `load` it is the state of now, with it what that load brought. NotEmpty for a folder
    that holds anything, BadInput for a number that never was.
    """
    documents = documents_now() if load is None else documents_of_load(load)
    return write_pack(documents, folder, head=HEAD), documents_hash(documents)
