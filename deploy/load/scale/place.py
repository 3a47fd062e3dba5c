"""Where a run of measurements takes place: every process for itself, on databases and a broker that outlive the run."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from deploy.local import postgresql
from deploy.local.launcher.system import Bus, System
from services.runtime.service_names import SERVICES

SERVER = {
    "shared_buffers": "512MB",
    "maintenance_work_mem": "256MB",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
"""Of the database server: one that keeps more than a demonstration's 32 MB at hand."""


class Place(Protocol):
    """What the phases need of a system."""

    @property
    def base_url(self) -> str:
        """Address of the portal."""

    @property
    def operator_token(self) -> str:
        """What an operator's client presents."""

    @property
    def operator_token_file(self) -> Path:
        """The same in a file."""

    @property
    def demo_dir(self) -> Path:
        """Where notices are written to, with the printer's key."""

    @property
    def presentation_file(self) -> Path:
        """Where the portal reads the voting event's file."""

    @property
    def state_dir(self) -> Path:
        """Where the keys are."""

    @property
    def urn_url(self) -> str:
        """URL of the urn's database."""


class OwnPlace(System):
    """A system in a folder, which goes on where it was when it is started again.

    Args:
        out: The folder: others must be able to enter it, where root measures (the database server has its own account).
        bus: The broker, or one process for all services.
        iterations: Of PBKDF2.
        tell: Gets a line for each step.
    """

    def __init__(self, out: Path, bus: Bus, iterations: int, tell: Callable[[str], None]) -> None:
        self._cluster = postgresql.LocalCluster(out.resolve() / "postgresql", SERVER)
        settings = {
            "ISOLOIR_REASSORT_PBKDF2_ITERATIONS": str(iterations),
            "ISOLOIR_LOG_LEVEL": "WARNING",
            # A machine that measures may have others to serve.
            "ISOLOIR_DATABASE_BACKGROUND_SECONDS": "14400",
        }
        super().__init__(
            out / "system", bus=bus, databases="postgresql", pg=self._cluster, settings=settings, tell=tell
        )

    def start(self) -> None:
        """Start everything; what fails is what System.start raises."""
        self._cluster.start()
        super().start()

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Stop everything; databases, queues and keys stay."""
        super().stop(hurry=hurry)
        self._cluster.stop()

    @property
    def urn_url(self) -> str:
        """URL of the urn's database."""
        return self._cluster.urls()["ballot"]

    def all_pids(self) -> dict[str, int]:
        """Process name → pid, the database server and this process among them."""
        found = {**self.pids, "operator": os.getpid()}
        if self._cluster.pid is not None:
            found["postgresql"] = self._cluster.pid
        return found

    def sizes(self) -> dict[str, int]:
        """Service → bytes of its database."""
        return {service: self._cluster.size(service) for service in SERVICES}
