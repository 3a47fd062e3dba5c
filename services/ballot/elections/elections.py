"""Elections before and around the vote: created, given trustees, sealed, described."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from services.ballot.belenios import canonical, revoting
from services.ballot.belenios.checking import archive
from services.ballot.belenios.election import Election as ElectionFile
from services.ballot.belenios.election import Question, make_election
from services.ballot.belenios.errors import InvalidTrustees, Malformed
from services.ballot.belenios.hashing import sha_hex
from services.ballot.belenios.keys.trustees import Trustees, check_trustees
from services.ballot.ceremony import holding
from services.ballot.contract.elections import Described, Sealed
from services.ballot.contract.events import ElectionSealed
from services.ballot.contract.limits import State
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections import credentials, suspensions
from services.ballot.elections.definitions import Definition, check, definition_of, fields_of
from services.ballot.models import Ceremony, Closing, Election
from services.ballot.urn import chain
from services.ballot.urn.chain import EventType
from services.runtime.bus import outbox
from services.runtime.contracts.changes import Change, between
from services.runtime.storage.database import Database


def create(session: Session, definition: Definition, *, correct: bool = False) -> list[Change]:
    """Write a draft; the same definition again changes nothing, another one corrects the draft where that is asked for.

    Returns what the correction changes. Raises Refusal election_differs {changes} (same uuid, other content),
    election_sealed (a correction that comes too late), invalid_request with the field at fault.
    """
    check(definition)
    election = locked(session, definition.uuid)
    if election is None:
        session.execute(
            insert(Election).values(
                uuid=definition.uuid,
                voting_event=definition.voting_event,
                definition=definition.content(),
                opens_at=definition.opens_at,
                closes_at=definition.closes_at,
                grace_minutes=definition.grace_minutes,
                revoting=definition.revoting,
            )
        )
        holding.adopt(session, definition.voting_event, definition.uuid)
        return []
    if election.voting_event != definition.voting_event:
        raise refuse(Code.ELECTION_DIFFERS)
    changes = between(fields_of(definition_of(election)), fields_of(definition))
    if not changes:
        return []
    if not correct:
        raise refuse(Code.ELECTION_DIFFERS, changes=[change.dump() for change in changes])
    if election.raw is not None:
        raise refuse(Code.ELECTION_SEALED)
    session.execute(
        update(Election)
        .where(Election.uuid == definition.uuid)
        .values(
            definition=definition.content(),
            opens_at=definition.opens_at,
            closes_at=definition.closes_at,
            grace_minutes=definition.grace_minutes,
            revoting=definition.revoting,
        )
    )
    return changes


# Made once: every vote asks for both.
_ELECTION = select(Election).where(Election.uuid == bindparam("uuid"))
_LOCKED = _ELECTION.with_for_update()


def locked(session: Session, uuid: str) -> Election | None:
    """The election's row, locked until the transaction ends (PostgreSQL; on SQLite the transaction is the lock)."""
    return session.scalars(_LOCKED, {"uuid": uuid}).one_or_none()


def found(session: Session, uuid: str) -> Election:
    """The election's row. Raises Refusal election_unknown."""
    election = session.scalars(_ELECTION, {"uuid": uuid}).one_or_none()
    if election is None:
        raise refuse(Code.ELECTION_UNKNOWN)
    return election


def set_trustees(database: Database, uuid: str, raw: str) -> str:
    """Check a trustees file, outside any transaction, and give it to a draft; the election's public key.

    Before sealing a later file replaces an earlier one. Raises Refusal trustees_invalid {reason}, election_unknown,
    election_sealed (unless the file is the one that was sealed), ceremony_under_way (its keys are made by the holders).
    """
    trustees = _checked_trustees(raw)
    with database.transaction() as session:
        election = locked(session, uuid)
        if election is None:
            raise refuse(Code.ELECTION_UNKNOWN)
        if election.raw is not None and election.trustees != raw:
            raise refuse(Code.ELECTION_SEALED)
        if election.trustees != raw and session.get(Ceremony, election.voting_event) is not None:
            raise refuse(Code.CEREMONY_UNDER_WAY)
        if election.trustees != raw:
            session.execute(
                update(Election).where(Election.uuid == uuid).values(trustees=raw, public_key=trustees.public_key)
            )
    return trustees.public_key


