"""Agents: accounts, sessions, tokens, journal, acts of two."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.models.base import Base, Number
from services.runtime.storage.database import UtcDateTime


class Agent(Base):
    """Somebody who runs the election, apart from voters. Without `password_hash`: invited, and not there yet.

    `totp_sealed` is the secret of the second factor, sealed for this service alone; `totp_step` the last step whose digits
    have served, so that none serve twice.
    """

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    elections: Mapped[str] = mapped_column(Text, default="", server_default="")
    """Uuids with blanks between: what the role is limited to; empty for no limit."""
    places: Mapped[str] = mapped_column(Text, default="", server_default="")
    """How the assignments begin that the role is limited to, a line each; empty for no limit."""
    password_hash: Mapped[str | None] = mapped_column(String(60))
    totp_sealed: Mapped[str | None] = mapped_column(String(200))
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    invited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_log_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AgentInvitation(Base):
    """A single-use link to an agent's account: of an agent the newest alone is good. Only the hash of its token is kept."""

    __tablename__ = "agent_invitations"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    totp_sealed: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentSession(Base):
    """An open session of an agent; only the hash of its token is kept. A closed session has no row."""

    __tablename__ = "agent_sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), index=True)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentToken(Base):
    """A personal token for the operator API: its hash, how it begins, what it is good for and until when."""

    __tablename__ = "agent_tokens"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    rights: Mapped[str] = mapped_column(Text)
    """With blanks between."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class JournalEntry(Base):
    """What an agent did: append-only, by trigger, and chained (contract/journal.py)."""

    __tablename__ = "journal"
    __table_args__ = (Index("journal_by_subject", "subject", "number"), {"sqlite_with_rowid": False})

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    agent_id: Mapped[str | None] = mapped_column(String(36))
    actor: Mapped[str] = mapped_column(String(300))
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(36))
    details: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class JournalHead(Base):
    """The last entry of the journal: one row, whose lock puts those who write in order."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))


class FourEyes(Base):
    """What one agent asked for and another one has to agree to. `payload` is what the act needs (JSON): a contact in it is
    sealed for notification.
    """

    __tablename__ = "four_eyes"
    __table_args__ = (Index("four_eyes_queue", "state", "number"),)

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    voter_id: Mapped[str | None] = mapped_column(ForeignKey("voters.id"), index=True)
    payload: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(ForeignKey("agents.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("agents.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AgentPasskey(Base):
    """A passkey of an agent: the public half alone, which opens nothing by itself (docs/adr/0046).

    `credential_id` and `public_key` (COSE) are in URL-safe base64, as browsers write them; `sign_count` is what the
    authenticator counted when it last served, 0 for one that does not count.
    """

    __tablename__ = "agent_passkeys"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[str] = mapped_column(String(100), default="", server_default="")
    """With blanks between: how the browser said that the authenticator is reached."""
    name: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasskeyCeremony(Base):
    """A challenge that waits for an authenticator's answer: good for some minutes, for one purpose and one try.

    Only the hash of its token is kept. `password_hash` is the password chosen with an invitation, until the answer is there.
    """

    __tablename__ = "passkey_ceremonies"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    challenge: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(60))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
