"""The operations room's figures as rows: what the page shows, its charts draw, and its files hold, all the same (E13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.figures.charts import Series
from services.identity.contract.figures import WHOLE, Figures, GroupTurnout
from services.runtime.contracts.condition import Condition

SILENT_SECONDS = 45
"""After how long without a sign of life a process is said to be silent, as in `isoloir doctor`."""
OLD_SECONDS = 60
"""From what age on events that wait are worth a look."""


@dataclass(frozen=True)
class ServiceStanding:
    """A service: `answers`; its processes, and those that are silent; what waits, and for how long."""

    service: str
    answers: bool
    processes: int = 0
    silent: Sequence[str] = ()
    outbox: int = 0
    inbox: int = 0
    oldest_seconds: int | None = None
    parked: int = 0

    @property
    def worth_a_look(self) -> bool:
        """Whether somebody should look at it."""
        return not self.answers or bool(self.silent) or self.parked > 0 or (self.oldest_seconds or 0) >= OLD_SECONDS


def standing(service: str, found: Condition | None) -> ServiceStanding:
    """What is said of a service; None where it does not answer."""
    if found is None:
        return ServiceStanding(service, answers=False)
    ages = [age for age in (found.outbox_oldest_seconds, found.inbox_oldest_seconds) if age is not None]
    # A process that ended leaves its row for a while; another of its kind that lives is enough.
    alive = {one.kind for one in found.processes if one.silent_seconds < SILENT_SECONDS}
    return ServiceStanding(
        service=service,
        answers=True,
        processes=sum(one.silent_seconds < SILENT_SECONDS for one in found.processes),
        silent=sorted({one.kind for one in found.processes} - alive),
        outbox=found.outbox,
        inbox=found.inbox,
        oldest_seconds=max(ages, default=None),
        parked=found.parked_count,
    )


def signed(group: GroupTurnout) -> int:
    """How many have signed, as far as it is told."""
    return group.hours[-1].signed if group.hours else 0


def share(count: int, whole: int) -> float:
    """A part of a whole; nothing of nothing."""
    return count / whole if whole else 0.0


def series(
    figures: Figures, named: Callable[[GroupTurnout], str], before: Callable[[str], str], opens_at: datetime, most: int
) -> list[Series]:
    """The turnout of the largest groups, by the hour, each followed by that of the vote before, where it is known.

    Args:
        figures: identity's counts.
        named: what a group is called.
        before: what the vote before of a group is called, of its name.
        opens_at: when the vote opens.
        most: how many lines at most.
    """
    lines: list[Series] = []
    for group in sorted(figures.turnout, key=lambda one: -one.entitled)[:most]:
        lines.append(Series(named(group), [(hour.until, share(hour.signed, group.entitled)) for hour in group.hours]))
        if group.earlier:
            points = [(opens_at + timedelta(hours=one.hour), one.share / WHOLE) for one in group.earlier]
            lines.append(Series(before(named(group)), points))
    return lines[:most]


def earlier(group: GroupTurnout, since_opening: timedelta) -> float | None:
    """What had voted in the vote before as long after its opening; None where nothing is known so early, or at all."""
    known = [one.share for one in group.earlier if timedelta(hours=one.hour) <= since_opening]
    return known[-1] / WHOLE if known else None


def funnel(figures: Figures) -> list[tuple[str, int]]:
    """From the roll to the vote: (step, people)."""
    return [("voters", figures.voters), ("activated", figures.activated), ("voted", figures.voted)]


def rows_of_turnout(
    figures: Figures, named: Callable[[GroupTurnout], str], opens_at: datetime
) -> list[tuple[str, int, datetime, int, float | None]]:
    """(scrutin, voters, until, signatures, share of the vote before at that hour), a row for each hour that is told."""
    return [
        (named(group), group.entitled, hour.until, hour.signed, earlier(group, hour.until - opens_at))
        for group in figures.turnout
        for hour in group.hours
    ]


def rows_of_services(found: Mapping[str, ServiceStanding]) -> list[tuple[object, ...]]:
    """(service, answers, processes, silent, outbox, inbox, oldest, parked)."""
    return [
        (
            one.service,
            int(one.answers),
            one.processes,
            " ".join(one.silent),
            one.outbox,
            one.inbox,
            "" if one.oldest_seconds is None else one.oldest_seconds,
            one.parked,
        )
        for one in found.values()
    ]
