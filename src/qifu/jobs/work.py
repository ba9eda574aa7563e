"""What the worker does: outbox handlers by name, and the jobs that come round."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from qifu.accounts.actions.tokens import sweep_programs
from qifu.adapters import embeddings, language_model
from qifu.adapters.scan import plug_in
from qifu.appeals import actions as appeals
from qifu.appeals.actions import recompute_clocks, scan_attachment
from qifu.base import journal, outbox, schedule
from qifu.jobs import live_index
from qifu.jobs.exchange import run_exchange
from qifu.jobs.previews import keep_facts
from qifu.jobs.triage import classify_waiting
from qifu.jobs.webhooks import start_courier
from qifu.notices.actions.deliveries import sweep_events
from qifu.policies.actions import read_draft

log = logging.getLogger(__name__)


def _scan_attachment(payload: dict[str, Any], now: datetime) -> None:
    plug_in(settings.QIFU_CLAMD)
    scan_attachment(payload["attachment"], now=now)


def _read_draft(payload: dict[str, Any], now: datetime) -> None:
    plug_in(settings.QIFU_CLAMD)
    read_draft(payload["draft"], now=now, model=language_model.configured())


def _seal_journal(now: datetime) -> object:
    return journal.seal()


def _sweep_events(now: datetime) -> object:
    return sweep_events(now=now)


def _sweep_programs(now: datetime) -> object:
    return sweep_programs(now=now)


def _recount_clocks(now: datetime) -> object:
    return recompute_clocks(now=now)


def _index_firms(payload: dict[str, Any], now: datetime) -> None:
    appeals.index_firms(payload["enterprises"])


def _run_exchange(now: datetime) -> object:
    return run_exchange(settings.QIFU_VAR / "exchange", now=now)


def _classify_waiting(now: datetime) -> object:
    return classify_waiting(settings.QIFU_TRIAGE_MODEL, now=now, house=language_model.configured())


def _keep_vectors(now: datetime) -> object:
    embedder = embeddings.configured()
    return embedder and appeals.keep_vectors(embedder)


# everything of appeals that comes round: select by state, a case a transaction, safe to repeat
_APPEALS: dict[str, tuple[Callable[..., object], int]] = {
    "appeals.mark_missed": (appeals.mark_missed, 5),
    "appeals.remind_due": (appeals.remind_due, 15),
    "appeals.remind_facts": (appeals.remind_facts, 60),
    "appeals.lapse_waiting": (appeals.lapse_waiting, 60),
    "appeals.remind_ratings": (appeals.remind_ratings, 60),
    "appeals.close_unrated": (appeals.close_unrated, 60),
    "appeals.take_over_dissolved": (appeals.take_over_dissolved, 15),
    "appeals.keep_search": (appeals.keep_search, 10),
}


def _coming_round(action: Callable[..., object]) -> schedule.Job:
    return lambda now: action(now=now)


HANDLERS: dict[str, outbox.Handler] = {
    "appeals.index_firms": _index_firms,
    "appeals.scan": _scan_attachment,
    "policies.library_changed": live_index.serve_library,
    "policies.read_draft": _read_draft,
    "policies.refresh_match": live_index.serve_refresh,
}
JOBS: dict[str, schedule.Job] = {
    "appeals.classify": _classify_waiting,
    "appeals.exchange": _run_exchange,
    "accounts.sweep_programs": _sweep_programs,
    "appeals.keep_vectors": _keep_vectors,
    "appeals.recount": _recount_clocks,
    "journal.seal": _seal_journal,
    "notices.sweep_events": _sweep_events,
    "policies.check_index": live_index.check_index,
    "policies.keep_facts": keep_facts,
    "policies.keep_index": live_index.keep_index,
    **{name: _coming_round(action) for name, (action, _minutes) in _APPEALS.items()},
}
MINUTES: dict[str, int] = {
    "appeals.classify": 1,
    "appeals.exchange": 1,
    "accounts.sweep_programs": 60,
    "appeals.keep_vectors": 1,
    "appeals.recount": 1,
    "journal.seal": 5,
    "notices.sweep_events": 60,
    "policies.check_index": 60,
    "policies.keep_facts": 30,
    "policies.keep_index": 5,
    **{name: minutes for name, (_action, minutes) in _APPEALS.items()},
}


def one_round(clock: Callable[[], datetime] = timezone.now) -> tuple[int, list[str]]:
    """Everything that is due now, once: gives outbox rows done and names of jobs run."""
    schedule.ensure(MINUTES, now=clock())
    ran = schedule.tick(JOBS, now=clock())
    return outbox.serve(HANDLERS, clock=clock), ran


def work(*, pause: float = 2.0, rounds: int | None = None) -> None:
    """Rounds for ever (or `rounds` of them). May be killed at any moment and lose nothing.

    Beside the rounds a courier sends webhooks: what other programs answer slowly keeps nobody
    in the house waiting. A database that is away for a while is waited for.
    """
    done = 0
    if rounds is None:
        start_courier()
    while rounds is None or done < rounds:
        close_old_connections()
        try:
            one_round()
        except (OperationalError, InterfaceError) as error:
            log.warning("this round could not reach the database: %s", error)
        done += 1
        if rounds is None or done < rounds:
            time.sleep(pause)
