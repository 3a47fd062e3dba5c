"""The scenario for Locust: each user is one voter, who comes once, as the profile says when.

`isoloir load run` starts it; by hand: ISOLOIR_LOAD_FOLDER=FOLDER ISOLOIR_LOAD_PROFILE=opening locust -f this-file.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

from locust import HttpUser, LoadTestShape, task
from locust.exception import StopUser

from deploy.load.preparation import credentials
from deploy.load.profiles import profile as of_name
from deploy.load.scenario.journey import Journey
from deploy.load.scenario.ledger import FAULT, Ledger
from deploy.load.scenario.measured import Measured, browser
from deploy.load.scenario.turns import next_turn
from deploy.rehearsal.mailbox import Mailboxes
from deploy.rehearsal.voter import Voter

FOLDER = Path(os.environ["ISOLOIR_LOAD_FOLDER"])
PROFILE = of_name.load(os.environ.get("ISOLOIR_LOAD_PROFILE", "opening"))
EVENT = credentials.read_event(FOLDER)
VOTERS = credentials.read_voters(FOLDER)
BALLOTS = credentials.read_ballots(FOLDER)
AT_ONCE = 100.0
"""Users started a second, at most: when they come is the shape's to say."""

log = logging.getLogger(__name__)


@cache
def ledger(_pid: int) -> Ledger:
    """The ledger of this process: Locust forks after this file is read."""
    return Ledger(FOLDER)


@cache
def mailboxes(_pid: int) -> Mailboxes | None:
    """Where mailed links arrive, if that is on this machine."""
    room = Path(EVENT.sent) / "mail"
    return Mailboxes(room) if EVENT.sent and room.is_dir() else None


class VoterUser(HttpUser):
    """A voter: comes, does what voters do, leaves."""

    host = EVENT.portals[0]

    @task
    def visit(self) -> None:
        """The whole visit of the next voter."""
        turn = next_turn(FOLDER)
        if turn >= len(VOTERS):
            raise StopUser
        hand, portal, speaks = VOTERS[turn], EVENT.portals[turn % len(EVENT.portals)], Measured(self.client)
        voter = Voter(portal, speaks, works=EVENT.works)
        written = ledger(os.getpid())
        try:
            Journey(
                voter, browser(speaks, portal), hand, EVENT, PROFILE, BALLOTS, written, mailboxes(os.getpid())
            ).run()
        except Exception as error:
            # A fault of the scenario's own: it must not pass for a voter who left.
            written.write(FAULT, hand.identifier, code=type(error).__name__)
            log.exception("a voter's visit failed")
        raise StopUser


class Arrivals(LoadTestShape):
    """As many users as have come by now: one who has left is not replaced."""

    def tick(self) -> tuple[int, float] | None:
        """How many users have come, and how fast the next ones may; None when it is over."""
        elapsed = self.get_run_time()
        come = round(PROFILE.arrived(elapsed) * len(VOTERS))
        if elapsed > PROFILE.seconds and (
            elapsed > PROFILE.seconds + PROFILE.finish_seconds or not self.get_current_user_count()
        ):
            return None
        return max(come, 1), AT_ONCE
