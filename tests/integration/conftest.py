"""Whole systems for tests: the launcher's own, with cheap passwords."""

import pytest
from rich.console import Console

from deploy.local.launcher.system import System
from deploy.rehearsal.phases import Phases

QUICK = {
    "ISOLOIR_IDENTITY_BCRYPT_COST": "4",
    "ISOLOIR_REASSORT_PBKDF2_ITERATIONS": "1000",
    "ISOLOIR_GATEWAY_CHALLENGE_MAX_NUMBER": "200",
}
"""Settings that a test lowers: the work of guessing a password or a code is not what it looks at."""


@pytest.fixture
def start_system(tmp_path):
    """A function that starts a system of a given bus and databases; it is stopped after the test."""
    started = []

    def start(bus, databases="sqlite", pg=None, **more):
        system = System(tmp_path / "state", bus=bus, databases=databases, pg=pg, settings=QUICK, **more)
        started.append(system)
        system.start()
        return system

    yield start
    for system in started:
        system.stop()


@pytest.fixture
def phases():
    """Phases that nobody watches."""
    return Phases(Console(quiet=True))
