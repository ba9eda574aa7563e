"""What a file really is and what in it could do harm, without a database."""

import io

import pytest

from qifu.appeals.logic.contents import finding_in, safe_name, type_of
from tests.appeals import files


def test_names_are_made_harmless_and_end_as_the_content_says():
    pdf = "application/pdf"
    assert safe_name("../../etc/合同.pdf", pdf, 120) == "合同.pdf"
    assert safe_name("C:\\a\\b.PDF", pdf, 120) == "b.PDF"
    assert safe_name("合同.pdf.exe", pdf, 120) == "合同.pdf.exe.pdf"
    assert safe_name("a\u202efdp.exe\r\n", pdf, 120) == "afdp.exe.pdf"
    assert safe_name("", pdf, 120) == "file.pdf"
    assert len(safe_name("长" * 300, pdf, 120)) == 120
    assert safe_name("photo.JPEG", "image/jpeg", 120) == "photo.JPEG"


def test_a_type_is_what_the_content_says():
    found = {
        name: type_of(io.BytesIO(content))
        for name, content in {
            "pdf": files.PDF, "docx": files.docx(), "zip": files.archive({"a": b"1"}),
            "exe": files.EXE, "text": "说明".encode("gb18030"), "nothing": b"",
        }.items()
    }  # fmt: skip
    assert found == {
        "pdf": "application/pdf", "docx": files.DOCX_TYPE, "zip": "application/zip",
        "exe": "application/x-executable", "text": "text/plain", "nothing": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind", "finding"),
    [
        (files.PNG + files.archive({"a": b"1"}), "image/png", "active"),
        (files.docx({"[Content_Types].xml": b"application/vnd.ms-word.document.MacroEnabled"}),
         files.DOCX_TYPE, "macro"),
        (files.docx({"word/activeX/activeX1.xml": b"x"}), files.DOCX_TYPE, "active"),
        (files.docx({"word/_rels/document.xml.rels": files.relation("hyperlink")}),
         files.DOCX_TYPE, ""),
        (files.archive({"a/b.pdf": files.PDF, "c.docx": files.docx()}), "application/zip", ""),
        (files.archive({"c.docx": files.docx({"word/vbaProject.bin": b"x"})}),
         "application/zip", "macro"),
        (files.archive({"picture.png": files.EXE}), "application/zip", "program"),
        (files.archive({"old.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50
                        + "_VBA_PROJECT".encode("utf-16-le")}), "application/zip", "macro"),
        (files.archive({f"{number}.txt": b"" for number in range(5_001)}),
         "application/zip", "bomb"),
        (files.PDF.replace(b"/Catalog", b"/Java#53cript"), "application/pdf", "active"),
        (b"PK\x03\x04" + b"\0" * 100, "application/zip", "broken"),
        (files.PNG, "application/pdf", "type"),
    ],
)  # fmt: skip
def test_every_kind_of_harm_has_its_finding(content, kind, finding):
    assert finding_in(io.BytesIO(content), kind) == finding
