"""The worker process of one service: plain threads, no request ever waits for it."""

import hashlib
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from deploy.production.broker.accounts import processes
from deploy.production.hosting.loading import load_class
from services.runtime import settings
from services.runtime.hosting.resource_provider import settings_class_of
from services.runtime.hosting.worker import ServiceWorker, has_worker
from services.runtime.telemetry import logs, stray_output

BEAT_SECONDS = 5.0
LATE_SECONDS = 60.0


class NotAlive(Exception):
    """The worker has not said for a while that it is well."""


def run_worker(name: str, path: str) -> None:
    """Work until SIGTERM or SIGINT; a job that is under way then is given back and goes on in the next process."""
    service_class = load_class(path)
    if not has_worker(service_class):
        raise SystemExit(f"isoloir: {name} has no long work")
    loaded: Any = settings.load(settings_class_of(service_class), needs_broker=f"{name}-worker" in processes())
    logs.configure(f"{name}-worker", loaded.log_level)
    log = logs.get_logger()
    stray_output.log_standard_error()
    stopping = threading.Event()

    def stop(_signal: int, _frame: Any) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker = ServiceWorker(service_class)
    worker.start()
    log.info("worker_started", service=name)
    while True:
        try:
            worker.check()
            _alive_file(name, loaded.database_url).touch(mode=0o600)
        except Exception as error:
            # Its loops wait for the database by themselves; the health check fails meanwhile.
            log.error("worker_unwell", service=name, exc_info=error)
        if stopping.wait(BEAT_SECONDS):
            break
    worker.stop()
    log.info("worker_stopped", service=name)


def check_alive(name: str, path: str) -> None:
    """For container health checks, on the worker's own machine. Raises NotAlive."""
    loaded: Any = settings.load(settings_class_of(load_class(path)))
    try:
        beat = _alive_file(name, loaded.database_url).stat().st_mtime
    except FileNotFoundError:
        raise NotAlive from None
    if time.time() - beat > LATE_SECONDS:
        raise NotAlive


def _alive_file(name: str, database_url: str) -> Path:
    """What the worker touches while all is well. By database: two systems on one machine have two."""
    which = hashlib.sha256(database_url.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"isoloir-{name}-worker-{which}.alive"
