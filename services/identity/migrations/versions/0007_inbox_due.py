"""Events received are found in their order however many wait."""

from alembic import op

from services.runtime.bus.delivery_tables import index_inbox_by_what_is_due

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Replace the indexes of the inbox."""
    index_inbox_by_what_is_due(op)
