"""Who may make and end tokens. Pure questions: no query, no exception."""

from typing import Any, Protocol

from qifu.accounts.models import ApiToken, User


class Acting(Protocol):
    """Who is asking, as the room above knows it: a person in a role of one organisation."""

    @property
    def user(self) -> User | None: ...
    @property
    def user_id(self) -> int | None: ...
    @property
    def membership(self) -> Any: ...
    @property
    def organisation_id(self) -> int | None: ...
    def may(self, code: str) -> bool:
        """Whether the role has a permission of the pack."""


def may_connect(actor: Acting) -> bool:
    """Whether the person may let programs act for the organisation."""
    return actor.membership is not None and actor.may("programs.connect")


def may_see_all_tokens(actor: Acting) -> bool:
    """Whether the person sees and ends the tokens of all members of the organisation."""
    return actor.organisation_id is not None and actor.may("people.manage")


def may_revoke(actor: Acting, token: ApiToken) -> bool:
    """One's own tokens; those of the organisation for whom manages its people."""
    if actor.user_id is None:
        return False
    if token.user_id == actor.user_id:
        return True
    return may_see_all_tokens(actor) and token.organisation_id == actor.organisation_id
