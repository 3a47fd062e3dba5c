"""Another voting code with the cell's help (D10): for whoever has nothing to prove who he is by on the portal.

One agent has made sure who asks and says how, another one agrees; the code goes by SMS, the voter is told at his
professional address, and at the one before where it was corrected. Whether there is an election left to vote in is not
looked at here: the answer would tell the cell who has voted. The urn finds out, and the attempt is then none.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.agents import four_eyes
from services.identity.contract.events import ReissueChannel
from services.identity.contract.limits import FRENCH
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.reissue import OPEN
from services.identity.contract.staff.support import REISSUE
from services.identity.letters.requests import request_email, request_email_to
from services.identity.models import Agent, FourEyes, ReissueRequest
from services.identity.reissue import requests, rules
from services.identity.reissue.requests import Terms
from services.identity.support import corrections, territory
from services.identity.voting_events import holders


def ask(session: Session, terms: Terms, agent: Agent, *, voter_id: str, phone: str, reason: str, now: datetime) -> int:
    """Ask for another code; the number of the request.

    Raises voter_unknown, phone_refused {problem}, phone_shared, reissue_closed, reissue_used_up, reissue_under_way,
    approval_waiting.
    """
    territory.require_voter(session, agent, voter_id)
    number = requests.number_of(phone)
    _require_may(session, terms, voter_id, now)
    if not requests.may_use(session, terms, voter_id, number, now):
        raise refuse(Code.PHONE_SHARED)
    payload = {"masked": number.masked, "sealed": requests.contact(session, terms, voter_id, number)}
    return four_eyes.ask(session, agent, kind=REISSUE, voter_id=voter_id, payload=payload, reason=reason, now=now)


def apply(session: Session, terms: Terms, request: FourEyes, *, now: datetime) -> None:
    """Do what was approved. Raises as `ask`, for what has changed meanwhile."""
    asked = four_eyes.payload(request)
    voter_id = str(request.voter_id)
    _require_may(session, terms, voter_id, now)
    number = holders.request_number(terms.holder_key, voter_id, f"four-eyes-{request.number}")
    requests.grant(session, terms, voter_id, number, ReissueChannel.SMS, asked["sealed"], asked["masked"], now)
    voter = requests.locked(session, voter_id)
    values: dict[str, object] = {"masked": asked["masked"]}
    until = now + timedelta(days=1)
    request_email(session, terms.letters, voter, template="reissue_assisted", values=values, expires_at=until)
    named = {"first_name": voter.first_name, "surname": voter.surname, **values}
    for address in corrections.addresses_before(session, voter_id):
        request_email_to(
            session,
            terms.letters,
            address,
            template="reissue_assisted",
            values=named,
            language=voter.language or FRENCH,
            expires_at=until,
        )


def _require_may(session: Session, terms: Terms, voter_id: str, now: datetime) -> None:
    requests.locked(session, voter_id)
    standing = rules.standing(session, voter_id, terms.most, now)
    rules.require_window(standing)
    if standing.left == 0:
        raise refuse(Code.REISSUE_USED_UP, most=standing.most)
    under_way = select(ReissueRequest.id).where(ReissueRequest.voter_id == voter_id, ReissueRequest.state == OPEN)
    if session.scalar(under_way) is not None:
        raise refuse(Code.REISSUE_UNDER_WAY)
