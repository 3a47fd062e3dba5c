"""Elections before and around the vote: created, given trustees, sealed, described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from services.ballot.belenios import archive, canonical
from services.ballot.belenios.credential import is_uuid
from services.ballot.belenios.election import Election as ElectionFile
from services.ballot.belenios.election import Question, make_election
from services.ballot.belenios.errors import InvalidTrustees, Malformed
from services.ballot.belenios.trustees import Trustees, check_trustees
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections import credentials
from services.ballot.models import Election
from services.ballot.urn import chain
from services.ballot.urn.chain import EventType
from services.runtime.storage.database import Database

# A Belenios file can hold more; a list of candidate lists that a person reads cannot.
MAX_ANSWERS = 100


class State(StrEnum):
    """Where an election is. Only ``open`` accepts ballots."""

    DRAFT = "draft"
    SEALED = "sealed"
    OPEN = "open"
    CLOSED = "closed"
    TALLIED = "tallied"
    PUBLISHED = "published"


@dataclass(frozen=True)
class Definition:
    """What an operator asks for; a question's fields are the protocol's."""

    uuid: str
    voting_event: str
    name: str
    description: str
    questions: tuple[Question, ...]
    opens_at: datetime
    closes_at: datetime

    def content(self) -> str:
        """Everything but the dates and identifiers, as one canonical text: equal texts are the same election."""
        return canonical.dumps(
            {
                "name": self.name,
                "description": self.description,
                "questions": [question.as_json() for question in self.questions],
            }
        )


@dataclass(frozen=True)
class Sealing:
    """What sealing fixed: the election's hash, the first event's hash, and how many credentials."""

    election_hash: str
    head: str
    credentials: int


def create(session: Session, definition: Definition) -> None:
    """Write a draft; the same definition again changes nothing.

    Raises Refusal election_differs (same uuid, other content), invalid_request with the field at fault.
    """
    _check(definition)
    election = locked(session, definition.uuid)
    if election is None:
        session.execute(
            insert(Election).values(
                uuid=definition.uuid,
                voting_event=definition.voting_event,
                definition=definition.content(),
                opens_at=definition.opens_at,
                closes_at=definition.closes_at,
            )
        )
        return
    same = (
        election.voting_event == definition.voting_event
        and election.definition == definition.content()
        and election.opens_at == definition.opens_at
        and election.closes_at == definition.closes_at
    )
    if not same:
        raise refuse(Code.ELECTION_DIFFERS)


def _check(definition: Definition) -> None:
    if not is_uuid(definition.uuid):
        raise refuse(Code.INVALID_REQUEST, fields={"uuid": ["14 to 64 Base58 characters"]})
    if definition.opens_at >= definition.closes_at:
        raise refuse(Code.INVALID_REQUEST, fields={"closes_at": ["must be after opens_at"]})
    if not definition.questions:
        raise refuse(Code.INVALID_REQUEST, fields={"questions": ["at least one"]})
    for number, question in enumerate(definition.questions):
        try:
            question.checked()
        except Malformed as error:
            raise refuse(Code.INVALID_REQUEST, fields={f"questions.{number}": [error.detail]}) from error
        if len(question.answers) > MAX_ANSWERS:
            raise refuse(Code.INVALID_REQUEST, fields={f"questions.{number}.answers": [f"1 to {MAX_ANSWERS}"]})
        if len(set(question.answers)) != len(question.answers):
            raise refuse(Code.INVALID_REQUEST, fields={f"questions.{number}.answers": ["each answer once"]})
        if question.maximum == 0:
            raise refuse(Code.INVALID_REQUEST, fields={f"questions.{number}.maximum": ["at least 1"]})


def locked(session: Session, uuid: str) -> Election | None:
    """The election's row, locked until the transaction ends (PostgreSQL; on SQLite the transaction is the lock)."""
    return session.scalars(select(Election).where(Election.uuid == uuid).with_for_update()).one_or_none()


def found(session: Session, uuid: str) -> Election:
    """The election's row. Raises Refusal election_unknown."""
    election = session.scalars(select(Election).where(Election.uuid == uuid)).one_or_none()
    if election is None:
        raise refuse(Code.ELECTION_UNKNOWN)
    return election


