"""What notification listens to: a message is wanted. Whoever wants one sends it, so it stands here once."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from services.notification.contract.limits import Channel, Template
from services.runtime.contracts.kinds import Length, MessageUuid
from services.runtime.contracts.messages import Event


class MessageRequested(Event):
    """A message to send; `sealed` is opened only then, and forgotten when it has left.

    A message of a `campaign` is handed over at most once. After `expires_at` it is not sent any more.
    """

    type: ClassVar[str] = "message_requested"

    message_id: MessageUuid
    channel: Channel
    template: Template
    sealed: Annotated[str, Length(1, 100_000)]
    expires_at: datetime | None = None
    campaign: MessageUuid | None = None
