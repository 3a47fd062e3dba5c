"""The poll book (émargement): signed when the urn says that it holds a ballot, once per voter and election (L8, L10)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from services.identity import holders, voting_events
from services.identity.errors import Code, refuse
from services.identity.messages import MailRoom, request_email
from services.identity.models import AttendanceMail, Election, Entitlement, PollBookEntry, Voter, VotingEvent


class UnknownHolder(Exception):
    """A ballot was accepted for a pseudonym that identity did not make: nothing to sign, people must look."""


def sign(
    session: Session, *, holder_key: str, election: str, holder: str, now: datetime, mail_every: timedelta
) -> bool:
    """Sign the poll book for the voter behind `holder`; return whether it is new.

    The voter is told by an e-mail, which waits for the end of the running period of `mail_every` (mail_due). A second
    call does nothing. Raises UnknownHolder, whose text names neither voter nor holder.
    """
    voter_id = session.scalar(
        select(Entitlement.voter_id).where(
            Entitlement.lookup_tag == holders.lookup_tag(holder_key, holder), Entitlement.election == election
        )
    )
    if voter_id is None:
        raise UnknownHolder(f"no entitlement for a ballot of election {election}")
    # Random key and time cut to the hour: the order of the poll book must not be that of the urn (see the model).
    row = {
        "id": str(uuid.uuid4()),
        "voter_id": voter_id,
        "election": election,
        "signed_in_hour": now.replace(minute=0, second=0, microsecond=0),
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(PollBookEntry).values(row).on_conflict_do_nothing().returning(PollBookEntry.id)
    if session.execute(statement).scalar_one_or_none() is None:
        return False
    session.execute(insert(AttendanceMail).values(entry=row["id"], due_at=end_of_period(now, mail_every)))
    return True


def end_of_period(now: datetime, length: timedelta) -> datetime:
    """Return when the period of `length` ends that `now` is in, counted from midnight UTC; `now`'s hour for no length."""
    if not length:
        return now.replace(minute=0, second=0, microsecond=0)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((now - midnight) // length + 1) * length


def mail_due(session: Session, room: MailRoom, *, now: datetime, limit: int = 200) -> int:
    """Request up to `limit` attendance e-mails that are due; return how many.

    In the order of the random keys: whoever reads the mail server's log must not learn the order of the urn from it.
    """
    due = select(AttendanceMail).where(AttendanceMail.due_at <= now).order_by(AttendanceMail.entry).limit(limit)
    mails = session.scalars(due.with_for_update(skip_locked=True)).all()
    for mail in mails:
        signature = session.get_one(PollBookEntry, mail.entry)
        voter = session.get_one(Voter, signature.voter_id)
        name = session.execute(select(Election.name).where(Election.uuid == signature.election)).scalar_one()
        # No tracker and no time: the message confirms the signature, it must not tie a person to a ballot.
        request_email(session, room, voter, template="attendance", values={"election": name}, expires_at=None)
        session.delete(mail)
    return len(mails)


def hide_order(session: Session) -> None:
    """Lay the poll book, and the e-mails that wait for it, out on disk in the order of its random keys.

    PostgreSQL appends to the table, and its dumps come in that order: the order of the urn. SQLite keeps the table
    sorted by key as it is (no rowid), so there is nothing to do.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("CLUSTER poll_book USING poll_book_pkey"))
        session.execute(text("CLUSTER attendance_mails USING attendance_mails_pkey"))


def counts(session: Session, voting_event: str) -> list[dict[str, object]]:
    """Return [{uuid, entitled, signed}] for each election, in the operator's order. Raises voting_event_unknown."""
    if session.get(VotingEvent, voting_event) is None:
        raise refuse(Code.VOTING_EVENT_UNKNOWN)
    elections = [election.uuid for election in voting_events.elections_of(session, voting_event)]
    entitled = _by_election(session, Entitlement, elections)
    signed = _by_election(session, PollBookEntry, elections)
    return [{"uuid": uuid, "entitled": entitled.get(uuid, 0), "signed": signed.get(uuid, 0)} for uuid in elections]


def _by_election(
    session: Session, table: type[Entitlement] | type[PollBookEntry], elections: Sequence[str]
) -> dict[str, int]:
    rows = session.execute(
        select(table.election, func.count()).where(table.election.in_(elections)).group_by(table.election)
    )
    return {row[0]: row[1] for row in rows}
