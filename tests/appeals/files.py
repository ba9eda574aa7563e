"""Files as people send them, and as attackers do."""

import io
import zipfile

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 200
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\0" * 200
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n"
EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 200
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def archive(members: dict[str, bytes]) -> bytes:
    """A zip of these members, packed."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def docx(more: dict[str, bytes] | None = None) -> bytes:
    """A small Word document with further parts."""
    return archive(
        {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", **(more or {})}
    )


def xlsx(more: dict[str, bytes] | None = None) -> bytes:
    return archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<w/>", **(more or {})})


def locked_zip() -> bytes:
    """A zip whose only member says that it is encrypted."""
    content = bytearray(archive({"a.txt": b"text"}))
    content[content.index(b"PK\x03\x04") + 6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def nested(levels: int) -> bytes:
    content = b"text"
    for _level in range(levels):
        content = archive({"inner.zip" if _level else "a.txt": content})
    return content


def relation(kind: str, target: str = "https://example.com/x") -> bytes:
    return (
        f'<Relationships><Relationship Id="r1" Type="http://schemas/{kind}" Target="{target}" '
        'TargetMode="External"/></Relationships>'
    ).encode()
