"""A draft reply is looked at with what the case knows: its points, its basis, its limit."""

from datetime import timedelta

import pytest

from qifu.appeals.models import Appeal
from qifu.appeals.selectors import check_reply
from qifu.textmine.reply_quality.judging import BASIS, CONTACT, DATE, EMPTY, ON_TIME, POINTS
from tests.appeals import world

pytestmark = pytest.mark.usefixtures("demo_city")
GOOD = "经现场核实，增容要先交申请表。请到区政务服务中心3号窗口办理。11月30日前可以办完。"
FIVE = (POINTS, BASIS, CONTACT, DATE, EMPTY)


def look(appeal: Appeal, text: str, *, points=None, basis=(), now=None, actor=None):
    return check_reply(
        actor or world.handler_actor(appeal.lead or world.INTAKE), appeal, text=text,
        points=points or {}, basis=basis, now=now or world.later(appeal),
    )  # fmt: skip


def faults(found) -> list[str]:
    return [one.code for one in found.faults]


def test_courtesy_alone_lacks_everything_and_scores_nothing():
    found = look(world.handling_(), "您好，您反映的问题已收悉，感谢您的关注。")
    assert faults(found) == list(FIVE)
    assert found.score == 0
    (empty,) = [one for one in found.checks if one.code == EMPTY]
    assert "收悉" in "".join(words for words, _here in empty.shows[0])


def test_a_good_reply_lacks_nothing_and_each_check_shows_its_sentence():
    found = look(world.handling_(), GOOD)
    assert [one.code for one in found.checks] == list(FIVE)
    assert (faults(found), found.score) == ([], 100)
    shown = {one.code: one.shows[0] for one in found.checks if one.shows}
    assert "".join(words for words, here in shown[DATE] if here) == "11月30日前"
    assert "".join(words for words, _here in shown[CONTACT]) == GOOD.split("。")[1]
    assert "".join(words for words, _here in shown[BASIS]) in GOOD


def test_a_basis_that_is_chosen_counts_as_one():
    appeal, text = world.handling_(), "可以办。请到窗口办理，下周一前办完。"
    without = look(appeal, text)
    with_one = look(appeal, text, basis=[{"text": "供电服务指南"}])
    assert BASIS in faults(without) and BASIS not in faults(with_one)
    assert with_one.score > without.score
    (basis,) = [one for one in with_one.checks if one.code == BASIS]
    assert basis.cited[0]["zh"] == "供电服务指南"


def test_a_point_without_an_answer_or_with_courtesy_for_one_is_missed():
    appeal = world.handling_(
        world.dispatched(world.accepted(world.submitted(points=("电什么时候通？", "要交多少钱？"))))
    )
    short = look(appeal, "", points={1: "11月30日通", 2: "不收"})
    assert not {POINTS, EMPTY} & set(faults(short))
    for silence in ("", "感谢您的来信。"):
        found = look(appeal, GOOD, points={1: "下周通电", 2: silence})
        (missed,) = [one for one in found.faults if one.code == POINTS]
        assert missed.missed == ("要交多少钱？",)


def test_past_its_limit_it_says_so():
    appeal = world.handling_()
    assert ON_TIME in faults(look(appeal, GOOD, now=appeal.due_at + timedelta(minutes=1)))


def test_what_is_not_chinese_is_not_judged():
    for text in ("", "Please come to the service centre."):
        assert look(world.handling_(), text).checks == ()


def test_the_telephones_of_the_unit_are_those_of_the_channel_list():
    found = look(world.accepted(), "可以办。", actor=world.intake_actor())
    assert "0755-27038037" in [number for _name, number in found.telephones]


def test_who_may_not_see_the_case_is_told_nothing_of_it():
    with pytest.raises(Appeal.DoesNotExist):
        look(world.handling_(), GOOD, actor=world.handler_actor(world.OTHER))


def test_what_an_earlier_reply_had_masked_is_pointed_out():
    found = look(world.handling_(), GOOD + "联系人：某某某，电话139********。")
    assert faults(found) == ["masked"] and found.score == 100
    (masked,) = found.faults
    assert [words for words, here in masked.shows[0] if here] == ["某某某"]
