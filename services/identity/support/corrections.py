"""Correcting a voter's address: asked for by one agent, approved by another. Both addresses are written to.

Links that went to the old address end, and so do sessions: whoever reads that box must not come in by it. A password that
the voter has chosen stays; who has chosen none is sent a link to the new address.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.access import links, sessions
from services.identity.agents import four_eyes
from services.identity.contract.identifiers import normalise
from services.identity.contract.limits import FRENCH
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.staff.support import CORRECTION
from services.identity.letters.requests import LetterSettings, request_email, request_email_to
from services.identity.models import Account, Agent, FourEyes, StagedRow, Voter
from services.identity.roll import staging
from services.identity.support import territory


def ask(session: Session, agent: Agent, *, voter_id: str, email: str, reason: str, now: datetime) -> int:
    """Ask for another address; the number of the request.

    Raises voter_unknown, address_taken (another voter's, or the voter's own already), approval_waiting.
    """
    territory.require_voter(session, agent, voter_id)
    voter = session.scalars(select(Voter).where(Voter.id == voter_id).with_for_update()).one()
    address = normalise(email)
    _require_free(session, voter, address)
    payload = {"before": voter.identifier, "email": address}
    return four_eyes.ask(session, agent, kind=CORRECTION, voter_id=voter_id, payload=payload, reason=reason, now=now)


def apply(session: Session, letters: LetterSettings, request: FourEyes, *, now: datetime, lifetime: timedelta) -> None:
    """Do what was approved. Raises address_taken where another voter has got that address meanwhile."""
    asked = four_eyes.payload(request)
    voter = session.scalars(select(Voter).where(Voter.id == request.voter_id).with_for_update()).one()
    _require_free(session, voter, asked["email"])
    before, voter.identifier = voter.identifier, asked["email"]
    session.flush()
    staging.forget_lines(session, voter.voting_event, StagedRow.identifier == voter.identifier)
    links.end_all(session, [voter.id], now)
    sessions.close_all(session, voter.id)
    active = session.scalar(select(Account.voter_id).where(Account.voter_id == voter.id)) is not None
    values = {"first_name": voter.first_name, "surname": voter.surname, "active": active}
    language = voter.language or FRENCH
    request_email_to(session, letters, before, template="address_replaced", values=values, language=language)
    request_email(session, letters, voter, template="address_corrected", values={"active": active}, expires_at=None)
    if not active:
        links.send(session, letters, voter.id, now=now, lifetime=lifetime, at_once=True)


def addresses_before(session: Session, voter_id: str) -> list[str]:
    """The addresses that the voter had before corrections: they are told of what could be a theft."""
    rows = session.scalars(
        select(FourEyes).where(FourEyes.voter_id == voter_id, FourEyes.kind == CORRECTION, FourEyes.state == "approved")
    )
    return sorted({str(four_eyes.payload(row)["before"]) for row in rows})


def _require_free(session: Session, voter: Voter, address: str) -> None:
    taken = select(Voter.id).where(Voter.voting_event == voter.voting_event, Voter.identifier == address)
    if session.scalar(taken) is not None:
        raise refuse(Code.ADDRESS_TAKEN)
