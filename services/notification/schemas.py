"""Payloads of notification's entry points and of the event it listens to; unknown fields are refused."""

from __future__ import annotations

from datetime import UTC

from marshmallow import Schema, fields, validate

CHANNELS = ("email", "sms", "paper")


def _campaign() -> fields.String:
    return fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=36))


class Nothing(Schema):
    """{}"""


class Health(Schema):
    """The service answers and reaches its database."""

    service = fields.String(required=True)
    database = fields.String(required=True)


class MessageRequested(Schema):
    """The event message_requested; `sealed` is opened only when the message is sent."""

    message_id = fields.String(required=True, validate=validate.Length(min=1, max=36))
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    template = fields.String(required=True, validate=validate.Regexp(r"\A[a-z_]{1,50}\Z"))
    sealed = fields.String(required=True, validate=validate.Length(max=100_000))
    expires_at = fields.AwareDateTime(required=True, format="iso", default_timezone=UTC, allow_none=True)
    campaign = _campaign()


class MessageCounts(Schema):
    """Which messages to count: those of a campaign, or all."""

    campaign = _campaign()


class Count(Schema):
    """How many messages of a channel are in a state."""

    channel = fields.String(required=True)
    state = fields.String(required=True)
    count = fields.Integer(required=True)


class Counts(Schema):
    """All counts."""

    counts = fields.List(fields.Nested(Count), required=True)


class ListFailures(Schema):
    """How many failures to list, of a campaign or of all messages."""

    limit = fields.Integer(load_default=100, strict=True, validate=validate.Range(min=1, max=1000))
    campaign = _campaign()


class Failure(Schema):
    """A message that failed, expired, bounced, may not have left, or waits with a reason."""

    message_id = fields.String(required=True)
    channel = fields.String(required=True)
    template = fields.String(required=True)
    state = fields.String(required=True)
    attempts = fields.Integer(required=True)
    reason = fields.String(required=True, allow_none=True)
    diagnostic = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True, format="iso", default_timezone=UTC)


class Failures(Schema):
    """The newest failures."""

    failures = fields.List(fields.Nested(Failure), required=True)


class RecordBounce(Schema):
    """What a mail server reported about a message: RFC 3463's status, and its own words, which may hold addresses."""

    message_id = fields.String(required=True, validate=validate.Length(min=1, max=36))
    status = fields.String(required=True, validate=validate.Regexp(r"\A[245]\.[0-9]{1,3}\.[0-9]{1,3}\Z"))
    diagnostic = fields.String(load_default="", validate=validate.Length(max=2000))


class Recorded(Schema):
    """The message's state now; "unknown" when there is no such message."""

    state = fields.String(required=True)
