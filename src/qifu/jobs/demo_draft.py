"""The demo's made-up notice, read into a draft of a policy."""

from datetime import datetime

from qifu.accounts.selectors import person_by_username
from qifu.base.packs import Pack
from qifu.organisations.selectors import actor_with
from qifu.policies.actions import make_draft
from qifu.policies.selectors import drafts_visible_to


def load_demo_draft(pack: Pack, *, now: datetime) -> bool:
    """Once: gives whether it was made now. Nothing where the recipe has none."""
    recipe = pack.demo.get("draft")
    if not recipe:
        return False
    actor = actor_with(person_by_username(str(recipe["account"])), "policies.edit")
    if actor is None or drafts_visible_to(actor).filter(made_up=True).exists():
        return False
    make_draft(actor=actor, now=now, text=str(recipe["text"]), made_up=True)
    return True