def set_trustees(database: Database, uuid: str, raw: str) -> str:
    """Check a trustees file, outside any transaction, and give it to a draft; the election's public key.

    Before sealing a later file replaces an earlier one. Raises Refusal trustees_invalid {reason}, election_unknown,
    election_sealed (unless the file is the one that was sealed).
    """
    trustees = _checked_trustees(raw)
    with database.transaction() as session:
        election = locked(session, uuid)
        if election is None:
            raise refuse(Code.ELECTION_UNKNOWN)
        if election.raw is not None and election.trustees != raw:
            raise refuse(Code.ELECTION_SEALED)
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


def seal(session: Session, uuid: str, present: Sequence[str], now: datetime) -> Sealing:
    """Fix election, trustees and credentials for good and write the Setup event. Idempotent once sealed.

    ``present`` are the members of the board who attend (L7). Raises Refusal election_unknown, trustees_missing,
    credentials_incomplete {expected, received}.
    """
    election = locked(session, uuid)
    if election is None:
        raise refuse(Code.ELECTION_UNKNOWN)
    if election.raw is not None:
        return sealing_of(session, election)
    if election.trustees is None or election.public_key is None:
        raise refuse(Code.TRUSTEES_MISSING)
    published = credentials.complete_list(session, uuid)
    raw = _election_file(election, election.public_key)
    files = (raw, election.trustees, archive.make_public_credentials(published))
    setup = archive.make_setup_data(*files)
    session.execute(
        update(Election)
        .where(Election.uuid == uuid)
        .values(
            raw=raw,
            hash=ElectionFile.parse(raw).hash,
            sealed_at=now.replace(microsecond=0),
            present=canonical.dumps(list(present)),
        )
    )
    chain.append(session, uuid, EventType.SETUP, (*files, setup), after=None)
    session.expire(election)
    return sealing_of(session, election)


def _election_file(election: Election, public_key: str) -> str:
    content = canonical.loads(election.definition)
    questions = [Question.parse(question) for question in content["questions"]]
    return make_election(election.uuid, content["name"], content["description"], public_key, questions)


def sealing_of(session: Session, election: Election) -> Sealing:
    """What sealing fixed, of a sealed election."""
    first = chain.at(session, election.uuid, 0)
    if election.hash is None or first is None:
        raise LookupError("not sealed")
    return Sealing(election.hash, first.hash, credentials.count(session, election.uuid))


def state_of(election: Election, last: EventType | None, now: datetime) -> State:
    """The state, from the sealed file, the last event of the chain and the clock."""
    if election.raw is None or last is None:
        return State.DRAFT
    if last is EventType.RESULT:
        return State.PUBLISHED
    if last in (EventType.ENCRYPTED_TALLY, EventType.PARTIAL_DECRYPTION):
        return State.TALLIED
    if last is EventType.END_BALLOTS or now >= election.closes_at:
        return State.CLOSED
    return State.OPEN if now >= election.opens_at else State.SEALED


def states(session: Session, uuids: Sequence[str], now: datetime) -> dict[str, State]:
    """The state of each of these elections; one that the ballot box does not know yet is a draft.

    Two queries by key for each, and nothing is counted: every page of every voter asks for it.
    """
    known = {election.uuid: election for election in session.scalars(select(Election).where(Election.uuid.in_(uuids)))}
    found = dict.fromkeys(uuids, State.DRAFT)
    for uuid, election in known.items():
        last = chain.head(session, uuid)
        found[uuid] = state_of(election, None if last is None else last.type, now)
    return found


@dataclass(frozen=True)
class Description:
    """What anybody may know of an election. The trustees and the file are public once there."""

    election: str | None
    state: State
    opens_at: datetime
    closes_at: datetime
    election_hash: str | None
    head: str | None
    height: int | None
    ballots: int
    credentials: int
    trustees: str | None
    result: str | None


def describe(session: Session, uuid: str, now: datetime) -> Description:
    """Describe an election. Raises Refusal election_unknown."""
    election = found(session, uuid)
    last = chain.head(session, uuid)
    state = state_of(election, None if last is None else last.type, now)
    result = chain.objects_of(session, uuid, EventType.RESULT) if state is State.PUBLISHED else []
    return Description(
        election=election.raw,
        state=state,
        opens_at=election.opens_at,
        closes_at=election.closes_at,
        election_hash=election.hash,
        head=None if last is None else last.hash,
        height=None if last is None else last.height,
        ballots=chain.ballot_count(session, uuid),
        credentials=credentials.count(session, uuid),
        trustees=election.trustees,
        result=result[0] if result else None,
    )
