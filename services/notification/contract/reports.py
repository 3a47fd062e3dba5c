"""What operators are told of messages: counts and failures, no content, no address."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.notification.contract.limits import MOST_DESCRIBED, MOST_FAILURES
from services.runtime.contracts.kinds import Count as Bounded
from services.runtime.contracts.kinds import MessageUuid, Range
from services.runtime.contracts.messages import Message


class MessageCounts(Message):
    """Which messages to count: those of a campaign, or all."""

    campaign: MessageUuid | None = None


class Count(Message):
    """How many messages of a channel are in a state."""

    channel: str
    state: str
    count: int


class Counts(Message):
    """All counts."""

    counts: list[Count]


class ListFailures(Message):
    """How many failures to list, of a campaign or of all messages."""

    limit: Annotated[int, Range(1, MOST_FAILURES)] = 100
    campaign: MessageUuid | None = None


class Failure(Message):
    """A message that failed, expired, bounced, may not have left, or waits with a reason."""

    message_id: str
    channel: str
    template: str
    state: str
    attempts: int
    reason: str | None
    diagnostic: str | None
    at: datetime


class Failures(Message):
    """The newest failures."""

    failures: list[Failure]


class DescribeMessages(Message):
    """Messages by their numbers; those that nobody knows, or knows any more, are left out."""

    messages: Annotated[list[MessageUuid], Bounded(0, MOST_DESCRIBED)]


class MessageState(Message):
    """What became of a message: where it stands, since when, and the carrier's reason. No content, no address."""

    message_id: str
    channel: str
    template: str
    state: str
    reason: str | None
    at: datetime


class MessageStates(Message):
    """What became of each."""

    messages: list[MessageState]
