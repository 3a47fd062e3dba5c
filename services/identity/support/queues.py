"""The cell's queues: claims and requests for assistance of its territory."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from services.identity.agents import journal
from services.identity.contract.claims import AssistanceQueue, ClaimsQueue
from services.identity.contract.limits import ACCEPTED, ANSWERED, EXAMINED, OPEN, REJECTED, SUBMITTED
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.journal import Action
from services.identity.desk import assistance, claims
from services.identity.letters.requests import LetterSettings
from services.identity.models import Agent, AssistanceRequest, Claim
from services.identity.support import territory

WAITING, DONE = (SUBMITTED, EXAMINED), (ACCEPTED, REJECTED)


def claims_of(session: Session, agent: Agent, *, answered: bool, after: int | None, limit: int) -> ClaimsQueue:
    """A page of the territory's claims, the oldest first."""
    states = DONE if answered else WAITING
    return claims.queue_where(session, [Claim.state.in_(states), _own_claims(agent)], after=after, limit=limit)


def requests_of(session: Session, agent: Agent, *, answered: bool, after: int | None, limit: int) -> AssistanceQueue:
    """A page of requests, the oldest first: the territory's, and those of people whom the roll does not tell."""
    state = AssistanceRequest.state == (ANSWERED if answered else OPEN)
    return assistance.queue_where(session, [state, _own_requests(agent)], after=after, limit=limit)


def counts(session: Session, agent: Agent) -> tuple[int, int]:
    """How many claims and how many requests wait for an answer."""
    waiting = select(func.count()).select_from(Claim).where(Claim.state.in_(WAITING), _own_claims(agent))
    asked = select(func.count()).select_from(AssistanceRequest)
    asked = asked.where(AssistanceRequest.state == OPEN, _own_requests(agent))
    return session.scalar(waiting) or 0, session.scalar(asked) or 0


def answer_claim(
    session: Session, letters: LetterSettings, agent: Agent, *, number: int, state: str, text: str, now: datetime
) -> None:
    """Answer a claim. Raises claim_unknown, also for another territory's, already_answered."""
    found = session.scalar(select(Claim).where(Claim.number == number, _own_claims(agent)))
    if found is None:
        raise refuse(Code.CLAIM_UNKNOWN)
    claims.answer(session, letters, number=number, state=state, text=text, now=now)
    journal.append(session, agent, Action.CLAIM_ANSWERED, now, subject=found.voter_id, number=str(number), state=state)


def answer_request(
    session: Session, letters: LetterSettings, agent: Agent, *, number: int, text: str, now: datetime
) -> None:
    """Answer a request for assistance. Raises assistance_unknown, also for another territory's, already_answered."""
    found = session.scalar(select(AssistanceRequest).where(AssistanceRequest.number == number, _own_requests(agent)))
    if found is None:
        raise refuse(Code.ASSISTANCE_UNKNOWN)
    assistance.answer(session, letters, number=number, text=text, now=now)
    journal.append(session, agent, Action.REQUEST_ANSWERED, now, subject=found.voter_id, number=str(number))


def _own_claims(agent: Agent) -> ColumnElement[bool]:
    # Of a voter who was taken off the roll, nobody knows whose he was: whoever has the whole roll answers.
    taken_off = Claim.voter_id.is_(None) if territory.is_whole(agent) else Claim.number < 0
    return or_(territory.holds(agent, Claim.voter_id), taken_off)


def _own_requests(agent: Agent) -> ColumnElement[bool]:
    return or_(AssistanceRequest.voter_id.is_(None), territory.holds(agent, AssistanceRequest.voter_id))
