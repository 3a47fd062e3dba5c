"""Tables of identity: persons, accounts, roll and poll book. Nothing here names a ballot, a tracker or a holder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.runtime.database import UtcDateTime
from services.runtime.delivery_tables import command_table, inbox_table, outbox_table


class Base(DeclarativeBase):
    """Identity's own metadata: services share no table."""


class VotingEvent(Base):
    """All elections held at one date; the last one opened is the current one."""

    __tablename__ = "voting_events"

    uuid: Mapped[str] = mapped_column(String(36), primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    profile: Mapped[str] = mapped_column(String(20))
    codes_listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roll_sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Election(Base):
    """One scrutin; `mode` says whether it is held here (online) or elsewhere (paper)."""

    __tablename__ = "elections"
    __table_args__ = (UniqueConstraint("voting_event", "code"),)

    uuid: Mapped[str] = mapped_column(String(14), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(300))
    mode: Mapped[str] = mapped_column(String(10))
    notice: Mapped[str] = mapped_column(Text)


class StagedRow(Base):
    """A line of a roll file as it was received, until its import is committed or replaced."""

    __tablename__ = "staged_rows"

    import_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"), index=True)
    columns: Mapped[str] = mapped_column(Text)


class RollImport(Base):
    """A revision of the roll, dated (R211-528), and the answer given, for whoever asks again."""

    __tablename__ = "roll_imports"

    import_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"), index=True)
    voters: Mapped[int] = mapped_column(Integer)
    entitlements: Mapped[int] = mapped_column(Integer)
    committed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Voter(Base):
    """A line of the electoral roll."""

    __tablename__ = "voters"
    __table_args__ = (UniqueConstraint("voting_event", "identifier"), Index("voters_by_event", "voting_event", "id"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"))
    identifier: Mapped[str] = mapped_column(String(254))
    surname: Mapped[str] = mapped_column(String(100))
    first_name: Mapped[str] = mapped_column(String(100))
    assignment: Mapped[str] = mapped_column(String(200))
    address1: Mapped[str] = mapped_column(String(100))
    address2: Mapped[str] = mapped_column(String(100))
    postcode: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(100))


class Entitlement(Base):
    """The right of a voter to vote in an election.

    `lookup_tag` is a keyed hash of the holder, not the holder: the dumps of identity and ballot have no column to
    be joined on as long as the holder key is not with them (L1).
    """

    __tablename__ = "entitlements"

    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), primary_key=True)
    election: Mapped[str] = mapped_column(ForeignKey("elections.uuid"), primary_key=True, index=True)
    lookup_tag: Mapped[str] = mapped_column(String(64), unique=True)


class Account(Base):
    """Present once the voter has set a password."""

    __tablename__ = "accounts"

    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(60))
    activated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failed_log_ins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_connection_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessRequest(Base):
    """Someone asked for a link; answered from the row, so that the asker learns nothing from the time it takes."""

    __tablename__ = "access_requests"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"))
    identifier: Mapped[str] = mapped_column(String(254))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Link(Base):
    """A single-use link; only the hash of its token is kept."""

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VoterSession(Base):
    """An open session; only the hash of its token is kept. A closed session has no row."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    previous_connection_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PollBookEntry(Base):
    """A signature in the poll book (émargement): append-only, by trigger.

    The poll book and the urn both grow by one for each vote. Were the order of this table known, the n-th signature
    would belong to the n-th ballot. So the primary key is random, the time is cut to the hour, on SQLite the table has
    no rowid (which would count insertions), and on PostgreSQL it is laid out anew by key (attendance.hide_order).
    """

    __tablename__ = "poll_book"
    __table_args__ = (UniqueConstraint("voter_id", "election"), {"sqlite_with_rowid": False})

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"))
    election: Mapped[str] = mapped_column(ForeignKey("elections.uuid"), index=True)
    signed_in_hour: Mapped[datetime] = mapped_column(UtcDateTime)


outbox = outbox_table(Base.metadata)
inbox = inbox_table(Base.metadata)
commands = command_table(Base.metadata)
