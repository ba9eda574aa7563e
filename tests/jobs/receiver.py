"""A small real program that receives webhooks: it keeps what came and answers as it is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Came:
    """One request: the path, its headers in small letters, the body as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def number(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read


@dataclass
class Answer:
    """What the receiver does: waits, then gives a status, headers and a body."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait: float = 0.0


@dataclass
class Receiver:
    """`answer(came, turn)` says what to do; `turn` counts the requests with that number from 1."""

    answer: Callable[[Came, int], Answer] = lambda came, turn: Answer()
    came: list[Came] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)  # numbers answered with success, in order
    port: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def take(self, came: Came) -> Answer:
        with self.lock:
            self.came.append(came)
            turn = self.turns[came.number] = self.turns.get(came.number, 0) + 1
        answer = self.answer(came, turn)
        if answer.wait:
            time.sleep(answer.wait)
        if 200 <= answer.status < 300:
            with self.lock:
                self.taken.append(came.number)
        return answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.receiver.take(Came(self.path, headers, body, time.monotonic()))
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
        except OSError:
            self.close_connection = True

    do_GET = do_POST

    def log_message(self, *_args: object) -> None: ...


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_args: object) -> None: ...  # senders are killed here on purpose


@contextmanager
def receiving(
    answer: Callable[[Came, int], Answer] = lambda came, turn: Answer(),
) -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver(answer)
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = _Server(("127.0.0.1", 0), handler)
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
