"""Every read of accounts that a door needs."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q

from qifu.accounts.models import User


def people_by_ids(ids: set[int]) -> dict[int, User]:
    """People by number, for showing who did what; unknown numbers are left out."""
    return User.objects.in_bulk(ids)


def demo_people() -> list[User]:
    """The made-up accounts that one can sign in to, for the page of the demo."""
    usable = User.objects.filter(made_up=True, is_active=True)
    return list(usable.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).order_by("pk"))


def people_named(text: str, *, most: int = 200) -> set[int]:
    """The numbers of people whose name or sign-in name has this text; at most `most`."""
    found = User.objects.filter(Q(display_name__contains=text) | Q(username__icontains=text))
    return set(found.order_by("pk").values_list("pk", flat=True)[:most])


def person_by_username(username: str) -> User | None:
    """The account with that login name, for the command line."""
    return User.objects.filter(username=username).first()
