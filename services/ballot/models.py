"""Tables of the ballot box.

No name, no address, no time beside a ballot: a ballot row that said when it came in could be joined with the
attendance list (L1). What happened is told by the chain alone; nothing is kept twice, so nothing can disagree.
Triggers of migration 0001 make ``ballots``, ``chain_events`` and ``chain_objects`` append-only, freeze a sealed
election, its credentials and its commitment, and refuse ballots before sealing and after EndBallots. Those of 0015 let a
credential go before sealing alone, and only one whose holder is written down as withdrawn. That of 0016 takes a holder's
later ballot where the election says so, and only by the credential of the earlier one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.runtime.bus.delivery_tables import delivery_tables
from services.runtime.integrity.seals import seal_table
from services.runtime.jobs.job_table import job_table
from services.runtime.storage.database import UtcDateTime


class Base(DeclarativeBase):
    """Tables of this service."""


outbox, inbox, commands, processes = delivery_tables(Base.metadata)
jobs = job_table(Base.metadata)
seals = seal_table(Base.metadata)


class Election(Base):
    """A scrutin. The row is a draft until ``raw`` is there; from then on it never changes (trigger)."""

    __tablename__ = "elections"

    uuid: Mapped[str] = mapped_column(String(64), primary_key=True)
    voting_event: Mapped[str] = mapped_column(String(64))
    definition: Mapped[str] = mapped_column(Text)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    grace_minutes: Mapped[int] = mapped_column(Integer, default=30, server_default="30")
    revoting: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    trustees: Mapped[str | None] = mapped_column(Text)
    public_key: Mapped[str | None] = mapped_column(String(64))
    raw: Mapped[str | None] = mapped_column(Text)
    hash: Mapped[str | None] = mapped_column(String(43))
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    present: Mapped[str | None] = mapped_column(Text)
    receipt_key: Mapped[str | None] = mapped_column(String(64))


class Credential(Base):
    """A public credential and the pseudonym it was generated for. May arrive before its election is created.

    Without rowid on SQLite: credentials arrive in the order in which identity listed the voters, and a number that
    counts insertions would tell that order to whoever holds both databases (L1).
    """

    __tablename__ = "credentials"
    __table_args__ = (
        UniqueConstraint("election", "holder", "rank", name="uq_credentials_holder_rank"),
        CheckConstraint("state IN ('active', 'spare', 'retired')", name="ck_credentials_state"),
        CheckConstraint("rank >= 0", name="ck_credentials_rank"),
        {"sqlite_with_rowid": False},
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    credential: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64))
    rank: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(8))


class Commitment(Base):
    """What the credential authority says it sent for an election: sealing compares."""

    __tablename__ = "credential_commitments"

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    holders: Mapped[int] = mapped_column(Integer)
    count: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class Withdrawal(Base):
    """A removal from the roll that was answered: whether its credentials are gone. Append-only, by trigger."""

    __tablename__ = "withdrawals"
    __table_args__ = ({"sqlite_with_rowid": False},)

    removal: Mapped[str] = mapped_column(String(36), primary_key=True)
    done: Mapped[bool] = mapped_column(Boolean)


class WithdrawnHolder(Base):
    """A pseudonym whose credentials left an election before its sealing: none of his is taken in any more, however late it
    comes. Append-only, by trigger.
    """

    __tablename__ = "withdrawn_holders"
    __table_args__ = ({"sqlite_with_rowid": False},)

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    holder: Mapped[str] = mapped_column(String(64), primary_key=True)


class ChainEvent(Base):
    """One event of the public chain (protocol, section 7); ``raw`` is the event file."""

    __tablename__ = "chain_events"
    __table_args__ = (
        ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_chain_events_election"),
        UniqueConstraint("election", "hash", name="uq_chain_events_hash"),
        Index("ix_chain_events_type", "election", "type", "height"),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    height: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(64))
    raw: Mapped[str] = mapped_column(Text)


class ChainObject(Base):
    """A file that an event references, in the order of the archive.

    ``data`` is its beginning: the whole of all files but the list of credentials, which goes on in ChainObjectPart.
    """

    __tablename__ = "chain_objects"
    __table_args__ = (
        ForeignKeyConstraint(
            ["election", "height"], ["chain_events.election", "chain_events.height"], name="fk_chain_objects_event"
        ),
        UniqueConstraint("election", "hash", name="uq_chain_objects_hash"),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    height: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))
    data: Mapped[str] = mapped_column(Text)


class ChainObjectPart(Base):
    """What follows in a file that is too long for one row; ``part`` counts from 1. Append-only, by trigger."""

    __tablename__ = "chain_object_parts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["election", "height", "position"],
            ["chain_objects.election", "chain_objects.height", "chain_objects.position"],
            name="fk_chain_object_parts_object",
        ),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    height: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    part: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    data: Mapped[str] = mapped_column(Text)


class Ballot(Base):
    """Who (by pseudonym) and which credential an accepted ballot used; its text is the object of its event.

    `replaces`: the height of the holder's ballot before, 0 for the first; only the first is there where voters may not vote
    again. `replaced`: how many ballots are replaced by others up to this one, so that those that count are known at once.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        ForeignKeyConstraint(
            ["election", "height"], ["chain_events.election", "chain_events.height"], name="fk_ballots_event"
        ),
        ForeignKeyConstraint(
            ["election", "credential"],
            ["credentials.election", "credentials.credential"],
            name="fk_ballots_credential",
        ),
        UniqueConstraint("election", "holder", "replaces", name="uq_ballots_holder"),
        UniqueConstraint("election", "credential", "replaces", name="uq_ballots_credential"),
        UniqueConstraint("election", "tracker", name="uq_ballots_tracker"),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    height: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(String(64))
    credential: Mapped[str] = mapped_column(String(64))
    tracker: Mapped[str] = mapped_column(String(43))
    replaces: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    replaced: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class AttendanceBatch(Base):
    """The ballots, by their heights, whose holders are handed over to identity together. Append-only, by trigger."""

    __tablename__ = "attendance_batches"
    __table_args__ = (
        ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_attendance_batches_election"),
        Index("ix_attendance_batches_election", "election", "height"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    election: Mapped[str] = mapped_column(String(64))
    after_height: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    parts: Mapped[int] = mapped_column(Integer)
    hour: Mapped[datetime] = mapped_column(UtcDateTime)


class AttendanceTurn(Base):
    """The period in which an election was last looked at for a batch; `final` once the closed urn is handed over."""

    __tablename__ = "attendance_turns"
    __table_args__ = (ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_attendance_turns_election"),)

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    period: Mapped[datetime] = mapped_column(UtcDateTime)
    final: Mapped[bool] = mapped_column(Boolean)


class Closing(Base):
    """When and why the urn was closed; the EndBallots event itself says neither."""

    __tablename__ = "closings"
    __table_args__ = (ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_closings_election"),)

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)


class Interruption(Base):
    """A vote that the board has suspended, or resumed. Append-only, by trigger; the newest row says which."""

    __tablename__ = "interruptions"
    __table_args__ = (ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_interruptions_election"),)

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    suspends: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    members: Mapped[str] = mapped_column(Text)


class Head(Base):
    """A head of the chain that was published, signed with the key of the receipts. Append-only, by trigger."""

    __tablename__ = "heads"
    __table_args__ = (ForeignKeyConstraint(["election"], ["elections.uuid"], name="fk_heads_election"),)

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    height: Mapped[int] = mapped_column(Integer)
    head: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    signature: Mapped[str] = mapped_column(String(128))


class Ceremony(Base):
    """The key ceremony of a voting event; `trustees` once all keys are made. `round` counts the restarts."""

    __tablename__ = "ceremonies"

    voting_event: Mapped[str] = mapped_column(String(64), primary_key=True)
    round: Mapped[int] = mapped_column(Integer)
    threshold: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    trustees: Mapped[str | None] = mapped_column(Text)
    public_key: Mapped[str | None] = mapped_column(String(64))


class KeySeat(Base):
    """A key of a ceremony, the member of the board who holds it, and the public messages of its holder's device.

    No private key and no activation code: `output` holds a key that is sealed for its holder alone.
    """

    __tablename__ = "key_seats"
    __table_args__ = (
        ForeignKeyConstraint(["voting_event"], ["ceremonies.voting_event"], name="fk_key_seats_ceremony"),
        UniqueConstraint("voting_event", "key_group", "position", name="uq_key_seats_position"),
        CheckConstraint("key_group IN ('administration', 'delegates')", name="ck_key_seats_group"),
    )

    voting_event: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key_group: Mapped[str] = mapped_column(String(16))
    position: Mapped[int] = mapped_column(Integer)
    agent: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(Text)
    role: Mapped[str] = mapped_column(String(16))
    replaces: Mapped[int | None] = mapped_column(Integer)
    certificate: Mapped[str | None] = mapped_column(Text)
    polynomial: Mapped[str | None] = mapped_column(Text)
    output: Mapped[str | None] = mapped_column(Text)
    trial: Mapped[str | None] = mapped_column(Text)
    replacing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(Text)


class PartialDecryption(Base):
    """Which trustee's partial decryption is which event."""

    __tablename__ = "partial_decryptions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["election", "height"],
            ["chain_events.election", "chain_events.height"],
            name="fk_partial_decryptions_event",
        ),
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    height: Mapped[int] = mapped_column(Integer)


class Activation(Base):
    """A spare that took the place of a credential, and the height of the urn then: append-only, by trigger.

    Nothing ties the elections of one voter together here; on SQLite no rowid counts either.
    """

    __tablename__ = "activations"
    __table_args__ = (
        UniqueConstraint("election", "retired", name="uq_activations_retired"),
        {"sqlite_with_rowid": False},
    )

    election: Mapped[str] = mapped_column(String(64), primary_key=True)
    spare: Mapped[str] = mapped_column(String(64), primary_key=True)
    retired: Mapped[str] = mapped_column(String(64))
    height: Mapped[int] = mapped_column(Integer)
    hour: Mapped[datetime] = mapped_column(UtcDateTime)


class Reissue(Base):
    """A request for an activation that was answered: `heads` (JSON) of the urns, empty where it was too late."""

    __tablename__ = "reissues"
    __table_args__ = ({"sqlite_with_rowid": False},)

    request: Mapped[str] = mapped_column(String(36), primary_key=True)
    heads: Mapped[str] = mapped_column(Text)
