"""The channel of paper: sealed notices into batches that wait for the printer."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from services.notification.channels.paper import batches
from services.notification.queue.message_queue import Claimed

BATCH_SIZE = 500
SETTLE = timedelta(seconds=5)
TEMPLATE = "voting_notice"


class PaperChannel:
    """Puts notices into `directory`, a batch at a time, still sealed: they are opened where the printer's key is."""

    name = "paper"
    size = BATCH_SIZE
    settle = SETTLE

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def accepts(self, message: Claimed) -> bool:
        """Tell whether the message is a notice; more cannot be seen of it here."""
        return message.template == TEMPLATE

    def store(self, batch: str, messages: list[Claimed], made_at: datetime) -> Path:
        """Write a batch. Raises OSError, also when no directory is configured."""
        if not self._directory:
            raise FileNotFoundError("no directory for the printer's batches is configured")
        return batches.write(Path(self._directory), batch, {one.id: one.sealed for one in messages}, made_at)
