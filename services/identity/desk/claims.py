"""Claims about the roll (réclamations, B5): submitted by voters, examined and answered by operators."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from services.identity.contract.claims import Claim as ClaimDescribed
from services.identity.contract.claims import ClaimsQueue, QueuedClaim
from services.identity.contract.limits import ACCEPTED, EXAMINED, SUBMITTED
from services.identity.contract.refusals import Code, refuse
from services.identity.letters.requests import LetterSettings, request_email
from services.identity.models import Claim, Election, Entitlement, Voter
from services.identity.voting_events import descriptions, voting_events

OPEN = (SUBMITTED, EXAMINED)
MOST_OPEN = 20
"""Claims that one voter may have waiting for an answer."""


def submit(session: Session, *, voter_id: str, election: str | None, subject: str, text: str, now: datetime) -> Claim:
    """Record a claim and return it with its number.

    Raises not_entitled when `election` is not one of the voter's event, not_available_yet {available_at},
    too_many_claims {most} when as many as allowed wait for an answer.
    """
    # The row is locked, so that two simultaneous claims are counted one after the other.
    voter = session.execute(select(Voter).where(Voter.id == voter_id).with_for_update()).scalar_one()
    voting_events.require_available(session, voter.voting_event, "claims", now)
    if election is not None and not _may_name(session, voter, election, subject):
        raise refuse(Code.NOT_ENTITLED)
    waiting = session.scalar(
        select(func.count()).select_from(Claim).where(Claim.voter_id == voter_id, Claim.state.in_(OPEN))
    )
    if (waiting or 0) >= MOST_OPEN:
        raise refuse(Code.TOO_MANY_CLAIMS, most=MOST_OPEN)
    claim = Claim(
        voting_event=voter.voting_event,
        voter_id=voter_id,
        election=election,
        subject=subject,
        text=text,
        state=SUBMITTED,
        submitted_at=now,
    )
    session.add(claim)
    session.flush()
    return claim


def of_voter(session: Session, voter_id: str) -> list[ClaimDescribed]:
    """Return the voter's claims with their state and answer, the newest first."""
    rows = session.scalars(select(Claim).where(Claim.voter_id == voter_id).order_by(Claim.number.desc()))
    return [described(claim) for claim in rows]


def queue(session: Session, *, state: str | None, after: int | None, limit: int) -> ClaimsQueue:
    """Return a page of claims with their voters, the oldest first.

    `state` chooses one state, all without it. A voter taken off the roll since is null.
    """
    chosen = [Claim.state == state] if state is not None else []
    return queue_where(session, chosen, after=after, limit=limit)


def queue_where(
    session: Session, chosen: Sequence[ColumnElement[bool]], *, after: int | None, limit: int
) -> ClaimsQueue:
    """Return a page of the claims that are chosen, the oldest first."""
    rows = session.execute(
        select(Claim, Voter)
        .outerjoin(Voter, Voter.id == Claim.voter_id)
        .where(Claim.number > (after or 0), *chosen)
        .order_by(Claim.number)
        .limit(limit + 1)
    ).all()
    page = [_queued(claim, voter) for claim, voter in rows[:limit]]
    return ClaimsQueue(claims=page, next=rows[limit - 1][0].number if len(rows) > limit else None)


def answer(session: Session, letters: LetterSettings, *, number: int, state: str, text: str, now: datetime) -> Claim:
    """Put a claim into another state and return it; the voter is written to when it is accepted or rejected.

    The same answer again does nothing. Raises claim_unknown, already_answered {state} when another answer was given.
    """
    claim = session.execute(select(Claim).where(Claim.number == number).with_for_update()).scalar_one_or_none()
    if claim is None:
        raise refuse(Code.CLAIM_UNKNOWN)
    if (claim.state, claim.answer or "") == (state, text):
        return claim
    if claim.state not in OPEN:
        raise refuse(Code.ALREADY_ANSWERED, state=claim.state)
    claim.state, claim.answer = state, text or None
    if state not in OPEN:
        claim.answered_at = now
        voter = session.get(Voter, claim.voter_id) if claim.voter_id is not None else None
        if voter is not None:
            request_email(
                session,
                letters,
                voter,
                template="claim_answered",
                values={"number": number, "accepted": state == ACCEPTED, "answer": text},
                expires_at=None,
            )
    session.flush()
    return claim


def described(claim: Claim) -> ClaimDescribed:
    """Return a claim as its voter sees it."""
    return ClaimDescribed(
        claim=claim.number,
        election=claim.election,
        subject=claim.subject,
        text=claim.text,
        state=claim.state,
        answer=claim.answer,
        submitted_at=claim.submitted_at,
        answered_at=claim.answered_at,
    )


def _queued(claim: Claim, voter: Voter | None) -> QueuedClaim:
    return QueuedClaim(
        claim=claim.number,
        election=claim.election,
        subject=claim.subject,
        text=claim.text,
        state=claim.state,
        answer=claim.answer,
        submitted_at=claim.submitted_at,
        answered_at=claim.answered_at,
        voter=None if voter is None else descriptions.person(voter),
    )


def _may_name(session: Session, voter: Voter, election: str, subject: str) -> bool:
    # Whoever is missing from a list, or on the wrong one, names an election that is not his.
    if subject in ("missing", "wrong_election"):
        found = select(Election.uuid).where(Election.uuid == election, Election.voting_event == voter.voting_event)
    else:
        found = select(Entitlement.election).where(Entitlement.election == election, Entitlement.voter_id == voter.id)
    return session.scalar(found) is not None
