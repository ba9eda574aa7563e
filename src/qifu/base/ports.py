"""Outside systems, by the shape we need of them; each deployment plugs in its own."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, Generic, Protocol, TypeVar

from qifu.rulebook.catalogue import Catalogue
from qifu.rulebook.policy import Policy

Port = TypeVar("Port")


class SmsGateway(Protocol):
    """Sends one text message; raises when it could not, so that the outbox tries again."""

    def send(self, phone: str, text: str) -> None: ...


class VirusScanner(Protocol):
    """Looks through one open file: "" for clean, else the name of what was found.

    Raises when it could not look, so that the outbox tries again and the file stays where it is.
    """

    def scan(self, file: BinaryIO) -> str: ...


@dataclass(frozen=True)
class WebhookAnswer:
    """What came back: the status, or None and in `error` why nobody was reached.

    `retry_after` are seconds that the receiver asked us to wait.
    """

    status: int | None
    error: str = ""
    retry_after: float | None = None

    @property
    def arrived(self) -> bool:
        """Only a status of success counts; a redirect is not followed and is none."""
        return self.status is not None and 200 <= self.status < 300


class WebhookSender(Protocol):
    """Posts one signed body to an address of somebody else's; never raises, never redirected.

    May be called by several threads at once.
    """

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer: ...


class Reached(Protocol):
    """Whom a policy reaches: how many, and the numbers of those firms."""

    @property
    def eligible(self) -> int: ...
    @property
    def maybe(self) -> int: ...
    @property
    def near(self) -> int: ...

    def ids(self, which: str) -> Iterable[int]:
        """The firms that are `eligible`, `maybe` or `near`."""


@dataclass(frozen=True)
class CityReach:
    """Whom a policy reaches as of a day.

    `since` says, where it is known, what this version changed when it came: the version before
    (`from`, null for a new policy), and for `eligible`, `maybe` and `near` how many firms came,
    went and stayed.
    """

    as_of: date
    reached: Reached
    since: Mapping[str, Any] | None = None


class ReachSource(Protocol):
    """Knows whom every policy of the library reaches, as of a day."""

    def reach(self, policy: Policy, catalogue: Catalogue, stamp: str) -> CityReach | None:
        """Whom the policy reaches; None where that is not known (yet).

        `stamp` says how facts are read; what was counted with another one is not told.
        """


class Registry(Generic[Port]):
    """Makers of one kind of port, by name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._makers: dict[str, Callable[[], Port]] = {}

    def register(self, name: str, maker: Callable[[], Port]) -> None:
        if name in self._makers:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._makers[name] = maker

    def names(self) -> list[str]:
        """What is plugged in, in order."""
        return sorted(self._makers)

    def get(self, name: str) -> Port:
        if name not in self._makers:
            known = ", ".join(sorted(self._makers)) or "none"
            raise LookupError(f"No {self.kind} called {name!r}; known: {known}")
        return self._makers[name]()


sms_gateways: Registry[SmsGateway] = Registry("SMS gateway")
virus_scanners: Registry[VirusScanner] = Registry("virus scanner")
reach_sources: Registry[ReachSource] = Registry("source of reaches")
webhook_senders: Registry[WebhookSender] = Registry("webhook sender")
