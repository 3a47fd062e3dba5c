"""Roll files that operators send from a page.

Revision ID: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "roll_uploads",
        sa.Column("import_id", sa.String(36), primary_key=True),
        sa.Column("voting_event", sa.String(36), sa.ForeignKey("voting_events.uuid"), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("complement", sa.Boolean, nullable=False),
        sa.Column("agent", sa.String(300), nullable=False),
        sa.Column("pieces", sa.Integer),
        sa.Column("lines", sa.Integer),
        sa.Column("repairs", sa.Text),
        sa.Column("job", sa.String(36)),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("roll_uploads_by_event", "roll_uploads", ["voting_event", "sent_at"])
    op.create_index("ix_roll_uploads_sent_at", "roll_uploads", ["sent_at"])
    op.create_table(
        "roll_upload_pieces",
        sa.Column("import_id", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
