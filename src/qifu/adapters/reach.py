"""Reading the live index that the worker keeps in a folder: whom a policy reaches."""

from pathlib import Path
from typing import TYPE_CHECKING

from qifu.base.ports import CityReach, reach_sources
from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.policy import Policy

if TYPE_CHECKING:
    from qifu.rulebook.engine.index import Reader

_NAME = "index"
_TRIES = 3


class IndexFolder:
    """A folder that another process writes; opened again whenever that has saved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reader: Reader | None = None

    def reach(self, policy: Policy, catalogue: Catalogue, stamp: str) -> CityReach | None:
        """None while there is no whole index, or it was made with another pack."""
        from qifu.rulebook.engine.index import Torn  # noqa: PLC0415 - starts the compiler

        for _turn in range(_TRIES):
            try:
                reader = self._open(catalogue)
                if reader.stamp != stamp:
                    return None
                found = reader.reach(policy)
            except Torn:
                self._reader = None
                continue
            # what was read while somebody saved may be of two states
            if reader.fresh:
                since = (reader.notes.get("changes") or {}).get(policy.id)
                if since is not None and since["version"] != policy.version:
                    since = None
                return None if found is None else CityReach(reader.as_of, found, since)
        return None

    def _open(self, catalogue: Catalogue) -> "Reader":
        from qifu.rulebook.engine.index import Reader  # noqa: PLC0415 - starts the compiler

        reader = self._reader
        if reader is None or not reader.fresh or reader.catalogue is not catalogue:
            reader = self._reader = Reader(self._folder, catalogue)
        return reader


def plug_in(folder: Path) -> None:
    """Whom policies reach is asked of the index in this folder."""
    if _NAME not in reach_sources.names():
        source = IndexFolder(folder)
        reach_sources.register(_NAME, lambda: source)
