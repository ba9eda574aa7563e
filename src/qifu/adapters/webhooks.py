"""Webhooks over HTTP: only where it may go, to the address that was looked at, in good time."""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore
import httpx

from qifu.base.ports import WebhookAnswer, webhook_senders
from qifu.notices.logic.addresses import is_public

PATIENCE = 10.0  # seconds for the whole exchange
MOST_READ = 64 * 1024  # of an answer; a longer one is not read to its end
MOST_TOLD = 200  # signs of an answer that refuses
AGENT = "Qifu-Webhooks/1"


class _Refused(httpcore.ConnectError):
    """The name leads to an address that we do not go to."""


class _Deadline(threading.local):
    """When the exchange of this thread has to be over, in the seconds of time.monotonic."""

    at: float = 0.0

    def left(self) -> float:
        return self.at - time.monotonic()


_deadline = _Deadline()


class _Stream(httpcore.NetworkStream):
    """A connection whose waits end with the exchange: one byte a second is no way to hold us."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(error: type[Exception]) -> float:
    left = _deadline.left()
    if left <= 0:
        raise error("the time is over")
    return left


class _Network(httpcore.NetworkBackend):
    """Looks a name up once, refuses addresses of this house, connects to the one it has seen."""

    def __init__(self, *, private: bool) -> None:
        self._private = private
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"no such name: {error}") from error
        addresses = list(dict.fromkeys(str(row[4][0]) for row in rows))
        # one of this house among public ones is a trick: none of them is asked
        if not self._private and not all(is_public(address) for address in addresses):
            raise _Refused("the name leads to an address inside a private network")
        failed: Exception = httpcore.ConnectError("no address")
        for address in addresses[:4]:
            try:
                stream = self._inner.connect_tcp(
                    address, port, _left(httpcore.ConnectTimeout), socket_options=socket_options
                )
                return _Stream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def connect_unix_socket(self, *_args: Any, **_more: Any) -> httpcore.NetworkStream:
        raise _Refused("no socket files")


class _Transport(httpx.HTTPTransport):
    """httpx's own, over our network."""

    def __init__(self, *, private: bool, connections: int) -> None:
        context = ssl.create_default_context()
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=20.0,
            network_backend=_Network(private=private),
        )


class HttpSender:
    """Posts with one client whose connections stay open; may be used by many threads at once.

    `private`: http and addresses of this house are allowed.
    """

    def __init__(self, *, private: bool, connections: int = 64, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._client = httpx.Client(
            transport=_Transport(private=private, connections=connections),
            timeout=patience,
            follow_redirects=False,
            trust_env=False,
            headers={"user-agent": AGENT, "accept": "*/*", "accept-encoding": "identity"},
        )

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> WebhookAnswer:
        """Post the body. Whatever goes wrong is in the answer."""
        _deadline.at = time.monotonic() + self._patience
        try:
            with self._client.stream("POST", url, content=body, headers=dict(headers)) as answer:
                said = _some_of(answer)
                # nobody keeps what a receiver says for longer than this exchange
                self._client.cookies.clear()
                return WebhookAnswer(
                    status=answer.status_code,
                    error="" if answer.is_success else _told(answer, said),
                    retry_after=_retry_after(answer.headers),
                )
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return WebhookAnswer(None, f"{type(error).__name__}: {error}"[:300])

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()


def _some_of(answer: httpx.Response) -> bytes:
    said = b""
    for part in answer.iter_raw(8 * 1024):
        said += part
        if len(said) >= MOST_READ:
            break  # leaving the block closes the connection
    return said


def _told(answer: httpx.Response, said: bytes) -> str:
    if answer.is_redirect:
        return "redirects are not followed"
    words = " ".join(said[: 4 * MOST_TOLD].decode(errors="replace").split())
    return "".join(sign for sign in words if sign.isprintable())[:MOST_TOLD]


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds, from either form of the header; None where it says nothing usable.

    A moment is counted from the receiver's own clock, which its Date header tells.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        pause = parsedate_to_datetime(text) - parsedate_to_datetime(headers.get("date", ""))
        return max(pause.total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def plug_in(*, private: bool) -> None:
    """Webhooks are sent over HTTP from now on, with one sender a process."""
    if "http" not in webhook_senders.names():
        sender = HttpSender(private=private)
        webhook_senders.register("http", lambda: sender)
