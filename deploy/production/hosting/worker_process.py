"""A process aside of one service: plain threads, no request ever waits for it."""

from typing import Any

from deploy.production.broker.accounts import processes
from deploy.production.hosting.alive import alive_file
from deploy.production.hosting.loading import load_class, said_at_start
from deploy.production.hosting.stopping import told_to_stop
from services.runtime import settings
from services.runtime.hosting.loops import WORKER
from services.runtime.hosting.worker import ServiceWorker, processes_of, settings_of_process
from services.runtime.telemetry import logs, stray_output

BEAT_SECONDS = 5.0


def run_worker(name: str, path: str, process: str = WORKER) -> None:
    """Work until SIGTERM or SIGINT; a job that is under way then is given back and goes on in the next process."""
    service_class = load_class(path)
    if process not in processes_of(service_class):
        raise SystemExit(f"isoloir: {name} has no work for a process of its own")
    called = f"{name}-{process}"
    loaded: Any = settings.load(settings_of_process(service_class, process), needs_broker=called in processes())
    logs.configure(called, loaded.log_level)
    log = logs.get_logger()
    stray_output.log_standard_error()
    stopping = told_to_stop()
    worker = ServiceWorker(service_class, process)
    worker.start()
    log.info("worker_started", service=name, **said_at_start(service_class))
    while True:
        try:
            worker.check()
            alive_file(called, loaded.database_url).touch(mode=0o600)
        except Exception as error:
            # Its loops wait for the database by themselves; the health check fails meanwhile.
            log.error("worker_unwell", service=name, exc_info=error)
        if stopping.wait(BEAT_SECONDS):
            break
    worker.stop()
    log.info("worker_stopped", service=name)
