"""The roll, its event and the settings that decide of a vote: taken when the roll is sealed, and at every check (E5)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from nacl.signing import SigningKey
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from services.identity.contract.refusals import Code, refuse
from services.identity.models import Election, Entitlement, PollBookEntry, Voter, VotingEvent
from services.identity.settings import Settings
from services.identity.voting_events import voting_events
from services.runtime.contracts.integrity import Difference
from services.runtime.hosting.resources import Resources
from services.runtime.integrity import admissions, checks, seals, software
from services.runtime.jobs.running_job import RunningJob

STEP = "checking"
ROWS = 2000
Report = Callable[[int, int], None]
_SETTINGS = (
    "bcrypt_cost",
    "session_idle_minutes",
    "permit_minutes",
    "reissues_per_voter",
    "reissue_voters_per_phone",
    "turnout_minimum",
    "challenge_required",
    "oidc_issuer",
)


def configuration(settings: Settings) -> dict[str, str]:
    """The settings that decide who may vote; of secret keys the public half, or a tag that says which one it is."""
    key = SigningKey(bytes.fromhex(settings.permit_private_key))
    return {name: str(getattr(settings, name)) for name in _SETTINGS} | {
        "permit_public_key": bytes(key.verify_key).hex(),
        "holder_key": hmac.digest(bytes.fromhex(settings.holder_key), b"which key this is", "sha256").hex()[:16],
    }


def keep(session: Session, voting_event: str, settings: Settings, now: datetime) -> None:
    """Keep what the roll consists of, in the transaction that seals it. Raises poll_book_not_empty."""
    event = voting_events.find(session, voting_event)
    if event.roll_sealed_at != now:
        # Sealed before: what was kept then stays.
        return
    elections = [election.uuid for election in voting_events.elections_of(session, voting_event)]
    signed = select(func.count()).select_from(PollBookEntry).where(PollBookEntry.election.in_(elections))
    signatures = session.scalar(signed) or 0
    if signatures:
        raise refuse(Code.POLL_BOOK_NOT_EMPTY, signatures=signatures)
    found = parts(session, event, settings, lambda done, total: None)
    seals.keep(session, voting_event, found, {"signatures": signatures}, now)


def parts(session: Session, event: VotingEvent, settings: Settings, report: Report) -> dict[str, dict[str, str]]:
    """The parts that the sealing of the roll fixes.

    Args:
        session: To read with.
        event: The voting event.
        settings: Of this process.
        report: Told how many scrutins of how many are read.
    """
    elections = voting_events.elections_of(session, event.uuid)
    roll: dict[str, str] = {}
    for done, election in enumerate(elections, 1):
        roll[election.code] = _roll_of(session, election.uuid)
        report(done, len(elections))
    return {
        "software": software.manifest(),
        "configuration": configuration(settings),
        "event": {
            "name": event.name,
            "opens_at": event.opens_at.isoformat(),
            "closes_at": event.closes_at.isoformat(),
            "grace_minutes": str(event.grace_minutes),
            "profile": event.profile,
        }
        | {election.code: f"{election.uuid} {election.mode} {election.name}" for election in elections},
        "roll": roll,
    }


def _roll_of(session: Session, election: str) -> str:
    """How many may vote in a scrutin, and a digest of who: all that identifies them, and their place in the urn."""
    rows, count = hashlib.sha256(), 0
    found = session.execute(
        select(
            Voter.identifier,
            Voter.surname,
            Voter.first_name,
            Voter.assignment,
            Voter.numen_tag,
            Voter.birth_date_tag,
            Entitlement.lookup_tag,
        )
        .join(Entitlement, Entitlement.voter_id == Voter.id)
        .where(Entitlement.election == election)
        .order_by(Entitlement.lookup_tag)
        .execution_options(yield_per=ROWS)
    )
    for row in found:
        rows.update(repr(tuple(row)).encode())
        count += 1
    return f"{count} {rows.hexdigest()}"


def check(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Compute anew what was sealed with a roll. Request: {subject}. Out: checks.result. Raises voting_event_unknown."""
    subject = job.request["subject"]

    def report(done: int, total: int) -> None:
        job.report(STEP, done, total)

    with resources.database.reading() as session:
        event = voting_events.shown(session, subject)
        sealed = seals.of(session, subject)
        listed = seals.manifest(session, sealed.software) if sealed.software is not None else {}
        differences = checks.against(sealed, listed, parts(session, event, resources.settings, report))
        differences += _of_poll_book(session, subject)
        admitted = admissions.of(session, subject)
    looked_at = [*sealed.parts, *(["software"] if sealed.software else []), "attendance"]
    return checks.result(subject, looked_at, differences, admitted)


def _of_poll_book(session: Session, voting_event: str) -> list[Difference]:
    """Signatures of whoever is not entitled: the one thing of a poll book that can be wrong by itself."""
    entitled = exists().where(
        Entitlement.voter_id == PollBookEntry.voter_id, Entitlement.election == PollBookEntry.election
    )
    strangers = session.execute(
        select(Election.code, func.count().label("count"))
        .join(PollBookEntry, PollBookEntry.election == Election.uuid)
        .where(Election.voting_event == voting_event, ~entitled)
        .group_by(Election.code)
        .order_by(Election.code)
    )
    return [
        Difference(part="attendance", what=row.code, sealed=None, now=f"{row.count} signatures of nobody entitled")
        for row in strangers
    ]


def ask_due(resources: Resources[Settings]) -> bool:
    """Have the current roll checked where it has not been for long; true if it was asked for."""
    every = timedelta(minutes=resources.settings.integrity_minutes)
    with resources.database.reading() as session:
        current = session.scalars(select(VotingEvent).order_by(VotingEvent.rank.desc()).limit(1)).one_or_none()
        is_sealed = current is not None and current.roll_sealed_at is not None
        due = checks.due(session, [current.uuid], every) if current is not None and is_sealed and every else []
    for subject in due:
        with resources.database.transaction() as session:
            checks.ask(session, subject)
    return bool(due)
