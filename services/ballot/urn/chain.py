"""The public chain of events of an election (protocol, section 7): each event names the one before by its hash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Table, bindparam, func, insert, select
from sqlalchemy.orm import Session

from services.ballot.belenios.checking import archive
from services.ballot.belenios.hashing import sha_hex
from services.ballot.models import Ballot, ChainEvent, ChainObject, ChainObjectPart


class EventType(StrEnum):
    """The kinds of events, as the protocol spells them, in the order in which they come."""

    SETUP = "Setup"
    BALLOT = "Ballot"
    END_BALLOTS = "EndBallots"
    ENCRYPTED_TALLY = "EncryptedTally"
    PARTIAL_DECRYPTION = "PartialDecryption"
    RESULT = "Result"


@dataclass(frozen=True)
class LongFile:
    """A file that is never in memory as a whole: its hash, and its text in pieces of equal length but for the last."""

    hash: str
    pieces: Iterable[str]


@dataclass(frozen=True)
class Head:
    """The last event of a chain: its hash is the fingerprint of everything before."""

    height: int
    hash: str
    type: EventType


# Made once, and run without the unit of work: every vote runs them, and building them costs more than they do.
_LAST = (
    select(ChainEvent.height, ChainEvent.hash, ChainEvent.type)
    .where(ChainEvent.election == bindparam("election"))
    .order_by(ChainEvent.height.desc())
    .limit(1)
)
_ADD_EVENT, _ADD_OBJECT = (
    insert(table) for table in (ChainEvent.__table__, ChainObject.__table__) if isinstance(table, Table)
)


def head(session: Session, election: str) -> Head | None:
    """The last event of the election's chain, or None before sealing."""
    row = session.connection().execute(_LAST, {"election": election}).first()
    return None if row is None else Head(row.height, row.hash, EventType(row.type))


def append(
    session: Session, election: str, kind: EventType, objects: Sequence[str | LongFile] = (), *, after: Head | None
) -> Head:
    """Add an event to the chain, with the files that it references; the last of ``objects`` is its payload.

    ``after`` is the head that the caller read under the election's lock. A second writer that read the same head
    violates the primary key (IntegrityError), so a fork cannot be written.
    """
    height = 0 if after is None else after.height + 1
    files = [file if isinstance(file, LongFile) else LongFile(sha_hex(file), (file,)) for file in objects]
    payload = files[-1].hash if files else None
    raw = archive.make_event(kind.value, None if after is None else after.hash, height, payload)
    added = Head(height, sha_hex(raw), kind)
    row = {"election": election, "height": height, "type": kind.value, "hash": added.hash, "raw": raw}
    session.connection().execute(_ADD_EVENT, row)
    for position, file in enumerate(files):
        _keep(session, {"election": election, "height": height, "position": position}, file)
    return added


def _keep(session: Session, place: dict[str, str | int], file: LongFile) -> None:
    pieces = iter(file.pieces)
    session.connection().execute(_ADD_OBJECT, {**place, "hash": file.hash, "data": next(pieces)})
    for part, data in enumerate(pieces, 1):
        session.execute(insert(ChainObjectPart).values(**place, part=part, data=data))


def objects_of(session: Session, election: str, kind: EventType) -> list[str]:
    """The files that the last event of that kind (not Setup) references, in order; empty if there is no such event."""
    height = (
        select(func.max(ChainEvent.height))
        .where(ChainEvent.election == election, ChainEvent.type == kind.value)
        .scalar_subquery()
    )
    return list(
        session.scalars(
            select(ChainObject.data)
            .where(ChainObject.election == election, ChainObject.height == height)
            .order_by(ChainObject.position)
        )
    )


def has_object(session: Session, election: str, data: str) -> bool:
    """Whether the chain references this file already."""
    query = select(ChainObject.height).where(ChainObject.election == election, ChainObject.hash == sha_hex(data))
    return session.scalar(query) is not None


def has(session: Session, election: str, kind: EventType) -> bool:
    """Whether the chain has an event of that kind."""
    found = session.execute(
        select(ChainEvent.height).where(ChainEvent.election == election, ChainEvent.type == kind.value).limit(1)
    ).first()
    return found is not None


def ballot_count(session: Session, election: str) -> int:
    """How many ballots are in the urn. Setup is at height 0 and ballots follow without a gap: the last height counts."""
    return session.scalar(select(func.max(Ballot.height)).where(Ballot.election == election)) or 0


def replaced_count(session: Session, election: str, up_to: int | None = None) -> int:
    """How many ballots of the urn are replaced by later ones of the same voters; none where voters vote once.

    ``up_to``: of the ballots up to that height.
    """
    last = select(Ballot.replaced).where(Ballot.election == election).order_by(Ballot.height.desc()).limit(1)
    return session.scalar(last if up_to is None else last.where(Ballot.height <= up_to)) or 0


def counted(session: Session, election: str) -> int:
    """How many ballots of the urn count: one for each holder who has voted."""
    ballots = ballot_count(session, election)
    # Of these ballots and no later one: a writing transaction may see one that came in between.
    return ballots - replaced_count(session, election, ballots)


def at(session: Session, election: str, height: int) -> Head | None:
    """The event at that height, or None."""
    row = session.execute(
        select(ChainEvent.height, ChainEvent.hash, ChainEvent.type).where(
            ChainEvent.election == election, ChainEvent.height == height
        )
    ).first()
    return None if row is None else Head(row.height, row.hash, EventType(row.type))
