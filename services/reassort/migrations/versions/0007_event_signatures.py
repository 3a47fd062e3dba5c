"""Events are signed by their sender; what waited in the outbox before is not, and goes out before (CHANGELOG.md)."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Room for a signature: Ed25519, Base64."""
    op.add_column("outbox", sa.Column("signature", sa.String(88), nullable=False, server_default=""))
