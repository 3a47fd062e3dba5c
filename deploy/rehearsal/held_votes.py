"""Whether every vote that somebody was promised is in the urn, once: for rehearsals and for load tests alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Held:
    """What the urn holds of what was acknowledged.

    Attributes:
        acknowledged: Receipts that voters hold, each ballot once however often it was sent.
        urn: Ballots in the public urn.
        lost: Trackers that a receipt names and the urn does not have. Must be empty.
        doubled: Trackers too many: twice in the urn, or a second one of the same voter. Must be empty.
        unclaimed: Ballots in the urn whose receipt never reached anybody: sent, taken, and the answer lost on its way.
    """

    acknowledged: int
    urn: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    unclaimed: int


def held(acknowledged: Iterable[str], urn: Iterable[str], sent: Mapping[str, Iterable[str]] | None = None) -> Held:
    """Lay what was promised beside what is held, for one election.

    Args:
        acknowledged: Trackers of the receipts.
        urn: Trackers of the public urn, all of them, each as often as it stands there.
        sent: Voter → trackers of all ballots that he has sent, where that is known.

    Returns:
        What the urn holds.
    """
    promised, counted = set(acknowledged), Counter(urn)
    twice = [tracker for tracker, count in counted.items() for _ in range(count - 1)]
    for trackers in (sent or {}).values():
        twice += [tracker for tracker in dict.fromkeys(trackers) if tracker in counted][1:]
    return Held(
        acknowledged=len(promised),
        urn=counted.total(),
        lost=tuple(sorted(promised - counted.keys())),
        doubled=tuple(sorted(twice)),
        unclaimed=len(counted.keys() - promised),
    )
