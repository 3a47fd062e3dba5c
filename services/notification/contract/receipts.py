"""A receipt that its voter wants to have by e-mail (B12): sent at once or not at all, because nothing of it is kept."""

from __future__ import annotations

from typing import Annotated

from services.runtime.contracts.kinds import ElectionUuid, Form, Length, Moment, OneOf, no_control
from services.runtime.contracts.messages import Message


class SendReceipt(Message):
    """To whom, in what language, and what: the texts stand in the message as they are."""

    email: Annotated[str, Length(3, 254), no_control]
    language: Annotated[str, OneOf("fr", "en")]
    election: Annotated[str, Length(1, 500), no_control]
    uuid: ElectionUuid
    tracker: Annotated[str, Form("[A-Za-z0-9+/]{43}")]
    urn: Annotated[str, Length(1, 500), no_control]
    closes_at: Moment
    receipt: Annotated[str, Length(1, 2000), no_control]


class ReceiptSent(Message):
    """Whether the mail server has taken it."""

    sent: bool
