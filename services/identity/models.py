"""Tables of identity: persons, accounts, roll and poll book. Nothing here names a ballot, a tracker or a holder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.identity.contract.limits import FRENCH
from services.runtime.bus.delivery_tables import command_table, inbox_table, outbox_table, process_table
from services.runtime.jobs.job_table import job_table
from services.runtime.storage.database import UtcDateTime


class Base(DeclarativeBase):
    """Identity's own metadata: services share no table."""


Number = BigInteger().with_variant(Integer, "sqlite")
"""A number that people quote; SQLite counts by itself only in columns of its own integer type."""


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


class Voter(Base):
    """A line of the electoral roll.

    `page_tag` is the keyed tag that lists of bearers are cut into pages by. `language` is the one of the last page that the
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


class AttendanceProgress(Base):
    """Which part of which batch the urn is to be asked for next: one row."""

    __tablename__ = "attendance_progress"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    batch: Mapped[int] = mapped_column(Integer)
    part: Mapped[int] = mapped_column(Integer)


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
    sealed for notification."""

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


class VoterMessage(Base):
    """A letter that was asked for, by voter, for the support cell. Never one that tells of a vote: its hour would tell."""

    __tablename__ = "voter_messages"
    __table_args__ = (Index("voter_messages_of_voter", "voter_id", "asked_at"),)

    message_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voter_id: Mapped[str] = mapped_column(ForeignKey("voters.id"))
    template: Mapped[str] = mapped_column(String(50))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


outbox = outbox_table(Base.metadata)
inbox = inbox_table(Base.metadata)
commands = command_table(Base.metadata)
processes = process_table(Base.metadata)
jobs = job_table(Base.metadata)
