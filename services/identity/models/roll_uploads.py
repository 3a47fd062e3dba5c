"""A roll file that an operator sends from a page: what is known of it, and its pieces until they are read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.identity.models.base import Base
from services.runtime.storage.database import UtcDateTime


class RollUpload(Base):
    """A file that was sent, until it is the roll or is abandoned; its lines are staged rows of the same `import_id`.

    `pieces` is null until all have come, `lines` and `repairs` (JSON) until they are read. `job` reads it.
    """

    __tablename__ = "roll_uploads"
    __table_args__ = (Index("roll_uploads_by_event", "voting_event", "sent_at"),)

    import_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    voting_event: Mapped[str] = mapped_column(ForeignKey("voting_events.uuid"))
    name: Mapped[str] = mapped_column(String(200))
    complement: Mapped[bool] = mapped_column(Boolean)
    agent: Mapped[str] = mapped_column(String(300))
    pieces: Mapped[int | None] = mapped_column(Integer)
    lines: Mapped[int | None] = mapped_column(Integer)
    repairs: Mapped[str | None] = mapped_column(Text)
    job: Mapped[str | None] = mapped_column(String(36))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class RollUploadPiece(Base):
    """A piece of the file as it came; none is left once its lines are staged."""

    __tablename__ = "roll_upload_pieces"

    import_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
