"""What a file really is, and what in it could do harm: by its content, never by its name."""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from io import BytesIO
from typing import BinaryIO, Final

import filetype
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEAD: Final = 8192
CHUNK: Final = 256 * 1024
# what an archive may hold when it is unpacked: bytes, members, archives in archives
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_MEMBERS: Final = 5_000
DEEPEST: Final = 2
# real documents pack 5 to 30 times; what packs a thousand times was made to burst
STEEPEST: Final = 250
STEEP_FROM: Final = 10 * 1024 * 1024

_OFFICE = "application/vnd.openxmlformats-officedocument."
EXTENSIONS: Final = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    f"{_OFFICE}wordprocessingml.document": "docx",
    f"{_OFFICE}spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}presentationml.presentation": "pptx",
    "application/zip": "zip",
    "text/plain": "txt",
}
_PARTS = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
_ZIPPED = frozenset({*_PARTS.values(), "application/zip"})
# what a system runs when somebody opens it
_RUNS = frozenset(
    "exe dll com scr pif bat cmd ps1 psm1 vbs vbe js jse wsf wsh hta msi msp msc cpl jar lnk "
    "reg inf chm app apk deb rpm sh bash command desktop iso img vhd docm dotm xlsm xltm xlam "
    "pptm ppam one url scf gadget".split()
)
_PROGRAMS = (
    b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce", b"#!", b"dex\n",
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# Names in a PDF may hide letters as #4A. Files inside a PDF are no fault: electronic invoices
# carry their data so.
_PDF_ACTIVE: Final = re.compile(rb"/(?:JavaScript|Launch)\b")
_PDF_HIDDEN: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_FETCHED: Final = re.compile(rb"/(?:attachedTemplate|oleObject|frame|subDocument)[\"\']")
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13}

# why a file was not let out of quarantine; kept as a code, said in the reader's language
FINDINGS: Final[dict[str, str | Promise]] = {
    "type": _("内容和登记的文件类型不符"),
    "program": _("里面有可以运行的程序"),
    "macro": _("里面有宏"),
    "active": _("里面有会自动运行的内容"),
    "remote": _("打开时会从别处载入内容"),
    "bomb": _("解压后异常地大"),
    "locked": _("加了密码，无法检查"),
    "broken": _("文件损坏，无法检查"),
    "nested": _("压缩包套了太多层"),
    "virus": _("发现病毒"),
    "lost": _("文件已不在"),
}


_UNREADABLE = (zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError, OSError)


class _Found(Exception):
    """Something in a file; the first thing is enough."""


def type_of(file: BinaryIO) -> str:
    """The type of an open file by its content, "" for none that is known; it is rewound.

    An office document is one when the part that makes it one is in its archive.
    """
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if head.startswith(b"PK\x03\x04"):
        found = _kind_of_archive(file)
        file.seek(0)
        return found
    if head.startswith(_PROGRAMS):
        return "application/x-executable"
    guessed = filetype.guess_mime(head)
    if guessed:
        return str(guessed)
    return "text/plain" if _is_text(head) else ""


def finding_in(file: BinaryIO, content_type: str) -> str:
    """The code of what is wrong with a file that was registered as `content_type`; "" for nothing.

    Reads archives through, within bounds: their own word about sizes is not believed.
    """
    try:
        if type_of(file) != content_type:
            return "type"
        if content_type in _ZIPPED:
            _look_into(file, budget=[MOST_UNPACKED, MOST_MEMBERS], depth=1)
        else:
            _look_at(file, content_type)
    except _Found as found:
        return str(found)
    finally:
        file.seek(0)
    return ""


def safe_name(name: str, content_type: str, most: int) -> str:
    """A file name without folders and control characters, ending as its content says."""
    base = re.split(r"[\\/]", name)[-1]
    base = "".join(char for char in base if char.isprintable()).strip(" .") or "file"
    extension = EXTENSIONS.get(content_type, "bin")
    alike = {extension, "jpeg"} if extension == "jpg" else {extension}
    stem, dot, last = base.rpartition(".")
    if dot and stem and last.lower() in alike:
        base = stem
    else:
        last = extension
    return f"{base[: most - len(last) - 1]}.{last}"


