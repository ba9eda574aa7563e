"""File an appeal, follow it by webhook, read the reply, rate it.

Written from docs/api.md alone. It needs httpx and standardwebhooks, a token with the scopes
appeals.read, appeals.write and webhooks, and an address that Qifu can reach:

    QIFU_TOKEN=qf_… python follow_appeal.py http://127.0.0.1:8000
"""

import os
import queue
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

SITE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
PATIENCE = float(os.environ.get("PATIENCE", "3600"))  # seconds to wait for the reply
APPEAL = {
    "kind": "help_request",
    "text": "The goods lift of building 3 has been out of order for three days. Please help.",
    "points": ["When will it work again?"],
    "contact_name": "A. Example",
    "contact_phone": "0755-00000000",
}
api = httpx.Client(
    base_url=f"{SITE}/api/v1",
    headers={"Authorization": f"Bearer {os.environ['QIFU_TOKEN']}", "Accept-Language": "en"},
    timeout=20,
)
events: queue.Queue[dict[str, Any]] = queue.Queue()
seen: set[str] = set()  # a program that must survive a restart keeps this on disk
secret: list[str] = []


class Receiver(BaseHTTPRequestHandler):
    """Takes what Qifu sends: checks the signature, drops what came before, answers at once."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event = Webhook(secret[0]).verify(body, headers)
        except (WebhookVerificationError, IndexError):
            return self.answer(400)
        if headers["webhook-id"] not in seen:  # the same number at every attempt
            seen.add(headers["webhook-id"])
            events.put(event)
        return self.answer(204)  # the work is done afterwards, by whoever takes from the queue

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


def ask(method: str, path: str, body: Any = None, key: str = "") -> Any:
    """One request; sent again with the same key where the line broke or Qifu asks to wait."""
    headers = {"Idempotency-Key": key} if key else {}
    for attempt in range(5):
        try:
            answer = api.request(method, path, json=body, headers=headers)
        except httpx.TransportError:
            if attempt == 4 or (method == "POST" and not key):
                raise
            time.sleep(2**attempt)
            continue
        if answer.status_code in (429, 503) and attempt < 4:
            time.sleep(float(answer.headers.get("Retry-After", 5)))
            continue
        if answer.is_error:
            told = answer.json()
            sys.exit(f"{answer.status_code} {told['code']} {told['field']}: {told['message']}")
        return answer.json() if answer.content else None
    return None


def wait_for_reply(appeal: int) -> str:
    """The address of the appeal, once an event says that it was replied to."""
    end = time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0:
        try:
            event = events.get(timeout=left)
        except queue.Empty:
            break
        data = event["data"]
        if event["type"].startswith("appeal.") and data["id"] == appeal:
            print(f"  {event['type']}: {data['state']}", flush=True)
            if data["state"] == "replied":
                return str(data["url"])
    sys.exit("no reply yet")


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_address[1]}/qifu"
    new = {"url": here, "kinds": ["appeal.*"]}
    webhook = ask("POST", "/webhooks", new, key=str(uuid.uuid4()))
    secret.append(webhook["secret"])  # told this once
    try:
        filed = ask("POST", "/appeals", APPEAL, key=str(uuid.uuid4()))
        print(f"{filed['number']} filed, an answer is due {filed['due_at']}", flush=True)
        address = wait_for_reply(filed["id"])
        case = ask("GET", address.removeprefix("/api/v1"))
        for point in case["replies"][-1]["points"]:
            print(f"  {point['number']}. {point['text']}")
        rated = ask(
            "POST", f"/appeals/{filed['id']}/steps/rate", {"level": 5, "solved": True},
            key=str(uuid.uuid4()),
        )  # fmt: skip
        print(f"rated; the appeal is {rated['case']['state']['name']['en']}")
    finally:
        ask("DELETE", f"/webhooks/{webhook['id']}")
        server.shutdown()


if __name__ == "__main__":
    main()
