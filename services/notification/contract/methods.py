"""What can be asked of notification."""

from __future__ import annotations

from services.notification.contract.bounces import RecordBounce, Recorded
from services.notification.contract.callbacks import RecordCallback
from services.notification.contract.deliveries import Deliveries, ListDeliveries
from services.notification.contract.reports import (
    Counts,
    DescribeMessages,
    Failures,
    ListFailures,
    MessageCounts,
    MessageStates,
)
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED
from services.runtime.contracts.methods import Command, Idempotent, Question, table

OPERATOR_SECONDS = 30.0

MESSAGE_COUNTS = Question("message_counts", MessageCounts, Counts)
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

METHODS = table(
    CONDITION,
    RETRY_PARKED,
    MESSAGE_COUNTS,
    LIST_FAILURES,
    LIST_DELIVERIES,
    DESCRIBE_MESSAGES,
    RECORD_BOUNCE,
    RECORD_CALLBACK,
)
