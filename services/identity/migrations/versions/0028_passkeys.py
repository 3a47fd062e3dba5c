"""Passkeys of agents, and the challenges that wait for an authenticator's answer.

Revision ID: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "agent_passkeys",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("agent_id", sa.String(36), sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False, unique=True),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("transports", sa.String(100), nullable=False, server_default=""),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("added_at", UTC, nullable=False),
        sa.Column("last_used_at", UTC),
    )
    op.create_index("ix_agent_passkeys_agent_id", "agent_passkeys", ["agent_id"])
    op.create_table(
        "passkey_ceremonies",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("agent_id", sa.String(36), sa.ForeignKey("agents.id"), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("challenge", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(60)),
        sa.Column("expires_at", UTC, nullable=False),
    )
    op.create_index("ix_passkey_ceremonies_agent_id", "passkey_ceremonies", ["agent_id"])
    op.create_index("ix_passkey_ceremonies_expires_at", "passkey_ceremonies", ["expires_at"])
