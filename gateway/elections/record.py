"""The official record of a published election as far as the portal knows it: facts, and pages that are a draft (E10)."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache

from flask import current_app

from gateway.clients import services
from gateway.elections.presentation import questions_of
from gateway.elections.results import readable
from gateway.elections.vote_journal import journal_of
from services.ballot.contract.elections import Described
from services.identity.contract.attendance import ElectionAttendance
from services.identity.contract.board import Decision
from services.identity.contract.events import BoardAct
from services.identity.contract.staff.rights import Role
from services.record import software, typesetting
from services.record.candidates import ListCandidates, QuestionCandidates
from services.record.facts import REASON_OF_TIME, Facts, Intervention, Journal
from services.record.official import Record, Result
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault

PATIENCE_SECONDS = 2.0
"""The record is worth having without the poll book's counts, which then are said to be unknown."""
TWO_MEMBERS = "Bureau de vote, deux membres"
ROLES: dict[str, str] = {
    Role.PRESIDENT: "présidence",
    Role.SECRETARY: "secrétariat",
    Role.DELEGATE: "délégation de liste",
}
"""In French: the record is."""


def facts_of(uuid: str) -> Facts:
    """Ask urn and poll book. Refusals: election_unknown, result_not_published."""
    return _facts(uuid, _published(uuid))


def pages_of(uuid: str) -> bytes:
    """Set the record as PDF. Refusals: election_unknown, result_not_published."""
    election = _published(uuid)
    results = tuple(
        Result(one.question, tuple((row.name, row.votes) for row in one.rows), one.blank, one.maximum, election.counted)
        for one in readable(election.election or "", election.result or "", election.counted)
    )
    return _set(Record(_facts(uuid, election), results))


def _published(uuid: str) -> Described:
    election = services().ballot.describe_election(uuid)
    if election.result is None or election.election is None:
        raise Refusal("result_not_published")
    return election


def _facts(uuid: str, election: Described) -> Facts:
    event, counts, changes, journal = _poll_book(uuid)
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
        registered=counts.entitled if counts else None,
        attendance=counts.signed if counts else None,
        ballots=election.ballots,
        replaced=election.replaced,
        head=election.head or "",
        software=software.fingerprint(),
        interventions=changes + _decisions(uuid, election) + _admitted(uuid) + _sealing(counts),
        journal=journal,
        candidates=_candidates(uuid, election.election or ""),
    )


def _candidates(uuid: str, election: str) -> tuple[QuestionCandidates, ...]:
    """Women and men on the lists, as the operator's file counts them; a question of which it says nothing is left out."""
    if not election:
        return ()
    presented = questions_of(current_app.extensions["isoloir_settings"].presentation_file, uuid, election)
    asked = (
        QuestionCandidates(
            number,
            one.women_percent,
            tuple(ListCandidates(each["name"], each["women"], each["men"]) for each in one.lists if "women" in each),
        )
        for number, one in enumerate(presented, 1)
    )
    return tuple(one for one in asked if one.lists)


def _decisions(uuid: str, election: Described) -> tuple[Intervention, ...]:
    """What the board has decided about the vote, by time: a French document, whatever the language of who asks for it.

    Who has decided is told by role and number; the names are on the board's own page and in its journal.
    """
    decided = _decided(uuid)
    done = [
        Intervention(
            one.at,
            _board(decided, BoardAct.SUSPEND if one.suspends else BoardAct.RESUME, one.at) or TWO_MEMBERS,
            "Suspension du vote" if one.suspends else "Reprise du vote",
            _line(one.reason),
        )
        for one in election.interruptions
    ]
    if election.closed_at is not None and election.close_reason not in (None, REASON_OF_TIME):
        who = _board(decided, BoardAct.STOP, election.closed_at) or "Bureau de vote"
        done.append(Intervention(election.closed_at, who, "Fermeture de l’urne", _line(election.close_reason or "")))
    return tuple(sorted(done, key=lambda one: one.at))


def _decided(uuid: str) -> list[Decision]:
    """The board's decisions, without names; none where identity does not answer."""
    try:
        return services().identity.board_decisions(uuid, seconds=PATIENCE_SECONDS)
    except (Refusal, RpcTimeout, RpcUnavailable, ServiceFault):
        return []


def _board(decided: list[Decision], act: BoardAct, at: datetime) -> str | None:
    """Who has decided what the urn did then: the last decision of that kind before; None where there was none."""
    before = [one for one in decided if one.act == act and one.agreed.at <= at]
    if not before:
        return None
    last = before[-1]
    return f"{TWO_MEMBERS} : {_role(last.asked.role)} et {_role(last.agreed.role)}"


def _role(role: str) -> str:
    return ROLES.get(role, "membre du bureau")


def _admitted(uuid: str) -> tuple[Intervention, ...]:
    """Changes of software or configuration after the sealing that two members of the board admitted (R211-571)."""
    decided = {(one.reason, tuple(one.members)): one for one in services().ballot.integrity(uuid).admitted}
    return tuple(
        Intervention(
            one.at,
            TWO_MEMBERS,
            "Changement du logiciel ou de la configuration, admis",
            f"{_line(one.reason)} (empreinte du changement {one.change})",
        )
        for one in decided.values()
    )


def _sealing(counts: ElectionAttendance | None) -> tuple[Intervention, ...]:
    """When the attendance list was sealed by itself, after the last signature (R211-572)."""
    if counts is None or counts.seal is None:
        return ()
    words = f"{counts.seal.signed} émargements, empreinte {counts.seal.digest}"
    return (Intervention(counts.seal.at, "Le portail, de lui-même", "Scellement de la liste d’émargement", words),)


def _removals(event: str, uuid: str) -> tuple[Intervention, ...]:
    """Who was taken off the roll of this election before it was sealed: when, by whom, why, and never who (R211-528)."""
    return tuple(
        Intervention(one.at, one.who, "Retrait d’un électeur de la liste électorale", _line(one.reason))
        for one in services().identity.removals_told(event, PATIENCE_SECONDS)
        if uuid in one.elections
    )


def _line(reason: str) -> str:
    """A reason as the facts have it: whoever reads them gets one line."""
    return " ".join(reason.split())


def _poll_book(uuid: str) -> tuple[str, ElectionAttendance | None, tuple[Intervention, ...], Journal | None]:
    """Name of the event, registered and signed, who left the roll, the journal; unknown where identity is away."""
    try:
        event = services().identity.voting_event(PATIENCE_SECONDS)
        counts = services().identity.attendance(event.voting_event, PATIENCE_SECONDS)
        own = next((entry for entry in counts if entry.uuid == uuid), None)
        changes = _removals(event.voting_event, uuid)
    except (Refusal, RpcTimeout, RpcUnavailable, ServiceFault):
        return "", None, (), None
    if own is None:
        return "", None, (), None
    try:
        journal = journal_of(event.voting_event, uuid, PATIENCE_SECONDS)
    except (Refusal, RpcTimeout, RpcUnavailable, ServiceFault):
        journal = None
    return event.name, own, changes, journal


@lru_cache(maxsize=64)
def _set(record: Record) -> bytes:
    # A published election changes no more: its pages are set once, dated by the closing.
    return typesetting.election(record, record.facts.closed_at or record.facts.ends_at)
