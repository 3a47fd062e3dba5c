"""Tables of the credential authority.

A voter is a ``bearer`` here, a pseudonym of the voting event; the names on the notices pass through and are not kept.
The code that goes to the voter is never here: it is made, written into the sealed notice and forgotten. On SQLite the
tables about bearers have no rowid: it would tell the order in which identity listed the voters (L1).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKeyConstraint, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.runtime.bus.delivery_tables import delivery_tables
from services.runtime.jobs.job_table import job_table
from services.runtime.storage.database import UtcDateTime


class Base(DeclarativeBase):
    """Tables of this service."""


outbox, inbox, commands, processes = delivery_tables(Base.metadata)
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
    """The last commitment sent for an election, so that the same one is not sent again.

    Without a `digest`, credentials were withdrawn since, and `count` is how many there are if nothing else has changed.
    """

    __tablename__ = "commitments"
    __table_args__ = (
        ForeignKeyConstraint(["voting_event"], ["generations.voting_event"], name="fk_commitments_generation"),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    voting_event: Mapped[str] = mapped_column(String(64))
    count: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Withdrawal(Base):
    """A bearer who leaves the roll, or some of its elections, by identity's number of the removal.

    `before` and `after` are the digests of his entitlements (Bearer); `after` is empty where none is left. It stays: a page
    of the roll that was listed earlier makes no codes for him again. `holders` (JSON: election and holder) is erased when it
    is settled.
    """

    __tablename__ = "withdrawals"
    __table_args__ = (
        Index("withdrawals_bearer", "voting_event", "bearer"),
        {"sqlite_with_rowid": False},
    )

    removal: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(String(64))
    bearer: Mapped[str] = mapped_column(String(64))
    before: Mapped[str] = mapped_column(String(64))
    after: Mapped[str] = mapped_column(String(64))
    holders: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8))


class Reissue(Base):
    """A request for another code, by its number: the spare is kept for it until the urn has answered.

    `holders` (JSON: election and holder) and `sealed` (whom to send the code to, sealed for notification, or the key of the
    browser that shows it) are erased when it is settled; `shown`, the code sealed for that browser, when its time is over.
    `message` is the number of the message that carries the code: when it has arrived, the spare's code is erased.
    """

    __tablename__ = "reissues"
    __table_args__ = (
        ForeignKeyConstraint(
            ["voting_event", "bearer"], ["bearers.voting_event", "bearers.bearer"], name="fk_reissues_bearer"
        ),
        Index(
            "reissues_spare",
            "voting_event",
            "bearer",
            "rank",
            unique=True,
            sqlite_where=text("state <> 'late'"),
            postgresql_where=text("state <> 'late'"),
        ),
        Index("reissues_shown", "until"),
        {"sqlite_with_rowid": False},
    )

    request: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(String(64))
    bearer: Mapped[str] = mapped_column(String(64))
    rank: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[str | None] = mapped_column(Text)
    holders: Mapped[str | None] = mapped_column(Text)
    shown: Mapped[str | None] = mapped_column(Text)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message: Mapped[str | None] = mapped_column(String(36), index=True)


class Register(Base):
    """The register of an election, locked by whoever appends. `spares` has a bit for each credential, in base64."""

    __tablename__ = "registers"
    __table_args__ = (
        ForeignKeyConstraint(["voting_event"], ["generations.voting_event"], name="fk_registers_generation"),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    voting_event: Mapped[str] = mapped_column(String(64))
    credentials: Mapped[int] = mapped_column(Integer)
    spares: Mapped[str] = mapped_column(Text)


class RegisterEntry(Base):
    """A line of the public register: append-only and without a gap, by trigger."""

    __tablename__ = "register_entries"
    __table_args__ = (
        ForeignKeyConstraint(["election"], ["registers.election"], name="fk_register_entries_register"),
        UniqueConstraint("election", "spare", name="uq_register_entries_spare"),
        UniqueConstraint("election", "retired", name="uq_register_entries_retired"),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    spare: Mapped[str] = mapped_column(String(64))
    retired: Mapped[str] = mapped_column(String(64))
    hour: Mapped[str] = mapped_column(String(17))
    hash: Mapped[str] = mapped_column(String(64))
    raw: Mapped[str] = mapped_column(Text)
