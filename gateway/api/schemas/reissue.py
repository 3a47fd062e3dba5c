"""Another voting code."""

from marshmallow import Schema, fields, validate

from gateway.api.schemas.access import challenge
from gateway.api.schemas.base import Request, line, moment
from services.runtime.contracts.kinds import Form, Length, no_control


class NewestReissueSchema(Schema):
    """The voter's last request."""

    request = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["open", "issued", "late"]))
    channel = fields.String(required=True, validate=validate.OneOf(["sms", "screen"]))
    masked = fields.String(required=True, metadata={"description": "The number, « 06xxxxxxx »; empty for the screen"})
    asked_at = moment()
    delivery = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(["delivered", "failed"]),
        metadata={"description": "The operator's final word on the SMS; null while there is none"},
    )
    may_resend = fields.Boolean(
        required=True, metadata={"description": "POST /reissue/resend sends the same code again"}
    )


class ReissueStandingSchema(Schema):
    """What the voter may ask for."""

    is_open = fields.Boolean(required=True)
    opens_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    closes_at = moment()
    most = fields.Integer(required=True, metadata={"description": "Codes that a voter may have again"})
    left = fields.Integer(required=True, metadata={"description": "How many of them are left"})
    voted_everywhere = fields.Boolean(required=True)
    proof = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "facts (NUMEN and date of birth), challenge (its answer), null: the support cell"},
    )
    question = fields.String(allow_none=True, metadata={"description": "The challenge question: a code, or own words"})
    newest = fields.Nested(NewestReissueSchema, required=True, allow_none=True)
    asks_birth_date = fields.Boolean(
        required=True, metadata={"description": "The day of birth is wanted beside the challenge's answer"}
    )


class AskReissueSchema(Request):
    """Where to send the code, and what proves the voter. The same `form` sent twice is one request."""

    form = fields.String(required=True, validate=Form("[0-9A-Za-z_-]{16,64}"))
    phone = line(60)
    numen = line(60, load_only=True)
    birth_date = line(40, load_only=True)
    challenge = challenge()


class ResendReissueSchema(Request):
    """Where to send a code again that did not arrive. The same `form` sent twice is one message."""

    form = fields.String(required=True, validate=Form("[0-9A-Za-z_-]{16,64}"))
    phone = line(60)


class ReissueAnswerSchema(Request):
    """The answer to the challenge question, and the day of birth (jj/mm/aaaa) where it is asked for."""

    answer = line(1000, load_only=True)
    birth_date = fields.String(load_default="", load_only=True, validate=[Length(0, 40), no_control])


class ReissueLinkSentSchema(Schema):
    """Until when the link that was mailed works."""

    until = moment()


class FollowReissueSchema(Request):
    """The token of the mailed link, and either a telephone or the browser's one-time key (X25519, hexadecimal)."""

    token = line(200, load_only=True)
    phone = fields.String(load_default=None, validate=[Length(1, 60), no_control])
    browser_key = fields.String(load_default=None, validate=Form("[0-9a-f]{64}"))


class ReissueAskedSchema(Schema):
    """A request that is under way."""

    request = fields.String(required=True)
    channel = fields.String(required=True)
    masked = fields.String(required=True)
    left = fields.Integer(required=True)
    new = fields.Boolean(required=True, metadata={"description": "False for what an earlier request began"})


class ShownCodeSchema(Schema):
    """The code of the last request, sealed for the browser that made it; null before it is there and once forgotten."""

    state = fields.String(required=True)
    sealed = fields.String(required=True, allow_none=True)
