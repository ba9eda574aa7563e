"""The schedule: a table and one `tick` that any cron or the worker calls."""

import logging
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from qifu.base.models import ScheduleEntry

log = logging.getLogger(__name__)
Job = Callable[[datetime], object]


def ensure(jobs: Mapping[str, int], *, now: datetime) -> None:
    """Put missing jobs (name → minutes between runs) into the table; keep what is there."""
    for name, minutes in jobs.items():
        ScheduleEntry.objects.get_or_create(
            name=name, defaults={"every_minutes": minutes, "next_at": now}
        )


def tick(jobs: Mapping[str, Job], *, now: datetime) -> list[str]:
    """Run every job that is due; give their names. A job that was missed runs once, late."""
    ran = []
    for entry in ScheduleEntry.objects.filter(next_at__lte=now, name__in=jobs):
        again = now + timedelta(minutes=entry.every_minutes)
        # guard: two tickers at once, one runs the job
        if not ScheduleEntry.objects.filter(pk=entry.pk, next_at=entry.next_at).update(
            next_at=again, last_ran_at=now
        ):
            continue
        try:
            jobs[entry.name](now)
            error = ""
        except Exception:
            error = traceback.format_exc(limit=5)
            log.warning("job %s failed: %s", entry.name, error)
        ScheduleEntry.objects.filter(pk=entry.pk).update(last_error=error[-2000:])
        ran.append(entry.name)
    return ran
