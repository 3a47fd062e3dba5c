"""Casting a ballot: everything expensive first, with no transaction open; then one short transaction that decides.

Refusals come in an order that tells a caller nothing about other people: what a permit's own holder may know first
(his permit, the election, his own vote), then the ballot by itself, and only for a ballot with valid proofs, that is
from somebody who has the credential's secret, anything about that credential.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.ballot.belenios import canonical
from services.ballot.belenios.ballot import CheckedBallot, check_ballot, max_ballot_size
from services.ballot.belenios.election import Election as ElectionFile
from services.ballot.belenios.errors import InvalidBallot
from services.ballot.belenios.hashing import sha_b64
from services.ballot.contract.ballots import BoothMaterial, Receipt
from services.ballot.contract.limits import State
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections.elections import found, locked, state_of
from services.ballot.elections.suspensions import refuse_while_suspended, shown, suspended
from services.ballot.models import Ballot, Credential, Election
from services.ballot.urn import activation, chain, receipt
from services.ballot.urn.chain import EventType, Head
from services.ballot.urn.permit import verify
from services.identity.contract.entrance.permits import Permit, Use
from services.runtime.storage.database import Database

Clock = Callable[[], datetime]

# What the text itself breaks, as against a proof that does not hold.
_MALFORMED = frozenset({"too-large", "malformed", "not-canonical", "bad-scalar"})


@dataclass(frozen=True)
class Keys:
    """Hexadecimal Ed25519 keys: of identity's permits (public), of this urn's receipts (seed)."""

    permit_public: str
    receipt_private: str


class OtherReceiptKey(Exception):
    """This process would sign receipts that nobody can check: it takes no ballot before somebody mends its setting."""


@dataclass(frozen=True)
class _ParsedElection:
    file: ElectionFile
    max_size: int


@lru_cache(maxsize=256)
def _parsed(raw: str) -> _ParsedElection:
    # A sealed election never changes: its text is the whole key of the cache.
    file = ElectionFile.parse(raw)
    return _ParsedElection(file, max_ballot_size(file))


# Built once, because every vote asks them and building a question costs more than asking it.
_OF_HOLDER = (
    select(Ballot)
    .where(Ballot.election == bindparam("election"), Ballot.holder == bindparam("holder"))
    .order_by(Ballot.height.desc())
    .limit(1)
)
_CREDENTIAL = select(Credential.holder, Credential.state).where(
    Credential.election == bindparam("election"), Credential.credential == bindparam("credential")
)
_USED = select(Ballot.height).where(
    Ballot.election == bindparam("election"),
    Ballot.credential == bindparam("credential"),
    Ballot.holder != bindparam("holder"),
)
assert isinstance(Ballot.__table__, Table)
_ADD = insert(Ballot.__table__)


def booth_material(session: Session, keys: Keys, permit: str, now: datetime) -> BoothMaterial:
    """The election file and the holder's own active credential.

    Raises Refusal permit_invalid, permit_expired, election_unknown, credential_unknown (none was generated for the
    holder, or the election is not sealed yet).
    """
    granted = verify(permit, keys.permit_public, now, Use.BOOTH)
    election = found(session, granted.election)
    credential = session.scalar(
        select(Credential.credential).where(
            Credential.election == granted.election,
            Credential.holder == granted.holder,
            Credential.state == "active",
        )
    )
    if credential is None or election.raw is None:
        raise refuse(Code.CREDENTIAL_UNKNOWN)
    last = chain.head(session, granted.election)
    paused = bool(suspended(session, [granted.election]))
    return BoothMaterial(
        election=election.raw,
        credential=credential,
        retired=activation.retired_of(session, granted.election, granted.holder),
        voted=_ballot_of(session, granted) is not None,
        state=shown(_state_for(granted, state_of(election, None if last is None else last.type, now), now), paused),
    )


def _state_for(granted: Permit, state: State, now: datetime) -> State:
    """The state as it is for a holder: to whoever was not authenticated before the closing, it is final (R211-563)."""
    return State.CLOSED if state is State.CLOSING and now >= granted.votes_until else state


def voted_in(session: Session, keys: Keys, permits: Sequence[str], now: datetime) -> list[str]:
    """The elections, of those that the permits are for, in which their holders have voted: the voter's own question.

    Raises Refusal permit_invalid, permit_expired.
    """
    granted = [verify(permit, keys.permit_public, now, Use.STATE) for permit in permits]
    return [one.election for one in granted if _ballot_of(session, one) is not None]


def cast(database: Database, keys: Keys, permit: str, raw: str, clock: Clock) -> Receipt:
    """Accept a ballot once and for all; the same ballot of the same holder again has the same receipt, and adds nothing.

    Where the election says that voters may vote again, a holder's next ballot, by the same credential, replaces the one
    before; otherwise it is refused.

    Attendance is told later, from the ballots themselves (attendance.py). Raises Refusal permit_invalid, permit_expired,
    election_unknown, election_not_open, election_closed, election_suspended, already_voted, permit_other_election,
    ballot_malformed {reason}, ballot_invalid {reason}, credential_unknown, credential_not_yours,
    credential_retired {retired_in_hour}. Whatever is refused changes nothing.
    """
    granted = verify(permit, keys.permit_public, clock(), Use.CAST)
    tracker = _tracker(raw)
    with database.reading() as session:
        election = found(session, granted.election)
        _require_receipt_key(election, keys)
        revoting = election.revoting
        again = _again(session, keys, _ballot_of(session, granted), tracker, revoting=revoting)
        if again is not None:
            return again
        election_raw, _ = _refuse_unless_open(session, election, granted, clock())
    checked = _check(_parsed(election_raw), raw)
    try:
        with database.transaction() as session:
            return _commit(session, keys, granted, checked, clock)
    except IntegrityError:
        # Only a writer that did not take the election's lock gets us here; the constraints decided.
        with database.reading() as session:
            again = _again(session, keys, _ballot_of(session, granted), tracker, revoting=revoting)
            if again is None:
                raise
            return again


def _require_receipt_key(election: Election, keys: Keys) -> None:
    if election.receipt_key not in (None, receipt.public_key(keys.receipt_private)):
        raise OtherReceiptKey(f"election {election.uuid} was sealed with another receipt key than this process has")


def _tracker(raw: str) -> str:
    try:
        return sha_b64(raw)
    except UnicodeEncodeError as error:
        raise refuse(Code.BALLOT_MALFORMED, reason="malformed") from error


def _check(election: _ParsedElection, raw: str) -> CheckedBallot:
    try:
        return check_ballot(election.file, raw, election.max_size)
    except InvalidBallot as error:
        if error.reason == "wrong-election" and canonical.loads(raw)["election_uuid"] != election.file.uuid:
            raise refuse(Code.PERMIT_OTHER_ELECTION) from error
        code = Code.BALLOT_MALFORMED if error.reason in _MALFORMED else Code.BALLOT_INVALID
        raise refuse(code, reason=error.reason) from error


def _commit(session: Session, keys: Keys, granted: Permit, checked: CheckedBallot, clock: Clock) -> Receipt:
    election = locked(session, granted.election)
    if election is None:
        raise refuse(Code.ELECTION_UNKNOWN)
    earlier = _ballot_of(session, granted)
    again = _again(session, keys, earlier, checked.tracker, revoting=election.revoting)
    if again is not None:
        return again
    # The clock is read under the lock: who waited past the closing is too late.
    _, last = _refuse_unless_open(session, election, granted, clock())
    _refuse_unless_usable(session, granted, checked.credential)
    if earlier is not None and earlier.credential != checked.credential:
        # No path leads here: a credential takes another's place only where its holder has not voted.
        raise refuse(Code.ALREADY_VOTED)
    replaced = chain.replaced_count(session, granted.election) + (earlier is not None) if election.revoting else 0
    added = chain.append(session, granted.election, EventType.BALLOT, (checked.raw,), after=last)
    row = {
        "election": granted.election,
        "height": added.height,
        "holder": granted.holder,
        "credential": checked.credential,
        "tracker": checked.tracker,
        "replaces": 0 if earlier is None else earlier.height,
        "replaced": replaced,
    }
    session.connection().execute(_ADD, row)
    return receipt.sign(
        keys.receipt_private,
        election=granted.election,
        tracker=checked.tracker,
        head=added.hash,
        height=added.height,
    )


def _ballot_of(session: Session, granted: Permit) -> Ballot | None:
    """The holder's last ballot."""
    return session.scalars(_OF_HOLDER, {"election": granted.election, "holder": granted.holder}).one_or_none()


