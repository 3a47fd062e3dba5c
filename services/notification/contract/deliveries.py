"""Evidence of delivery (D8): what became of messages, by the hour in which they were asked for; no content, no address."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.runtime.contracts.messages import Message

LONGEST_SPAN = timedelta(days=31)
IN_TIME_SECONDS = 15 * 60
"""What voters are told that a message may take."""


class ListDeliveries(Message):
    """Messages asked for from one moment to another, a month at most."""

    since: datetime
    until: datetime


class Delivery(Message):
    """The messages of an hour, on a channel, by an operator, to a territory.

    `operator` and `territory` (ISO 3166) are of short messages that were handed over, null for the others. `arrived`: at the
    telephone by the operator's word; of e-mails, taken by the recipients' mail servers and not sent back; of notices, given
    to the printer. `failed` includes what expired, came back or may not have left; `waiting` is neither yet.
    `mean_seconds` is from being asked for to the arrival, null where none has; `in_time`, how many arrived within fifteen
    minutes.
    """

    hour: datetime
    channel: str
    operator: str | None
    territory: str | None
    asked: int
    arrived: int
    failed: int
    unknown: int
    waiting: int
    in_time: int
    mean_seconds: int | None


class Deliveries(Message):
    """All lines, the oldest hour first."""

    deliveries: list[Delivery]
