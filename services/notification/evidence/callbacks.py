"""What an operator tells of a short message after it was handed over: its status callbacks (D8).

The address that it calls names the message, so that a callback which comes before the hand-over is recorded, or twice,
or in another order, finds its message all the same. The first final word stands. Where a second operator took over what
the first did not answer for in time, either may say that it arrived, and only the one that took it that it did not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notification.channels.twilio_provider import STATUSES
from services.notification.evidence import ended, settled
from services.notification.models import Message, State

_MAY_BE_TOLD_OF = (State.SENDING, State.SENT, State.UNKNOWN)
_ERROR = re.compile(r"[0-9]{1,6}")
UNKNOWN, REFUSED = "no_such_message", "refused"


def record(session: Session, message_id: str, form: Mapping[str, str], now: datetime, operator: str = "") -> str:
    """Note what a genuine callback says.

    Args:
        session: In a transaction.
        message_id: The message of the address that was called.
        form: `MessageStatus`, and `ErrorCode` where it failed.
        now: When it came.
        operator: Whose account it was signed for.

    Returns:
        The message's state now, "no_such_message" when there is none.
    """
    message = session.execute(
        select(Message).where(Message.id == message_id, Message.channel == "sms").with_for_update()
    ).scalar_one_or_none()
    if message is None:
        return UNKNOWN
    final = STATUSES.get(form.get("MessageStatus", "").lower())
    # One that was handed over, or is being: whoever sends it records the hand-over under what was told meanwhile.
    if final is None or message.reported is not None or message.state not in _MAY_BE_TOLD_OF:
        return message.state
    if final is State.FAILED and message.operator and operator and message.operator != operator:
        return message.state  # another one has taken it over
    message.reported, message.changed_at = final, now
    if final is State.FAILED:
        code = _ERROR.fullmatch(form.get("ErrorCode", ""))
        message.reason = f"sms_{code.group()}" if code else "sms_undelivered"
    else:
        message.delivered_at = now
    if message.state != State.SENDING:
        message.state = final
        ended.count(session, message.channel, final)
        settled.tell(session, [(message.id, message.state, message.report)])
    session.flush()
    return message.state
