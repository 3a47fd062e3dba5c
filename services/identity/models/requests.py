"""What voters ask and are told: claims, assistance, notices that came back, messages."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract.limits import FRENCH
from services.identity.models.base import Base, Number
from services.runtime.storage.database import UtcDateTime


class Claim(Base):
    """A claim about the roll (réclamation, B5); it stays when its voter is taken off the roll."""

    __tablename__ = "claims"
    __table_args__ = (Index("claims_queue", "state", "number"),)

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"))
    voter_id: Mapped[str | None] = mapped_column(ForeignKey("voters.id"), index=True)
    election: Mapped[str | None] = mapped_column(ForeignKey("elections.uuid"))
    subject: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AssistanceRequest(Base):
    """A request for help (B2), from a voter signed in or from anybody."""

    __tablename__ = "assistance_requests"
    __table_args__ = (
        Index("assistance_queue", "state", "number"),
        Index("assistance_by_sender", "sender_tag", "submitted_at"),
    )

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    voter_id: Mapped[str | None] = mapped_column(ForeignKey("voters.id"), index=True)
    sender_tag: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(2), default=FRENCH, server_default=FRENCH)
    subject: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(Text)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UndeliveredNotice(Base):
    """A paper notice that did not come into its voter's hands."""

    __tablename__ = "undelivered_notices"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(10))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Campaign(Base):
    """A message to everybody on the roll; `position` is the voter id that the last page ended with (A1)."""

    __tablename__ = "campaigns"
    __table_args__ = (UniqueConstraint("voting_event", "name"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"))
    name: Mapped[str] = mapped_column(String(100))
    position: Mapped[str] = mapped_column(String(36))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CampaignMessage(Base):
    """The message of a campaign to a voter: the key is what makes it at most one."""

    __tablename__ = "campaign_messages"

    campaign: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), primary_key=True, index=True)
    message_id: Mapped[str] = mapped_column(String(36), unique=True)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)


class VoterMessage(Base):
    """A letter that was asked for, by voter, for the support cell. Never one that tells of a vote: its hour would tell."""

    __tablename__ = "voter_messages"
    __table_args__ = (Index("voter_messages_of_voter", "voter_id", "asked_at"),)

    message_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"))
    template: Mapped[str] = mapped_column(String(50))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
