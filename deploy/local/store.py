"""A private Redis for several portals of one machine: what they count and who waits is theirs together. Kept nowhere."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

from deploy.local.launcher.ports import LOOPBACK, free_port
from deploy.local.launcher.process import Command

NAME = "store"
PLACES = "/usr/bin:/usr/local/bin"


def installed() -> bool:
    """Whether this machine has a redis-server."""
    return _server() is not None


def _server() -> str | None:
    return shutil.which("redis-server", path=PLACES)


class LocalStore:
    """One server, on the loopback interface. In: a folder of its own, and where it writes what it says."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._folder, self._log = folder, log
        self._port = free_port()

    @property
    def address(self) -> str:
        """As ISOLOIR_GATEWAY_RATELIMIT_STORAGE has it."""
        return f"redis://{LOOPBACK}:{self._port}/0"

    def command(self) -> Command:
        """What to run. LookupError where it is not installed."""
        server = _server()
        if server is None:
            raise LookupError("redis-server is not installed")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        arguments = [server, "--port", str(self._port), "--bind", LOOPBACK, "--save", "", "--dir", str(self._folder)]
        return Command(NAME, arguments, {"PATH": os.defpath}, self._log, self._folder, ready=self._answers)

    def _answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self._port), timeout=1.0) as speaks:
                speaks.sendall(b"PING\r\n")
                return speaks.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
