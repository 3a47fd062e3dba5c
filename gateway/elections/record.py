"""The official record of a published election as far as the portal knows it: facts, and pages that are a draft (E10)."""

from __future__ import annotations

import json
from functools import lru_cache

from gateway.clients import services
from gateway.elections.results import readable
from services.ballot.contract.elections import Described
from services.record import software, typesetting
from services.record.facts import REASON_OF_TIME, Facts, Intervention
from services.record.official import Record, Result
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault

PATIENCE_SECONDS = 2.0
"""The record is worth having without the poll book's counts, which then are said to be unknown."""


def facts_of(uuid: str) -> Facts:
    """Ask urn and poll book. Refusals: election_unknown, result_not_published."""
    return _facts(uuid, _published(uuid))


def pages_of(uuid: str) -> bytes:
    """Set the record as PDF. Refusals: election_unknown, result_not_published."""
    election = _published(uuid)
    results = tuple(
        Result(one.question, tuple((row.name, row.votes) for row in one.rows), one.blank)
        for one in readable(election.election or "", election.result or "")
    )
    return _set(Record(_facts(uuid, election), results))


def _published(uuid: str) -> Described:
    election = services().ballot.describe_election(uuid)
    if election.result is None or election.election is None:
        raise Refusal("result_not_published")
    return election


def _facts(uuid: str, election: Described) -> Facts:
    event, registered, attendance = _poll_book(uuid)
    interventions: tuple[Intervention, ...] = ()
    if election.closed_at is not None and election.close_reason not in (None, REASON_OF_TIME):
        # A French document, whatever the language of who asks for it.
        done = Intervention(election.closed_at, "Bureau de vote", "Fermeture de l’urne", election.close_reason or "")
        interventions = (done,)
    return Facts(
        voting_event=event,
        election=uuid,
        name=str(json.loads(election.election or "{}").get("name", "")),
        election_hash=election.election_hash or "",
        opens_at=election.opens_at,
        closes_at=election.closes_at,
        grace_minutes=election.grace_minutes,
        sealed_at=election.sealed_at,
        closed_at=election.closed_at,
        close_reason=election.close_reason or "",
        present_at_sealing=tuple(election.present),
        registered=registered,
        attendance=attendance,
        ballots=election.ballots,
        head=election.head or "",
        software=software.fingerprint(),
        interventions=interventions,
    )


def _poll_book(uuid: str) -> tuple[str, int | None, int | None]:
    """The event's name, and how many are registered and have signed; unknown where identity does not answer."""
    try:
        event = services().identity.voting_event(PATIENCE_SECONDS)
        counts = services().identity.attendance(event.voting_event, PATIENCE_SECONDS)
    except (Refusal, RpcTimeout, RpcUnavailable, ServiceFault):
        return "", None, None
    for entry in counts:
        if entry.uuid == uuid:
            return event.name, entry.entitled, entry.signed
    return "", None, None


@lru_cache(maxsize=64)
def _set(record: Record) -> bytes:
    # A published election changes no more: its pages are set once, dated by the closing.
    return typesetting.election(record, record.facts.closed_at or record.facts.ends_at)
