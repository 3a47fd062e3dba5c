"""What `isoloir operator readiness` looks at: how the whole stands (as the doctor sees it) and how far an event is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from deploy.operator.client import OperatorClient
from deploy.operator.watch.observation import Observed, observe, or_else

RECENT = timedelta(days=2)
NOTICES_ASKED = 200


@dataclass(frozen=True)
class Election:
    """An online election of the event: its state by the urn, voters by the roll, what its sealing waits for, whether voters
    may vote again.
    """

    code: str
    state: str
    entitled: int
    checks: dict[str, Any]
    revoting: bool = False


@dataclass(frozen=True)
class Facts:
    """What was seen, with nothing judged yet; None where it could not be asked.

    Attributes:
        seen: how the whole stands.
        at: when, by this machine's clock.
        event: the current voting event, as its contract has it.
        elections: its online elections; None too where one of them could not be read whole.
        codes: how much was generated.
        counts: all messages by channel and state.
        recent: the messages of the last two days by hour and channel.
        not_handed_over: how many notices are noted as not handed over, NOTICES_ASKED at most.
        campaigns: those of the event.
        texts: which texts are written.
    """

    seen: Observed
    at: datetime
    event: dict[str, Any] | None = None
    elections: list[Election] | None = None
    codes: dict[str, Any] | None = None
    counts: list[dict[str, Any]] | None = None
    recent: list[dict[str, Any]] = field(default_factory=list)
    not_handed_over: int | None = None
    campaigns: list[dict[str, Any]] | None = None
    texts: dict[str, Any] | None = None


def look(client: OperatorClient) -> Facts:
    """Look at everything; whatever cannot be asked is left out, and hides nothing else."""
    at = datetime.now(UTC)
    seen = observe(client)
    if seen.refusal or seen.certificate_problem:
        return Facts(seen, at)
    event = or_else(None, client.voting_event)
    counts = or_else(None, client.message_counts)
    if event is None:
        return Facts(seen, at, counts=counts)
    uuid = str(event["voting_event"])
    return Facts(
        seen,
        at,
        event,
        or_else(None, lambda: _elections(client, event)),
        or_else(None, lambda: client.code_counts(uuid)),
        counts,
        or_else([], lambda: client.deliveries((at - RECENT).isoformat(), at.isoformat())),
        or_else(None, lambda: len(client.list_notices(None, NOTICES_ASKED)["notices"])),
        or_else(None, lambda: client.list_campaigns(uuid)),
        or_else(None, client.texts),
    )


def _elections(client: OperatorClient, event: dict[str, Any]) -> list[Election]:
    entitled = {line["uuid"]: line["entitled"] for line in client.attendance(event["voting_event"])}
    found = []
    for one in event["elections"]:
        if one["mode"] == "online":
            urn, voters = client.describe_election(one["uuid"]), entitled.get(one["uuid"], 0)
            checks = client.sealing_checks(one["uuid"])
            found.append(Election(one["code"], urn["state"], voters, checks, bool(urn.get("revoting"))))
    return found
