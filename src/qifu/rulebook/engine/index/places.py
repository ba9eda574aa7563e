"""Where an enterprise stands in an index: its place by its number."""

import numpy as np

from qifu.rulebook.engine.coding import Array

NOBODY = -1


class Places:
    """Places by id. What was there at first lies sorted, a few bytes each; later ones in a dict."""

    def __init__(self, ids: Array) -> None:
        """`ids[place]`, NOBODY where a place is free."""
        there = np.nonzero(ids != NOBODY)[0]
        order = np.argsort(ids[there], kind="stable")
        self._places = there[order]
        self._sorted = ids[self._places]
        self._later: dict[int, int] = {}
        self.free = np.nonzero(ids == NOBODY)[0].tolist()

    def __len__(self) -> int:
        return len(self._sorted) + sum(
            (place >= 0) - self._before(number) for number, place in self._later.items()
        )

    def _before(self, number: int) -> bool:
        i = int(np.searchsorted(self._sorted, number))
        return i < len(self._sorted) and int(self._sorted[i]) == number

    def get(self, number: int) -> int | None:
        """The place of an enterprise, None where it is not there."""
        if number in self._later:
            place = self._later[number]
            return None if place < 0 else place
        i = int(np.searchsorted(self._sorted, number))
        if i < len(self._sorted) and int(self._sorted[i]) == number:
            return int(self._places[i])
        return None

    def add(self, number: int, place: int) -> None:
        """An enterprise that was not there."""
        self._later[number] = place

    def remove(self, number: int, place: int) -> None:
        """An enterprise that is gone; its place is free."""
        self._later[number] = NOBODY
        self.free.append(place)
