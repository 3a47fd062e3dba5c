"""The typed client of notification."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from services.notification.contract import methods
from services.notification.contract.bounces import RecordBounce
from services.notification.contract.callbacks import FormField, RecordCallback
from services.notification.contract.deliveries import Delivery, ListDeliveries
from services.notification.contract.receipts import SendReceipt
from services.notification.contract.reports import (
    Count,
    DescribeMessages,
    Failure,
    ListFailures,
    MessageCounts,
    MessageState,
)
from services.runtime.contracts.client import ServiceClient


class NotificationClient(ServiceClient):
    """Messages and their state."""

    service: ClassVar[str] = "notification"

    def message_counts(self, campaign: str | None = None) -> list[Count]:
        """How many messages there are, by channel and state."""
        return self._ask(methods.MESSAGE_COUNTS, MessageCounts(campaign=campaign)).counts

    def list_failures(self, limit: int = 100, campaign: str | None = None) -> list[Failure]:
        """The newest messages that did not leave, or came back."""
        return self._ask(methods.LIST_FAILURES, ListFailures(limit=limit, campaign=campaign)).failures

    def list_deliveries(self, since: datetime, until: datetime) -> list[Delivery]:
        """What became of the messages asked for meanwhile, by hour, channel, operator and territory."""
        return self._ask(methods.LIST_DELIVERIES, ListDeliveries(since=since, until=until)).deliveries

    def describe_messages(self, messages: list[str]) -> list[MessageState]:
        """What became of these messages; those that nobody knows are left out."""
        return self._ask(methods.DESCRIBE_MESSAGES, DescribeMessages(messages=messages)).messages

    def record_bounce(self, message_id: str, status: str, diagnostic: str) -> str:
        """Note that a message came back; its state now, "no_such_message" when there is none."""
        request = RecordBounce(message_id=message_id, status=status, diagnostic=diagnostic)
        return self._do(methods.RECORD_BOUNCE, request).state

    def record_callback(self, message_id: str, form: Mapping[str, str], signature: str) -> str:
        """Note what an operator tells of a message; its state now, "refused" where the operator did not sign."""
        fields = [FormField(name=name, value=value) for name, value in form.items()]
        request = RecordCallback(message_id=message_id, form=fields, signature=signature)
        return self._do(methods.RECORD_CALLBACK, request).state

    def send_receipt(self, receipt: SendReceipt) -> bool:
        """Send a voter the receipt of his ballot, at once; whether the mail server has taken it."""
        return self._do(methods.SEND_RECEIPT, receipt).sent
