"""City packs: read, checked, compared; and the made-up firms of a demo."""

from qifu.base.packs.changes import (
    Change,
    Snapshot,
    diff,
    diff_packs,
    documents_hash,
    documents_of,
    pack_hash,
    plain,
    snapshot,
    snapshot_of,
    trees_of,
)
from qifu.base.packs.check import check_pack
from qifu.base.packs.model import Pack, read_pack

__all__ = [
    "Change",
    "Pack",
    "Snapshot",
    "check_pack",
    "diff",
    "diff_packs",
    "documents_hash",
    "documents_of",
    "pack_hash",
    "plain",
    "read_pack",
    "snapshot",
    "snapshot_of",
    "trees_of",
]