def _again(session: Session, keys: Keys, last: Ballot | None, tracker: str, *, revoting: bool) -> Receipt | None:
    """The receipt of the holder's ballot with that tracker, be it the last or an older one; None where it is a new one.

    Raises Refusal already_voted for a new one where there may be none.
    """
    if last is None:
        return None
    same = select(Ballot.height).where(Ballot.election == last.election, Ballot.tracker == tracker)
    height = session.scalar(same.where(Ballot.holder == last.holder))
    event = None if height is None else chain.at(session, last.election, height)
    if event is None:
        if revoting:
            return None
        raise refuse(Code.ALREADY_VOTED)
    return receipt.sign(
        keys.receipt_private,
        election=last.election,
        tracker=tracker,
        head=event.hash,
        height=event.height,
    )


def _refuse_unless_open(session: Session, election: Election, granted: Permit, now: datetime) -> tuple[str, Head]:
    """The election file and the head of the chain that a ballot would come after."""
    last = chain.head(session, election.uuid)
    state = state_of(election, None if last is None else last.type, now)
    if election.raw is None or last is None or state is State.SEALED:
        raise refuse(Code.ELECTION_NOT_OPEN)
    if _state_for(granted, state, now) not in (State.OPEN, State.CLOSING):
        raise refuse(Code.ELECTION_CLOSED)
    refuse_while_suspended(session, election.uuid)
    return election.raw, last


def _refuse_unless_usable(session: Session, granted: Permit, credential: str) -> None:
    asked = {"election": granted.election, "credential": credential, "holder": granted.holder}
    known = session.connection().execute(_CREDENTIAL, asked).one_or_none()
    if known is None:
        raise refuse(Code.CREDENTIAL_UNKNOWN)
    if known.holder != granted.holder:
        raise refuse(Code.CREDENTIAL_NOT_YOURS)
    if known.state == "retired":
        # To the hour: the exact moment would tell the urn's order to whoever reads the answer.
        hour = activation.retired_in_hour(session, granted.election, credential)
        raise refuse(Code.CREDENTIAL_RETIRED, retired_in_hour=None if hour is None else hour.isoformat())
    if known.state != "active":
        # A spare that was never handed out: nobody should have its code.
        raise refuse(Code.CREDENTIAL_UNKNOWN)
    if session.connection().execute(_USED, asked).first() is not None:
        raise refuse(Code.ALREADY_VOTED)
