"""Ballots and receipts."""

from marshmallow import Schema, fields

from gateway.api.schemas.base import Request
from services.ballot.contract.limits import LONGEST_PERMIT
from services.runtime.contracts.kinds import Length


class RetiredSchema(Schema):
    """A credential of the holder's that a re-issue has replaced."""

    credential = fields.String(required=True)
    hour = fields.String(required=True, metadata={"description": "The hour in which it was, in the reader's words"})


class CastSchema(Request):
    """A ballot and the permit to cast it."""

    # What is in them, the ballot box judges: a pattern would only make half a megabyte slow to check.
    permit = fields.String(required=True, load_only=True, validate=Length(1, LONGEST_PERMIT))
    ballot = fields.String(
        required=True,
        load_only=True,
        validate=Length(1, 480 * 1024),
        metadata={"description": "ballot.json, byte for byte"},
    )


class ReceiptSchema(Schema):
    """The signed receipt."""

    election = fields.String(required=True)
    tracker = fields.String(required=True)
    head = fields.String(required=True)
    height = fields.Integer(required=True)
    signature = fields.String(required=True)
