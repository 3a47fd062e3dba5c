"""Requests for another voting code, and what guards them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.models.base import Base
from services.runtime.storage.database import UtcDateTime


class ReissueRequest(Base):
    """A request for another voting code; each counts as an attempt unless it was too late (`late`).

    `message` is the number of the message that carries its code, `delivery` what the operator's word made of it: delivered,
    failed, or null. `resent` is how many times the same code went out again.
    """

    __tablename__ = "reissue_requests"
    __table_args__ = (
        Index(
            "reissue_requests_open",
            "voter_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("reissue_requests_of_voter", "voter_id", "asked_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"))
    state: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(8))
    masked: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message: Mapped[str | None] = mapped_column(String(36), index=True)
    delivery: Mapped[str | None] = mapped_column(String(10))
    resent: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class ReissueLink(Base):
    """The single-use link of the profile of 2022, sent once the challenge was answered; of a voter the newest works."""

    __tablename__ = "reissue_links"

    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdentityCheck(Base):
    """A try of a voter to prove who he is at a provider, under way; of the number in the address the hash alone is kept.

    It ends in the session that began it, once, or is forgotten when its time is over.
    """

    __tablename__ = "identity_checks"

    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    session_id: Mapped[str] = mapped_column(String(36))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class PhoneUse(Base):
    """Which voters had a code sent to a number: by a keyed tag, so that shared numbers are found and none is kept."""

    __tablename__ = "phone_uses"

    phone_tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), primary_key=True, index=True)


class SharedPhone(Base):
    """A number that was refused because too many voters use it: what operators are shown of it."""

    __tablename__ = "shared_phones"

    phone_tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    masked: Mapped[str] = mapped_column(String(12))
    refused: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
