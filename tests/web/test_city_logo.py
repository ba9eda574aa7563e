"""The logo of a city: a PNG of its pack, on every page, with nothing in it but the picture."""

import shutil
import struct
import zlib
from pathlib import Path

import pytest

from qifu.base.city import city_of_load
from qifu.base.packs import check_pack, documents_of, pack_hash, read_pack
from qifu.base.packs.writing import write_pack
from qifu.jobs.city import load_city
from tests.conftest import NOW

DEMO = Path(__file__).parents[2] / "cities" / "shenzhen_demo"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(side: int = 64, *more: bytes) -> bytes:
    """A black square, with further chunks before the picture."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(side) for _ in range(side)))
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *more, chunk(b"IDAT", pixels),
         chunk(b"IEND", b""))
    )  # fmt: skip


@pytest.fixture
def pack(tmp_path):
    for name in ("national", "shenzhen_demo"):
        shutil.copytree(DEMO.parent / name, tmp_path / name)
    return tmp_path / "shenzhen_demo"


def test_the_logo_of_the_pack_is_on_every_page(client, demo_city, pack):
    said = chunk(b"tEXt", b"Author\0somebody")
    (pack / "logo.png").write_bytes(png(64, said) + b"<script>")
    assert check_pack(pack) == []
    assert client.get("/logo.png").status_code == 404
    load_city(read_pack(pack), now=NOW)
    page = client.get("/help/").content.decode()
    address = page.split('<img class="qf-mark" src="')[1].split('"')[0]
    answer = client.get(address)
    assert answer["Content-Type"] == "image/png" and "immutable" in answer["Cache-Control"]
    # neither who made it nor what was hung behind it
    assert answer.content == png(64)
    city_of_load.cache_clear()


def test_the_logo_is_part_of_what_is_compared_and_written_back(pack, tmp_path):
    (pack / "logo.png").write_bytes(png())
    before = read_pack(pack)
    assert pack_hash(before) != pack_hash(read_pack(DEMO))
    write_pack(documents_of(before), tmp_path / "out")
    assert (tmp_path / "out" / "logo.png").read_bytes() == png()
    assert pack_hash(read_pack(tmp_path / "out")) == pack_hash(before)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg onload='alert(1)'/>", "type"),
        (png()[:-20], "type"),
        (png().replace(b"IDAT", b"IDAS"), "type"),
        (png(16), "bounds"),
        (png() + b"x" * 100_000, "size"),
    ],
    ids=["not a PNG", "cut off", "damaged", "too small", "too large"],
)
def test_what_is_no_small_picture_is_a_finding(pack, data, code):
    (pack / "logo.png").write_bytes(data)
    assert [(Path(f.file).name, f.code) for f in check_pack(pack)] == [("logo.png", code)]
