"""The county of the tests, loaded in place of the demo city, and its people.

Nothing here knows more of the county than its folder says: roles are found by what they may do.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from qifu.accounts.models import User
from qifu.base.city import City, city_of_load, current_city
from qifu.base.packs import Pack, read_pack
from qifu.jobs.city import load_city
from qifu.jobs.demo import load_demo
from qifu.organisations.models import Membership
from qifu.organisations.permissions import Actor
from qifu.organisations.selectors import actor_for
from tests.conftest import NOW, ROOT
from tests.web.desk_people import as_

COUNTY = Path(__file__).parent / "county"
DEMO = ROOT / "cities" / "shenzhen_demo"
FIRMS = 12
PRINCIPAL, AGENT, FRONT, INDUSTRY, MARKET, CHIEF, CALLER = PEOPLE = (
    "county-principal", "county-agent", "county-front", "county-industry", "county-market",
    "county-chief", "county-caller",
)  # fmt: skip
# what no page of the county may hold: the demo's city, and English that is not a code or a unit
FOREIGN = re.compile(r"深圳|Shenzhen|深汕|粤|广东|0755|宝安|南山|企业负责人|本市|全市|English")


@lru_cache(maxsize=1)
def county_pack() -> Pack:
    """The county as its files say it."""
    return read_pack(COUNTY)


def empty() -> None:
    """Take the demo city out of the tables, as far as this test's transaction goes."""
    city_of_load.cache_clear()
    names = [
        connection.ops.quote_name(model._meta.db_table)
        for room in apps.get_app_configs()
        if room.name.startswith("qifu.")
        for model in room.get_models(include_auto_created=True)
    ]
    # within one transaction rows that refer to each other may leave in any order
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
            return
        for name in names:
            cursor.execute(f"DELETE FROM {name}")


def load_county() -> City:
    """The county instead of the demo city, with its made-up firms and people."""
    empty()
    pack = county_pack()
    load_city(pack, now=NOW)
    load_demo(pack, firms=FIRMS, now=NOW)
    return current_city()


@pytest.fixture
def county(db: None, settings) -> Iterator[City]:
    """The county is the city in force; the next test's loads have the same numbers again."""
    settings.QIFU_CITY = COUNTY
    yield load_county()
    city_of_load.cache_clear()


def person(username: str) -> Actor:
    """One of the county's people, acting for their organisation."""
    user = User.objects.get(username=username)
    member = Membership.objects.filter(user=user).order_by("pk").first()
    return actor_for(user, member.pk if member else None)


def browser(username: str = "") -> Client:
    """Their browser, in which somebody once chose English elsewhere; nobody's for "" ."""
    client = as_(person(username)) if username else Client()
    client.cookies["django_language"] = "en"
    return client
