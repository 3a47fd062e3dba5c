"""The sign of life of a process aside, and its health check, which imports nothing of the service that it asks about."""

import hashlib
import os
import tempfile
import time
from pathlib import Path

LATE_SECONDS = 60.0


class NotAlive(Exception):
    """The process has not said for a while that it is well."""


def check_alive(service: str, process: str) -> None:
    """For container health checks, on the process's own machine, some times a minute.

    Args:
        service: Whose process it is; its settings are in the environment, as the process itself has them.
        process: « worker », or the channel of a deliverer.

    Raises:
        NotAlive: its last sign of life is older than a minute, or there is none.
    """
    try:
        beat = alive_file(f"{service}-{process}", database_url(service)).stat().st_mtime
    except FileNotFoundError:
        raise NotAlive from None
    if time.time() - beat > LATE_SECONDS:
        raise NotAlive


def alive_file(called: str, database_url: str) -> Path:
    """What the process touches while all is well. By database: two systems on one machine have two."""
    which = hashlib.sha256(database_url.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"isoloir-{called}-{which}.alive"


def database_url(service: str) -> str:
    """The database of a service as its settings read it, from the environment alone."""
    return os.environ.get(f"ISOLOIR_{service.upper()}_DATABASE_URL", f"sqlite:///var/{service}.sqlite")
