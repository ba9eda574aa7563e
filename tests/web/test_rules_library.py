"""The library as its officers see it, one policy at the desk, whom it reaches."""

import pytest

from qifu.jobs.live_index import keep_index
from qifu.policies.actions import load_policies
from qifu.policies.models import PolicyVersion
from qifu.policies.selectors.library import _read
from tests.conftest import NOW
from tests.factories import enterprise_actor, officer
from tests.web.desk_people import as_, queries, table
from tests.web.pages import read, words
from tests.web.rules_world import DOCUMENTS, HERE, LARGE, make_firms, policy


@pytest.fixture
def firms(demo_city):
    _read.cache_clear()  # another test's policies had the same row numbers
    yield make_firms(demo_city)
    _read.cache_clear()


@pytest.fixture
def desk(firms):
    return as_(officer("policy_officer"))


def test_every_policy_stands_there_with_its_reach_as_soon_as_it_is_counted(desk):
    before = words(desk.get("/desk/policies/?q=T-2"))
    assert "共 1 项" in before and "还没有统计" in before
    keep_index(NOW)
    after = words(desk.get("/desk/policies/?q=T-2"))
    assert "还没有统计" not in after and "企业数按 2026年11月22日 的资料" in after
    assert "/desk/policies/T-2/" in read(desk.get("/desk/policies/")).links


def test_what_is_not_in_force_is_there_too_and_can_be_looked_for(desk, demo_city):
    load_policies([*DOCUMENTS, policy("T-1", HERE, version=2)], city=demo_city, now=NOW)
    PolicyVersion.objects.filter(policy_id="T-2").update(state="withdrawn")
    assert "试验T-3" in words(desk.get("/desk/policies/?life=not_yet"))
    assert "试验T-2" in words(desk.get("/desk/policies/?life=withdrawn"))
    page = words(desk.get("/desk/policies/?life=in_force&order=versions"))
    assert "第 2 版 共 2 版" in page and "试验T-3" not in page
    empty = words(desk.get("/desk/policies/?q=没有这样的"))
    assert "没有符合这些条件的政策" in empty


def test_the_list_is_counted_in_as_many_queries_whatever_its_length(desk, demo_city):
    keep_index(NOW)
    few = queries(lambda: desk.get("/desk/policies/?q=T-2"))
    load_policies(
        [*DOCUMENTS, *(policy(f"U-{n}", HERE, LARGE) for n in range(40))],
        city=demo_city, now=NOW,
    )  # fmt: skip
    keep_index(NOW)
    page = desk.get("/desk/policies/?q=U-")
    assert "第 1 页，共 2 页" in words(page)
    assert queries(lambda: desk.get("/desk/policies/?q=U-")) <= few + 1


def test_the_export_holds_what_the_list_shows(desk):
    keep_index(NOW)
    rows = table(desk.get("/desk/policies.xlsx?q=T-2"))
    told = dict(zip(*rows, strict=True))
    assert (told["编号"], told["可享企业"], told["差一点的企业"]) == ("T-2", 1, 2)


def test_an_officer_sees_by_name_whom_a_policy_of_public_facts_reaches(desk, firms):
    keep_index(NOW)
    page = desk.get("/desk/policies/T-1/")
    assert "可以查看 2 家" in words(page)
    assert {f"/desk/firms/{one.uscc}/" for one in firms[:2]} <= set(read(page).links)
    near = desk.get("/desk/policies/T-1/?which=near")
    assert f"/desk/firms/{firms[2].uscc}/" in read(near).links
    assert desk.get("/desk/policies/T-1/?which=all&page=x").status_code == 200


def test_where_facts_decide_that_one_may_not_see_there_are_counts_and_no_names(desk, firms):
    keep_index(NOW)
    page = desk.get("/desk/policies/T-2/")
    assert "您的岗位只看企业数" in words(page)
    assert not any(one.name in words(page) for one in firms)


def test_until_it_is_counted_the_page_says_so(desk):
    assert "还没有统计这一版覆盖哪些企业" in words(desk.get("/desk/policies/T-1/"))
    assert desk.get("/desk/policies/NONE/").status_code == 404
    assert desk.get("/desk/policies/T-1/?version=x").status_code == 404
    assert desk.get("/desk/policies/T-1/?version=9").status_code == 404


def test_the_public_page_leads_there_for_whom_it_is_and_nobody_else(firms, client):
    link = "/desk/policies/T-1/"
    assert link in read(as_(officer("policy_officer")).get("/policies/T-1/")).links
    assert link in read(as_(officer("handler")).get("/policies/T-1/")).links
    owner = as_(enterprise_actor(firms[0]))
    assert link not in read(owner.get("/policies/T-1/")).links
    assert link not in read(client.get("/policies/T-1/")).links


def test_who_serves_firms_sees_how_many(firms):
    keep_index(NOW)
    page = words(as_(officer("enterprise_officer")).get("/desk/policies/T-1/"))
    assert "可享 2" in page and "您的岗位只看企业数" in page and "预评估" not in page
