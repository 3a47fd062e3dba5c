"""Processes die in the middle of an election, by kill -9, one after the other. Nothing acknowledged is lost."""

import threading

import pytest

from deploy.rehearsal.whole_election import Rehearsal
from tests.waiting import wait_until

PATIENCE = 180.0  # seconds that a voter keeps trying
PARTS = {
    "broker": ("identity", "ballot", "broker", "notification", "relay", "reassort", "gateway"),
    "in-process": ("all", "all"),
}


class Misfortune:
    """Kills the parts of a system one after the other, each once the one before is back. Its own error fails the test."""

    def __init__(self, system, parts):
        self.system, self.parts = system, parts
        self.killed = []
        self.error = None
        self.thread = threading.Thread(target=self._strike, daemon=True)

    def _strike(self):
        try:
            for part in self.parts:
                pid = self.system.kill(part)
                wait_until(lambda: self.system.pids.get(part) not in (None, pid), 120, f"{part} is back")  # noqa: B023
                wait_until(self.system.is_ready, 180, f"ready after {part} died")
                self.killed.append(part)
        except BaseException as error:
            self.error = error


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("bus", ["broker", "in-process"])
def test_kill_9_of_every_part_loses_nothing_acknowledged(bus, start_system, phases, tmp_path):
    system = start_system(bus)
    rehearsal = Rehearsal(system, 40 if bus == "broker" else 24, tmp_path / "out", phases, patience=PATIENCE)
    misfortune = Misfortune(system, PARTS[bus])
    activate = rehearsal.activate

    def activate_under_misfortune():
        misfortune.thread.start()
        return activate()

    def close_once_all_have_died(keys):
        misfortune.thread.join(timeout=900)
        close(keys)

    close = rehearsal.close_and_tally
    rehearsal.activate = activate_under_misfortune
    rehearsal.close_and_tally = close_once_all_have_died
    outcome = rehearsal.run()

    assert misfortune.error is None, misfortune.error
    assert tuple(misfortune.killed) == PARTS[bus]
    assert outcome.activated == len(rehearsal.electors)
    assert [counts.differences() for counts in outcome.elections] == [[], []]
