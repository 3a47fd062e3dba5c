"""What the voters' portal adds: CAPTCHA, challenge questions, claims, assistance, campaigns, search of the roll."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

UTC = sa.DateTime(timezone=True)

CHUNK = 1000


def upgrade() -> None:
    """Add columns and tables; fill the column that searches look in."""
    _columns()
    _entrance()
    _requests()
    _campaigns()
    _fill_search_text()


def _columns() -> None:
    op.add_column("voting_events", sa.Column("availability", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("voters", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    op.add_column("voters", sa.Column("page_tag", sa.String(length=64), nullable=True))
    op.create_index("voters_by_tag", "voters", ["voting_event", "page_tag"], unique=False)
    op.add_column("accounts", sa.Column("challenge_question", sa.String(length=200), nullable=True))
    op.add_column("accounts", sa.Column("answer_hash", sa.String(length=60), nullable=True))
    # Failures are counted by identifier now, on the roll or not: log_in_attempts.
    op.drop_column("accounts", "failed_log_ins")
    op.drop_column("accounts", "locked_until")
    op.add_column("links", sa.Column("pending_hash", sa.String(length=60), nullable=True))
    op.add_column("sessions", sa.Column("activated", sa.Boolean(), nullable=False, server_default=sa.true()))


def _entrance() -> None:
    op.create_table(
        "log_in_attempts",
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UTC, nullable=True),
        sa.Column("last_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("tag"),
    )
    op.create_index(op.f("ix_log_in_attempts_last_at"), "log_in_attempts", ["last_at"], unique=False)
    op.create_table(
        "access_cooldowns",
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("asked_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("tag"),
    )
    op.create_index(op.f("ix_access_cooldowns_asked_at"), "access_cooldowns", ["asked_at"], unique=False)
    op.create_table(
        "captchas",
        sa.Column("id", sa.String(length=43), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("binding_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=10), nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("captchas_of_browser", "captchas", ["binding_hash", "opened_at"], unique=False)
    op.create_index(op.f("ix_captchas_expires_at"), "captchas", ["expires_at"], unique=False)
    op.create_table(
        "spent_proofs",
        sa.Column("proof", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=20), nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.PrimaryKeyConstraint("proof"),
    )
    op.create_index(op.f("ix_spent_proofs_expires_at"), "spent_proofs", ["expires_at"], unique=False)


def _requests() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "claims",
        sa.Column("number", number, autoincrement=True, nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("voter_id", sa.String(length=36), nullable=True),
        sa.Column("election", sa.String(length=14), nullable=True),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("submitted_at", UTC, nullable=False),
        sa.Column("answered_at", UTC, nullable=True),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.ForeignKeyConstraint(["election"], ["elections.uuid"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("claims_queue", "claims", ["state", "number"], unique=False)
    op.create_index(op.f("ix_claims_voter_id"), "claims", ["voter_id"], unique=False)
    op.create_table(
        "assistance_requests",
        sa.Column("number", number, autoincrement=True, nullable=False),
        sa.Column("voter_id", sa.String(length=36), nullable=True),
        sa.Column("sender_tag", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("submitted_at", UTC, nullable=False),
        sa.Column("answered_at", UTC, nullable=True),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("assistance_queue", "assistance_requests", ["state", "number"], unique=False)
    op.create_index("assistance_by_sender", "assistance_requests", ["sender_tag", "submitted_at"], unique=False)
    op.create_index(op.f("ix_assistance_requests_voter_id"), "assistance_requests", ["voter_id"], unique=False)


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("voting_event", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.String(length=36), nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["voting_event"], ["voting_events.uuid"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("voting_event", "name"),
    )
    op.create_table(
        "campaign_messages",
        sa.Column("campaign", sa.String(length=36), nullable=False),
        sa.Column("voter_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("queued_at", UTC, nullable=False),
        sa.ForeignKeyConstraint(["campaign"], ["campaigns.id"]),
        sa.ForeignKeyConstraint(["voter_id"], ["voters.id"]),
        sa.PrimaryKeyConstraint("campaign", "voter_id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index(op.f("ix_campaign_messages_voter_id"), "campaign_messages", ["voter_id"], unique=False)


def _fill_search_text() -> None:
    connection = op.get_bind()
    voters = sa.table(
        "voters",
        *(sa.column(name, sa.String) for name in ("id", "surname", "first_name", "assignment", "search_text")),
    )
    fill = (
        sa.update(voters)
        .where(voters.c.id == sa.bindparam("voter"))
        .values(search_text=sa.bindparam("searched"))
        .execution_options(synchronize_session=False)
    )
    after = ""
    while True:
        rows = connection.execute(
            sa.select(voters.c.id, voters.c.surname, voters.c.first_name, voters.c.assignment)
            .where(voters.c.id > after)
            .order_by(voters.c.id)
            .limit(CHUNK)
        ).all()
        if not rows:
            return
        connection.execute(
            fill,
            [{"voter": row.id, "searched": _searchable(row.surname, row.first_name, row.assignment)} for row in rows],
        )
        after = rows[-1].id


_SAME = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "’": "'", "‘": "'", "ʼ": "'", "′": "'"})


def _searchable(*parts: str) -> str:
    words = "".join(char if char.isalnum() else " " for char in _without_accents(" ".join(parts))).split()
    return f" {' '.join(words)}"[:500]


def _without_accents(typed: str) -> str:
    current = typed
    while True:
        folded = unicodedata.normalize("NFKD", current).casefold().translate(_SAME)
        bare = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
        following = " ".join(bare.split())
        if following == current:
            return current
        current = following
