"""The poll book (émargement): signed when the urn says that it holds a ballot, once per voter and election (L8, L10)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, text
from sqlalchemy.orm import Mapped, Session

from services.identity.contract.attendance import ElectionAttendance
from services.identity.contract.refusals import Code, refuse
from services.identity.letters.requests import LetterSettings, request_email
from services.identity.models import Election, Entitlement, PollBookEntry, RecentSignature, Voter, VotingEvent
from services.identity.voting_events import holders, voting_events
from services.runtime.storage.upsert import upsert


class UnknownHolder(Exception):
    """A ballot was accepted for a pseudonym that identity did not make: nothing to sign, people must look."""


def sign(
    session: Session, *, holder_key: str, election: str, holder: str, now: datetime, mail_every: timedelta
) -> bool:
    """Sign the poll book for the voter behind `holder`; return whether it is new.

    The signature counts at once; it is entered in the book, and the voter told by an e-mail, when the running period of
    `mail_every` is over (enter_due). A second call does nothing. Raises UnknownHolder, whose text names neither voter
    nor holder.
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
        "due_at": end_of_period(now, mail_every),
    }
    statement = upsert(session, RecentSignature).values(row).on_conflict_do_nothing().returning(RecentSignature.id)
    if session.execute(statement).scalar_one_or_none() is None:
        return False
    # After the insertion: before it, the signature could be entered between this question and the insertion.
    entered = exists().where(PollBookEntry.voter_id == voter_id, PollBookEntry.election == election)
    if session.scalar(select(entered)):
        session.execute(delete(RecentSignature).where(RecentSignature.id == row["id"]))
        return False
    return True


def is_signed(voter_id: Mapped[str], election: Mapped[str]) -> ColumnElement[bool]:
    """Return the condition that the voter has signed for the election, to be asked in a statement."""
    return or_(
        *(
            exists().where(table.voter_id == voter_id, table.election == election)
            for table in (PollBookEntry, RecentSignature)
        )
    )


def end_of_period(now: datetime, length: timedelta) -> datetime:
    """Return when the period of `length` ends that `now` is in, counted from midnight UTC; `now`'s hour for no length."""
    if not length:
        return now.replace(minute=0, second=0, microsecond=0)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + ((now - midnight) // length + 1) * length


def enter_due(session: Session, letters: LetterSettings, *, now: datetime, limit: int = 200) -> int:
    """Enter up to `limit` signatures whose period is over in the poll book, request their e-mails; return how many.

    In the order of the random keys: whoever reads the table, or the mail server's log, must not learn the order of the
    urn from it.
    """
    due = select(RecentSignature).where(RecentSignature.due_at <= now).order_by(RecentSignature.id).limit(limit)
    signatures = session.scalars(due.with_for_update(skip_locked=True)).all()
    for signature in signatures:
        kept = {name: getattr(signature, name) for name in ("id", "voter_id", "election", "signed_in_hour")}
        session.execute(upsert(session, PollBookEntry).values(kept).on_conflict_do_nothing())
        voter = session.get_one(Voter, signature.voter_id)
        name = session.execute(select(Election.name).where(Election.uuid == signature.election)).scalar_one()
        # No tracker and no time: the message confirms the signature, it must not tie a person to a ballot.
        request_email(session, letters, voter, template="attendance", values={"election": name}, expires_at=None)
        session.delete(signature)
    return len(signatures)


def hide_order(session: Session) -> None:
    """Lay the signatures of the running period out on disk in the order of their random keys.

    PostgreSQL appends to the table, and its dumps come in that order: the order of the urn. SQLite keeps the table
    sorted by key as it is (no rowid), so there is nothing to do.

    CLUSTER wants the table for itself, and whoever signs queues behind it: it gives up after half a second and the loop
    comes back, rather than hold up the poll book.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL lock_timeout = '500ms'"))
        session.execute(text("CLUSTER recent_signatures USING recent_signatures_pkey"))


def counts(session: Session, voting_event: str) -> list[ElectionAttendance]:
    """Count entitlements and signatures of each election, in the operator's order. Raises voting_event_unknown."""
    if session.get(VotingEvent, voting_event) is None:
        raise refuse(Code.VOTING_EVENT_UNKNOWN)
    elections = [election.uuid for election in voting_events.elections_of(session, voting_event)]
    entitled = _by_election(session, Entitlement, elections)
    signed = _by_election(session, PollBookEntry, elections)
    entered = exists().where(
        PollBookEntry.voter_id == RecentSignature.voter_id, PollBookEntry.election == RecentSignature.election
    )
    recent = _by_election(session, RecentSignature, elections, ~entered)
    return [
        ElectionAttendance(uuid=uuid, entitled=entitled.get(uuid, 0), signed=signed.get(uuid, 0) + recent.get(uuid, 0))
        for uuid in elections
    ]


def _by_election(
    session: Session,
    table: type[Entitlement] | type[PollBookEntry] | type[RecentSignature],
    elections: Sequence[str],
    *conditions: ColumnElement[bool],
) -> dict[str, int]:
    counted = select(table.election, func.count()).where(table.election.in_(elections), *conditions)
    return {row[0]: row[1] for row in session.execute(counted.group_by(table.election))}
