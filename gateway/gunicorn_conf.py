"""gunicorn for the gateway, `gunicorn -c gateway/gunicorn_conf.py`: threads, since every request only waits for an RPC."""

from typing import Any

from gunicorn.glogging import Logger

from gateway.settings import Settings
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
bind = _settings.bind
# Each process has its own RPC client and reply queue, which serve all its threads.
workers = _settings.processes
worker_class = "gthread"
threads = _settings.threads
# For a process whose main thread no longer lives: a request is ended by its calls' own limits, not by this one.
timeout = 60
graceful_timeout = 30
keepalive = 5
control_socket_disable = True
# Our own request log names the rule; gunicorn's would write paths, which carry tokens.
accesslog = None
logger_class = StructuredLogger
limit_request_line = 2048


def post_worker_init(worker: Any) -> None:
    """Make the application before the first request, so that wrong settings show at start."""
    from gateway.wsgi import application

    stray_output.log_standard_error()
    metrics.serve(_settings.metrics_bind)
    application()
