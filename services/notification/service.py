"""Entry points of notification: load → domain → dump. Rules live in the domain modules."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from services.notification.bounces import delivery_reports
from services.notification.channels import at_once, twilio_provider
from services.notification.channels.dkim_signature import DkimKey
from services.notification.channels.email import EmailChannel
from services.notification.channels.paper.channel import PaperChannel
from services.notification.channels.sms import SmsChannel
from services.notification.channels.twilio_provider import TwilioProvider
from services.notification.contract import methods
from services.notification.contract.bounces import RecordBounce, Recorded
from services.notification.contract.callbacks import RecordCallback
from services.notification.contract.deliveries import Deliveries, ListDeliveries
from services.notification.contract.events import MessageRequested, NoticesRequested
from services.notification.contract.receipts import ReceiptSent, SendReceipt
from services.notification.contract.reports import (
    Counts,
    DescribeMessages,
    Failures,
    ListFailures,
    MessageCounts,
    MessageStates,
)
from services.notification.evidence import callbacks, deliveries, reports
from services.notification.queue import delivery, intake, message_queue
from services.notification.queue.message_queue import Pace
from services.notification.settings import MailSettings, Settings, SmsSettings
from services.runtime.bus import condition
from services.runtime.clock import utc_now
from services.runtime.contracts.condition import CONDITION, Condition
from services.runtime.contracts.messages import Health, Nothing
from services.runtime.contracts.methods import HEALTH
from services.runtime.hosting.entrypoints import command, command_in_steps, healthy, question
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.loops import WORKER, Loop
from services.runtime.hosting.resource_provider import provide
from services.runtime.hosting.resources import Resources
from services.runtime.hosting.shared_entry_points import ParkedEventEntryPoints
from services.runtime.storage.database import Database
from services.runtime.telemetry import logs

log = logs.get_logger("isoloir.intake")

_JITTER = random.Random()  # noqa: S311 - spreads retries, guards nothing


def take_in(session: Session, message: MessageRequested, _resources: Resources[Settings]) -> None:
    """Inbox: a message was requested."""
    intake.receive(session, message, now=utc_now())
    # Joins the request, by its correlation id, to all that is logged of the message later.
    log.info("message_queued", message_id=message.message_id, channel=message.channel, template=message.template)


def take_notices_in(session: Session, request: NoticesRequested, _resources: Resources[Settings]) -> None:
    """Inbox: a page of notices was requested."""
    intake.receive_notices(session, request, now=utc_now())
    log.info("notices_queued", count=len(request.notices), template=request.template)


def email_channel(settings: MailSettings | Settings) -> EmailChannel:
    """The way to the mail server."""
    key = DkimKey.of(settings.dkim_selector, settings.dkim_private_key_file)
    return EmailChannel(settings.smtp_url, settings.sender, settings.bounce_domain, key)


def send_emails(resources: Resources[MailSettings]) -> int:
    """Loop of `isoloir deliver mail`: send the e-mails that are due."""
    settings = resources.settings
    return delivery.deliver_singly(
        resources.database,
        email_channel(settings),
        settings.mail_private_key,
        clock=utc_now,
        jitter=_JITTER,
        pace=Pace.of(settings.emails_per_second),
        lines=settings.smtp_connections,
    )


def send_texts(resources: Resources[SmsSettings]) -> int:
    """Loop of `isoloir deliver sms`: send the SMS that are due, and note of which the operator tells nothing."""
    settings = resources.settings
    with resources.database.transaction() as session:
        message_queue.miss_news(
            session, SmsChannel.name, now=utc_now(), after=timedelta(minutes=settings.sms_news_minutes)
        )
    channel = SmsChannel([TwilioProvider(account, settings.public_url) for account in settings.sms_accounts])
    return delivery.deliver_singly(
        resources.database,
        channel,
        settings.sms_private_key,
        clock=utc_now,
        jitter=_JITTER,
        pace=Pace.of(settings.texts_per_second),
    )


def print_notices(resources: Resources[Settings]) -> int:
    """Loop of the worker process: put the next notices into a batch for the printer."""
    channel = PaperChannel(resources.settings.print_dir)
    return delivery.deliver_printed(resources.database, channel, clock=utc_now, jitter=_JITTER)


class NotificationService(ParkedEventEntryPoints):
    """Messages to send and their state."""

    name = "notification"

    resources = provide(Settings)
    requested_by_identity = Inbox("identity", MessageRequested, take_in)
    requested_by_reassort = Inbox("reassort", MessageRequested, take_in)
    notices_of_reassort = Inbox("reassort", NoticesRequested, take_notices_in)
    # One process opens e-mails, another short messages, and none of the others either (docs/adr/0028).
    emails = Loop(send_emails, every=1.0, process="mail", settings_class=MailSettings)
    texts = Loop(send_texts, every=1.0, process="sms", settings_class=SmsSettings)
    notices = Loop(print_notices, every=2.0, process=WORKER)

    @question(HEALTH)
    def health(self, _request: Nothing, session: Session) -> Health:
        """Whether the service and its database answer."""
        return healthy(self.name, self.resources.database, session)

    @question(CONDITION)
    def condition(self, _request: Nothing, session: Session) -> Condition:
        """Who is alive, what waits, what was put aside."""
        return condition.look(session, self.resources.database, self.name, [Path(self.resources.settings.print_dir)])

    @question(methods.MESSAGE_COUNTS)
    def message_counts(self, request: MessageCounts, session: Session) -> Counts:
        """Count messages by channel and state."""
        return Counts(counts=reports.message_counts(session, request.campaign))

    @question(methods.LIST_FAILURES)
    def list_failures(self, request: ListFailures, session: Session) -> Failures:
        """List the newest failures."""
        return Failures(failures=reports.list_failures(session, request.limit, request.campaign))

    @question(methods.LIST_DELIVERIES)
    def list_deliveries(self, request: ListDeliveries, session: Session) -> Deliveries:
        """Count what became of messages, by the hour."""
        return Deliveries(deliveries=deliveries.by_hour(session, request.since, request.until))

    @question(methods.DESCRIBE_MESSAGES)
    def describe_messages(self, request: DescribeMessages, session: Session) -> MessageStates:
        """Say what became of messages."""
        return MessageStates(messages=reports.describe(session, request.messages))

    @command(methods.RECORD_BOUNCE)
    def record_bounce(self, request: RecordBounce, session: Session) -> Recorded:
        """Note that a message came back."""
        state = delivery_reports.record(
            session,
            message_id=request.message_id,
            status=request.status,
            diagnostic=request.diagnostic,
            now=utc_now(),
        )
        return Recorded(state=state)

    @command(methods.RECORD_CALLBACK)
    def record_callback(self, request: RecordCallback, session: Session) -> Recorded:
        """Note what the operator tells of a short message, where the operator signed it."""
        settings = self.resources.settings
        form = {field.name: field.value for field in request.form}
        url = twilio_provider.address(settings.public_url, request.message_id)
        for account in settings.sms_accounts:
            if twilio_provider.is_genuine(account.auth_token, url, form, request.signature):
                return Recorded(state=callbacks.record(session, request.message_id, form, utc_now(), account.name))
        return Recorded(state=callbacks.REFUSED)

    @command_in_steps(methods.SEND_RECEIPT)
    def send_receipt(self, request: SendReceipt, _database: Database) -> ReceiptSent:
        """Send a receipt, and keep nothing of it."""
        return ReceiptSent(sent=at_once.send_receipt(email_channel(self.resources.settings), request))
