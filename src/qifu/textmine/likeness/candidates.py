"""Pairs of texts worth comparing: those that share the heaviest words, in linear time.

An inverted index with lists of bounded length. MinHash bands find near copies only: of the
hand-judged repeats in other words, most share less than a third of their shingles.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from qifu.textmine.likeness.weighing import Weighed

# A text asks with its heaviest words, each of which answers with so many texts that have it.
ASKED: Final = 24
LISTED: Final = 200
# what those words must give of the likeness, and how many texts of the most are compared
FLOOR: Final = 0.08
MOST: Final = 12
_BLOCK: Final = 1_000

Numbers = NDArray[np.int64]


def candidates(
    weighed: Weighed,
    *,
    most: int = MOST,
    floor: float = FLOOR,
    since: int = 0,
    oldest: Numbers | None = None,
) -> tuple[Numbers, Numbers]:
    """Pairs (later row, earlier row) for `alike`: for each row at most `most` earlier ones.

    Only rows from `since` on ask; `oldest` [rows]: the first that each may be compared with. Time
    and memory grow with the number of texts: a text is compared with at most 2 × ASKED × LISTED
    others by these words, and with `most` in full.
    """
    rows = weighed.rows
    asking = _heaviest(rows, ASKED)
    listed = _listed(rows, since)
    oldest = np.zeros(rows.shape[0], np.int64) if oldest is None else oldest
    later, earlier = [], []
    for start in range(since, rows.shape[0], _BLOCK):
        stop = min(start + _BLOCK, rows.shape[0])
        found = (asking[start:stop] @ listed[:, :stop]).tocsr()
        for row in range(stop - start):
            here = slice(found.indptr[row], found.indptr[row + 1])
            others, shared = found.indices[here], found.data[here]
            kept = (shared >= floor) & (others < start + row) & (others >= oldest[start + row])
            others, shared = others[kept], shared[kept]
            if len(others) > most:
                # the most alike; of equals the earlier
                others = others[np.lexsort((others, -shared))[:most]]
            later.append(np.full(len(others), start + row, np.int64))
            earlier.append(np.sort(others).astype(np.int64))
    nothing = np.zeros(0, np.int64)
    return np.concatenate([nothing, *later]), np.concatenate([nothing, *earlier])


def _heaviest(rows: csr_matrix, most: int) -> csr_matrix:
    """The rows with only their heaviest words."""
    number = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    order = np.lexsort((rows.indices, -rows.data, number))
    rank = np.arange(len(order)) - rows.indptr[number]
    kept = np.sort(order[rank < most])
    return csr_matrix((rows.data[kept], (number[kept], rows.indices[kept])), shape=rows.shape)


def _listed(rows: csr_matrix, since: int) -> csr_matrix:
    """[words, texts]: each word with the first LISTED texts from `since` on that have it, and the
    last LISTED before."""
    by_word = rows.tocsc()
    by_word.sort_indices()
    word = np.repeat(np.arange(rows.shape[1]), np.diff(by_word.indptr))
    place, text = np.arange(len(word)), by_word.indices
    # where in the pile of its word the new texts begin
    border = by_word.indptr[:-1] + np.bincount(word[text < since], minlength=rows.shape[1])
    kept = (place < border[word] + LISTED) & (place >= border[word] - LISTED)
    return csr_matrix((by_word.data[kept], (word[kept], text[kept])), shape=rows.shape[::-1])
