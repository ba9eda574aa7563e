"""One question over everything: each part is what its own list finds, the best of it first."""

import pytest
from django.utils import timezone

from qifu.appeals.selectors import list_of
from qifu.base.calendar import calendar_in_force
from qifu.insights.searching import COUNTED, hotline, search_everything
from qifu.knowledge.selectors import find_knowledge
from qifu.organisations.permissions import NOBODY
from qifu.organisations.selectors.channels import find_channels
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors import find_policies, library, meant, policies_numbered
from tests.appeals import world as cases
from tests.conftest import NOW
from tests.factories import enterprise_actor

TODAY = timezone.localdate(NOW)
ASKED = ("贷款", "企业", "gaoxin jishu qiye", "研发费用", "高", "贷款 贴息", "tech", "拖欠货款")


@pytest.fixture
def ask(demo_city):
    return lambda text, actor=NOBODY, **more: search_everything(
        actor, demo_city, text, now=NOW, **more
    )


@pytest.mark.parametrize("text", ASKED)
def test_each_part_counts_what_its_own_list_finds(demo_city, ask, text):
    found = ask(text)
    listed = list(library(NOBODY, on=TODAY, text=text))
    assert found.policies.count == len(listed)
    assert {one.pk for one in found.policies.rows} <= {one.pk for one in listed}
    assert found.policies.mended == meant(text, on=TODAY)
    for part, kind in ((found.answers, "answer"), (found.laws, "law")):
        hits = find_knowledge(text, kinds=[kind], most=COUNTED + 1, on=TODAY)
        assert (part.count, part.more) == (min(len(hits.hits), COUNTED), len(hits.hits) > COUNTED)
        assert [hit.address for hit in part.rows] == [hit.address for hit in hits.hits[:3]]
        assert part.mended == hits.mended
    doors = find_channels(
        demo_city, text=found.channels.mended or text, at=NOW, calendar=calendar_in_force()
    )
    assert [one.channel for one in found.channels.rows] == [one.channel for one in doors[:3]]
    assert found.channels.count == len(doors)
    assert not found.cases.rows


def test_the_policy_that_fits_best_stands_first(demo_city):
    """A title typed in full is the best of all that hold its words, whenever it closes."""
    for version in library(NOBODY, on=TODAY)[:8]:
        found = find_policies(NOBODY, version.title, on=TODAY, most=3)
        assert found.versions[0].pk == version.pk
    whole = find_policies(NOBODY, "企业", on=TODAY, most=1_000)
    assert len(whole.versions) == whole.count == library(NOBODY, on=TODAY, text="企业").count()


def test_pinyin_finds_in_every_part_and_says_so_once(ask):
    found = ask("gaoxin jishu qiye")
    assert found.mended == "高新技术企业"
    assert found.policies.rows and found.answers.rows and found.channels.rows
    assert "高新技术" in found.policies.words and "高新技术" not in ask("企业").policies.words


def test_parts_that_were_found_by_different_words_say_so_themselves(ask):
    found = ask("拖钱账款")
    assert found.answers.mended == "拖欠账款" and found.channels.rows
    assert found.channels.mended == "" == found.mended


def test_a_number_gives_the_thing_and_asks_no_question(demo_city, ask):
    version = library(NOBODY, on=TODAY)[0]
    found = ask(version.policy_id.lower())
    assert [one.pk for one in found.numbered.policies] == [version.pk]
    assert not found.answers.rows and not found.laws.rows and not found.channels.rows
    assert not found.nothing
    (law,) = ask("国务院令第802号").numbered.laws
    assert law.code == "sme-payment-2025"
    (policy,) = ask("财税[2015]119号").numbered.policies
    assert policy.policy_id == "SZD-2026-022"
    assert not ask("财税〔2015〕11号").numbered


def test_a_policy_that_is_withdrawn_is_not_found_by_its_number(demo_city):
    version = library(NOBODY, on=TODAY)[0]
    PolicyVersion.objects.filter(policy_id=version.policy_id).update(state="withdrawn")
    assert policies_numbered(NOBODY, version.policy_id, on=TODAY) == []


def test_a_case_is_found_by_those_who_may_see_it_and_by_nobody_else(demo_city, ask):
    owner = enterprise_actor()
    mine = cases.submitted(owner, text="绿毛龟养殖场停电三天，请协调。")
    desk = cases.intake_actor(demo_city)
    for asked in (mine.number, mine.number.lower(), "绿毛龟"):
        for actor, name in ((owner, "my"), (desk, "all")):
            found = ask(asked, actor)
            assert found.case_list == name
            assert [one.pk for one in found.cases.rows] == [mine.pk]
            assert found.cases.count == list_of(actor, name, now=NOW, text=asked).count()
            assert bool(found.numbered.cases) == (asked != "绿毛龟")
        assert ask(asked, owner, with_cases=False).nothing
        for actor in (NOBODY, enterprise_actor(), cases.handler_actor(cases.OTHER)):
            assert ask(asked, actor).nothing


@pytest.mark.parametrize("text", ["", "  ", "\x00", "？！", "绿毛龟" * 500, "%_'", "b" * 999])
def test_text_that_says_nothing_finds_nothing(ask, text):
    assert ask(text).nothing


def test_the_hotline_is_the_line_of_the_whole_place_that_is_always_answered(demo_city):
    line = hotline(demo_city, now=NOW)
    assert line is not None and line.code == "sz-12345"
