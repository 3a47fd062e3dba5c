"""What identity does when other services tell it something."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.ballot.contract.events import BallotAccepted
from services.identity.attendance import poll_book
from services.identity.reissue import requests, resending
from services.identity.settings import Settings
from services.notification.contract.events import MessageSettled
from services.reassort.contract.events import ReissueSettled
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources


def sign_poll_book(session: Session, event: BallotAccepted, resources: Resources[Settings]) -> None:
    """A ballot was accepted: its holder signs the poll book."""
    poll_book.sign(
        session,
        holder_key=resources.settings.holder_key,
        election=event.election,
        holder=event.holder,
        now=utc_now(),
        mail_every=timedelta(minutes=resources.settings.attendance_mail_minutes),
    )


def note_reissue(session: Session, event: ReissueSettled, _resources: Resources[Settings]) -> None:
    """What became of a request for another voting code."""
    requests.settle(session, event.request, event.outcome)


def note_delivery(session: Session, event: MessageSettled, _resources: Resources[Settings]) -> None:
    """What became of the message with a re-issued code."""
    resending.note_delivery(session, event.message_id, event.outcome)
