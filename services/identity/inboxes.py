"""What identity does when other services tell it something."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.ballot.contract.events import ElectionSealed
from services.identity.reissue import requests, resending
from services.identity.roll import removals
from services.identity.settings import Settings
from services.identity.voting_events import sealings
from services.notification.contract.events import MessageSettled
from services.reassort.contract.events import ReissueSettled, RemovalSettled
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources


def record_sealing(session: Session, event: ElectionSealed, _resources: Resources[Settings]) -> None:
    """The urn has sealed an election: what it says now is what booths insist on."""
    sealings.record(session, election=event.election, fingerprint=event.fingerprint, receipt_key=event.receipt_key)


def note_reissue(session: Session, event: ReissueSettled, _resources: Resources[Settings]) -> None:
    """What became of a request for another voting code."""
    requests.settle(session, event.request, event.outcome)


def note_delivery(session: Session, event: MessageSettled, _resources: Resources[Settings]) -> None:
    """What became of the message with a re-issued code."""
    resending.note_delivery(session, event.message_id, event.outcome)


def settle_removal(session: Session, event: RemovalSettled, _resources: Resources[Settings]) -> None:
    """Whether the urn has let go a voter who leaves the roll."""
    removals.settle(session, event.removal, event.outcome, utc_now())
