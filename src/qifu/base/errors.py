"""The few ways an action may refuse. Doors translate them once: 403, 404, 409, 422."""

from collections.abc import Mapping


class Refused(Exception):
    """The request was understood and turned down; the message is shown to the person.

    `code` is stable and for programs; `field` names the input at fault, where there is one.
    """

    code = "refused"

    def __init__(self, message: object = "", *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def __str__(self) -> str:
        return str(self.message)  # may be a lazy translation: spoken in the reader's language


class NotAllowed(Refused):
    """This person may not do this."""

    code = "not_allowed"


class WrongState(Refused):
    """The thing is no longer (or not yet) in a state from which this step may be taken."""

    code = "wrong_state"


class BadInput(Refused):
    """A value cannot be taken; `fields` maps field → message when there are several."""

    code = "bad_input"

    def __init__(
        self, message: object = "", *, field: str = "", fields: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message, field=field)
        self.fields = dict(fields or ({field: message} if field else {}))


class Conflict(Refused):
    """Somebody else changed the thing meanwhile; nothing was overwritten."""

    code = "conflict"
