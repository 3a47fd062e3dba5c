"""From the figures of one load test to cores, brokers and databases for any number of voters in one hour: arithmetic alone.

What a voter costs each kind of process is measured; how many voters a second is asked for; the rest is multiplication. It
holds as far as costs grow with the number of voters and no faster, which the budgets of `make bench` look after.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HOUR = 3600.0
BUSY = 0.6
"""How busy a core may be at the peak: beyond, waiting grows faster than work."""
PEAK = 2.5
"""How many times the mean of the hour come in its fastest minutes: the profile « opening »."""
MOST = 0.9
"""Which share of the voters must have gone all the way."""
LARGEST_BROKER = 8
LARGEST_DATABASE = 32
"""Cores of one machine beyond which another way must be found, rather than a larger machine."""
DATABASE = "postgresql "
NOT_OURS = {"locust", "sink"}
"""What plays the voters and what takes the place of the mail server: machines of others."""


class NotEnoughFigures(ValueError):
    """The figures are not of a test from which anything can be derived; the message says why."""


@dataclass(frozen=True)
class Need:
    """What one kind of process needs.

    Attributes:
        kind: its name; of a database, with its service.
        per_voter_ms: processor time for each voter.
        mean: cores that are wholly busy, on the mean of the hour.
        cores: cores to have, at the peak and no busier than they may be.
    """

    kind: str
    per_voter_ms: float
    mean: float
    cores: float


@dataclass(frozen=True)
class Capacity:
    """What so many voters in one hour need.

    Attributes:
        voters: so many.
        seconds: within which they come.
        peak: times the mean.
        busy: how busy a core may be.
        mean_rate, peak_rate: voters a second.
        votes_rate: votes a second at the peak.
        votes_each: votes of one voter.
        processes: the services, workers, relay and portal.
        broker: RabbitMQ, all its nodes together.
        databases: PostgreSQL, one for each service, and what belongs to none of them.
    """

    voters: int
    seconds: float
    peak: float
    busy: float
    mean_rate: float
    peak_rate: float
    votes_rate: float
    votes_each: float
    processes: list[Need]
    broker: Need | None
    databases: list[Need]

    @property
    def cores(self) -> int:
        """Of all processes but broker and databases."""
        return math.ceil(sum(one.cores for one in self.processes))

    @property
    def brokers(self) -> int:
        """Nodes: three, so that one may die, and an odd number that shares the work where three are too small."""
        if self.broker is None:
            return 0
        # Each message is written by a majority: a node more does not take its whole share of the work away.
        wanted = max(3, math.ceil(self.broker.cores / LARGEST_BROKER))
        return wanted + 1 - wanted % 2

    @property
    def too_large(self) -> list[Need]:
        """Databases that one machine does not hold."""
        return [one for one in self.databases if one.cores > LARGEST_DATABASE]


def derive(
    figures: Mapping[str, Any], voters: int, *, seconds: float = HOUR, peak: float = PEAK, busy: float = BUSY
) -> Capacity:
    """What so many voters need who come within one hour.

    Args:
        figures: Of a load test, as build/load.json has them.
        voters: How many come.
        seconds: Within which time.
        peak: How many times the mean rate is the highest.
        busy: How busy a core may be, 0 to 1.

    Returns:
        Cores by kind of process.

    Raises:
        NotEnoughFigures: nobody voted, or few to the end, votes were lost or doubled, or the processes were not watched.
        ValueError: a number is not above 0, or cores would be busier than wholly.
    """
    if voters <= 0 or seconds <= 0 or peak < 1 or not 0 < busy <= 1:
        raise ValueError("voters and seconds above 0, peak from 1 on, busy up to 1")
    came, votes, cpu = _checked(figures)
    mean_rate = voters / seconds
    needs = []
    for kind, used in cpu.items():
        each = float(used["per_voter_ms"])
        mean = mean_rate * each / 1000
        needs.append(Need(kind, each, mean, mean * peak / busy))
    needs = sorted((one for one in needs if one.kind not in NOT_OURS), key=lambda one: -one.cores)
    return Capacity(
        voters=voters,
        seconds=seconds,
        peak=peak,
        busy=busy,
        mean_rate=mean_rate,
        peak_rate=mean_rate * peak,
        votes_rate=mean_rate * peak * votes / came,
        votes_each=votes / came,
        processes=[one for one in needs if not _is_kept_apart(one.kind)],
        broker=next((one for one in needs if one.kind == "broker"), None),
        databases=[one for one in needs if one.kind.startswith(DATABASE.strip())],
    )


def _checked(figures: Mapping[str, Any]) -> tuple[int, int, Mapping[str, Mapping[str, Any]]]:
    try:
        came, votes, cpu = figures["people"]["arrived"], figures["votes"]["acknowledged"], figures["cpu"]
        left = figures["people"]["left"]
        wrong = figures["votes"]["lost"] or figures["votes"]["doubled"]
        usable = all(isinstance(one["per_voter_ms"], int | float) for one in cpu.values())
    except (KeyError, TypeError, AttributeError):
        raise NotEnoughFigures("not the figures of a load test (build/load.json)") from None
    if not came or not votes:
        raise NotEnoughFigures("nobody has voted in this test")
    if wrong:
        raise NotEnoughFigures("votes were lost or doubled in this test: mend that first")
    if left < MOST * came:
        raise NotEnoughFigures("too many have left without having voted: what a whole visit costs is not known")
    if not cpu or not usable:
        raise NotEnoughFigures("the processes were not watched in this test; `isoloir load test` watches them")
    return came, votes, cpu


def _is_kept_apart(kind: str) -> bool:
    return kind in {"broker", "epmd"} or kind.startswith(DATABASE.strip())


def as_markdown(need: Capacity) -> str:
    """The arithmetic, as a page of docs/capacity.md has it."""
    each = f"{need.peak_rate:,.0f} voters/s × CPU per voter ÷ {need.busy:g}"
    lines = [
        f"{need.voters:,} voters ÷ {need.seconds:,.0f} s = {need.mean_rate:,.1f} voters/s on the mean; "
        f"× {need.peak:g} in the fastest minutes = {need.peak_rate:,.1f} voters/s, or {need.votes_rate:,.1f} votes/s "
        f"({need.votes_each:.2f} votes each).",
        f"Cores to have = {each} (no core busier than {need.busy:.0%} at the peak).",
        "",
        "| process | CPU per voter | busy on the mean | cores to have |",
        "|---|---:|---:|---:|",
        *(_row(one) for one in need.processes),
        f"| **services and portal** | | | **{need.cores}** |",
    ]
    if need.broker:
        lines += [_row(need.broker), f"| **RabbitMQ nodes** (quorum queues) | | | **{need.brokers}** |"]
    lines += [_row(one) for one in need.databases]
    total = math.ceil(sum(one.cores for one in need.databases))
    if need.databases:
        lines += [f"| **PostgreSQL, one server for each service, besides its standby** | | | **{total}** |"]
    if need.too_large:
        names = ", ".join(one.kind for one in need.too_large)
        lines += ["", f"More than {LARGEST_DATABASE} cores in one database: {names}."]
    return "\n".join(lines) + "\n"


def _row(one: Need) -> str:
    return f"| {one.kind} | {one.per_voter_ms:.1f} ms | {one.mean:.1f} | {math.ceil(one.cores)} |"
