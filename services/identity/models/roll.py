"""The electoral roll: voters, what they may vote in, and a roll that is being taken over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.models.base import Base
from services.runtime.storage.database import UtcDateTime


class StagedRow(Base):
    """A line of a roll file, judged when it was received, until its import is committed or replaced.

    Either `problems` (JSON) says what is wrong, and `wrong_columns` (JSON) names its columns when they are not those of
    a roll, or the rest is the voter as it will be recorded; `voter_id` is that of the voter on the roll, if there.
    """

    __tablename__ = "staged_rows"
    __table_args__ = (Index("staged_rows_by_voter", "import_id", "voter_id"),)

    import_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"), index=True)
    problems: Mapped[str | None] = mapped_column(Text)
    wrong_columns: Mapped[str | None] = mapped_column(Text)
    voter_id: Mapped[str | None] = mapped_column(String(36))
    identifier: Mapped[str | None] = mapped_column(String(254))
    surname: Mapped[str | None] = mapped_column(String(100))
    first_name: Mapped[str | None] = mapped_column(String(100))
    assignment: Mapped[str | None] = mapped_column(String(200))
    address1: Mapped[str | None] = mapped_column(String(100))
    address2: Mapped[str | None] = mapped_column(String(100))
    postcode: Mapped[str | None] = mapped_column(String(10))
    city: Mapped[str | None] = mapped_column(String(100))
    territory: Mapped[str | None] = mapped_column(String(60))
    search_text: Mapped[str | None] = mapped_column(Text)
    page_tag: Mapped[str | None] = mapped_column(String(64))
    numen_tag: Mapped[str | None] = mapped_column(String(64))
    birth_date_tag: Mapped[str | None] = mapped_column(String(64))


class StagedEntitlement(Base):
    """A right to vote on a staged line, as it will be recorded."""

    __tablename__ = "staged_entitlements"
    __table_args__ = (Index("staged_entitlements_by_tag", "import_id", "lookup_tag"),)

    import_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    election: Mapped[str] = mapped_column(String(14), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"), index=True)
    voter_id: Mapped[str] = mapped_column(String(36))
    lookup_tag: Mapped[str] = mapped_column(String(64))


class RollImport(Base):
    """A revision of the roll, dated (R211-528), and the answer given, for whoever asks again."""

    __tablename__ = "roll_imports"

    import_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"), index=True)
    voters: Mapped[int] = mapped_column(Integer)
    entitlements: Mapped[int] = mapped_column(Integer)
    committed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Removal(Base):
    """A voter taken off the roll by itself, or off the rolls of some `elections` (uuids with blanks between).

    It stays when the voter is gone: who did it and why is in the record. `voter_id` then leads to nobody any more.
    """

    __tablename__ = "removals"
    __table_args__ = (Index("removals_by_event", "voting_event", "asked_at"), Index("removals_by_voter", "voter_id"))

    removal: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"))
    voter_id: Mapped[str] = mapped_column(String(36))
    elections: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    agent_id: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    actor: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(8))
    codes_made: Mapped[bool] = mapped_column(Boolean)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Voter(Base):
    """A line of the electoral roll.

    `page_tag` is the keyed tag that lists of bearers are cut into pages by. `territory` is what turnout is counted by
    (roll/territories.py); empty where the roll does not tell. `language` is the one of the last page that the
    voter saw signed in: messages are in it. The roll knows none, and no revision of it changes this.
    """

    __tablename__ = "voters"
    __table_args__ = (
        UniqueConstraint("voting_event", "identifier"),
        Index("voters_by_event", "voting_event", "id"),
        Index("voters_by_tag", "voting_event", "page_tag"),
    )

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
    territory: Mapped[str] = mapped_column(String(60), default="", server_default="")
    page_tag: Mapped[str | None] = mapped_column(String(64))
    numen_tag: Mapped[str | None] = mapped_column(String(64))
    birth_date_tag: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(2))


WORDS_BY_ELECTION = "array_to_tsvector(string_to_array(ltrim(replace(search_text, ' ', ' ' || election)), ' '))"


"""What PostgreSQL indexes of an entitlement: the words of its `search_text`, each with the election before it, so that the
index leads to the voters of that election alone."""


class Entitlement(Base):
    """The right of a voter to vote in an election.

    `lookup_tag` is a keyed hash of the holder, not the holder: the dumps of identity and ballot have no column to
    be joined on as long as the holder key is not with them (L1). `search_text` is the voter's place on the roll of the
    election and what a search of it looks in (search.py): here and not with the voter, so that an index has it by election.
    """

    __tablename__ = "entitlements"
    __table_args__ = (
        Index("entitlements_by_name", "election", "search_text", "voter_id"),
        Index("entitlements_by_word", text(WORDS_BY_ELECTION), postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), primary_key=True)
    election: Mapped[str] = mapped_column(ForeignKey("elections.uuid"), primary_key=True)
    lookup_tag: Mapped[str] = mapped_column(String(64), unique=True)
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")


class ElectionTerritory(Base):
    """How many voters of a territory an election has, as `Election.voters` says how many it has in all: counted with it."""

    __tablename__ = "election_territories"

    election: Mapped[str] = mapped_column(ForeignKey("elections.uuid"), primary_key=True)
    territory: Mapped[str] = mapped_column(String(60), primary_key=True)
    voters: Mapped[int] = mapped_column(Integer)
