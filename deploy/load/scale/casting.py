"""Ballots in bulk, through the urn's own functions: no HTTP and no bus between, every check and every transaction of a vote.

A code comes from its notice, as it does for a voter; the urn says whose it is; a permit is signed with identity's key, which
a system of measurements has at hand and no urn has. What an interrupted run has cast is found again by its holder.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path

from nacl.signing import SigningKey
from sqlalchemy import select

from deploy.local import printer
from deploy.rehearsal.electorate import plaintext
from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.election import Election
from services.ballot.belenios.keys.credential import private_from_credential, public_credential
from services.ballot.contract.refusals import Code
from services.ballot.models import Credential
from services.ballot.urn import casting
from services.identity.contract.entrance import permits
from services.identity.contract.entrance.permits import Permit, Use
from services.notification.channels.paper import batches
from services.reassort.codes.voting_code import credential_from_code
from services.runtime.refusals import Refusal
from services.runtime.storage.database import Database

TOGETHER = 50
"""Ballots that a process is handed at a time."""
ANY_SESSION = "00" * 32


@dataclass(frozen=True)
class Urn:
    """What casting needs: the urn's database, its keys and identity's, the sealed election and the codes' parameters."""

    database_url: str = field(repr=False)
    permit_key: str = field(repr=False)
    receipt_key: str = field(repr=False)
    sealed: str = field(repr=False)
    voting_event: str
    iterations: int
    lists: int


@dataclass
class Cast:
    """What was cast: ballots by choice, blank first; seconds that making, and casting, took the processors."""

    counts: list[int]
    made: float = 0.0
    taken: float = 0.0

    def add(self, other: Cast) -> None:
        """Take another part's figures up."""
        self.counts = [one + more for one, more in zip(self.counts, other.counts, strict=True)]
        self.made += other.made
        self.taken += other.taken


def codes(sent: Path, limit: int) -> Iterator[str]:
    """The codes of the first notices that were handed to the printer."""
    found = (
        notice.code
        for manifest in batches.manifests(sent / printer.BATCHES)
        for notice in printer.opened_notices(sent, manifest)
    )
    return islice(found, limit)


def cast_all(urn: Urn, sent: Path, ballots: int, processes: int) -> Iterator[Cast]:
    """Cast the ballots of the first voters; what a voter chooses depends on his place alone.

    Args:
        urn: Where.
        sent: Where notices were written to, with the printer's key.
        ballots: How many.
        processes: How many cast beside each other; 1: this one.

    Yields:
        The figures of each part as it is done.

    Raises:
        Refusal: the urn refuses a ballot.
    """
    parts = ((urn, start, part) for start, part in _parts(codes(sent, ballots)))
    if processes == 1:
        yield from map(_cast_part, parts)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(_cast_part, parts)


def _parts(found: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    start = 0
    while part := list(islice(found, TOGETHER)):
        yield start, part
        start += len(part)


@lru_cache(maxsize=1)
def _database(url: str) -> Database:
    return Database(url, "ballot")


def _cast_part(work: tuple[Urn, int, Sequence[str]]) -> Cast:
    urn, start, part = work
    election, database = Election.parse(urn.sealed), _database(urn.database_url)
    keys = casting.Keys(
        permit_public=bytes(SigningKey(bytes.fromhex(urn.permit_key)).verify_key).hex(), receipt_private=urn.receipt_key
    )
    done = Cast([0] * (urn.lists + 1))
    for number, code in enumerate(part, start):
        choice = number % (urn.lists + 1) - 1
        began = time.process_time()
        secret = private_from_credential(election.uuid, credential_from_code(code, urn.voting_event, urn.iterations))
        ballot = make_ballot(election, secret, plaintext(choice, urn.lists))
        made = time.process_time()
        permit = permits.sign(urn.permit_key, _permit(urn, election, database, public_credential(secret)))
        try:
            casting.cast(database, keys, permit, ballot, lambda: datetime.now(UTC))
        except Refusal as refusal:
            # Cast before the run was interrupted, with the same choice.
            if refusal.code != Code.ALREADY_VOTED:
                raise
        done.made += made - began
        done.taken += time.process_time() - made
        done.counts[choice + 1] += 1
    return done


def _permit(urn: Urn, election: Election, database: Database, credential: str) -> Permit:
    with database.reading() as session:
        holder = session.execute(
            select(Credential.holder).where(Credential.election == election.uuid, Credential.credential == credential)
        ).scalar_one()
    now = datetime.now(UTC).replace(microsecond=0)
    return Permit(
        election=election.uuid,
        holder=holder,
        use=Use.CAST,
        session=ANY_SESSION,
        fingerprint=election.hash,
        receipt_key=bytes(SigningKey(bytes.fromhex(urn.receipt_key)).verify_key).hex(),
        issued_at=now,
        expires_at=now + timedelta(minutes=5),
        votes_until=now + timedelta(hours=1),
    )
