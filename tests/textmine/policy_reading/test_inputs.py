"""Documents as text: encodings, Word, PDF, HTML, and everything that cannot be read."""

import io

import docx
import pypdf
import pytest

from qifu.rulebook.findings import RuleError
from qifu.textmine.policy_reading import inputs, pdf_text
from qifu.textmine.policy_reading.inputs import read_document
from qifu.textmine.policy_reading.pdf_text import joined
from tests.textmine.policy_reading.notices import NOTICE, drafted, reader

PAGE = """<html><head><title>通知</title><script>var a = '职工300人以上';</script></head><body>
<nav><ul><li>首页</li><li>政策</li></ul></nav><h1>申报条件</h1><p>职工<b>不少于</b>20人。</p>
<table><tr><th>档次</th><th>奖励</th></tr><tr><td>500万~900万元</td><td>8万元</td></tr></table>
<footer>版权所有</footer></body></html>"""


def code_of(data: bytes) -> str:
    with pytest.raises(RuleError) as refused:
        read_document(data, "x")
    return refused.value.findings[0].code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_in_every_encoding(encoding):
    text = read_document(NOTICE.encode(encoding))
    assert text.content == NOTICE
    assert text.doc.startswith("sha256:")


def test_a_page_without_scripts_and_menus():
    text = read_document(PAGE.encode("gb18030"), "a.html")
    assert text.kind == "html"
    assert text.paragraphs == [
        "申报条件", "职工不少于20人。", "档次 | 奖励", "500万~900万元 | 8万元",
    ]  # fmt: skip


def test_a_page_that_is_one_form_is_read_and_an_article_keeps_its_title():
    page = (
        "<html><body><form id='aspnetForm'><header>首页</header><article><header><h1>通知</h1>"
        "</header><p>职工20人以上。</p><button>打印</button></article></form></body></html>"
    )
    assert read_document(page.encode()).paragraphs == ["通知", "职工20人以上。"]
    aside = "<html><body><aside><p>职工20人以上。</p><script>x</script></aside></body></html>"
    assert read_document(aside.encode()).paragraphs == ["职工20人以上。"]


def test_big5_that_does_not_say_so():
    words = "申報企業上年度營業收入不低於2000萬元。"
    assert read_document(words.encode("big5")).content == words


def test_a_pdf_with_a_password_and_one_with_pictures_among_its_pages():
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=200, height=200)
    writer.encrypt("secret", algorithm="AES-256")
    data = io.BytesIO()
    writer.write(data)
    assert code_of(data.getvalue()) == "encrypted"
    assert pdf_text._left_out(["甲", "", " "], 5) == [
        "只读了前 3 页，共 5 页 · only the first 3 of 5 pages",
        "这些页没有文字，可能是图片，没有读：2, 3 · pages without text, perhaps pictures, "
        "were not read: 2, 3",
    ]


def test_a_word_file_with_a_table_and_a_numbered_list():
    document = docx.Document()
    document.add_paragraph("一、申报条件")
    document.add_paragraph("职工不少于20人。", style="List Number")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "500万~900万元", "8万元"
    data = io.BytesIO()
    document.save(data)
    text = read_document(data.getvalue(), "a.docx")
    assert text.kind == "docx"
    assert text.paragraphs[0] == "一、申报条件"
    assert text.paragraphs[-1] == "500万~900万元 | 8万元"
    shapes = [e.says.get("shape") for e in reader().draft(text).elements]
    assert "tier" in shapes


def test_a_scanned_pdf_says_that_it_is_one():
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=200, height=200)
    data = io.BytesIO()
    writer.write(data)
    assert code_of(data.getvalue()) == "scanned"


def test_lines_that_a_page_broke_are_joined():
    lines = ["申报企业应当在本市依法登记注册并", "具有独立法人资格。", "- 3 -", "二、奖励标准"]
    assert joined(lines) == ["申报企业应当在本市依法登记注册并具有独立法人资格。", "二、奖励标准"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b"\xd0\xcf\x11\xe0 old", "format"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"{\\rtf1 x}", "format"),
        (b"\x89PNG\r\n", "format"),
        (b"MIME-Version: 1.0\n", "format"),
        (b"\n%PDF-1.4 broken", "unreadable"),
        (b"PK\x03\x04 broken", "unreadable"),
        (b"%PDF-1.4 broken", "unreadable"),
        (b"\xff\xff\xff\x80\x80", "encoding"),
        (b"<html><body><script>x</script></body></html>", "empty"),
    ],
)
def test_what_cannot_be_read_says_why(data, code):
    assert code_of(data) == code


def test_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(inputs, "LARGEST", 10)
    assert code_of(b"x" * 11) == "size"


@pytest.mark.parametrize(
    "content",
    ["企", "🙂🙂给予🙂", "Support for firms: up to 500万元", "（" * 3000, "未列入" * 3000,
                "的" * 5000, "100万元、" * 2000, "一、" * 3000],
)  # fmt: skip
def test_odd_texts_give_a_draft_and_no_error(content):
    draft = drafted(content)
    assert draft.to_json()["content"] == content


def test_a_megabyte_is_read_and_every_place_still_fits():
    content = (NOTICE * (1_000_000 // len(NOTICE) // 8))[:120_000]
    draft = drafted(content)
    assert len(draft.elements) > 1000
    assert all(draft.content[e.span[0] : e.span[1]] == e.quote for e in draft.elements)