def _is_text(head: bytes) -> bool:
    if not head or any(byte in _CONTROL for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        # the head may end in the middle of a character
        for cut in range(4):
            try:
                head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def _kind_of_archive(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, *_UNREADABLE):
        return "application/zip"
    return next((kind for part, kind in _PARTS.items() if part in names), "application/zip")


def _look_at(file: BinaryIO, content_type: str) -> None:
    """A file that is no archive, or should be none."""
    file.seek(0)
    content = file.read()
    if content_type != "text/plain" and zipfile.is_zipfile(BytesIO(content)):
        raise _Found("active")  # two files in one: what opens depends on who opens it
    if content_type == "application/pdf":
        plain = _PDF_HIDDEN.sub(lambda code: bytes([int(code[1], 16)]), content)
        if _PDF_ACTIVE.search(plain):
            raise _Found("active")


def _look_into(file: BinaryIO, *, budget: list[int], depth: int) -> None:
    """Every member of an archive, unpacked and counted; `budget` is bytes and members left."""
    if depth > DEEPEST:
        raise _Found("nested")
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            budget[1] -= len(members)
            if budget[1] < 0:
                raise _Found("bomb")
            for member in members:
                if member.is_dir():
                    continue
                _check_name(member.filename)
                if member.flag_bits & 1:
                    raise _Found("locked")
                content = b"".join(_unpacked(archive, member, budget))
                _check_member(member.filename.lower(), content, budget, depth)
    except (zipfile.BadZipFile, *_UNREADABLE) as error:
        raise _Found("broken") from error
    except (RuntimeError, NotImplementedError) as error:
        raise _Found("locked") from error


def _unpacked(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: list[int]
) -> Iterator[bytes]:
    read = 0
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            read += len(chunk)
            budget[0] -= len(chunk)
            steep = read > STEEP_FROM and read > STEEPEST * max(member.compress_size, 1)
            if budget[0] < 0 or steep:
                raise _Found("bomb")
            yield chunk


def _check_name(name: str) -> None:
    lower = name.lower().rstrip(". ")
    if lower.rpartition(".")[2] in _RUNS and "." in lower:
        raise _Found("program")
    if "vbaproject" in lower or lower.endswith("vbadata.xml") or "xl/macrosheets/" in lower:
        raise _Found("macro")
    if "/activex/" in f"/{lower}":
        raise _Found("active")


def _check_member(name: str, content: bytes, budget: list[int], depth: int) -> None:
    if content.startswith(_PROGRAMS) and not _is_text(content[:HEAD]):
        raise _Found("program")
    if name == "[content_types].xml" and b"macroenabled" in content.lower():
        raise _Found("macro")
    if name.endswith(".rels") and _loads_from_elsewhere(content):
        raise _Found("remote")
    if content.startswith(_OLE):
        # an old office document, or an object in a new one; of these a packed file may be anything
        if "_VBA_PROJECT".encode("utf-16-le") in content:
            raise _Found("macro")
        if "Ole10Native".encode("utf-16-le") in content:
            raise _Found("active")
    if content.startswith(b"PK\x03\x04"):
        _look_into(BytesIO(content), budget=budget, depth=depth + 1)
    if content.startswith(b"%PDF-"):
        _look_at(BytesIO(content), "application/pdf")


def _loads_from_elsewhere(content: bytes) -> bool:
    """A template, frame or object that is fetched when the document opens; links are fine."""
    for relation in re.findall(rb"<Relationship\b[^>]*>", content):
        if b'TargetMode="External"' in relation and _FETCHED.search(relation):
            return True
    return False


def describe(finding: str) -> str | Promise:
    """What a stored finding says to a person; `virus: NAME` keeps the name."""
    code, _colon, detail = finding.partition(":")
    words = FINDINGS.get(code, finding)
    return f"{words}：{detail.strip()}" if detail and code in FINDINGS else words


def taken(content_type: str, types: Collection[str]) -> bool:
    """Whether a type is one that the city takes and this software can look into."""
    return content_type in types and content_type in EXTENSIONS
