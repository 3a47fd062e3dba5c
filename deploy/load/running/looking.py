"""After the voters have left: what urn and poll book hold, asked of the running system until both have settled."""

from __future__ import annotations

import time
from typing import Any

from deploy.load.preparation.credentials import LoadEvent
from deploy.load.report.figures import Books
from deploy.operator.client import OperatorClient
from deploy.rehearsal.voter import Voter

SETTLE_SECONDS = 120.0


def books(operator: OperatorClient, event: LoadEvent, seconds: float = SETTLE_SECONDS) -> dict[str, Books]:
    """Election uuid → its public urn and its poll book.

    Args:
        operator: A client with the right to watch.
        event: What is voted on.
        seconds: How long the poll book may be behind the urn; where it is told by the hour it will be.

    Returns:
        For each election what its two books hold.

    Raises:
        OperatorRefusal, VoterRefused: the portal does not tell.
    """
    reader = Voter(event.portals[0], patience=60.0)
    urns = {one.uuid: reader.trackers(one.uuid) for one in event.elections}
    deadline = time.monotonic() + seconds
    while True:
        signed = _signed(operator, event)
        if all(signed[uuid] >= len(urn) for uuid, urn in urns.items()) or time.monotonic() > deadline:
            return {one.uuid: Books(one.code, urns[one.uuid], signed[one.uuid]) for one in event.elections}
        time.sleep(0.5)


def _signed(operator: OperatorClient, event: LoadEvent) -> dict[str, int]:
    told: list[dict[str, Any]] = operator.attendance(event.voting_event)
    return {line["uuid"]: int(line["signed"]) for line in told}
