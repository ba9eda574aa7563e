"""The demo's accounts on the sign-in page. Only with QIFU_DEMO=1, which binds to 127.0.0.1."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from qifu.accounts.selectors import demo_people
from qifu.base.city import City
from qifu.web.words import spoken


@dataclass(frozen=True)
class DemoAccount:
    """An account to try: how to sign in and what it may do."""

    username: str
    password: str
    name: str
    roles: Sequence[str]


def demo_accounts(city: City | None) -> list[DemoAccount]:
    """Those of the pack's recipe that exist; none outside a demo."""
    if not settings.QIFU_DEMO or city is None:
        return []
    recipe = _recipe(settings.QIFU_CITY)
    there = {person.username for person in demo_people()}
    found = []
    for row in recipe.get("accounts", []):
        if row["username"] not in there:
            continue
        roles = [city.roles[r["role"]].name for r in row["roles"] if r["role"] in city.roles]
        names = dict.fromkeys(spoken(role) for role in roles)
        found.append(
            DemoAccount(row["username"], str(recipe["password"]), spoken(row["name"]), tuple(names))
        )
    return found


@lru_cache(maxsize=2)
def _recipe(folder: Path) -> dict[str, Any]:
    file = folder / "demo.yaml"
    if not file.exists():
        return {}
    read = yaml.safe_load(file.read_text(encoding="utf-8"))
    return read if isinstance(read, dict) else {}
