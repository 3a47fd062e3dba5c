"""The register in the database: appended to under the row of its election, read a page at a time (D9)."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.reassort.contract.refusals import Code, refuse
from services.reassort.models import Generation, PublicCredential, Register, RegisterEntry
from services.reassort.register import public_register
from services.reassort.register.public_register import Beginning, Entry

PAGE = 15_000
"""Credentials that are read at once."""


@dataclass(frozen=True)
class Exchanged:
    """In one election: whose code (`holder`), which attempt, what for what, and where the urn stood."""

    election: str
    holder: str
    attempt: int
    retired: str
    spare: str
    height: int
    head: str | None


@dataclass(frozen=True)
class RegisterPage:
    """Lines of the file; `next` is the number that the next page comes after, None on the last, which ends signed."""

    lines: list[str]
    next: int | None


def declare(session: Session, voting_event: str, election: str) -> None:
    """Write down which credentials of an election are spares, again whenever all credentials are committed to again.

    Once for each commitment, since it reads all credentials. It is public with the signed head: whoever keeps heads sees
    that it does not change any more after sealing.
    """
    count, spares = public_register.bits_of(_listed(session, election))
    values = {"credentials": count, "spares": base64.b64encode(spares).decode()}
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(
        dialect.insert(Register)
        .values(election=election, voting_event=voting_event, **values)
        .on_conflict_do_update(index_elements=["election"], set_=values)
    )


def _listed(session: Session, election: str) -> Iterator[tuple[str, bool]]:
    """Every credential of an election in order, and whether it is a spare; a page of them is in memory."""
    after = ""
    while page := session.execute(
        select(PublicCredential.credential, PublicCredential.rank)
        .where(PublicCredential.election == election, PublicCredential.credential > after)
        .order_by(PublicCredential.credential)
        .limit(PAGE)
    ).all():
        yield from ((row.credential, row.rank > 0) for row in page)
        after = page[-1].credential


def subject_of(code_key: str, election: str, holder: str) -> str:
    """The pseudonym of a holder in the register, which nobody but the credential authority can make.

    Identity could find a voter's holder in a register, and with it his ballot among those of the urn: it shall not.
    """
    key = hmac.digest(bytes.fromhex(code_key), b"pseudonyms of the register", "sha256")
    return hmac.digest(key, f"{election}|{holder}".encode(), "sha256").hex()


def append(session: Session, code_key: str, exchanged: Exchanged, channel: str, now: datetime) -> None:
    """Add an entry to the register of its election, in the caller's transaction.

    Several elections are appended to in the order of their uuids, so that two transactions never wait for each other.
    """
    election = exchanged.election
    # The row is long: it is locked here, and not read.
    register = session.scalar(select(Register.election).where(Register.election == election).with_for_update())
    if register is None:
        # The codes were made before there were registers.
        declare(session, _voting_event_of(session, election), election)
    last = session.execute(
        select(RegisterEntry.number, RegisterEntry.hash, RegisterEntry.hour)
        .where(RegisterEntry.election == election)
        .order_by(RegisterEntry.number.desc())
        .limit(1)
    ).first()
    hour = public_register.hour_of(now)
    entry = Entry(
        number=1 if last is None else last.number + 1,
        parent=public_register.genesis(election) if last is None else last.hash,
        subject=subject_of(code_key, election, exchanged.holder),
        attempt=exchanged.attempt,
        channel=channel,
        retired=exchanged.retired,
        spare=exchanged.spare,
        height=exchanged.height,
        head=exchanged.head,
        # A clock that was put back must not make the register contradict itself.
        hour=hour if last is None else max(hour, last.hour),
    )
    line = entry.line()
    session.execute(
        insert(RegisterEntry).values(
            election=election,
            number=entry.number,
            spare=entry.spare,
            retired=entry.retired,
            hour=entry.hour,
            hash=public_register.hash_of(line),
            raw=line,
        )
    )


def page_of(session: Session, private_key: str, election: str, after: int, limit: int) -> RegisterPage:
    """Lines of the file after the entry numbered `after`; -1 begins with the beginning, the last page ends signed.

    Args:
        session: an open transaction.
        private_key: Ed25519 seed (64 hex digits) that heads are signed with.
        election: its uuid.
        after: the number of the last entry that is there already.
        limit: entries on a page, at least 1.

    Raises:
        Refusal: election_unknown.
    """
    register = session.get(Register, election)
    if register is None:
        raise refuse(Code.ELECTION_UNKNOWN)
    beginning = _beginning(session, register)
    rows = session.execute(
        select(RegisterEntry.number, RegisterEntry.raw, RegisterEntry.hash)
        .where(RegisterEntry.election == election, RegisterEntry.number > after)
        .order_by(RegisterEntry.number)
        .limit(limit + 1)
    ).all()
    lines = [beginning.line()] if after < 0 else []
    lines += [row.raw for row in rows[:limit]]
    if len(rows) > limit:
        return RegisterPage(lines, rows[limit - 1].number)
    return RegisterPage([*lines, _head(session, private_key, beginning)], None)


def head_of(session: Session, private_key: str, election: str) -> str:
    """The signed head of a register, as the last line of its file. Raises Refusal election_unknown."""
    register = session.get(Register, election)
    if register is None:
        raise refuse(Code.ELECTION_UNKNOWN)
    return _head(session, private_key, _beginning(session, register))


def count(session: Session, election: str) -> int:
    """How many entries a register has."""
    query = select(func.coalesce(func.max(RegisterEntry.number), 0)).where(RegisterEntry.election == election)
    return session.scalar(query) or 0


def _head(session: Session, private_key: str, beginning: Beginning) -> str:
    last = session.execute(
        select(RegisterEntry.number, RegisterEntry.hash)
        .where(RegisterEntry.election == beginning.election)
        .order_by(RegisterEntry.number.desc())
        .limit(1)
    ).first()
    if last is None:
        return public_register.head_line(private_key, beginning, 0, public_register.genesis(beginning.election))
    return public_register.head_line(private_key, beginning, last.number, last.hash)


def _beginning(session: Session, register: Register) -> Beginning:
    limit = session.execute(
        select(Generation.spares).where(Generation.voting_event == register.voting_event)
    ).scalar_one()
    return Beginning(register.election, limit, register.credentials, base64.b64decode(register.spares))


def _voting_event_of(session: Session, election: str) -> str:
    query = select(PublicCredential.voting_event).where(PublicCredential.election == election).limit(1)
    return session.execute(query).scalar_one()
