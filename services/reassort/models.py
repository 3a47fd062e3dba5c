"""Tables of the credential authority.

A voter is a ``bearer`` here, a pseudonym of the voting event; the names on the notices pass through and are not kept.
The code that goes to the voter is never here: it is made, written into the sealed notice and forgotten. On SQLite the
tables about bearers have no rowid: it would tell the order in which identity listed the voters (L1).
"""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKeyConstraint, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.runtime.bus.delivery_tables import command_table, inbox_table, outbox_table
from services.runtime.jobs.job_table import job_table


class Base(DeclarativeBase):
    """Tables of this service."""


outbox = outbox_table(Base.metadata)
inbox = inbox_table(Base.metadata)
commands = command_table(Base.metadata)
jobs = job_table(Base.metadata)


class Generation(Base):
    """The generation of one voting event: what all its codes share, and how many batches were sent.

    ``iterations`` is fixed at the first page: codes derived with another number would not open the booth.
    """

    __tablename__ = "generations"

    voting_event: Mapped[str] = mapped_column(String(64), primary_key=True)
    iterations: Mapped[int] = mapped_column(Integer)
    spares: Mapped[int] = mapped_column(Integer)
    batches: Mapped[int] = mapped_column(Integer)


class Bearer(Base):
    """A voter whose codes are made. ``entitlements`` is a digest of the (election, holder) pairs they were made for."""

    __tablename__ = "bearers"
    __table_args__ = (
        ForeignKeyConstraint(["voting_event"], ["generations.voting_event"], name="fk_bearers_generation"),
        {"sqlite_with_rowid": False},
    )

    voting_event: Mapped[str] = mapped_column(String(64), primary_key=True)
    bearer: Mapped[str] = mapped_column(String(64), primary_key=True)
    entitlements: Mapped[str] = mapped_column(String(64))


class Spare(Base):
    """A spare voting code, sealed with the code key; consumed by a re-issue."""

    __tablename__ = "spares"
    __table_args__ = (
        ForeignKeyConstraint(
            ["voting_event", "bearer"], ["bearers.voting_event", "bearers.bearer"], name="fk_spares_bearer"
        ),
        {"sqlite_with_rowid": False},
    )

    voting_event: Mapped[str] = mapped_column(String(64), primary_key=True)
    bearer: Mapped[str] = mapped_column(String(64), primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sealed_code: Mapped[str] = mapped_column(Text)
    used: Mapped[bool] = mapped_column(Boolean)


class PublicCredential(Base):
    """The public credential of one code in one election, as sent to the urn."""

    __tablename__ = "public_credentials"
    __table_args__ = (
        ForeignKeyConstraint(["voting_event"], ["generations.voting_event"], name="fk_public_credentials_generation"),
        UniqueConstraint("election", "holder", "rank", name="uq_public_credentials_rank"),
        {"sqlite_with_rowid": False},
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    credential: Mapped[str] = mapped_column(String(64), primary_key=True)
    voting_event: Mapped[str] = mapped_column(String(64), index=True)
    holder: Mapped[str] = mapped_column(String(64))
    rank: Mapped[int] = mapped_column(Integer)


class Commitment(Base):
    """The last commitment sent for an election, so that the same one is not sent again."""

    __tablename__ = "commitments"
    __table_args__ = (
        ForeignKeyConstraint(["voting_event"], ["generations.voting_event"], name="fk_commitments_generation"),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    voting_event: Mapped[str] = mapped_column(String(64))
    count: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