def _checked_trustees(raw: str) -> Trustees:
    try:
        return check_trustees(raw)
    except InvalidTrustees as error:
        raise refuse(Code.TRUSTEES_INVALID, reason=error.reason) from error
    except Malformed as error:
        raise refuse(Code.TRUSTEES_INVALID, reason=error.reason) from error


def seal(
    database: Database,
    uuid: str,
    present: Sequence[str],
    now: datetime,
    receipt_key: str,
    report: Callable[[int, int], None] = lambda done, total: None,
    confirm: Callable[[Session], None] = lambda session: None,
) -> Sealed:
    """Fix election, trustees and credentials for good and write the Setup event. Idempotent once sealed.

    The list of credentials is written before the transaction that fixes it, and compared again within.

    Args:
        database: Of the ballot box.
        uuid: The election.
        present: The members of the board who attend (L7).
        now: When.
        receipt_key: The public half of the key that will sign the receipts: fixed too.
        report: Told how many credentials of how many are listed.
        confirm: Called at the end of the transaction, which it may undo by raising.

    Raises:
        Refusal: election_unknown, trustees_missing, keys_untried {names}, credentials_incomplete {expected, received},
            too_many_credentials {limit, received}.
    """
    with database.reading() as session:
        election = found(session, uuid)
        if election.raw is None and election.trustees is None:
            raise refuse(Code.TRUSTEES_MISSING)
        _tried(session, election)
        listed = credentials.complete_list(session, uuid, report) if election.raw is None else None
    with database.transaction() as session:
        sealed = _sealed(session, uuid, present, now, receipt_key, listed)
        confirm(session)
    return sealed


def _sealed(
    session: Session,
    uuid: str,
    present: Sequence[str],
    now: datetime,
    receipt_key: str,
    listed: credentials.CompleteList | None,
) -> Sealed:
    election = locked(session, uuid)
    if election is None:
        raise refuse(Code.ELECTION_UNKNOWN)
    if election.raw is not None:
        return sealing_of(session, election)
    if election.trustees is None or election.public_key is None:
        raise refuse(Code.TRUSTEES_MISSING)
    _tried(session, election)
    if listed is None or not credentials.still_complete(session, uuid, listed):
        raise refuse(Code.CREDENTIALS_INCOMPLETE, expected=None, received=credentials.count(session, uuid))
    raw = _election_file(election, election.public_key)
    setup = archive.make_setup_data(sha_hex(raw), sha_hex(election.trustees), listed.hash)
    session.execute(
        update(Election)
        .where(Election.uuid == uuid)
        .values(
            raw=raw,
            hash=ElectionFile.parse(raw).hash,
            sealed_at=now.replace(microsecond=0),
            present=canonical.dumps(list(present)),
            receipt_key=receipt_key,
        )
    )
    chain.append(session, uuid, EventType.SETUP, (raw, election.trustees, listed.as_file(), setup), after=None)
    told = ElectionSealed(election=uuid, fingerprint=ElectionFile.parse(raw).hash, receipt_key=receipt_key)
    outbox.publish(session, "ballot", told)
    session.expire(election)
    return sealing_of(session, election)


def _tried(session: Session, election: Election) -> None:
    # A key that cannot decrypt is found while another can still be made.
    names = [] if election.raw is not None else holding.untried(session, election.voting_event)
    if names:
        raise refuse(Code.KEYS_UNTRIED, names=", ".join(names))


