"""gunicorn for the gateway, `gunicorn -c gateway/gunicorn_conf.py`: threads, since every request only waits for an RPC.

A thread gets a request that has come wholly (gateway.serving): whoever sends slowly holds none.
"""

import tempfile
from importlib import import_module
from typing import Any

from gunicorn.glogging import Logger

from gateway.settings import Settings
from services.runtime.importing import all_stays
from services.runtime.settings import load
from services.runtime.telemetry import logs, metrics, stray_output


class StructuredLogger(Logger):
    """gunicorn's own messages in the form of all others: one JSON line each."""

    def setup(self, cfg: Any) -> None:
        """Leave formats and streams to the runtime's logging."""
        logs.configure("gateway", _settings.log_level)
        self.error_log.propagate = True
        self.error_log.setLevel(_settings.log_level)
        self.access_log.propagate = False


_settings = load(Settings)

wsgi_app = "gateway.wsgi:app"
bind = _settings.listeners
# Each process has its own RPC client and reply queue, which serve all its threads.
workers = _settings.processes
worker_class = "gateway.serving.worker.WholeRequests"
threads = _settings.threads
# For a process whose main thread no longer lives: a request is ended by its calls' own limits, not by this one.
timeout = 60
graceful_timeout = 30
control_socket_disable = True
# Our own request log names the rule; gunicorn's would write paths, which carry tokens.
accesslog = None
logger_class = StructuredLogger
# Another gateway may listen at the same address: the kernel has the others answer while one of them is away.
reuse_port = _settings.reuse_port


def on_starting(_server: Any) -> None:
    """Import once, before there is a socket: a process that dies is replaced without that, and nobody waits for it."""
    with all_stays():
        import_module("gateway.app")


def post_worker_init(worker: Any) -> None:
    """Make the application before the first request, so that wrong settings show at start."""
    from gateway.wsgi import application

    if _settings.spool_dir is not None:
        tempfile.tempdir = str(_settings.spool_dir)
    stray_output.log_standard_error()
    metrics.serve(_settings.metrics_bind)
    application().extensions["isoloir_status"].start()
