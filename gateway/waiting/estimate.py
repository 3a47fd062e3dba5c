"""What can honestly be said to somebody who waits, and when the page should ask again. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gateway.waiting.plan import Plan

LEAST_MEASURED = 60.0
"""Seconds of waiting before its pace is worth saying."""
HELD, UNKNOWN = "held", "unknown"


@dataclass(frozen=True)
class Estimate:
    """People ahead, rounded as it is said; minutes, None where nobody knows; when to ask again.

    `why`: of no minutes: the door is held, or the pace is not measured yet.
    """

    ahead: int
    minutes: int | None
    refresh_seconds: int
    why: str = ""


def estimate(ahead: int, let_in: int, measured_seconds: float, plan: Plan) -> Estimate:
    """What to say.

    Args:
        ahead: people before this one who are there.
        let_in: how many came in during the measured time.
        measured_seconds: how long people have waited, five minutes at most.
        plan: what the door does now; the estimate is never faster.
    """
    said = rounded_up(ahead)
    if plan.held or plan.pace == 0:
        return Estimate(said, None, 30, HELD if plan.held else UNKNOWN)
    if measured_seconds < LEAST_MEASURED or let_in == 0:
        return Estimate(said, None, 15 if ahead < 20 else 30, UNKNOWN)
    pace = let_in * 60 / measured_seconds
    if plan.pace is not None:
        pace = min(pace, plan.pace)
    minutes = _minutes((ahead + 1) / pace)
    return Estimate(said, minutes, 15 if minutes <= 1 else 30 if minutes <= 20 else 60)


def rounded_up(count: int) -> int:
    """A number of people as it is said: exact to 20, then to the ten, then to two digits, never too small."""
    if count <= 20:
        return count
    step = max(10, int("1" + "0" * (len(str(count)) - 2)))
    return math.ceil(count / step) * step


def _minutes(exact: float) -> int:
    whole = max(1, math.ceil(exact))
    step = 1 if whole <= 10 else 5 if whole <= 60 else 30
    return math.ceil(whole / step) * step
