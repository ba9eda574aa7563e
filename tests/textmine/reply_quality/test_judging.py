"""Checks of a draft reply, on replies made up for it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qifu.rulebook.words import Words
from qifu.textmine.reply_quality.judging import (
    BASIS,
    CONTACT,
    DATE,
    EMPTY,
    ON_TIME,
    PLAIN,
    POINTS,
    WEIGHTS,
    WORDS,
    judge_reply,
)

QUESTION = "园区夜间断电\n请问园区为什么每晚断电？什么时候能修好？电费补贴能否申请？"
GOOD = (
    "您好！经供电所现场查看，园区二号变压器绕组已烧坏，所以夜间跳闸断电。新变压器12月5日前换好。"
    "根据《临江市企业用电补贴办法》第六条，停电超过24小时的可以申请电费补贴。"
    "有疑问请拨打供电所电话0755-26000000。"
)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


def faults(reply, question=QUESTION, **more):
    return {check.code for check in judge_reply(question, reply, **more).faults}


def test_a_good_reply_has_no_fault_and_each_check_points_at_its_place():
    quality = judge_reply(QUESTION, GOOD, due=NOW, at=NOW)
    assert quality.faults == () and quality.score == 100
    shown = {
        check.code: [GOOD[start:end] for start, end in check.spans] for check in quality.checks
    }
    assert "《临江市企业用电补贴办法》第六条" in shown[BASIS]
    assert any("0755-26000000" in place for place in shown[CONTACT])
    assert any(place.startswith("12月5日") for place in shown[DATE])


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "您好！您的留言已收悉，感谢您对我们工作的关心与支持！",
        "网友：您好！您反映的问题已转临江区住建局核实处理，如有结果将及时反馈。2026年3月1日",
        "尊敬的企业：您好！您反映的情况我们高度重视，已交办相关部门调查处理，祝您工作顺利。",
    ],
)
def test_courtesy_receipts_and_handing_on_are_empty_and_miss_every_point(reply):
    found = faults(reply)
    assert {EMPTY, POINTS, BASIS, CONTACT, DATE} <= found
    assert judge_reply(QUESTION, reply).score == 0


def test_thanks_at_the_beginning_do_not_make_what_follows_courtesy():
    reply = "感谢您对园区的关注，二号变压器已更换完成，昨晚起供电正常。"
    assert EMPTY not in faults(reply) and BASIS not in faults(reply)


@pytest.mark.parametrize(
    ("without", "reply"),
    [
        (CONTACT, "经供电所现场查看，变压器已烧坏，12月5日前换好。"),
        (DATE, "经供电所现场查看，变压器已烧坏，正在换新的，请拨打0755-26000000咨询。"),
        (BASIS, "园区可以自己想办法，请12月5日前拨打0755-26000000。"),
    ],
)
def test_what_a_reply_lacks_is_named_and_nothing_else(without, reply):
    assert faults(reply) & {BASIS, CONTACT, DATE, EMPTY} == {without}


def test_a_day_of_receiving_or_signing_is_no_date_of_the_matter():
    reply = "您于11月2日的来信收悉。经现场查看，变压器已烧坏。临江供电所2026年11月8日"
    assert DATE in faults(reply)
    assert DATE not in faults(reply.replace("已烧坏", "已烧坏，11月底前换好"))


def test_the_name_of_the_letter_is_no_basis():
    reply = "您发表的《园区夜间断电》一帖我们看到了，大家可以想想办法。"
    assert BASIS in faults(reply, "园区夜间断电\n怎么办？")


def test_a_number_of_a_certificate_is_no_contact():
    reply = "经核实，该公司营业执照编号26000000，手续齐全，可以正常经营。"
    assert CONTACT in faults(reply)


def test_many_points_and_one_short_word_leave_points_open_and_say_which():
    question = "企业八个问题\n" + "".join(
        f"{n}、请问{what}怎么办理？"
        for n, what in enumerate(
            "消防验收 环评批复 用工补贴 厂房租赁 宿舍分配 班车线路 食堂许可 公积金".split(), start=1
        )
    )  # fmt: skip
    check = next(
        c for c in judge_reply(question, "公积金的事可以到窗口问。").checks if c.code == POINTS
    )
    assert check.fault
    missed = [question[start:end] for start, end in check.missed]
    assert any("消防验收" in point for point in missed)
    assert not any("公积金" in point for point in missed)


def test_a_sentence_that_does_not_end_is_not_plain():
    assert PLAIN in faults("经现场查看，" + "有关情况" * 50 + "。")


def test_late_is_known_only_with_both_moments():
    assert ON_TIME not in faults(GOOD)
    assert ON_TIME not in faults(GOOD, due=NOW, at=NOW)
    assert ON_TIME in faults(GOOD, due=NOW, at=NOW + timedelta(seconds=1))
    known = {check.code: check.fault for check in judge_reply(QUESTION, GOOD).checks}
    assert known[ON_TIME] is None


def test_every_check_has_words_and_the_weights_are_a_hundred():
    assert sum(WEIGHTS.values()) == 100
    assert set(WEIGHTS) | {EMPTY} == set(WORDS)
    assert all(isinstance(words, Words) and words.zh and words.en for words in WORDS.values())


def test_its_form_for_programs_holds_every_check():
    document = judge_reply(QUESTION, GOOD).to_json()
    assert document["score"] == 100
    assert {row["code"] for row in document["checks"]} == set(WORDS)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=80),
    st.text(alphabet="您好已转交0755-12345《》根据，。！\n请2月日前", max_size=120),
)
def test_any_text_is_judged_and_every_span_lies_in_it(question, reply):
    quality = judge_reply(question, reply)
    assert 0 <= quality.score <= 100
    for check in quality.checks:
        assert all(0 <= start < end <= len(reply) for start, end in check.spans)
        assert all(0 <= start < end <= len(question) for start, end in check.missed)


@pytest.mark.parametrize(
    "unit", ["经核实", "根据", "您", "1", "《", "已转", "<p>您好</p>🙂", "請問閣下", "a@", "，"]
)
def test_a_very_long_text_is_judged(unit):
    reply = unit * (40_000 // len(unit))
    assert 0 <= judge_reply("怎么办？", reply).score <= 100


ROWS = [("每月人数", "每月补贴"), *((f"{n}人", f"{n}00元") for n in range(1, 25))]


@pytest.mark.parametrize(
    "table",
    [
        "\n".join("|" + "|".join(row) + "|" for row in ROWS),
        "\t".join("\t".join(row) for row in ROWS),
        "<table>" + "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in ROWS) + "</table>",
        "<p>标准如下</p>" + "<br/>".join(f"{a}：{b}" for a, b in ROWS),
        "材料：\n" + "\n".join(f"（{n}）第{n}类家庭的无房证明" for n in range(1, 25)),
    ],
)
def test_a_table_or_a_list_is_no_long_sentence_and_what_follows_it_is_read(table):
    reply = f"补贴标准如下：\n{table}\n联系人：住建局租赁科，0755-26000000"
    found = {check.code: check.fault for check in judge_reply("补贴\n标准是多少？", reply).checks}
    assert found["not_plain"] is False
    assert found["no_contact"] is False


def test_a_cell_that_is_too_long_is_told():
    cell = "低保家庭和残疾人家庭以及其他经过区民政部门认定的困难家庭" * 3
    found = judge_reply("补贴\n标准是多少？", f"|1人|{cell}|")
    assert "not_plain" in {check.code for check in found.faults}
