"""A few firms and policies that the pages of policy officers tell of."""

from typing import Any

from qifu.base.city import City
from qifu.organisations.models import Enterprise
from qifu.policies.actions import load_policies
from tests.conftest import NOW
from tests.factories import EnterpriseFactory

HERE = {"attr": "region", "op": "under", "value": "44", "kind": "hard"}
YOUNG = {"attr": "founded", "op": "age_at_most", "value": "P10Y"}
LARGE = {"attr": "employees", "op": ">=", "value": 5, "unit": "person"}
FACTS = (
    {"founded": "2020-01-01", "employees": 9, "region": "440306"},
    {"founded": "2020-01-01", "employees": 2, "region": "440306"},
    {"founded": "2000-01-01", "employees": 9, "region": "440306"},
    {"employees": 9, "region": "33"},
)


def policy(ident: str, *groups: Any, version: int = 1, **more: Any) -> dict[str, Any]:
    """A policy as a document."""
    title, when = f"试验{ident}", {"all": [*groups]}
    return {"id": ident, "version": version, "title": title, "when": when, **more}


# T-1 asks public facts alone
DOCUMENTS = (
    policy("T-1", HERE, YOUNG),
    policy("T-2", HERE, YOUNG, LARGE),
    policy("T-3", HERE, effective={"from": "2027-03-01"}, window={"opens": "2027-03-01"}),
)


def make_firms(city: City) -> list[Enterprise]:
    """Four firms that differ, nobody else with any facts, and these policies alone."""
    Enterprise.objects.update(facts={})
    made = [EnterpriseFactory.create(facts=facts) for facts in FACTS]
    load_policies(DOCUMENTS, city=city, now=NOW)
    return made
