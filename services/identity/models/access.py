"""A voter's way in: account, links, sessions, and what guards them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, true
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.contract.limits import FRENCH
from services.identity.models.base import Base
from services.runtime.storage.database import UtcDateTime


class Account(Base):
    """Present once the voter has set a password.

    `challenge_question` is a code of the built-in list or the voter's own words; absent in the profile of 2018.
    """

    __tablename__ = "accounts"

    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(60))
    activated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    challenge_question: Mapped[str | None] = mapped_column(String(200))
    answer_hash: Mapped[str | None] = mapped_column(String(60))
    last_connection_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessRequest(Base):
    """Someone asked for a link; answered from the row, so that the asker learns nothing from the time it takes."""

    __tablename__ = "access_requests"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"))
    identifier: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2), default=FRENCH, server_default=FRENCH)
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Link(Base):
    """A single-use link; only the hash of its token is kept.

    `pending_hash` is a password chosen and not yet confirmed by the next step; it never outlives the link. `used_by` is
    the hash of the browser's number that used the link: it may ask again for an answer that was lost.
    """

    __tablename__ = "links"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    consumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pending_hash: Mapped[str | None] = mapped_column(String(60))
    used_by: Mapped[str | None] = mapped_column(String(64))


class VoterSession(Base):
    """An open session; only the hash of its token is kept. A closed session has no row.

    `activated` is false for whoever came in by « accès sans activation ».
    """

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"), index=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    previous_connection_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    activated: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())


class LogInAttempts(Base):
    """Failed log-ins in a row for one identifier, on the roll or not: strangers' rows look like voters' (A9)."""

    __tablename__ = "log_in_attempts"

    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class AccessCooldown(Base):
    """When a link was last asked for with an identifier, on the roll or not."""

    __tablename__ = "access_cooldowns"

    tag: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class Captcha(Base):
    """A code to copy, for one form of one browser; the row goes with the first answer."""

    __tablename__ = "captchas"
    __table_args__ = (Index("captchas_of_browser", "binding_hash", "opened_at"),)

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    form: Mapped[str] = mapped_column(String(20))
    binding_hash: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(String(10))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SpentProof(Base):
    """A proof of work that has served, kept until it would have expired."""

    __tablename__ = "spent_proofs"

    proof: Mapped[str] = mapped_column(String(64), primary_key=True)
    form: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
