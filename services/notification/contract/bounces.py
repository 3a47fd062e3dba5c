"""Messages that came back."""

from __future__ import annotations

from services.notification.contract.limits import Diagnostic, Status
from services.runtime.contracts.kinds import MessageUuid
from services.runtime.contracts.messages import Message


class RecordBounce(Message):
    """What a mail server reported about a message."""

    message_id: MessageUuid
    status: Status
    diagnostic: Diagnostic = ""


class Recorded(Message):
    """The message's state now; "no_such_message" when there is none, "refused" when the operator did not sign."""

    state: str
