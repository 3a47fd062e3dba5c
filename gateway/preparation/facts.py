"""Asking how far the current voting event is: what cannot be asked is left out, and hides nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gateway.clients import Payload, Services
from gateway.preparation.steps import Election, Facts
from services.ballot.contract.limits import State
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault

Value = TypeVar("Value")
PAGE = 100
GONE = ("sent", "delivered")


def look(services: Services, event: Payload | None) -> Facts:
    """What there is to know.

    Args:
        services: whom to ask.
        event: the current voting event, None where there is none.
    """
    if event is None:
        return Facts(defined=False)
    uuid = str(event["voting_event"])
    online = [one for one in event["elections"] if one["mode"] == "online"]
    return Facts(
        defined=True,
        elections=_or_none(lambda: _elections(services, uuid, online)),
        notices=_or_none(lambda: _notices(services, uuid)),
        written_to=_or_none(lambda: _written_to(services, uuid)),
    )


def _or_none(ask: Callable[[], Value]) -> Value | None:
    try:
        return ask()
    except (RpcTimeout, RpcUnavailable, ServiceFault, Refusal):
        return None


def _elections(services: Services, event: str, online: list[Payload]) -> list[Election]:
    voters = {one.uuid: one.entitled for one in services.identity.attendance(event)}
    uuids = [one["uuid"] for one in online]
    urns: dict[str, State] = {}
    for first in range(0, len(uuids), PAGE):
        urns |= services.ballot.election_states(uuids[first : first + PAGE], []).states
    return [
        Election(
            str(one["code"]),
            voters.get(one["uuid"], 0),
            urns[one["uuid"]],
            services.ballot.sealing_checks(one["uuid"]),
            str(one["uuid"]),
            str(one["name"]),
        )
        for one in online
    ]


def _notices(services: Services, event: str) -> tuple[int, int]:
    asked = services.reassort.code_counts(event).notices
    gone = sum(
        one.count for one in services.notification.message_counts() if one.channel == "paper" and one.state in GONE
    )
    return gone, asked


def _written_to(services: Services, event: str) -> tuple[int, int]:
    found = services.identity.list_campaigns(event)
    best = max(found, key=lambda one: one.queued, default=None)
    return (0, 0) if best is None else (best.queued, best.voters)
