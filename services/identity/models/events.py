"""Voting events and their elections."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.models.base import Base
from services.runtime.storage.database import UtcDateTime


class VotingEvent(Base):
    """All elections held at one date; the last one opened is the current one."""

    __tablename__ = "voting_events"

    uuid: Mapped[str] = mapped_column(String(36), primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, unique=True)
    name: Mapped[str] = mapped_column(String(200))
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    grace_minutes: Mapped[int] = mapped_column(Integer, default=30, server_default="30")
    profile: Mapped[str] = mapped_column(String(20))
    codes_listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    roll_sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    availability: Mapped[str] = mapped_column(Text, default="{}", server_default="{}")
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class Election(Base):
    """One scrutin; `mode` says whether it is held here (online) or elsewhere (paper), `voters` how many its roll has."""

    __tablename__ = "elections"
    __table_args__ = (UniqueConstraint("voting_event", "code"),)

    uuid: Mapped[str] = mapped_column(String(14), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(300))
    short_name: Mapped[str] = mapped_column(String(60), default="", server_default="")
    mode: Mapped[str] = mapped_column(String(10))
    notice: Mapped[str] = mapped_column(Text)
    voters: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class SealedElection(Base):
    """What the urn said when it sealed an election: its hash, the key of its receipts. Never changed, by trigger."""

    __tablename__ = "sealed_elections"
    __table_args__ = ({"sqlite_with_rowid": False},)

    election: Mapped[str] = mapped_column(ForeignKey("elections.uuid"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(43))
    receipt_key: Mapped[str] = mapped_column(String(64))


class EarlierTurnout(Base):
    """What had voted in the vote before, by the hour since its opening, as an operator gave it: `share` of ten thousand."""

    __tablename__ = "earlier_turnout"

    election: Mapped[str] = mapped_column(ForeignKey("elections.uuid"), primary_key=True)
    hour: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    share: Mapped[int] = mapped_column(Integer)
