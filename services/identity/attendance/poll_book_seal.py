"""The poll book frozen, timestamped and sealed by itself, once the urn is closed and every signature is in (R211-572).

The urn's own freeze is EndBallots in its public chain, whose head is signed and published. This seal names that head, so
that the two lists of one election belong together for good.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from nacl.signing import SigningKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.ballot.contract.attendance import AttendanceEnd
from services.ballot.contract.limits import State
from services.identity.attendance import poll_book
from services.identity.contract.limits import ONLINE
from services.identity.models import Election, PollBookEntry, PollBookSeal, VotingEvent
from services.runtime.storage.upsert import upsert
from services.runtime.telemetry import logs

log = logs.get_logger()

OVER = frozenset({State.CLOSED, State.TALLIED, State.PUBLISHED})
"""States of an urn that takes no ballot any more."""


def unsealed(session: Session, now: datetime) -> list[str]:
    """Return online elections whose vote has begun and whose poll book is not sealed: the board may close an urn early."""
    return list(
        session.scalars(
            select(Election.uuid)
            .join(VotingEvent, VotingEvent.uuid == Election.voting_event)
            .outerjoin(PollBookSeal, PollBookSeal.election == Election.uuid)
            .where(Election.mode == ONLINE, VotingEvent.opens_at <= now, PollBookSeal.election.is_(None))
            .order_by(Election.uuid)
        )
    )


def seal(
    session: Session, election: str, end: AttendanceEnd, private_key: str, now: datetime, warned: set[str]
) -> bool:
    """Set the seal where everything that the urn has told is entered; return whether it was set.

    Args:
        session: of one transaction.
        election: its uuid.
        end: what the urn has told in all.
        private_key: identity's Ed25519 seed, 64 hexadecimal digits; empty where events are not signed either.
        now: the moment, in UTC.
        warned: elections of which the log has been told that the counts differ; this one is added where they do.
    """
    if end.closed_at is None or session.get(PollBookSeal, election) is not None:
        return False
    if end.last_batch is not None and poll_book.position(session).batch <= end.last_batch:
        return False
    signed = signatures(session, election)
    if signed != end.ballots:
        # What is sealed must be explained first: people look (the board's page says that the counts differ).
        if election not in warned:
            warned.add(election)
            log.error("poll_book_differs", election=election, signed=signed, ballots=end.ballots)
        return False
    found = digest(session, election)
    text = signed_text(election, signed, found, end.head)
    row = {
        "election": election,
        "at": now.replace(microsecond=0),
        "signed": signed,
        "digest": found,
        "head": end.head,
        "signature": SigningKey(bytes.fromhex(private_key)).sign(text.encode()).signature.hex() if private_key else "",
    }
    # Every process of the service looks; of two at once, the second finds it done.
    done = upsert(session, PollBookSeal).values(row).on_conflict_do_nothing().returning(PollBookSeal.election)
    return session.execute(done).scalar_one_or_none() is not None


def signatures(session: Session, election: str) -> int:
    """Count the signatures of an election."""
    counted = select(func.count()).select_from(PollBookEntry).where(PollBookEntry.election == election)
    return session.scalar(counted) or 0


def digest(session: Session, election: str) -> str:
    """Return SHA-256 (64 hexadecimal digits) over who has signed: the numbers of voters, sorted, one a line.

    Numbers are drawn at random when the roll is taken in, so that the digest gives no name away.
    """
    total = hashlib.sha256()
    voters = select(PollBookEntry.voter_id).where(PollBookEntry.election == election).order_by(PollBookEntry.voter_id)
    for voter in session.scalars(voters.execution_options(yield_per=5000)):
        total.update(f"{voter}\n".encode())
    return total.hexdigest()


def signed_text(election: str, signed: int, digest_of_list: str, head: str) -> str:
    """Return what the seal's signature is over."""
    return f"isoloir.poll-book.1\n{election}\n{signed}\n{digest_of_list}\n{head}\n"
