"""The SMTP side of bounces: delivery reports in, notification told."""

import asyncio
import contextvars
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from services.notification.bounces import delivery_reports
from services.notification.contract.client import NotificationClient
from services.runtime.contracts.client import Caller, RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.telemetry import correlation, logs

log = logs.get_logger("isoloir.bounces")

LARGEST = 1024 * 1024  # bytes: a report quotes the message, which is small
NOT_HERE = "550 5.1.1 No such address here"
AGAIN = "451 4.3.0 Not noted yet, please try again later"
TAKEN = "250 2.0.0 Noted"
MOST_RECIPIENTS = 10
START_SECONDS = 60.0  # aiosmtpd's own 5 s are not enough for its thread on a busy machine


class Receiver:
    """Takes in reports for bounce+MESSAGE_ID@…; whatever is not a final failure is taken and forgotten."""

    def __init__(self, rpc: Caller) -> None:
        self._notification = NotificationClient(rpc)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:
        """Accept the addresses that our own messages were sent from."""
        if delivery_reports.message_id_of(address) is None:
            return NOT_HERE
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Note the failure; 451, so that the sender tries again, while notification cannot."""
        content = envelope.original_content or b""
        bounce = await asyncio.to_thread(delivery_reports.read, content)
        if bounce is None:
            log.info("report_ignored", size=len(content))
            return TAKEN
        ids = {found for address in envelope.rcpt_tos if (found := delivery_reports.message_id_of(address))}
        answers = [await asyncio.to_thread(contextvars.Context().run, self._note, one, bounce) for one in sorted(ids)]
        return AGAIN if AGAIN in answers else TAKEN

    def _note(self, message_id: str, bounce: delivery_reports.Bounce) -> str:
        correlation.bind(None)
        try:
            state = self._notification.record_bounce(message_id, bounce.status, bounce.diagnostic)
        except (RpcTimeout, RpcUnavailable, ServiceFault) as error:
            log.warning("bounce_not_noted", message_id=message_id, error=type(error).__name__)
            return AGAIN
        except Refusal as refusal:
            log.warning("bounce_refused", message_id=message_id, code=refusal.code)
            return TAKEN
        log.info("bounce_noted", message_id=message_id, status=bounce.status, state=state)
        # Faster than its sender could note that it was sent: the state will be another when the report comes again.
        return AGAIN if state == "sending" else TAKEN


def receiver(rpc: Caller, host: str, port: int) -> Controller:
    """An SMTP server, not started, in a thread of its own."""
    return Controller(
        Receiver(rpc),
        hostname=host,
        port=port,
        ident="Isoloir",
        data_size_limit=LARGEST,
        ready_timeout=START_SECONDS,
    )
