"""What the public status page says: which parts of the portal work, since when, and what was wrong before. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Part(StrEnum):
    """What a voter comes for."""

    LOG_IN = "log_in"
    VOTE = "vote"
    CHECK = "check"
    MESSAGES = "messages"
    REISSUE = "reissue"


class State(StrEnum):
    """How a part is."""

    WORKS = "works"
    SLOW = "slow"
    DOWN = "down"


NEEDS: Mapping[Part, Sequence[str]] = {
    Part.LOG_IN: ("identity",),
    Part.VOTE: ("identity", "ballot"),
    Part.CHECK: ("ballot",),
    Part.MESSAGES: ("identity", "notification"),
    Part.REISSUE: ("identity", "ballot", "reassort", "notification"),
}
"""Without which services a part does not work."""
BY_EVENTS = (Part.MESSAGES, Part.REISSUE)
"""What waits where events wait."""
LATE = frozenset({"relay_silent", "process_silent", "outbox_old", "inbox_old"})
"""Warnings of a service (services/runtime/bus/condition.py) that mean that events wait."""
ROUNDS = 2
"""How many looks in a row find a part down before it is said: one that was not answered in time is none."""
MOST_PAST = 12


@dataclass(frozen=True)
class Standing:
    """A part, how it is, and since when; `since` is None where it was so when we began to look."""

    part: Part
    state: State
    since: datetime | None


@dataclass(frozen=True)
class Episode:
    """What was wrong, and is over."""

    part: Part
    state: State
    begun: datetime
    ended: datetime


def judge(answered: Mapping[str, Sequence[str] | None]) -> dict[Part, State]:
    """How each part is.

    Args:
        answered: service → its warnings, None where it does not answer.
    """
    found = {}
    for part, needed in NEEDS.items():
        if any(answered.get(service) is None for service in needed):
            found[part] = State.DOWN
        elif part in BY_EVENTS and any(LATE & set(answered[service] or ()) for service in needed):
            found[part] = State.SLOW
        else:
            found[part] = State.WORKS
    return found


class Board:
    """What has been found so far."""

    def __init__(self) -> None:
        self.checked_at: datetime | None = None
        self._standing = {part: Standing(part, State.WORKS, None) for part in Part}
        self._down_rounds = dict.fromkeys(Part, 0)
        self._past: list[Episode] = []

    def note(self, found: Mapping[Part, State], now: datetime) -> None:
        """Take up what a look has found."""
        first = self.checked_at is None
        self.checked_at = now
        for part, state in found.items():
            self._down_rounds[part] = self._down_rounds[part] + 1 if state is State.DOWN else 0
            if state is State.DOWN and not first and self._down_rounds[part] < ROUNDS:
                continue
            known = self._standing[part]
            if known.state is state:
                continue
            if known.state is not State.WORKS and known.since is not None:
                self._past = [Episode(part, known.state, known.since, now), *self._past][:MOST_PAST]
            self._standing[part] = Standing(part, state, now)

    def standing(self) -> list[Standing]:
        """All parts, in the order in which voters need them."""
        return [self._standing[part] for part in Part]

    def past(self) -> list[Episode]:
        """What was wrong before, the newest first."""
        return list(self._past)

    def worst(self) -> State:
        """How the portal is as a whole: down where nobody can vote, slow where anything else is not as it should be."""
        states = {one.part: one.state for one in self.standing()}
        if State.DOWN in (states[Part.LOG_IN], states[Part.VOTE]):
            return State.DOWN
        return State.WORKS if set(states.values()) == {State.WORKS} else State.SLOW
