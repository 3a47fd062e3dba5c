"""The places that a support cell is limited to.

Revision ID: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column: empty is no limit, as it was."""
    op.add_column("agents", sa.Column("places", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("agents", "places")
