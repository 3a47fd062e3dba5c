"""What can be asked of notification."""

from __future__ import annotations

from services.notification.contract.bounces import RecordBounce, Recorded
from services.notification.contract.callbacks import RecordCallback
from services.notification.contract.deliveries import Deliveries, ListDeliveries
from services.notification.contract.receipts import ReceiptSent, SendReceipt
from services.notification.contract.reports import (
    Counts,
    DescribeMessages,
    Failures,
    ListFailures,
    MessageCounts,
    MessageStates,
)
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED
from services.runtime.contracts.methods import COUNTING_SECONDS, Command, Idempotent, NeverRepeated, Question, table

OPERATOR_SECONDS = 30.0
MAIL_SECONDS = 20.0
"""As long as a voter waits for a mail server."""

MESSAGE_COUNTS = Question("message_counts", MessageCounts, Counts, seconds=COUNTING_SECONDS)
LIST_FAILURES = Question("list_failures", ListFailures, Failures)
LIST_DELIVERIES = Question("list_deliveries", ListDeliveries, Deliveries, seconds=OPERATOR_SECONDS)
DESCRIBE_MESSAGES = Question("describe_messages", DescribeMessages, MessageStates)
RECORD_BOUNCE = Command(
    "record_bounce",
    RecordBounce,
    Recorded,
    repeated=Idempotent("a message that has bounced stays bounced, with the first reason"),
    callers=("bounces",),
)

RECORD_CALLBACK = Command(
    "record_callback",
    RecordCallback,
    Recorded,
    repeated=Idempotent("the first final word of an operator stands"),
)

SEND_RECEIPT = Command(
    "send_receipt",
    SendReceipt,
    ReceiptSent,
    repeated=NeverRepeated("a second try is a second message"),
    seconds=MAIL_SECONDS,
    tries=1,
    hourly=True,
)

METHODS = table(
    CONDITION,
    RETRY_PARKED,
    MESSAGE_COUNTS,
    LIST_FAILURES,
    LIST_DELIVERIES,
    DESCRIBE_MESSAGES,
    RECORD_BOUNCE,
    RECORD_CALLBACK,
    SEND_RECEIPT,
)
