"""A holder's spare takes the place of the active credential: the act itself of a re-issue (design: step 3).

One transaction over all elections of the holder, each under its lock, the same that a ballot takes: a ballot comes either
before, and then nothing is changed in its election, or after, and then the old credential is refused. The answer says at
which height each urn stood, voted or not: whoever reads it does not learn where the holder has voted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.ballot.contract.ballots import RetiredCredential
from services.ballot.contract.events import Activated, TooLate, UrnHead
from services.ballot.contract.limits import State
from services.ballot.elections.elections import locked, state_of
from services.ballot.models import Activation, Ballot, Credential, Election, Reissue
from services.ballot.urn import chain
from services.reassort.contract.events import CredentialExchange
from services.runtime.bus import outbox
from services.runtime.clock import cut_to_hour
from services.runtime.storage.crash_points import crash_point

BEFORE_SETUP = -1
"""The height of an urn that is not sealed yet."""
_CLOSED = frozenset({State.CLOSED, State.TALLIED, State.PUBLISHED})


class ActivationConflict(Exception):
    """What reassort asks for contradicts the urn: the event is parked for people to look at, nothing is changed."""


def activate(session: Session, request: str, exchanges: Sequence[CredentialExchange], now: datetime) -> None:
    """Exchange the credentials of a holder wherever the urn is not closed and holds no ballot of his; say so by an event.

    The same request again changes nothing and is answered as it was before.

    Args:
        session: an open transaction.
        request: the number of the re-issue, the same whenever it is asked again.
        exchanges: one for each election of the holder.
        now: decides whether an urn is closed; only its hour is kept.

    Raises:
        ActivationConflict: an election that is not there, a credential of somebody else or in another state.
    """
    answered = session.get(Reissue, request)
    if answered is None:
        # In one order for everybody, so that two requests do not wait for each other.
        elections = {exchange.election: _locked(session, exchange.election) for exchange in _sorted(exchanges)}
        # Asked again under the locks: a simultaneous delivery may have been first.
        answered = session.get(Reissue, request) or _answer(session, request, exchanges, elections, now)
    heads = json.loads(answered.heads)
    if heads:
        outbox.publish(session, "ballot", Activated(request=request, elections=[UrnHead(**head) for head in heads]))
    else:
        outbox.publish(session, "ballot", TooLate(request=request))
    crash_point(session, "activate")


def _answer(
    session: Session,
    request: str,
    exchanges: Sequence[CredentialExchange],
    elections: dict[str, Election],
    now: datetime,
) -> Reissue:
    last = {uuid: chain.head(session, uuid) for uuid in elections}
    states = {
        uuid: state_of(election, None if (head := last[uuid]) is None else head.type, now)
        for uuid, election in elections.items()
    }
    too_late = all(state in _CLOSED for state in states.values())
    heads = []
    for exchange in _sorted(exchanges):
        head = last[exchange.election]
        height = BEFORE_SETUP if head is None else head.height
        heads.append({"election": exchange.election, "height": height, "head": None if head is None else head.hash})
        if states[exchange.election] not in _CLOSED and not _has_voted(session, exchange):
            _exchange(session, exchange, height, now)
    answered = Reissue(request=request, heads=json.dumps([] if too_late else heads))
    session.add(answered)
    session.flush()
    return answered


def _exchange(session: Session, exchange: CredentialExchange, height: int, now: datetime) -> None:
    _change(session, exchange, exchange.retired, "active", "retired")
    _change(session, exchange, exchange.spare, "spare", "active")
    session.execute(
        insert(Activation).values(
            election=exchange.election,
            retired=exchange.retired,
            spare=exchange.spare,
            height=height,
            hour=cut_to_hour(now),
        )
    )


def _change(session: Session, exchange: CredentialExchange, credential: str, before: str, after: str) -> None:
    changed = session.execute(
        update(Credential)
        .where(
            Credential.election == exchange.election,
            Credential.credential == credential,
            Credential.holder == exchange.holder,
            Credential.state == before,
        )
        .values(state=after)
        .returning(Credential.rank)
        .execution_options(synchronize_session=False)
    ).all()
    if len(changed) != 1:
        raise ActivationConflict(f"no {before} credential of that holder in election {exchange.election}")


def _has_voted(session: Session, exchange: CredentialExchange) -> bool:
    voted = select(Ballot.height).where(Ballot.election == exchange.election, Ballot.holder == exchange.holder)
    return session.scalar(voted.limit(1)) is not None


def _locked(session: Session, uuid: str) -> Election:
    election = locked(session, uuid)
    if election is None:
        raise ActivationConflict(f"no election {uuid}")
    return election


def _sorted(exchanges: Sequence[CredentialExchange]) -> list[CredentialExchange]:
    return sorted(exchanges, key=lambda exchange: exchange.election)


def retired_in_hour(session: Session, election: str, credential: str) -> datetime | None:
    """The hour in which a credential was retired, or None."""
    return session.scalar(
        select(Activation.hour).where(Activation.election == election, Activation.retired == credential)
    )


def retired_of(session: Session, election: str, holder: str) -> list[RetiredCredential]:
    """The holder's credentials that were retired, with the hour of each; as few as there are re-issues."""
    rows = session.execute(
        select(Activation.retired, Activation.hour)
        .join(Credential, (Credential.election == Activation.election) & (Credential.credential == Activation.retired))
        .where(Credential.election == election, Credential.holder == holder)
        .order_by(Activation.height, Activation.retired)
    )
    return [RetiredCredential(credential=row.retired, hour=row.hour) for row in rows]
