"""What is sent while whoever asked waits, without a row: the one message that no store may tie to its reader.

A receipt names a ballot, and a message its voter. In the queue both would lie together, sealed for a key that this service
has; in its evidence, for good. So the mail server is handed the message at once, or the voter is told that it is not sent.
"""

from __future__ import annotations

import uuid

from services.notification.channels.email import EmailChannel
from services.notification.contract.receipts import SendReceipt
from services.notification.queue import rendering
from services.notification.queue.outcomes import Result

TEMPLATE = "receipt"


def send_receipt(channel: EmailChannel, request: SendReceipt) -> bool:
    """Send a receipt.

    Args:
        channel: to the mail server; it keeps nothing.
        request: what, and to whom.

    Returns:
        Whether the mail server has taken it.
    """
    letter = rendering.write(
        message_id=str(uuid.uuid4()),
        template=TEMPLATE,
        to={"email": request.email},
        language=request.language,
        values={
            "election": request.election,
            "uuid": request.uuid,
            "tracker": request.tracker,
            "urn": request.urn,
            "closes_at": request.closes_at.isoformat(),
            "receipt": request.receipt,
        },
    )
    with channel.open() as send:
        return send(letter).result is Result.DELIVERED
