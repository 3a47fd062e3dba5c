"""What an operator tells of a message, as it came to the portal."""

from __future__ import annotations

from typing import Annotated

from services.runtime.contracts.kinds import Count, Length, MessageUuid
from services.runtime.contracts.messages import Message


class FormField(Message):
    """A field of a form."""

    name: Annotated[str, Length(1, 100)]
    value: Annotated[str, Length(0, 2000)]


class RecordCallback(Message):
    """A callback: which message its address named, its form, and the signature over both."""

    message_id: MessageUuid
    form: Annotated[list[FormField], Count(0, 60)]
    signature: Annotated[str, Length(0, 200)]
