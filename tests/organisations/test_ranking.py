"""Which statement counts: the best source's, unless another says the same more finely."""

from dataclasses import dataclass
from typing import Any

import pytest

from qifu.base.city import current_city
from qifu.jobs.register import import_enterprises
from qifu.organisations.logic.ranking import standing
from qifu.organisations.models import Enterprise
from qifu.policies.actions import answer_question
from qifu.policies.selectors import match_for
from tests.cli.running import code, row, write_csv
from tests.conftest import NOW
from tests.factories import enterprise_actor

pytestmark = pytest.mark.usefixtures("demo_city")


@dataclass
class Said:
    pk: int
    source: str
    value: Any


def counts(attribute: str, *said: tuple[str, Any]) -> list[str]:
    """The sources in the order in which they count."""
    catalogue = current_city().catalogue
    rows = [Said(pk, source, value) for pk, (source, value) in enumerate(said, start=1)]
    return [row.source for row in standing(rows, catalogue.get(attribute), catalogue)]


def test_the_catalogues_order_of_sources_decides_and_the_newest_word_of_each():
    assert counts("region", ("self", "440306"), ("register", "440303")) == ["register", "self"]
    catalogue = current_city().catalogue
    rows = [Said(1, "register", "440303"), Said(2, "register", "440304")]
    assert [r.pk for r in standing(rows, catalogue.get("region"), catalogue)] == [2]


def test_what_was_taken_back_does_not_count():
    assert counts("region", ("register", "440303"), ("register", None), ("self", "440306")) == [
        "self"
    ]


@pytest.mark.parametrize("city", ["4403", "440300"])
def test_the_finer_word_counts_where_both_agree(city):
    assert counts("region", ("register", city), ("self", "440306")) == ["self", "register"]


@pytest.mark.parametrize(
    ("register", "own"),
    [("440306", "4403"), ("4403", "440100"), ("4403", "440300"), ("440303", "440306")],
)
def test_a_word_that_is_coarser_the_same_or_elsewhere_does_not_push_in_front(register, own):
    assert counts("region", ("register", register), ("self", own)) == ["register", "self"]


def test_of_three_that_agree_the_finest_counts():
    said = (("stats", "C"), ("register", "C35"), ("self", "C3511"))
    assert counts("industry", *said) == ["self", "register", "stats"]


def test_an_officers_finding_is_final_even_if_it_is_coarse():
    assert counts("region", ("self", "440306"), ("officer", "4403"))[0] == "officer"


def test_figures_have_no_finer_word():
    assert counts("employees", ("social_security", 18), ("self", 186))[0] == "social_security"


def test_codes_that_no_tree_knows_change_no_order():
    assert counts("region", ("register", "4403"), ("self", "440399")) == ["register", "self"]
    assert counts("gone_attribute", ("register", "1"), ("self", "12"))[0] == "self"


def test_a_firm_that_the_register_knows_only_by_its_city_can_answer_for_its_district(tmp_path):
    file = write_csv(tmp_path / "r.csv", [row(1, address="深圳市某某路1号")])
    day = NOW.date()
    import_enterprises(file, bad_path=tmp_path / "bad.csv", as_of=day, now=NOW)
    firm = Enterprise.objects.get(organisation__code=code(1))
    owner = enterprise_actor(firm)
    assert "region" in {q.attr for q in match_for(owner, firm, on=day).questions}
    answer_question(firm, actor=owner, key="region", text="440306", now=NOW)
    firm.refresh_from_db()
    assert firm.facts["region"] == firm.region == "440306"
    assert "region" not in {q.attr for q in match_for(owner, firm, on=day).questions}
    done = import_enterprises(file, bad_path=tmp_path / "bad.csv", as_of=day, now=NOW)
    assert done.loaded.same == 1
    firm.refresh_from_db()
    assert firm.facts["region"] == firm.region == "440306"
