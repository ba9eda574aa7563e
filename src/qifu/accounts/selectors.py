"""Every read of accounts that a door needs."""

from qifu.accounts.models import User


def people_by_ids(ids: set[int]) -> dict[int, User]:
    """People by number, for showing who did what; unknown numbers are left out."""
    return User.objects.in_bulk(ids)


def demo_people() -> list[User]:
    """The made-up accounts, for the page of the demo."""
    return list(User.objects.filter(made_up=True, is_active=True).order_by("pk"))
