"""A small HTTP server that speaks as a language model does, with answers written beforehand."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from qifu.adapters.language_model import ChatModel


@dataclass
class HouseModel:
    """The model, and every request that came to it."""

    model: ChatModel
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def house_model(
    answers: Sequence[Any], *, patience: float = 5, pause: float = 0
) -> Iterator[HouseModel]:
    """A model that gives these answers one by one, the last for ever.

    A text or a document is the content of a choice; bytes are the whole body; a number is a status.
    `pause`: seconds between one byte and the next.
    """
    held: list[HouseModel] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            house = held[0]
            house.asked.append(json.loads(self.rfile.read(length)) | {"path": self.path})
            house.headers.append(dict(self.headers))
            answer = answers[min(len(house.asked), len(answers)) - 1]
            status = answer if isinstance(answer, int) else 200
            body = answer if isinstance(answer, bytes) else _chat(answer)
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # the other side went away
                for piece in [body] if not pause else [body[i : i + 1] for i in range(len(body))]:
                    self.wfile.write(piece)
                    time.sleep(pause)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/v1"
        held.append(HouseModel(ChatModel(url, "house", "secret-of-the-test", patience)))
        yield held[0]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _chat(answer: Any) -> bytes:
    said = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": said}}]}).encode()
