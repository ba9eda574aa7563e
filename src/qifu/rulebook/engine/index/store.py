"""The folder of a live index: arrays in memory-mapped files, a header, a journal; crash-safe.

    header     what is where; replaced as a whole, with its own checksum
    journal    every change of an enterprise since that header, each synced before it is applied
    *.array    memory-mapped; written in place

A change is written to the journal first. After a crash the header says what was whole, and the
journal is applied again: every change is absolute, so applying it twice does nothing. A file that
is shorter than the header says, a header or a journal of another epoch, raise `Torn`: the index is
then built anew from the database, which is the truth.
"""

import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from qifu.rulebook.engine.coding import Array

FORMAT = 1
_RECORD = struct.Struct("<II")  # length, CRC-32


class Torn(Exception):
    """The folder holds no whole index; its message says what is wrong."""


class Mapped:
    """One array in a file of its own, as long as it is asked to be."""

    def __init__(self, path: Path, kind: Any, length: int, *, write: bool) -> None:
        self.path, self.kind, self.write = path, np.dtype(kind), write
        self._open(length)

    def _open(self, length: int) -> None:
        wanted = max(1, length) * self.kind.itemsize
        there = self.path.stat().st_size if self.path.exists() else -1
        if self.write and there < wanted:
            # space that is really there: a full disk is an error here and not a crash later
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, wanted)
            finally:
                os.close(descriptor)
        elif there < wanted:
            raise Torn(f"{self.path.name}: {there} bytes, {wanted} wanted")
        self._map = np.memmap(
            self.path, self.kind, "r+" if self.write else "r", shape=(max(1, length),)
        )
        self.array: Array = self._map.view(np.ndarray)

    def __len__(self) -> int:
        return len(self.array)

    def grow(self, length: int) -> None:
        """Make room for `length` items; new ones are zero."""
        if length > len(self.array):
            self._map.flush()
            self._open(length)

    def flush(self) -> None:
        """Give what was written to the disk."""
        self._map.flush()


class Store:
    """A folder with its header; `header` holds plain JSON."""

    def __init__(self, folder: Path, header: dict[str, Any], *, write: bool) -> None:
        self.folder, self.header, self.write = folder, header, write
        self.arrays: dict[str, Mapped] = {}

    @classmethod
    def create(cls, folder: Path, header: dict[str, Any]) -> "Store":
        """An empty folder; what was in it is deleted. It counts from the first checkpoint on."""
        folder.mkdir(parents=True, exist_ok=True)
        for path in [folder / "header", folder / "journal", *folder.glob("*.array")]:
            path.unlink(missing_ok=True)
        return cls(folder, {"format": FORMAT, "epoch": 0, **header}, write=True)

    @classmethod
    def open(cls, folder: Path, *, write: bool) -> "Store":
        """What the last checkpoint left; Torn where there is nothing whole."""
        try:
            digest, _, body = (folder / "header").read_bytes().partition(b"\n")
        except OSError as error:
            raise Torn(f"no header: {error.strerror}") from None
        if hashlib.sha256(body).hexdigest().encode() != digest:
            raise Torn("the header is not whole")
        header = json.loads(body)
        if header.get("format") != FORMAT:
            raise Torn(f"format {header.get('format')}, wanted {FORMAT}")
        return cls(folder, header, write=write)

    @property
    def epoch(self) -> int:
        """The number of the last checkpoint."""
        return int(self.header["epoch"])

    def stamp(self) -> tuple[int, int]:
        """Changes whenever another process has written: inode and time of the header."""
        try:
            found = (self.folder / "header").stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns

    def array(self, name: str, kind: Any, length: int) -> Mapped:
        """The array of that name, made where it is not there yet."""
        path = self.folder / f"{name}.array"
        saved = self.header.get("arrays", {}).get(name, 0)
        there = path.stat().st_size if path.exists() else 0
        if there < saved:
            raise Torn(f"{path.name}: {there} bytes of {saved}")
        self.arrays[name] = Mapped(path, kind, length, write=self.write)
        return self.arrays[name]

    def drop(self, name: str) -> None:
        """Forget an array; its file goes with the next checkpoint."""
        self.arrays.pop(name, None)

    def checkpoint(self, header: dict[str, Any]) -> None:
        """Everything to the disk, then the header that says so, then an empty journal."""
        for array in self.arrays.values():
            array.flush()
        sizes = {name: array.array.nbytes for name, array in self.arrays.items()}
        self.header = {**self.header, **header, "arrays": sizes, "epoch": self.epoch + 1}
        body = json.dumps(self.header, ensure_ascii=False).encode()
        digest = hashlib.sha256(body).hexdigest().encode()
        self._replace("header", digest + b"\n" + body)
        self._replace("journal", b"%d\n" % self.epoch)
        for path in self.folder.glob("*.array"):
            if path.stem not in self.arrays:
                path.unlink()

    def _replace(self, name: str, content: bytes) -> None:
        part = self.folder / f".{name}.part"
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / name)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def note(self, records: list[Any]) -> None:
        """Append changes to the journal and wait until they are on the disk."""
        bodies = [
            json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
            for record in records
        ]
        with (self.folder / "journal").open("ab") as journal:
            for body in bodies:
                journal.write(_RECORD.pack(len(body), zlib.crc32(body)) + body)
            journal.flush()
            os.fsync(journal.fileno())

    @property
    def noted(self) -> int:
        """Bytes of the journal."""
        try:
            return (self.folder / "journal").stat().st_size
        except OSError:
            return 0

    def changes(self) -> Iterator[Any]:
        """What the journal holds beyond the header; a record that was cut off was never applied."""
        try:
            epoch, _, rest = (self.folder / "journal").read_bytes().partition(b"\n")
        except OSError:
            epoch, rest = b"", b""
        if epoch != b"%d" % self.epoch:
            # killed between header and journal: all of it is in the arrays already
            if epoch == b"%d" % (self.epoch - 1) or (not epoch and self.epoch == 1):
                return
            raise Torn("the journal is not this header's")
        at = 0
        while at + _RECORD.size <= len(rest):
            length, crc = _RECORD.unpack_from(rest, at)
            body = rest[at + _RECORD.size : at + _RECORD.size + length]
            if len(body) < length or zlib.crc32(body) != crc:
                return
            yield json.loads(body)
            at += _RECORD.size + length
