"""Everything that can be done to the accounts of people and to the tokens of their programs."""

from qifu.accounts.actions.people import (
    change_details,
    change_password,
    create_user,
    remember_language,
)

__all__ = ["change_details", "change_password", "create_user", "remember_language"]
