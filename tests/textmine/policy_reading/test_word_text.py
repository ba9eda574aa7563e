"""Word files as people make them: boxes, tracked changes, lists that count, frames, notes."""

import io
import zipfile

import docx
import pytest

from qifu.rulebook.findings import RuleError
from qifu.textmine.policy_reading import word_text
from qifu.textmine.policy_reading.inputs import read_document

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def word(body: str, **parts: str) -> bytes:
    """A .docx with this body; `parts` are other files under word/, by name without .xml."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr(
            "word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>"
        )
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return made.getvalue()


def para(words: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"


def in_list(words: str, level: int, number: int = 1) -> str:
    return para(
        words, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    )  # fmt: skip


def code_of(data: bytes) -> str:
    with pytest.raises(RuleError) as refused:
        read_document(data, "x.docx")
    return refused.value.findings[0].code


def test_the_words_of_boxes_controls_links_and_accepted_changes_are_read():
    box = "<w:txbxContent><w:p><w:r><w:t>职工不少于50人。</w:t></w:r></w:p></w:txbxContent>"
    twice = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
        f'2006"><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>'
    )
    text = read_document(word(
        f"<w:p><w:r>{twice}</w:r></w:p>"
        "<w:p><w:r><w:t>成立满</w:t></w:r><w:ins><w:r><w:t>2年</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>3年</w:delText></w:r></w:del><w:r><w:t>以上。</w:t></w:r></w:p>"
        f"<w:sdt><w:sdtContent>{para('发明专利3项以上。')}</w:sdtContent></w:sdt>"
        "<w:p><w:hyperlink><w:r><w:t>网上申报。</w:t></w:r></w:hyperlink>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>隐藏</w:t></w:r></w:p>"
    ))  # fmt: skip
    assert text.paragraphs == [
        "职工不少于50人。",
        "成立满2年以上。",
        "发明专利3项以上。",
        "网上申报。",
    ]
    assert text.notes == (word_text.TRACKED,)


def test_the_numbers_of_lists_stand_as_word_shows_them():
    def level(at: int, form: str, words: str) -> str:
        return (f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
                f'<w:lvlText w:val="{words}"/></w:lvl>')  # fmt: skip

    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">'
        + level(0, "chineseCountingThousand", "%1、") + level(1, "chineseCounting", "（%2）")
        + level(2, "decimal", "%3.")
        + '</w:abstractNum><w:abstractNum w:abstractNumId="8">' + level(0, "bullet", "●")
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        '<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>'
        '<w:num w:numId="3"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>'
    )  # fmt: skip
    styles = (
        f'<w:styles {W}><w:style w:styleId="a"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr>'
        '</w:pPr></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>'
    )
    body = "".join([
        para("总则", '<w:pStyle w:val="b"/>'), in_list("申报条件", 0), in_list("注册", 1),
        in_list("纳税", 1), in_list("2000万元", 2), in_list("金额", 0), in_list("甲", 1),
        in_list("一点", 0, 2), in_list("附件", 0, 3), in_list("odd", 5, 99),
    ])  # fmt: skip
    text = read_document(word(body, numbering=numbering, styles=styles))
    assert text.paragraphs == [
        "一、总则", "二、申报条件", "（一）注册", "（二）纳税", "1. 2000万元", "三、金额",
        "（一）甲", "一点", "一、附件", "odd",
    ]  # fmt: skip


def test_a_numbered_list_of_the_library_counts():
    made, data = docx.Document(), io.BytesIO()
    for words in ("甲", "乙"):
        made.add_paragraph(words, style="List Number")
    made.save(data)
    assert read_document(data.getvalue()).paragraphs == ["1. 甲", "2. 乙"]


def test_a_frame_around_paragraphs_keeps_them_apart_and_merged_cells_are_said_again():
    made, data = docx.Document(), io.BytesIO()
    frame = made.add_table(rows=1, cols=1).cell(0, 0)
    frame.text = "申报条件："
    frame.add_paragraph("职工20人以上。")
    table = made.add_table(rows=3, cols=3)
    for row, words in enumerate(["项目|收入|奖励", "甲|1000万元|5万元", "|5000万元|9万元"]):
        for at, one in enumerate(words.split("|")):
            table.cell(row, at).text = one
    table.cell(1, 0).merge(table.cell(2, 0))
    inner = table.cell(2, 2).add_table(rows=1, cols=1)
    inner.cell(0, 0).text = "另加1万元"
    made.save(data)
    assert read_document(data.getvalue()).paragraphs == [
        "申报条件：", "职工20人以上。", "项目 | 收入 | 奖励", "甲 | 1000万元 | 5万元",
        "甲 | 5000万元 | 9万元 另加1万元",
    ]  # fmt: skip


def test_a_note_at_the_foot_is_not_lost():
    note = f"<w:footnote>{para('营业收入以审计报告为准。')}</w:footnote>"
    line = '<w:footnote w:type="separator"><w:p/></w:footnote>'
    notes = f"<w:footnotes {W}>{line}{note}</w:footnotes>"
    text = read_document(word(para("收入2000万元以上"), footnotes=notes))
    assert text.paragraphs == ["收入2000万元以上", "营业收入以审计报告为准。"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (in_list("甲", 0).replace('"0"', '"x"').replace('"1"', '"y"'), "甲"),
        (f'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="9999999"/><w:vMerge/></w:tcPr>{para("甲")}'
         "</w:tc></w:tr></w:tbl>", "甲"),
        ("<w:tbl><w:tr/></w:tbl>" + para("甲"), "甲"),
    ],
)  # fmt: skip
def test_odd_files_are_read_as_far_as_they_go(body, words):
    numbering = f'<w:numbering {W}><w:num w:numId="1"/><w:abstractNum/></w:numbering>'
    assert read_document(word(body, numbering=numbering)).content == words


def test_bombs_strange_zips_and_broken_files_are_refused(monkeypatch):
    entities = '<!DOCTYPE a [<!ENTITY a "哈哈哈哈哈哈哈哈哈哈"><!ENTITY b "&a;&a;&a;&a;">]>'
    made = word(para("甲"))
    assert code_of(made[:-30]) == "unreadable"
    assert code_of(word("<w:p>")) == "unreadable"
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    assert code_of(other.getvalue()) == "format"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr(
            "word/document.xml",
            f"{entities}<w:document {W}><w:body>{para('&b;')}</w:body></w:document>",
        )
    assert code_of(data.getvalue()) == "empty"  # an entity is never unfolded
    monkeypatch.setattr(word_text, "MOST_PARAGRAPHS", 3)
    assert code_of(word(para("甲") * 4)) == "size"
    monkeypatch.setattr(word_text, "LARGEST_PART", 100)
    assert code_of(made) == "size"