def _election_file(election: Election, public_key: str) -> str:
    content = canonical.loads(election.definition)
    questions = [Question.parse(question) for question in content["questions"]]
    description = content["description"]
    if election.revoting:
        description = revoting.with_rule(description)
    return make_election(election.uuid, content["name"], description, public_key, questions)


def sealing_of(session: Session, election: Election) -> Sealed:
    """What sealing fixed, of a sealed election."""
    first = chain.at(session, election.uuid, 0)
    if election.hash is None or election.receipt_key is None or first is None:
        raise LookupError("not sealed")
    return Sealed(
        election_hash=election.hash,
        receipt_key=election.receipt_key,
        head=first.hash,
        credentials=credentials.count(session, election.uuid),
    )


def state_of(election: Election, last: EventType | None, now: datetime) -> State:
    """The state, from the sealed file, the last event of the chain and the clock."""
    if election.raw is None or last is None:
        return State.DRAFT
    if last is EventType.RESULT:
        return State.PUBLISHED
    if last in (EventType.ENCRYPTED_TALLY, EventType.PARTIAL_DECRYPTION):
        return State.TALLIED
    if last is EventType.END_BALLOTS or now >= ends_at(election):
        return State.CLOSED
    if now >= election.closes_at:
        return State.CLOSING
    return State.OPEN if now >= election.opens_at else State.SEALED


def ends_at(election: Election) -> datetime:
    """When the last ballot may come in: at the end of the grace period (R211-563)."""
    return election.closes_at + timedelta(minutes=election.grace_minutes)


# Built once: every page of every voter asks them, and building a question costs more than asking it.
_OF_VOTER = select(Election).where(Election.uuid.in_(bindparam("elections", expanding=True)))
_REVOTING = select(Election.uuid).where(Election.uuid.in_(bindparam("elections", expanding=True)), Election.revoting)


def states(session: Session, uuids: Sequence[str], now: datetime) -> dict[str, State]:
    """The state of each of these elections; one that the ballot box does not know yet is a draft.

    Two queries by key for each, and nothing is counted: every page of every voter asks for it.
    """
    known = {election.uuid: election for election in session.scalars(_OF_VOTER, {"elections": list(uuids)})}
    found = dict.fromkeys(uuids, State.DRAFT)
    suspended = suspensions.suspended(session, uuids)
    for uuid, election in known.items():
        last = chain.head(session, uuid)
        found[uuid] = suspensions.shown(state_of(election, None if last is None else last.type, now), uuid in suspended)
    return found


def revoting_in(session: Session, uuids: Sequence[str]) -> list[str]:
    """Those of these elections in which voters may vote again."""
    return list(session.scalars(_REVOTING, {"elections": list(uuids)}))


def describe(session: Session, uuid: str, now: datetime) -> Described:
    """Describe an election. Raises Refusal election_unknown."""
    election = found(session, uuid)
    last = chain.head(session, uuid)
    suspended = bool(suspensions.suspended(session, [uuid]))
    state = suspensions.shown(state_of(election, None if last is None else last.type, now), suspended)
    closing = session.get(Closing, uuid)
    result = chain.objects_of(session, uuid, EventType.RESULT) if state is State.PUBLISHED else []
    return Described(
        election=election.raw,
        state=state,
        opens_at=election.opens_at,
        closes_at=election.closes_at,
        grace_minutes=election.grace_minutes,
        revoting=election.revoting,
        election_hash=election.hash,
        receipt_key=election.receipt_key,
        head=None if last is None else last.hash,
        height=None if last is None else last.height,
        ballots=chain.ballot_count(session, uuid),
        replaced=chain.replaced_count(session, uuid),
        credentials=credentials.count(session, uuid),
        trustees=election.trustees,
        result=result[0] if result else None,
        sealed_at=election.sealed_at,
        present=[] if election.present is None else canonical.loads(election.present),
        closed_at=None if closing is None else closing.closed_at,
        close_reason=None if closing is None else closing.reason,
        interruptions=suspensions.listed(session, uuid),
    )
