"""What notification listens to: a message is wanted. Whoever wants one sends it, so it stands here once. And what it
tells of those whose sender wants to know.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from services.notification.contract.limits import Channel, Template
from services.runtime.contracts.kinds import Length, MessageUuid, OneOf
from services.runtime.contracts.messages import Event, Message


class MessageRequested(Event):
    """A message to send; `sealed` is opened only then, and forgotten when it has left.

    A message of a `campaign` is handed over at most once. After `expires_at` it is not sent any more. With `report`, what
    becomes of it is told by MessageSettled.
    """

    type: ClassVar[str] = "message_requested"

    message_id: MessageUuid
    channel: Channel
    template: Template
    sealed: Annotated[str, Length(1, 100_000)]
    expires_at: datetime | None = None
    campaign: MessageUuid | None = None
    report: bool = False


class SealedNotice(Message):
    """A notice on paper; `sealed` is opened by the printer alone."""

    message_id: MessageUuid
    sealed: Annotated[str, Length(1, 100_000)]


class NoticesRequested(Event):
    """Notices to print, of one template: a page of the roll at a time, where each would be an event of its own (E21)."""

    type: ClassVar[str] = "notices_requested"

    template: Template
    notices: list[SealedNotice]


class Settled(StrEnum):
    """It came to the telephone, by the operator's word; or it definitely did not and never will."""

    DELIVERED = "delivered"
    FAILED = "failed"


class MessageSettled(Event):
    """What became of a message whose sender wanted to know. A hand-over alone is no end."""

    type: ClassVar[str] = "message_settled"

    message_id: MessageUuid
    outcome: Annotated[str, OneOf(*Settled)]
