"""Every read of accounts that a door needs."""

from qifu.accounts.selectors.people import (
    demo_people,
    people_by_ids,
    people_named,
    person_by_username,
)

__all__ = ["demo_people", "people_by_ids", "people_named", "person_by_username"]
