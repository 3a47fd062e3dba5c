"""Asking notification to write to a voter: the event is part of the caller's transaction, its content is sealed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.identity.models import Voter
from services.runtime import outbox, sealing_box


@dataclass(frozen=True)
class MailRoom:
    """What is needed to write to voters: notification's public key (hexadecimal) and the portal's address."""

    notification_public_key: str
    public_url: str


def request_email(
    session: Session,
    room: MailRoom,
    voter: Voter,
    *,
    template: str,
    values: dict[str, object],
    expires_at: datetime | None,
) -> None:
    """Publish message_requested for an e-mail to `voter`; name and portal address are added to `values`."""
    sealed = sealing_box.seal(
        room.notification_public_key,
        {
            "to": {"email": voter.identifier},
            "values": {
                "first_name": voter.first_name,
                "surname": voter.surname,
                "portal": room.public_url.rstrip("/"),
                **values,
            },
        },
    )
    outbox.publish(
        session,
        "identity",
        "message_requested",
        {
            "message_id": str(uuid.uuid4()),
            "channel": "email",
            "template": template,
            "sealed": sealed,
            "expires_at": expires_at.isoformat() if expires_at else None,
        },
    )
