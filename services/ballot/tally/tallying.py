"""After the vote: encrypted tally, partial decryptions, result. Each is computed outside a transaction, stored once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session, aliased

from services.ballot.belenios import tally
from services.ballot.belenios.checking import archive
from services.ballot.belenios.election import Election as ElectionFile
from services.ballot.belenios.errors import InvalidPartialDecryption
from services.ballot.belenios.keys.trustees import Trustees, check_trustees
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections.elections import found, locked
from services.ballot.models import Ballot, ChainObject, PartialDecryption
from services.ballot.urn import chain
from services.ballot.urn.chain import EventType
from services.runtime.storage.database import Database

# So many ballots are in memory at once.
PAGE = 100


@dataclass(frozen=True)
class SealedFiles:
    """Election and trustees of a sealed election, parsed."""

    election: ElectionFile
    trustees: Trustees


@dataclass(frozen=True)
class EncryptedTally:
    """The two files of the EncryptedTally event, and who may decrypt."""

    raw: str
    sized: str
    files: SealedFiles


@dataclass(frozen=True)
class Result:
    """The Result event's file, and how many ballots it counts."""

    raw: str
    ballots: int


def stored_tally(session: Session, uuid: str) -> EncryptedTally:
    """The encrypted tally, as the job has stored it. Raises Refusal election_unknown, election_not_closed, tally_missing."""
    files = _closed_files(session, uuid)
    stored = chain.objects_of(session, uuid, EventType.ENCRYPTED_TALLY)
    if not stored:
        raise refuse(Code.TALLY_MISSING)
    return EncryptedTally(stored[0], stored[1], files)


def add_up(
    database: Database,
    uuid: str,
    report: Callable[[int, int], None] = lambda done, total: None,
    confirm: Callable[[Session], None] = lambda session: None,
) -> None:
    """Add the ballots of a closed urn up, still encrypted, and store the sum; stored once, it stays.

    Args:
        database: Of the ballot box.
        uuid: The election.
        report: Told after each page how many ballots of how many are added.
        confirm: Called at the end of the transaction that stores the sum, which it may undo by raising.

    Raises:
        Refusal: election_unknown, election_not_closed.
    """
    with database.reading() as session:
        files = _closed_files(session, uuid)
        ballots = chain.counted(session, uuid)
        if chain.has(session, uuid, EventType.ENCRYPTED_TALLY):
            return
        # The urn is closed: nothing can come in while this reads, page by page, whatever it takes.
        counted = _counting(counted_ballots(session, uuid), lambda done: report(done, ballots))
        raw = tally.encrypted_tally(files.election, counted)
    sized = tally.sized_encrypted_tally(ballots, raw)
    with database.transaction() as session:
        locked(session, uuid)
        if not chain.has(session, uuid, EventType.ENCRYPTED_TALLY):
            chain.append(session, uuid, EventType.ENCRYPTED_TALLY, (raw, sized), after=chain.head(session, uuid))
        confirm(session)


def _counting(ballots: Iterator[str], report: Callable[[int], None]) -> Iterator[str]:
    for number, ballot in enumerate(ballots):
        if number % PAGE == 0:
            report(number)
        yield ballot


def _closed_files(session: Session, uuid: str) -> SealedFiles:
    election = found(session, uuid)
    if election.raw is None or election.trustees is None or not chain.has(session, uuid, EventType.END_BALLOTS):
        raise refuse(Code.ELECTION_NOT_CLOSED)
    return SealedFiles(ElectionFile.parse(election.raw), check_trustees(election.trustees))


def counted_ballots(session: Session, uuid: str) -> Iterator[str]:
    """The ballots of the urn that no later one replaces, in their order, read a page at a time."""
    after = 0
    later = aliased(Ballot)
    replaced = exists().where(
        later.election == Ballot.election, later.holder == Ballot.holder, later.replaces == Ballot.height
    )
    while True:
        page = session.execute(
            select(ChainObject.height, ChainObject.data)
            .join(Ballot, (Ballot.election == ChainObject.election) & (Ballot.height == ChainObject.height))
            .where(ChainObject.election == uuid, ChainObject.position == 0, ChainObject.height > after)
            .where(~replaced)
            .order_by(ChainObject.height)
            .limit(PAGE)
        ).all()
        if not page:
            return
        for row in page:
            yield row.data
        after = page[-1].height


def submit_partial_decryption(database: Database, uuid: str, owner: int, raw: str) -> list[int]:
    """Check and keep one trustee's partial decryption; the owners received so far, in order.

    An owner's first valid one counts; once the result is published, later ones are not added. Raises Refusal
    election_unknown, election_not_closed, tally_missing, decryption_invalid {reason}.
    """
    with database.reading() as session:
        encrypted = stored_tally(session, uuid)
    try:
        tally.check_partial_decryption(encrypted.files.election, encrypted.files.trustees, owner, encrypted.raw, raw)
    except InvalidPartialDecryption as error:
        raise refuse(Code.DECRYPTION_INVALID, reason=error.reason) from error
    with database.transaction() as session:
        locked(session, uuid)
        received = owners(session, uuid)
        last = chain.head(session, uuid)
        if owner not in received and last is not None and last.type is not EventType.RESULT:
            if chain.has_object(session, uuid, raw):
                # In a group with threshold 1 all holders have the same share: a copy would verify too.
                raise refuse(Code.DECRYPTION_INVALID, reason="copied")
            payload = archive.make_owned(owner, raw)
            added = chain.append(session, uuid, EventType.PARTIAL_DECRYPTION, (raw, payload), after=last)
            session.execute(insert(PartialDecryption).values(election=uuid, owner=owner, height=added.height))
            received = sorted([*received, owner])
        return received


def owners(session: Session, uuid: str) -> list[int]:
    """The owners whose share of an election is there, in order."""
    return list(
        session.scalars(
            select(PartialDecryption.owner).where(PartialDecryption.election == uuid).order_by(PartialDecryption.owner)
        )
    )


def publish_result(database: Database, uuid: str) -> Result:
    """Combine the partial decryptions and write the Result event; published once, it stays.

    Raises Refusal election_unknown, election_not_closed, decryptions_missing {received}.
    """
    with database.reading() as session:
        files = _closed_files(session, uuid)
        ballots = chain.counted(session, uuid)
        published = chain.objects_of(session, uuid, EventType.RESULT)
        stored = chain.objects_of(session, uuid, EventType.ENCRYPTED_TALLY)
        received = _decryptions(session, uuid)
    if published:
        return Result(published[0], ballots)
    if not stored or not tally.enough(files.trustees, received):
        raise refuse(Code.DECRYPTIONS_MISSING, received=sorted(received))
    raw = tally.compute_result(files.election, files.trustees, stored[1], stored[0], received)
    with database.transaction() as session:
        locked(session, uuid)
        published = chain.objects_of(session, uuid, EventType.RESULT)
        if not published:
            chain.append(session, uuid, EventType.RESULT, (raw,), after=chain.head(session, uuid))
    return Result(published[0] if published else raw, ballots)


def _decryptions(session: Session, uuid: str) -> dict[int, str]:
    rows = session.execute(
        select(PartialDecryption.owner, ChainObject.data)
        .join(
            ChainObject,
            (ChainObject.election == PartialDecryption.election) & (ChainObject.height == PartialDecryption.height),
        )
        .where(PartialDecryption.election == uuid, ChainObject.position == 0)
    )
    return {row.owner: row.data for row in rows}
