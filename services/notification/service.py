"""Entry points of notification: load → domain → dump. Rules live in the domain modules."""

from __future__ import annotations

import random
from typing import Any

from sqlalchemy.orm import Session

from services.notification import schemas
from services.notification.bounces import delivery_reports
from services.notification.channels.email import EmailChannel
from services.notification.channels.paper import PaperChannel
from services.notification.channels.sms import SmsChannel
from services.notification.evidence import reports
from services.notification.queue import delivery, intake
from services.notification.settings import Settings
from services.runtime.clock import utc_now
from services.runtime.hosting.entrypoints import entrypoint
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.loops import Loop
from services.runtime.hosting.offload import offload
from services.runtime.hosting.resource_provider import ResourceProvider
from services.runtime.hosting.resources import Resources
from services.runtime.telemetry import logs

Payload = dict[str, Any]

log = logs.get_logger("isoloir.intake")

_JITTER = random.Random()  # noqa: S311 - spreads retries, guards nothing


def take_in(session: Session, payload: Payload, resources: Resources) -> None:
    """Inbox: a message was requested."""
    message = schemas.MessageRequested().load(payload)
    intake.receive(session, **message, now=utc_now())
    # Joins the request, by its correlation id, to all that is logged of the message later.
    log.info(
        "message_queued", message_id=message["message_id"], channel=message["channel"], template=message["template"]
    )


def send_emails(resources: Resources) -> int:
    """Loop: send the e-mails that are due."""
    settings: Settings = resources.settings
    channel = EmailChannel(settings.smtp_url, settings.sender, settings.bounce_domain)
    return delivery.deliver_singly(
        resources.database,
        channel,
        settings.private_key,
        clock=utc_now,
        jitter=_JITTER,
        per_minute=settings.emails_per_minute,
    )


def send_texts(resources: Resources) -> int:
    """Loop: send the SMS that are due."""
    settings: Settings = resources.settings
    channel = SmsChannel(
        base_url=settings.twilio_base_url,
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token,
        sender=settings.sms_sender,
    )
    return delivery.deliver_singly(resources.database, channel, settings.private_key, clock=utc_now, jitter=_JITTER)


def print_notices(resources: Resources) -> int:
    """Loop: print the next batch of notices."""
    settings: Settings = resources.settings
    return delivery.deliver_printed(
        resources.database,
        PaperChannel(settings.print_dir),
        settings.private_key,
        clock=utc_now,
        jitter=_JITTER,
        slow=offload,
    )


class NotificationService:
    """Messages to send and their state."""

    name = "notification"

    resources = ResourceProvider(Settings)
    requested_by_identity = Inbox("identity", "message_requested", take_in)
    requested_by_reassort = Inbox("reassort", "message_requested", take_in)
    emails = Loop(send_emails, every=1.0)
    texts = Loop(send_texts, every=2.0)
    notices = Loop(print_notices, every=2.0)

    @entrypoint(schemas.Nothing, schemas.Health)
    def health(self, request: Payload) -> Payload:
        """Raise when the database does not answer."""
        self.resources.database.check()
        return {"service": self.name, "database": "ok"}

    @entrypoint(schemas.MessageCounts, schemas.Counts)
    def message_counts(self, request: Payload) -> Payload:
        """Count messages by channel and state."""
        with self.resources.database.reading() as session:
            return {"counts": reports.message_counts(session, **request)}

    @entrypoint(schemas.ListFailures, schemas.Failures)
    def list_failures(self, request: Payload) -> Payload:
        """List the newest failures."""
        with self.resources.database.reading() as session:
            return {"failures": reports.list_failures(session, **request)}

    @entrypoint(schemas.RecordBounce, schemas.Recorded)
    def record_bounce(self, request: Payload) -> Payload:
        """Note that a message came back."""
        with self.resources.database.transaction() as session:
            return {"state": delivery_reports.record(session, **request, now=utc_now())}
