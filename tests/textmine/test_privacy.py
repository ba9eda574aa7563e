"""What names a person is found with its span and masked; what only looks like it stays."""

import time

import pytest

from qifu.textmine.privacy import KINDS, find, is_identity, is_uscc, mask, passes_luhn

IDENTITY = "11010519491231002X"  # the example of GB 11643-1999
FIRM = "91350100M000100Y43"  # the example of GB 32100-2015


def said(text: str, **more) -> list[tuple[str, str]]:
    return [(one.kind, text[one.start : one.end]) for one in find(text, **more)]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("手机130 0000 1234。", "mobile", "130 0000 1234"),
        ("手机１３０００００１２３４。", "mobile", "１３０００００１２３４"),
        ("+86-13000001234", "mobile", "13000001234"),
        ("座机0755-88880000转12", "landline", "0755-88880000转12"),
        ("（0731）8888000", "landline", "（0731）8888000"),
        ("联系电话：8888 0000", "landline", "8888 0000"),
        ("拨打400-800-0000", "hotline", "400-800-0000"),
        (f"身份证{IDENTITY}", "identity", IDENTITY),
        (f"身份证{IDENTITY.lower()}", "identity", IDENTITY.lower()),
        ("证号110105491231002", "identity", "110105491231002"),
        ("写信到a.b-c@mail.example.com.cn", "email", "a.b-c@mail.example.com.cn"),
        ("粤B12345超速", "plate", "粤B12345"),
        ("粤B·D12345", "plate", "粤B·D12345"),
        ("沪AD12345是新能源", "plate", "沪AD12345"),
        ("卡号6222 0212 3456 7890 128", "bank_card", "6222 0212 3456 7890 128"),
        ("账号：4000 1234 5678 901", "bank_card", "4000 1234 5678 901"),
        ("加微信：abc_12345", "chat", "abc_12345"),
        ("QQ号12345678", "chat", "12345678"),
        ("住在幸福路12号3栋2单元501室", "door", "12号3栋2单元501室"),
        ("李先生来过", "name", "李"),
        ("欧阳经理来过", "name", "欧阳"),
        ("联系人：王小明，男", "name", "王小明"),
        ("我叫赵一鸣，今年", "name", "赵一鸣"),
        ("局长张某某说", "name", "张某某"),
        ("吴XX收了钱", "name", "吴XX"),
        ("请找孙立（13000001234）", "name", "孙立"),
        ("副镇长徐望安来过", "name", "徐望安"),
        ("他弟弟陈阿牛不肯", "name", "陈阿牛"),
        ("本人向丽萍，住在这里", "name", "向丽萍"),
        ("那位李姓主管不在", "name", "李"),
        ("老板姓贺，脾气大", "name", "贺"),
        ("尊敬的易书记：您好", "name", "易"),
        ("恳请处理。谢谢！\n卜进宝2019年2月16日", "name", "卜进宝"),
        ("聯絡人：陳國偉，男", "name", "陳國偉"),
        ("车牌楚A12345的车", "plate", "楚A12345"),
        ("牌照为ABC123，逃逸", "plate", "ABC123"),
    ],
)
def test_what_names_a_person_is_found(text, kind, found):
    assert (kind, found) in said(text)


@pytest.mark.parametrize(
    "text",
    [
        f"统一社会信用代码{FIRM}",
        "合同编号20240315001234567，金额1234567.89元",
        "项目经理、财务经理和班主任都在",
        "历史老师、工程教师、健康教育老师",
        "局长高度重视，经理安排周末加班，村民反映强烈",
        "百姓姓名和同姓的人，夏令营开始了",
        "总数13000001234.56元",
        "深府办〔2024〕12号文，第38号令",
        "某些企业、某个部门、于某种原因",
        "莫家塔村主任",
        "热线12345，2023年12月31日，9:00-18:00",
        "平安路口、黄河大道",
        "第一章总则",
        "",
        "某",
        "谢谢局长",
    ],
)
def test_what_only_looks_like_it_stays(text):
    assert said(text) == []


def test_a_number_whose_check_digit_is_wrong_is_less_sure():
    (sound,) = find(f"证{IDENTITY}")
    (wrong,) = find("证110105194912310021")
    assert sound.confidence > 0.9 > wrong.confidence
    assert said("证110105194912310021", least=0.9) == []
    assert said("号6222021234567890129") == []


def test_a_name_once_found_is_found_wherever_it_stands():
    text = "联系人：赵一鸣，电话不通。后来赵一鸣回电。"
    assert said(text) == [("name", "赵一鸣"), ("name", "赵一鸣")]


def test_names_that_are_known_are_found_without_any_sign():
    assert said("王芳叫我来的", names=["王芳", ""]) == [("name", "王芳")]


def test_names_in_a_row_are_found():
    assert said("举报人：王小明、李建国、张丽，均为员工") == [
        ("name", "王小明"), ("name", "李建国"), ("name", "张丽")
    ]  # fmt: skip


def test_masking_keeps_the_length_and_the_shape():
    text = f"王小明先生130-0000-1234，{IDENTITY}，a.b@mail.cn，粤B12345，路8号2栋301，{FIRM}"
    masked, findings = mask(text)
    assert len(masked) == len(text)
    assert masked == (
        f"某某某先生130-****-****，{'*' * 18}，*.*@****.cn，粤******，路*号*栋***，{FIRM}"
    )
    assert [one.kind for one in findings] == [
        "name", "mobile", "identity", "email", "plate", "door"
    ]  # fmt: skip


def test_masking_twice_changes_nothing_more():
    text = f"联系人：王小明，电话13000001234，身份证{IDENTITY}，住幸福路12号3栋501室，账号62220212"
    once, _ = mask(text)
    assert mask(once)[0] == once


def test_only_the_kinds_that_are_asked_for_are_masked():
    text = "李先生13000001234"
    assert mask(text, ["mobile"])[0] == "李先生130********"
    assert mask(text, [])[0] == text
    with pytest.raises(ValueError, match="fax"):
        mask(text, ["fax"])
    assert "name" in KINDS


@pytest.mark.parametrize(
    "text", ["😀" * 50, "<p>13000001234</p>", "聯絡人：陳大文 13000001234", "\x00\n"]
)
def test_any_text_can_be_masked(text):
    assert len(mask(text)[0]) == len(text)


def test_a_megabyte_takes_seconds_and_misses_nothing_between_its_pieces():
    text = ("的" * 89 + "13000001234") * 10_000
    began = time.process_time()
    found = find(text)
    assert len(found) == 10_000
    assert time.process_time() - began < 20


def test_check_digits_are_those_of_the_standards():
    assert is_identity(IDENTITY) and not is_identity("110105194912310021")
    assert is_uscc(FIRM) and not is_uscc("91350100M000100Y44") and not is_uscc("9")
    assert passes_luhn("4111111111111111") and not passes_luhn("4111111111111112")
