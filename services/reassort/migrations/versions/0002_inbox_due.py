"""Events received are found in their order however many wait."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Replace the indexes of the inbox."""
    # A database made in between by a first migration that had it already keeps it.
    op.drop_index("ix_inbox_type", "inbox", if_exists=True)
    op.drop_index("ix_inbox_state", "inbox", if_exists=True)
    op.create_index("inbox_due", "inbox", ["state", "source", "type", "received_at"], if_not_exists=True)
