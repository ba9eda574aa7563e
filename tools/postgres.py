"""A throw-away PostgreSQL for the tests: started from the installed programs, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, the newest version that is installed; None without."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _as_account(command: list[str]) -> list[str]:
    # initdb refuses to run as root
    return ["runuser", "-u", ACCOUNT, "--", *command] if os.getuid() == 0 else command


@contextmanager
def cluster() -> Iterator[str]:
    """A running cluster on a socket in a temporary folder; gives its DATABASE_URL."""
    folder = programs()
    if folder is None:
        raise FileNotFoundError("PostgreSQL's programs (initdb, pg_ctl) are not installed")
    with tempfile.TemporaryDirectory(prefix="qifu-pg-") as name:
        home = Path(name)
        home.chmod(0o777)
        data = home / "data"
        quiet = {"check": True, "cwd": "/", "stdout": subprocess.DEVNULL}
        subprocess.run(
            _as_account(
                [str(folder / "initdb"), "-D", str(data), "-U", "qifu", "--auth=trust",
                 "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
            ),
            **quiet,
        )  # fmt: skip
        options = (
            f"-c fsync=off -c full_page_writes=off -c synchronous_commit=off "
            f"-c autovacuum=off -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=4GB "
            f"-c listen_addresses= -c unix_socket_directories={home}"
        )
        control = [str(folder / "pg_ctl"), "-D", str(data), "-w", "-l", str(home / "log")]
        subprocess.run(_as_account([*control, "-o", options, "start"]), **quiet)
        try:
            # a path where the host would be: django-environ reads the folder of the socket from it
            yield f"postgres://qifu@/{home}/postgres"
        finally:
            subprocess.run(_as_account([*control, "-m", "immediate", "stop"]), **quiet)
