"""gunicorn's processes around waitress's connections: gunicorn starts, restarts and stops, waitress reads and answers."""

from __future__ import annotations

import os
import resource
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore

from gateway.serving import large_bodies
from gateway.serving.connections import listen, threads
from gateway.wsgi import application

TURN_SECONDS = 0.5
MOST_CONNECTIONS = 8_000
SPARE_FILES = 256
"""What is open besides connections: the broker, archives, templates."""


def connections() -> int:
    """How many connections a process may have: as many as it may have files, within reason."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    files = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return max(files - SPARE_FILES, 64)


def _larger(method: str, path: str, query: str) -> int | None:
    return large_bodies.limit(application().extensions["isoloir_settings"], method, path, query)


class WholeRequests(Worker):
    """A process whose threads get requests that have come wholly."""

    def run(self) -> None:
        """Serve until told to stop, then answer what has come."""
        dispatcher = threads(self.cfg.threads)
        channels: dict[int, Any] = {}
        most = connections()
        servers = [
            listen(self.wsgi, one.sock, channels, dispatcher, most=most, backlog=self.cfg.backlog, larger=_larger)
            for one in self.sockets
        ]
        while self.alive and self.ppid == os.getppid():
            self.notify()
            wasyncore.loop(TURN_SECONDS, use_poll=True, map=channels, count=1)
        for server in servers:
            server.close_listener()
        until = time.monotonic() + self.cfg.graceful_timeout
        while any(server.answering() for server in servers) and time.monotonic() < until:
            self.notify()
            wasyncore.loop(TURN_SECONDS / 10, use_poll=True, map=channels, count=1)
        dispatcher.shutdown(timeout=1)
        wasyncore.close_all(channels, ignore_all=True)
