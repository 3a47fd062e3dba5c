"""A re-issued code that definitely did not arrive is sent again, to another number if need be, without a try or a spare."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.identity.contract.events import ReissueResent
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.reissue import ReissueAsked
from services.identity.models import ReissueRequest
from services.identity.reissue import requests, rules
from services.identity.reissue.requests import Terms
from services.identity.voting_events import holders
from services.runtime.bus import outbox
from services.runtime.storage.database import Database


def note_delivery(session: Session, message: str, outcome: str) -> None:
    """Note what became of the message with a code; a message that was replaced meanwhile says nothing any more."""
    session.execute(
        update(ReissueRequest)
        .where(ReissueRequest.message == message)
        .values(delivery=outcome)
        .execution_options(synchronize_session=False)
    )


def resend(database: Database, terms: Terms, *, voter_id: str, message: str, phone: str, now: datetime) -> ReissueAsked:
    """Send the code of the last request again.

    Args:
        database: of the service.
        terms: what the settings say of re-issues.
        voter_id: who asks.
        message: a random number of the form that was sent; the same form sent twice sends one message.
        phone: the same number, or another.
        now: the moment, in UTC.

    Raises:
        Refusal: reissue_closed, reissue_not_failed (there is no code that definitely did not arrive, or it was sent too
            many times), phone_refused {problem}, phone_shared.
    """
    number = requests.number_of(phone)
    message_id = holders.request_number(terms.holder_key, voter_id, message)
    with database.transaction() as session:
        requests.locked(session, voter_id)
        standing = rules.standing(session, voter_id, terms.most, now)
        newest = standing.newest
        if newest is not None and newest.message == message_id:
            return _asked(newest, standing.left, new=False)
        rules.require_window(standing)
        if newest is None or not rules.may_resend(newest):
            raise refuse(Code.REISSUE_NOT_FAILED)
        accepted = requests.may_use(session, terms, voter_id, number, now)
        if accepted:
            newest.message, newest.delivery, newest.masked = message_id, None, number.masked
            newest.resent += 1
            sealed = requests.contact(session, terms, voter_id, number)
            outbox.publish(session, "identity", ReissueResent(request=newest.id, message=message_id, sealed=sealed))
            requests.confirm(session, terms, voter_id, number.masked, now)
            asked = _asked(newest, standing.left, new=True)
    if not accepted:
        raise refuse(Code.PHONE_SHARED)
    return asked


def _asked(newest: ReissueRequest, left: int, *, new: bool) -> ReissueAsked:
    return ReissueAsked(request=newest.id, channel=newest.channel, masked=newest.masked, left=left, new=new)
