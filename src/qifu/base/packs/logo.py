"""The logo of a city: one small PNG beside pack.yaml, with nothing in it but the picture."""

import struct
import zlib
from pathlib import Path
from typing import Final

from qifu.rulebook.findings import Finding

LOGO: Final = "logo.png"
LARGEST: Final = 100_000  # bytes
LEAST, MOST = 32, 1024  # pixels a side
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# What makes the picture. Texts, times and whatever else a program left in it stay out.
_CHUNKS: Final = (b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"IDAT", b"IEND")


def read_logo(place: Path, findings: list[Finding]) -> bytes | None:
    """The picture without anything but the picture; None and a finding where it is none."""

    def say(code: str, message: str, found: object, allowed: str) -> None:
        findings.append(Finding(code, "", message, found, allowed, str(place)))

    data = place.read_bytes()
    if len(data) > LARGEST:
        say("size", f"larger than {LARGEST} bytes: make it smaller", len(data), f"{LARGEST}")
        return None
    kept = _kept(data)
    if kept is None:
        say("type", "not a whole PNG picture: save it as PNG again", None, "PNG")
        return None
    width, height = struct.unpack(">II", kept[16:24])
    if not (LEAST <= width <= MOST and LEAST <= height <= MOST):
        message = "a side is too short or too long: scale it"
        say("bounds", message, f"{width} x {height}", f"{LEAST} to {MOST} pixels a side")
        return None
    return kept


def _kept(data: bytes) -> bytes | None:
    """The PNG with the chunks of the picture only; None where it is broken."""
    if not data.startswith(_SIGNATURE):
        return None
    parts, at = [_SIGNATURE], len(_SIGNATURE)
    names = []
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        name, end = data[at + 4 : at + 8], at + 12 + length
        body, check = data[at + 4 : end - 4], data[end - 4 : end]
        if end > len(data) or zlib.crc32(body).to_bytes(4, "big") != check:
            return None
        if name in _CHUNKS:
            parts.append(data[at:end])
            names.append(name)
        if name == b"IEND":
            break
        at = end
    whole = names[:1] == [b"IHDR"] and names[-1:] == [b"IEND"] and b"IDAT" in names
    return b"".join(parts) if whole and len(parts[1]) == 25 else None
