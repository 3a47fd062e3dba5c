"""A job whose worker is killed in the middle, and what another worker makes of it; a transaction whose process is."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy import update

from services.runtime.jobs.job_table import JOB
from services.runtime.storage.crash_points import VARIABLE
from services.runtime.storage.database import Database

REPOSITORY = Path(__file__).resolve().parents[2]


def run_worker(
    service: str, settings: Mapping[str, str], place: str = "", number: int = 0, rpc: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a worker process of the service, which dies at the numbered call of `place`; see tests.servers.dying_worker."""
    return subprocess.run(
        [sys.executable, "-m", "tests.servers.dying_worker", service, place, str(number), rpc],
        cwd=REPOSITORY,
        env={**os.environ, **settings, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def killed_then_finished(
    database: Database, service: str, settings: Mapping[str, str], place: str, number: int = 1, rpc: str = ""
) -> None:
    """Have a worker killed at the place, let its lease run out, and have another finish."""
    killed = run_worker(service, settings, place, number, rpc)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    with database.transaction() as session:
        session.execute(update(JOB).values(leased_until=JOB.c.asked_at))
    finished = run_worker(service, settings, rpc=rpc)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def killed_at(place: str, database: Database, work: Callable[[Database], object]) -> None:
    """Do the work in a process of its own, which dies by kill -9 at the place, « NAME.before » or « NAME.after » the commit.

    Args:
        database: of which the process opens connections of its own.
        work: what it does; it fails the test when it comes to an end.
    """
    child = os.fork()
    if child == 0:
        try:
            os.environ[VARIABLE] = place
            work(Database(database.url.render_as_string(hide_password=False), database.service))
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"{place}: the process lived on"
    assert os.WTERMSIG(status) == signal.SIGKILL
