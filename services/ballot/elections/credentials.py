"""Public credentials from the credential authority: received in batches, committed, fixed at sealing.

Batches and commitment come as events: in any order, more than once, before or after the election is created.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from services.ballot.belenios.errors import Malformed
from services.ballot.belenios.group import ED25519
from services.ballot.belenios.keys import public_credentials
from services.ballot.belenios.keys.public_credentials import CommitmentDigest, PublicCredentials
from services.ballot.contract.refusals import Code, refuse
from services.ballot.models import Commitment, Credential, Election, WithdrawnHolder
from services.ballot.urn import chain
from services.reassort.contract.events import CredentialEntry

PAGE = 15_000
"""Credentials read at once, and in one row of the file of the list: a megabyte."""


class CredentialConflict(Exception):
    """A batch contradicts what is there. The event is parked for people to look at; nothing is changed."""


def receive(session: Session, election: str, entries: Sequence[CredentialEntry]) -> int:
    """Keep the credentials of one batch; how many were new.

    A batch that was received before adds nothing, sealed or not, and what is of holders who have left the roll is passed
    over. Raises CredentialConflict (a credential twice with other content, a point outside the group, or a new credential
    for a sealed election).
    """
    # The lock before the look: a removal that goes on at this moment is over when this goes on.
    sealed = is_sealed(session, election)
    left = _withdrawn(session, election, entries)
    entries = [entry for entry in entries if entry.holder not in left]
    rows = {entry.credential: entry for entry in entries}
    if len(rows) != len(entries):
        raise CredentialConflict("a credential twice in one batch")
    for credential in rows:
        _check(credential)
    known = {
        row.credential: (row.holder, row.rank)
        for row in session.execute(
            select(Credential.credential, Credential.holder, Credential.rank).where(
                Credential.election == election, Credential.credential.in_(list(rows))
            )
        )
    }
    if any((rows[credential].holder, rows[credential].rank) != content for credential, content in known.items()):
        raise CredentialConflict("a credential came back with another holder or rank")
    new = [_row(election, entry) for credential, entry in rows.items() if credential not in known]
    if new and sealed:
        raise CredentialConflict("new credentials after sealing")
    if new:
        session.execute(insert(Credential), new)
    return len(new)


def _withdrawn(session: Session, election: str, entries: Sequence[CredentialEntry]) -> set[str]:
    """Which holders of a batch have left the election before its sealing (withdrawals)."""
    holders = list({entry.holder for entry in entries})
    chosen = (WithdrawnHolder.election == election, WithdrawnHolder.holder.in_(holders))
    return set(session.scalars(select(WithdrawnHolder.holder).where(*chosen)))


def _check(credential: str) -> None:
    try:
        if ED25519.decode(credential) == ED25519.identity:
            raise CredentialConflict("the identity is no credential")
    except Malformed as error:
        raise CredentialConflict("a credential is not in the group") from error


def _row(election: str, entry: CredentialEntry) -> dict[str, Any]:
    return {
        "election": election,
        "credential": entry.credential,
        "holder": entry.holder,
        "rank": entry.rank,
        "state": "active" if entry.rank == 0 else "spare",
    }


def is_sealed(session: Session, election: str) -> bool:
    """Whether the election exists and is sealed; waits for a sealing in progress."""
    # FOR SHARE: a batch that arrives while sealing reads its list must wait, then be refused.
    return session.scalar(select(Election.raw).where(Election.uuid == election).with_for_update(read=True)) is not None


def commit(session: Session, election: str, *, holders: int, count: int, digest: str, revision: int = 0) -> None:
    """Keep what the authority says it sent: the greatest revision is the last word.

    Of commitments without a revision, as they were before removals, the largest count: credentials were only ever added.

    Raises CredentialConflict for another commitment after sealing, or another digest for the same count and revision.
    """
    known = session.scalars(select(Commitment).where(Commitment.election == election)).one_or_none()
    if known is None:
        session.execute(
            insert(Commitment).values(election=election, holders=holders, count=count, digest=digest, revision=revision)
        )
        return
    same = (known.holders, known.count, known.digest) == (holders, count, digest)
    if same or (revision, count) < (known.revision, known.count):
        return
    if (revision, count) == (known.revision, known.count):
        raise CredentialConflict("two commitments to the same number of credentials")
    if is_sealed(session, election):
        raise CredentialConflict("another commitment after sealing")
    session.execute(
        update(Commitment)
        .where(Commitment.election == election)
        .values(holders=holders, count=count, digest=digest, revision=revision)
    )


@dataclass(frozen=True)
class CompleteList:
    """All public credentials of an election, spares included, sorted by point so that their order says nothing.

    ``hash`` is that of its file, which has no object for each credential: 32 bytes a credential are in memory.
    ``withdrawn``: how many holders had left the election before the list was read.
    """

    credentials: PublicCredentials
    hash: str
    withdrawn: int

    def as_file(self) -> chain.LongFile:
        """The file of the list."""
        return chain.LongFile(self.hash, public_credentials.pieces_of_list(self.credentials.pages(PAGE)))


def complete_list(
    session: Session, election: str, report: Callable[[int, int], None] = lambda done, total: None
) -> CompleteList:
    """Read the list of an election's credentials.

    Args:
        session: To read with; nothing is locked.
        election: Whose credentials.
        report: Told after each page how many of how many are read.

    Raises:
        Refusal: credentials_incomplete {expected, received} unless number, holders and digest are as committed;
            too_many_credentials {limit, received}, where nobody could verify the list later.
    """
    received, withdrawn = _stored(session, election), _withdrawals(session, election)
    commitment = session.scalars(select(Commitment).where(Commitment.election == election)).one_or_none()
    if commitment is None or commitment.count != received:
        expected = None if commitment is None else commitment.count
        raise refuse(Code.CREDENTIALS_INCOMPLETE, expected=expected, received=received)
    if received > public_credentials.MOST_CREDENTIALS:
        raise refuse(Code.TOO_MANY_CREDENTIALS, limit=public_credentials.MOST_CREDENTIALS, received=received)
    listed, content, packed = CommitmentDigest(), hashlib.sha256(), bytearray()

    def pages() -> Iterator[Sequence[str]]:
        for page in _pages(session, election):
            listed.add(page)
            packed.extend(bytes.fromhex("".join(page)))
            yield page
            report(listed.count, received)

    for piece in public_credentials.pieces_of_list(pages()):
        content.update(piece.encode("ascii"))
    if (commitment.digest, commitment.holders) != (listed.hexdigest(), _holders(session, election)):
        raise refuse(Code.CREDENTIALS_INCOMPLETE, expected=commitment.count, received=received)
    return CompleteList(PublicCredentials(packed), content.hexdigest(), withdrawn)


def _pages(session: Session, election: str) -> Iterator[Sequence[str]]:
    # In the order of the primary key's index; that it is the points' own order is checked by the digest.
    after = ""
    while page := session.scalars(
        select(Credential.credential)
        .where(Credential.election == election, Credential.credential > after)
        .order_by(Credential.credential)
        .limit(PAGE)
    ).all():
        yield page
        after = page[-1]


def still_complete(session: Session, election: str, listed: CompleteList) -> bool:
    """Whether nothing has come since the list was written; the caller holds the election's lock.

    Credentials are only ever added, but for those of withdrawn holders (trigger): the same number of both is the same list.
    """
    same = _stored(session, election) == len(listed.credentials)
    return same and _withdrawals(session, election) == listed.withdrawn


def _withdrawals(session: Session, election: str) -> int:
    query = select(func.count()).select_from(WithdrawnHolder).where(WithdrawnHolder.election == election)
    return session.scalar(query) or 0


def _stored(session: Session, election: str) -> int:
    return session.scalar(select(func.count()).select_from(Credential).where(Credential.election == election)) or 0


def _holders(session: Session, election: str) -> int:
    query = select(func.count(func.distinct(Credential.holder))).where(Credential.election == election)
    return session.scalar(query) or 0


def count(session: Session, election: str) -> int:
    """How many credentials the election has, spares included.

    Sealed, it has what was committed to (complete_list), and a million rows are not counted again for each question.
    """
    committed = session.execute(
        select(Commitment.count)
        .join(Election, Election.uuid == Commitment.election)
        .where(Commitment.election == election, Election.raw.is_not(None))
    ).scalar_one_or_none()
    if committed is not None:
        return committed
    return _stored(session, election)
