"""Asking notification to write to a voter: the event is part of the caller's transaction, its content is sealed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.identity.contract.limits import FRENCH
from services.identity.models import Voter, VoterMessage
from services.identity.settings import Settings
from services.notification.contract.events import MessageRequested
from services.runtime import sealing_box
from services.runtime.bus import outbox
from services.runtime.clock import utc_now

ATTENDANCE = "attendance"
"""The template of what is sent to whoever has voted."""


@dataclass(frozen=True)
class LetterSettings:
    """What is needed to write to voters: the public keys of the two channels (hexadecimal) and the portal's address."""

    mail_public_key: str
    sms_public_key: str
    public_url: str

    @classmethod
    def of(cls, settings: Settings) -> LetterSettings:
        """What the service's settings say."""
        return cls(settings.mail_public_key, settings.sms_public_key, settings.public_url)


def request_email(
    session: Session,
    letters: LetterSettings,
    voter: Voter,
    *,
    template: str,
    values: dict[str, object],
    expires_at: datetime | None,
    language: str | None = None,
    campaign: str | None = None,
) -> str:
    """Publish message_requested for an e-mail to `voter` and return the message's id.

    Name and portal address are added to `values`. `campaign` is the campaign that the message is counted with.
    `language` is the one that the page was in where the message was asked for; without it, the voter's last visit tells.
    """
    named = {"first_name": voter.first_name, "surname": voter.surname, **values}
    message = request_email_to(
        session,
        letters,
        voter.identifier,
        template=template,
        values=named,
        language=language or voter.language or FRENCH,
        expires_at=expires_at,
        campaign=campaign,
    )
    # Campaigns have a table of their own; what tells of a vote is kept by nobody.
    if campaign is None and template != ATTENDANCE:
        session.add(VoterMessage(message_id=message, voter_id=voter.id, template=template, asked_at=utc_now()))
    return message


def request_email_to(
    session: Session,
    letters: LetterSettings,
    address: str,
    *,
    template: str,
    values: dict[str, object],
    language: str = FRENCH,
    expires_at: datetime | None = None,
    campaign: str | None = None,
) -> str:
    """Publish message_requested for an e-mail to an address and return the message's id."""
    sealed = sealing_box.seal(
        letters.mail_public_key,
        {
            "to": {"email": address},
            "values": {"portal": letters.public_url.rstrip("/"), **values},
            "language": language,
        },
    )
    message_id = str(uuid.uuid4())
    message = MessageRequested(
        message_id=message_id,
        channel="email",
        template=template,
        sealed=sealed,
        expires_at=expires_at,
        campaign=campaign,
    )
    outbox.publish(session, "identity", message)
    return message_id
