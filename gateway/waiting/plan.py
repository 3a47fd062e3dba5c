"""How many may come in: what the settings, the operators and full lines come to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.waiting.crowd import NOBODY, Crowd, pace_of

CROWDED_SECONDS = 30.0
"""For how long after a line of the portal was full the pace is at its lowest."""
RECOVERY_SECONDS = 90.0
"""In how long it comes back after that."""
CROWDED_SHARE = 0.25
FASTEST = 1_000_000
"""Arrivals a minute: more than the country has voters in an hour."""
BURST_SECONDS = 10.0
"""What nobody has used in this time is lost: after a lull the door does not let in a crowd at once."""


class Mode(StrEnum):
    """What operators have said."""

    AUTO = "auto"
    """As the settings have it, and as log-ins are served."""
    OPEN = "open"
    """Nobody waits."""
    PACE = "pace"
    """So many a minute, whatever the settings say."""
    HOLD = "hold"
    """Nobody comes in."""


@dataclass(frozen=True)
class Steering:
    """What operators have said last; `pace` (a minute) counts with Mode.PACE alone."""

    mode: Mode = Mode.AUTO
    pace: int = 0


@dataclass(frozen=True)
class Capacity:
    """What was measured, from the settings: arrivals a minute, and how many let in during `inside_minutes`; 0: not bound."""

    pace: int = 0
    inside: int = 0
    inside_minutes: int = 15


@dataclass(frozen=True)
class Plan:
    """What the door does now. `pace`: a minute, None where it is not bound; `inside`: at most let in during
    `inside_seconds`, 0 where that is not bound.
    """

    pace: float | None
    inside: int = 0
    inside_seconds: float = 900.0
    held: bool = False

    @property
    def burst(self) -> float:
        """How many may come at once after a lull."""
        return max(1.0, (self.pace or 0.0) * BURST_SECONDS / 60)


def share_of_pace(since_full: float | None) -> float:
    """What is left of the pace.

    Args:
        since_full: seconds since a line of the portal was full; None where none ever was.

    Returns:
        CROWDED_SHARE at first, 1 in the end, evenly between.
    """
    if since_full is None or since_full >= CROWDED_SECONDS + RECOVERY_SECONDS:
        return 1.0
    recovered = max(0.0, since_full - CROWDED_SECONDS) / RECOVERY_SECONDS
    return CROWDED_SHARE + (1 - CROWDED_SHARE) * recovered


def plan(capacity: Capacity, steering: Steering, since_full: float | None, crowd: Crowd = NOBODY) -> Plan | None:
    """What the door does.

    Args:
        capacity: from the settings.
        steering: from the operators.
        since_full: seconds since a line of the portal was full; None where none ever was.
        crowd: what log-ins show.

    Returns:
        The plan, or None where there is no room: nobody has set or said anything, and there is no crowd.
    """
    if steering.mode is Mode.OPEN:
        return Plan(None)
    span = capacity.inside_minutes * 60.0
    if steering.mode is Mode.HOLD:
        return Plan(0.0, capacity.inside, span, held=True)
    share = share_of_pace(since_full)
    if steering.mode is Mode.PACE:
        return Plan(steering.pace * share)
    measured = pace_of(crowd)
    if capacity.pace:
        set_by = capacity.pace * share
        return Plan(set_by if measured is None else min(set_by, measured), capacity.inside, span)
    if measured is not None:
        return Plan(measured, capacity.inside, span)
    if capacity.inside:
        # Only the number inside is bound: while lines are full nobody is added to it.
        crowded = since_full is not None and since_full < CROWDED_SECONDS
        return Plan(0.0 if crowded else None, capacity.inside, span)
    return None
