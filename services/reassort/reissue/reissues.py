"""A re-issue as the credential authority sees it: a spare is kept, the urn is asked, then register and message are one.

Each function is the work of one event, in one transaction (design: steps 2 and 4). The request's number is what makes each
of them safe to be repeated. Nothing is revealed before the urn has said that the new code works.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.ballot.contract.events import UrnHead
from services.identity.contract.events import ReissueChannel, ReissueGranted
from services.notification.contract.events import MessageRequested
from services.reassort.codes import spares, voting_code
from services.reassort.contract.events import Activate, CredentialExchange, Outcome, ReissueSettled
from services.reassort.models import Bearer, PublicCredential, Reissue, Spare
from services.reassort.register import entries
from services.reassort.register.entries import Exchanged
from services.runtime.bus import outbox
from services.runtime.sealing_box import seal
from services.runtime.storage.crash_points import crash_point

SOURCE = "reassort"
TEMPLATE = "reissued_code"
MESSAGE_LIFETIME = timedelta(hours=24)
SHOWN_FOR = timedelta(minutes=15)
"""How long a code waits for the browser that asked for it."""

ASKED = "asked"
ISSUED = "issued"
LATE = "late"


class NotYet(Exception):
    """The event came too early or contradicts what is here: it is tried again, then parked for people to look at."""


@dataclass(frozen=True)
class Keys:
    """The key of the spares at rest and the public key of short messages, 64 hex digits each."""

    code_key: str
    sms_public_key: str


def take_spare(session: Session, grant: ReissueGranted) -> None:
    """Keep the bearer's next spare under the number of the request and ask the urn to activate it.

    Raises:
        NotYet: a bearer without codes or without a spare left, or whose earlier request is not settled.
    """
    if session.get(Reissue, grant.request) is not None:
        return
    bearer = (grant.voting_event, grant.bearer)
    found = select(Bearer).where(Bearer.voting_event == bearer[0], Bearer.bearer == bearer[1])
    if session.scalars(found.with_for_update()).one_or_none() is None:
        raise NotYet("no codes were made for that bearer")
    if session.get(Reissue, grant.request) is not None:
        return
    of_bearer = (Reissue.voting_event == bearer[0], Reissue.bearer == bearer[1])
    if session.scalar(select(Reissue.request).where(*of_bearer, Reissue.state == ASKED)) is not None:
        raise NotYet("an earlier request of that bearer is not settled")
    free = select(Spare.rank).where(Spare.voting_event == bearer[0], Spare.bearer == bearer[1], Spare.used.is_(False))
    rank = session.scalar(free.order_by(Spare.rank).limit(1))
    if rank is None:
        raise NotYet("no spare is left for that bearer")
    session.add(
        Reissue(
            request=grant.request,
            voting_event=grant.voting_event,
            bearer=grant.bearer,
            rank=rank,
            state=ASKED,
            channel=grant.channel,
            sealed=grant.sealed,
            holders=json.dumps(sorted((one.election, one.holder) for one in grant.holders)),
        )
    )
    session.flush()
    exchanges = [
        CredentialExchange(
            election=one.election,
            holder=one.holder,
            retired=_credential(session, one.election, one.holder, rank - 1),
            spare=_credential(session, one.election, one.holder, rank),
        )
        for one in grant.holders
    ]
    outbox.publish(session, SOURCE, Activate(request=grant.request, elections=exchanges))
    crash_point(session, "take_spare")


def issue(session: Session, keys: Keys, request: str, heads: Sequence[UrnHead], now: datetime) -> None:
    """The urn has activated the spare: use it, enter it in the registers, send the code.

    Args:
        session: an open transaction.
        keys: of the credential authority.
        request: which re-issue.
        heads: where each urn stood when it answered.
        now: the moment, in UTC.

    Raises:
        NotYet: a request that is not known, or an answer about other elections.
    """
    reissue = _locked(session, request)
    if reissue.state != ASKED:
        return
    stood = {head.election: head for head in heads}
    holders = json.loads(reissue.holders or "[]")
    if {election for election, _ in holders} != set(stood):
        raise NotYet("the urn answered about other elections")
    for election, holder in holders:
        exchanged = Exchanged(
            election=election,
            holder=holder,
            attempt=reissue.rank,
            retired=_credential(session, election, holder, reissue.rank - 1),
            spare=_credential(session, election, holder, reissue.rank),
            height=stood[election].height,
            head=stood[election].head,
        )
        entries.append(session, keys.code_key, exchanged, reissue.channel, now)
    _hand_over(session, keys, reissue, now)
    reissue.state, reissue.sealed, reissue.holders = ISSUED, None, None
    outbox.publish(session, SOURCE, ReissueSettled(request=request, outcome=Outcome.ISSUED))
    crash_point(session, "issue")


def give_back(session: Session, request: str) -> None:
    """Every urn was closed: the spare is free again, nothing is entered, identity gives the attempt back.

    Raises:
        NotYet: a request that is not known.
    """
    reissue = _locked(session, request)
    if reissue.state != ASKED:
        return
    reissue.state, reissue.sealed, reissue.holders = LATE, None, None
    outbox.publish(session, SOURCE, ReissueSettled(request=request, outcome=Outcome.LATE))
    crash_point(session, "give_back")


def send_again(session: Session, keys: Keys, request: str, message: str, sealed: str, now: datetime) -> None:
    """Send the code of a settled request once more, under the number of another message. No spare is used, nothing entered.

    Args:
        session: an open transaction.
        keys: of the credential authority.
        request: which re-issue.
        message: its new number.
        sealed: whom to send it to, for notification alone.
        now: the moment, in UTC.

    Raises:
        NotYet: a request that is not known, not settled yet, or whose code has arrived and is forgotten.
    """
    reissue = _locked(session, request)
    if reissue.message == message:
        return
    spare = session.get_one(Spare, (reissue.voting_event, reissue.bearer, reissue.rank))
    if reissue.state != ISSUED or reissue.channel != ReissueChannel.SMS or not spare.sealed_code:
        raise NotYet("no code to send again")
    reissue.message = message
    _send(session, keys, message, sealed, spares.reveal(keys.code_key, spare.sealed_code), now)


def forget_delivered(session: Session, message: str) -> None:
    """The message with a code has arrived: the code is erased, nobody can send it again."""
    reissue = session.scalar(select(Reissue).where(Reissue.message == message))
    if reissue is not None:
        session.get_one(Spare, (reissue.voting_event, reissue.bearer, reissue.rank)).sealed_code = ""


def shown_code(session: Session, request: str, now: datetime) -> str | None:
    """The code of a request, sealed for the browser that asked for it, or None where it is not there (any more)."""
    return session.scalar(select(Reissue.shown).where(Reissue.request == request, Reissue.until > now))


def forget_shown(session: Session, now: datetime, request: str | None = None) -> None:
    """Erase the sealed codes whose time is over, or that of one request, which was shown."""
    over = Reissue.until <= now if request is None else Reissue.request == request
    session.execute(
        update(Reissue)
        .where(over, Reissue.shown.is_not(None))
        .values(shown=None, until=None)
        .execution_options(synchronize_session=False)
    )


def _hand_over(session: Session, keys: Keys, reissue: Reissue, now: datetime) -> None:
    spare = session.get_one(Spare, (reissue.voting_event, reissue.bearer, reissue.rank))
    spare.used = True
    code = spares.reveal(keys.code_key, spare.sealed_code)
    if reissue.channel == ReissueChannel.SCREEN:
        reissue.shown = seal(str(reissue.sealed), {"voting_code": voting_code.format_code(code)})
        reissue.until = now + SHOWN_FOR
        # What the browser of the voter alone can open is all that is left of it.
        spare.sealed_code = ""
        return
    # The first message has the number of the request: identity knows it without being told.
    reissue.message = reissue.request
    _send(session, keys, reissue.request, str(reissue.sealed), code, now)


def _send(session: Session, keys: Keys, message_id: str, contact: str, code: str, now: datetime) -> None:
    # Two boxes, one in the other: whom to write to is identity's secret, what to write ours.
    values = {"voting_code": voting_code.format_code(code)}
    message = MessageRequested(
        message_id=message_id,
        channel=ReissueChannel.SMS.value,
        template=TEMPLATE,
        sealed=seal(keys.sms_public_key, {"contact": contact, "values": values}),
        expires_at=now + MESSAGE_LIFETIME,
        report=True,
    )
    outbox.publish(session, SOURCE, message)


def _locked(session: Session, request: str) -> Reissue:
    reissue = session.scalars(select(Reissue).where(Reissue.request == request).with_for_update()).one_or_none()
    if reissue is None:
        raise NotYet("no such request")
    return reissue


def _credential(session: Session, election: str, holder: str, rank: int) -> str:
    known = session.scalar(
        select(PublicCredential.credential).where(
            PublicCredential.election == election, PublicCredential.holder == holder, PublicCredential.rank == rank
        )
    )
    if known is None:
        raise NotYet("no codes were made for that holder")
    return known
