"""The poll book, and how far the urn's batches have come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.models.base import Base
from services.runtime.storage.database import UtcDateTime


class PollBookEntry(Base):
    """A signature in the poll book (émargement): append-only, by trigger.

    The poll book and the urn both grow by one for each vote. Were the order of this table known, the n-th signature
    would belong to the n-th ballot. So the urn tells of votes in batches without an order, which come in by random keys,
    each part in one transaction; the time is the hour of the batch, and on SQLite the table has no rowid (which would
    count insertions).
    """

    __tablename__ = "poll_book"
    __table_args__ = (UniqueConstraint("voter_id", "election"), {"sqlite_with_rowid": False})

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"))
    election: Mapped[str] = mapped_column(ForeignKey("elections.uuid"), index=True)
    signed_in_hour: Mapped[datetime] = mapped_column(UtcDateTime)


class PollBookSeal(Base):
    """The seal of an election's poll book: set once, never changed, and no signature comes after it; both by trigger."""

    __tablename__ = "poll_book_seals"
    __table_args__ = ({"sqlite_with_rowid": False},)

    election: Mapped[str] = mapped_column(ForeignKey("elections.uuid"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    head: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class AttendanceProgress(Base):
    """Which part of which batch the urn is to be asked for next: one row."""

    __tablename__ = "attendance_progress"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    batch: Mapped[int] = mapped_column(Integer)
    part: Mapped[int] = mapped_column(Integer)
