"""How many webhooks a minute a courier delivers, beside bare posts of the same bodies.

Run it with the interpreter of the project; it makes a database of its own in a folder that is
deleted at the end. The receiver is another process, so that only the sender is measured.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FIRMS = 20


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        time.sleep(self.server.wait)  # type: ignore[attr-defined]
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_args: object) -> None: ...


def receive(wait: float) -> None:
    """Answer for ever; say the port first."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.request_queue_size = 128
    server.daemon_threads = True
    server.wait = wait  # type: ignore[attr-defined]
    print(server.server_address[1], flush=True)
    server.serve_forever()


def _receiver(wait: float) -> tuple[subprocess.Popen[str], str]:
    child = subprocess.Popen(
        [sys.executable, __file__, "--receive", str(wait)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    return child, f"http://127.0.0.1:{child.stdout.readline().strip()}/hook"


def _prepare(url: str, slow: str, count: int) -> None:
    """A city, firms with a webhook each, and `count` events of their objects."""
    from django.core.management import call_command
    from django.utils import timezone

    from qifu.base.packs import read_pack
    from qifu.jobs.city import load_city
    from qifu.jobs.demo import load_demo
    from qifu.jobs.events import known_kinds
    from qifu.notices.actions import webhooks
    from qifu.notices.actions.events import emit
    from qifu.notices.models import Event
    from qifu.organisations.models import Membership
    from qifu.organisations.selectors import actor_for

    call_command("migrate", verbosity=0)
    now = timezone.now()
    pack = read_pack(ROOT / "cities" / "shenzhen_demo")
    load_city(pack, now=now)
    load_demo(pack, firms=FIRMS, now=now)
    Event.objects.all().delete()
    owner = Membership.objects.filter(role="owner").select_related("user")[0]
    actor = actor_for(owner.user, owner.pk)
    for place, kinds in ((url, ["match.changed"]), (slow, ["policy.published"])):
        webhooks.make_webhook(
            actor=actor, url=place, kinds=kinds, known=known_kinds(of_firm=True), now=now
        )
    firm = owner.organisation_id
    for n in range(count):
        # the firm's own object would be one queue: objects of many, as a unit's webhook sees them
        emit("policy.published" if n % 50 == 0 else "match.changed",
             object_kind="policy", object_id=f"p{n % 500}", data={"n": n, "url": "/api/v1/x"},
             now=now, firm_id=firm)  # fmt: skip


def _bare(url: str, count: int) -> float:
    """Seconds for as many posts with the same client and nothing else."""
    from qifu.adapters.webhooks import HttpSender

    sender = HttpSender(private=True)
    body = b'{"type":"x"}' + b" " * 300
    began = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: sender.send(url, {"webhook-id": str(n)}, body), range(count)))
    took = time.perf_counter() - began
    sender.close()
    return took


def measure(count: int) -> None:
    """Print the table."""
    receiver, url = _receiver(0.0)
    slow_one, slow = _receiver(3.0)
    try:
        _prepare(url, slow, count)
        from qifu.jobs.webhooks import Courier
        from qifu.notices.models import Delivery

        courier = Courier()
        began = time.perf_counter()
        quick = Delivery.objects.filter(webhook__url=url)
        while quick.filter(state="sent").count() < count - (count + 49) // 50:
            courier.turn()
        took = time.perf_counter() - began
        sent = quick.count()
        bare = _bare(url, sent)
        courier.close()
        print(f"{'deliveries':<32}{sent:>10,}")
        print(f"{'delivered a minute':<32}{sent / took * 60:>10,.0f}")
        print(f"{'bare posts a minute':<32}{sent / bare * 60:>10,.0f}")
        print(f"{'ratio':<32}{took / bare:>10.1f}")
        print("meanwhile another receiver took 3 s for each of its own")
    finally:
        receiver.kill()
        slow_one.kill()


def main() -> None:
    """`--count` deliveries (default 3,000)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--receive", type=float)
    asked = parser.parse_args()
    if asked.receive is not None:
        receive(asked.receive)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "QIFU_VAR": folder, "QIFU_DEMO": "1", "QIFU_WEBHOOK_PRIVATE": "1",
            "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{folder}/bench.sqlite3"),
            "DJANGO_SETTINGS_MODULE": "qifu.config.settings",
        }  # fmt: skip
        sys.path.insert(0, str(ROOT / "src"))
        import django

        django.setup()
        measure(asked.count)


if __name__ == "__main__":
    main()
