"""Processes die in the middle of an election, by kill -9, one after the other. Nothing acknowledged is lost."""

import dataclasses
import threading

import pytest

from deploy.rehearsal.mailbox import NoSuchMail
from deploy.rehearsal.whole_election import ASK_AGAIN_SECONDS, Rehearsal
from tests.waiting import wait_until

PATIENCE = 180.0  # seconds that a voter keeps trying
CODE_SECONDS = 600.0  # that a re-issue may take while every part of it dies once
PARTS = {
    "broker": ("identity", "broker", "notification", "gateway"),
    "in-process": ("all", "all"),
}
PARTS_OF_A_REISSUE = ("relay", "reassort", "ballot", "broker", "notification", "identity")
"""What dies while codes are re-issued, where each is a process of its own."""


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


class Reissues:
    """Many voters who lose their codes at once. Each asks as the pages do, and once more where a message is held back.

    In: the rehearsal, whose voters so many are. From then on its votes are cast with the new codes, after the old one was
    seen to be refused, and its comparison counts one entry in the register for each of them.
    """

    def __init__(self, rehearsal, count):
        losers = [elector.identifier for elector in rehearsal.electors if elector.choices][:count]
        assert len(losers) == count, "more voters are needed for so many re-issues"
        rehearsal.electors = [
            dataclasses.replace(elector, loses_code=elector.identifier in losers, loses_code_late=False)
            for elector in rehearsal.electors
        ]
        self._rehearsal = rehearsal
        self.codes = {}

    def run(self):
        """Re-issue all of them, at once."""
        losers = [elector for elector in self._rehearsal.electors if elector.loses_code]
        self._rehearsal.phases.for_each("Réassorts", losers, self._reissue, 8)
        self._rehearsal.another_code = lambda _voter, elector: self.codes[elector.identifier]

    def _reissue(self, elector):
        voter, mailboxes = self._rehearsal.voter(), self._rehearsal._mailboxes
        voter.log_in(elector.identifier, elector.password)
        earlier = len(mailboxes.links(elector.identifier))
        voter.ask_for_another_code(elector.answer)
        try:
            link = mailboxes.wait_for_link(elector.identifier, ASK_AGAIN_SECONDS, earlier)
        except NoSuchMail:
            # A process that died with the message in hand keeps it back for minutes: the page says to ask again.
            voter.ask_for_another_code(elector.answer)
            link = mailboxes.wait_for_link(elector.identifier, ASK_AGAIN_SECONDS, earlier)
        self.codes[elector.identifier] = voter.another_code(link, CODE_SECONDS)
        voter.log_out()


@pytest.mark.timeout(2400)
@pytest.mark.parametrize("bus", ["broker", "in-process"])
def test_kill_9_of_every_part_loses_nothing_acknowledged(bus, start_system, phases, tmp_path, pytestconfig):
    system = start_system(bus)
    reissues = pytestconfig.getoption("reissues")
    voters = max(40, reissues * 5 // 4) if bus == "broker" else 24
    rehearsal = Rehearsal(system, voters, tmp_path / "out", phases, patience=PATIENCE)
    misfortune = Misfortune(system, PARTS[bus])
    activate, vote, close = rehearsal.activate, rehearsal.vote, rehearsal.close_and_tally
    struck = [misfortune]

    def activate_under_misfortune():
        misfortune.thread.start()
        return activate()

    def vote_after_reissues_under_misfortune(codes):
        if bus == "broker":
            misfortune.thread.join(timeout=900)
            struck.append(Misfortune(system, PARTS_OF_A_REISSUE))
            lost = Reissues(rehearsal, reissues)
            struck[1].thread.start()
            lost.run()
            assert len(set(lost.codes.values())) == reissues
        # Nobody votes with an old code, and everybody with the new one: exactly one of them works.
        vote(codes)

    def close_once_all_have_died(keys):
        for one in struck:
            one.thread.join(timeout=900)
        close(keys)

    rehearsal.activate = activate_under_misfortune
    rehearsal.vote = vote_after_reissues_under_misfortune
    rehearsal.close_and_tally = close_once_all_have_died
    outcome = rehearsal.run()

    for one in struck:
        assert one.error is None, one.error
        assert tuple(one.killed) == one.parts
    assert outcome.activated == len(rehearsal.electors)
    # The comparison includes the register: as many entries as re-issues, and agreed with the archive (isoloir verify).
    assert [counts.differences() for counts in outcome.elections] == [[], []]
    if bus == "broker":
        assert outcome.elections[0].register == reissues
