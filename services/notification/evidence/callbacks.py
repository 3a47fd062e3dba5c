"""What an operator tells of a short message after it was handed over: Twilio's status callbacks (D8).

The address that Twilio calls names the message, so that a callback which comes before the hand-over is recorded, or
twice, or in another order, finds its message all the same. The first final word stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from twilio.request_validator import RequestValidator

from services.notification.evidence import settled
from services.notification.models import Message, State

PATH = "/callbacks/sms/"
STATUSES: dict[str, State | None] = {
    "accepted": None,
    "scheduled": None,
    "queued": None,
    "sending": None,
    "sent": None,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
"""The operator's word → our state; None, on its way."""
_ERROR = re.compile(r"[0-9]{1,6}")
UNKNOWN, REFUSED = "unknown", "refused"


def address(public_url: str, message_id: str) -> str:
    """Return where the operator is to tell of a message: on the portal's public address, behind whatever proxies."""
    return f"{public_url.rstrip('/')}{PATH}{message_id}"


def is_genuine(auth_token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Tell whether the operator signed this form for this address; never, where no token is configured."""
    return bool(auth_token) and bool(RequestValidator(auth_token).validate(url, dict(form), signature))


def record(session: Session, message_id: str, form: Mapping[str, str], now: datetime) -> str:
    """Note what a genuine callback says.

    Args:
        session: In a transaction.
        message_id: The message of the address that was called.
        form: `MessageStatus`, and `ErrorCode` where it failed.
        now: When it came.

    Returns:
        The message's state now, "unknown" when there is none.
    """
    message = session.execute(
        select(Message).where(Message.id == message_id, Message.channel == "sms").with_for_update()
    ).scalar_one_or_none()
    if message is None:
        return UNKNOWN
    final = STATUSES.get(form.get("MessageStatus", "").lower())
    # One that was handed over, or is being: whoever sends it records the hand-over under what was told meanwhile.
    if final is None or message.reported is not None or message.state not in (State.SENDING, State.SENT):
        return message.state
    message.reported, message.changed_at = final, now
    if final is State.FAILED:
        code = _ERROR.fullmatch(form.get("ErrorCode", ""))
        message.reason = f"sms_{code.group()}" if code else "sms_undelivered"
    else:
        message.delivered_at = now
    if message.state == State.SENT:
        message.state = final
        settled.tell(session, [(message.id, message.state, message.report)])
    session.flush()
    return message.state
