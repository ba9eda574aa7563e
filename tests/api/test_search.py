"""The search over everything by program: what the page finds, as far as the token may read."""

import pytest
from django.test import Client

from qifu.accounts.logic import SCOPES
from tests.api.programs import program
from tests.appeals import world as cases

ASKED = ("贷款", "gaoxin jishu qiye", "SZD-2026-001", "绿毛龟")


@pytest.mark.parametrize("text", ASKED)
def test_a_program_finds_what_the_page_finds(asks, text):
    told = asks.get(f"/search?text={text}").json()
    page = Client().get("/search/", {"q": text}).context
    found = {one.code: one for one in page.get("sections", ())}
    for name in ("policies", "answers", "laws", "channels"):
        part, shown = told[name], found.get(name)
        assert (part["count"], len(part["items"])) == (
            (int(shown.count), len(shown.lines)) if shown else (0, 0)
        )
    ids = [line.address for line in found["policies"].lines] if "policies" in found else []
    assert [f"/policies/{one['id']}/" for one in told["policies"]["items"]] == ids
    assert len(told["numbered"]) == len(page["numbered"])
    assert {part["mended"] for part in told.values() if isinstance(part, dict) and part["items"]
            } <= {page["mended"]}  # fmt: skip


def test_cases_are_there_for_tokens_that_may_read_them(asks, owner):
    mine = cases.submitted(owner, text="绿毛龟养殖场停电三天。")
    told = asks.get(f"/search?text={mine.number}").json()
    assert [one["code"] for one in told["numbered"]] == [mine.number]
    assert asks.get(told["numbered"][0]["address"].removeprefix("/api/v1")).status_code == 200
    assert [one["id"] for one in asks.get("/search?text=绿毛龟").json()["appeals"]["items"]] == [
        mine.pk
    ]
    less = program(owner, ["policies.read"])
    for text in (mine.number, "绿毛龟"):
        told = less.get(f"/search?text={text}").json()
        assert told["appeals"] is None and told["channels"] is None and told["numbered"] == []
    assert program(owner, [s for s in SCOPES if s != "policies.read"]).get(
        "/search?text=x"
    ).status_code == 403  # fmt: skip


def test_how_many_of_each_is_the_programs_to_say(asks):
    told = asks.get("/search?text=企业&limit=5").json()
    assert len(told["policies"]["items"]) == 5 and told["laws"]["more"] is True
    for wrong in ("limit=0", "limit=21", "text=", "page=2"):
        assert asks.get(f"/search?text=x&{wrong}").status_code == 422
