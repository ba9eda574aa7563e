"""Messages: told to the right people in both languages, read once, seen by nobody else."""

from datetime import timedelta

import pytest

from qifu.accounts.models import User
from qifu.base.city import current_city
from qifu.base.packs.vocabulary import NOTICES
from qifu.notices.actions import mark_all_read, mark_read, tell
from qifu.notices.models import Notice
from qifu.notices.selectors import notice_text, notices_of, unread_count
from tests.conftest import NOW
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("demo_city")


@pytest.fixture
def reader(demo_city) -> User:
    return UserFactory.create()


def send(*users, template="welcome", **values):
    return tell(users, template, values=values or {"site": "企服", "name": "甲"}, now=NOW)


def test_each_person_gets_one_message_however_often_they_are_named(reader):
    other = UserFactory.create()
    made = send(reader, reader.pk, other, reader)
    assert sorted(notice.to_id for notice in made) == sorted([reader.pk, other.pk])
    assert Notice.objects.filter(to=reader).count() == 1


def test_nobody_to_tell_is_no_message(reader):
    before = Notice.objects.count()
    assert send() == []
    assert Notice.objects.count() == before


def test_the_inbox_is_ones_own_newest_first(reader):
    first = send(reader)[0]
    send(UserFactory.create())
    second = send(reader)[0]
    assert list(notices_of(reader)) == [second, first]
    assert list(notices_of(None)) == []
    assert unread_count(None) == 0


def test_reading_counts_down_once_and_keeps_the_first_time(reader):
    notice = send(reader)[0]
    send(reader)
    assert unread_count(reader) == 2
    mark_read(notice, user=reader, now=NOW)
    mark_read(notice, user=reader, now=NOW + timedelta(days=1))
    notice.refresh_from_db()
    assert notice.read_at == NOW
    assert unread_count(reader) == 1


def test_nobody_marks_another_persons_message_as_read(reader):
    notice = send(reader)[0]
    mark_read(notice, user=UserFactory.create(), now=NOW)
    assert unread_count(reader) == 1


def test_everything_is_marked_read_at_once_for_oneself_only(reader):
    other = UserFactory.create()
    send(reader, other)
    send(reader)
    assert mark_all_read(user=reader, now=NOW) == 2
    assert mark_all_read(user=reader, now=NOW) == 0
    assert (unread_count(reader), unread_count(other)) == (0, 1)


@pytest.mark.parametrize("template", sorted(NOTICES))
def test_every_template_of_the_pack_is_filled_whole_in_both_languages(reader, template):
    values = {name: {"zh": f"中{name}", "en": f"E{name}"} for name in NOTICES[template]}
    notice = send(reader, template=template, **values)[0]
    said = {language: " ".join(notice_text(notice, language)) for language in ("zh", "en")}
    for language, mark in (("zh", "中"), ("en", "E")):
        text = said[language]
        assert "—" not in text and "{" not in text and "}" not in text
        assert any(f"{mark}{name}" in text for name in NOTICES[template])
    assert not any(f"中{name}" in said["en"] for name in NOTICES[template])


def test_the_pack_has_every_template_that_the_software_knows_and_no_other(demo_city):
    assert set(current_city().notices) == set(NOTICES)


def test_a_value_without_english_is_told_in_chinese_and_a_missing_one_as_a_dash(reader):
    notice = send(reader, template="welcome", site={"zh": "企服"})[0]
    assert notice_text(notice, "en") == (
        "Welcome to 企服",
        notice_text(notice, "en")[1],
    )
    assert "Hello —." in notice_text(notice, "en")[1]


def test_words_with_braces_emoji_and_rare_characters_stay_as_they_are(reader):
    notice = send(reader, site="{name}{0}", name="𠮷🚀")[0]
    title, body = notice_text(notice, "zh")
    assert "{name}{0}" in title
    assert "𠮷🚀" in body


def test_a_message_whose_template_a_newer_pack_dropped_still_opens(reader):
    notice = send(reader, template="long_gone", firm="甲公司")[0]
    assert notice_text(notice, "zh") == ("long_gone", "")


def test_days_are_told_as_people_write_them_and_a_sentence_ends_once(reader):
    told = {"actor": "甲", "firm": "乙公司", "date": "2026-02-05"}
    removed = send(reader, template="member_removed", **told)[0]
    assert "2026年2月5日" in notice_text(removed, "zh")[1]
    assert "5 Feb 2026" in notice_text(removed, "en")[1]
    for said in ("已核对。", "Checked.", "还在查……"):
        refused = send(reader, template="claim_refused", unit="甲局", firm="乙公司", reason=said)[0]
        for language in ("zh", "en"):
            body = notice_text(refused, language)[1]
            assert said in body
            assert not {"。。", "。.", ".。"} & {body[n : n + 2] for n in range(len(body))}
    waiting = send(reader, template="claim_refused", reason="Wait...")[0]
    assert "Wait..." in notice_text(waiting, "en")[1]
