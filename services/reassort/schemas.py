"""Payloads of the credential authority's entry points; fields that are not here are refused."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

# A page is computed before the answer is given: callers wait for four PBKDF2 a voter.
LARGEST_PAGE = 500


# Identity's identifier of a voting event: printable ASCII, which every database can look up.
_EVENT = validate.Regexp(r"[!-~]{1,64}\Z", error="must be 1 to 64 printable ASCII characters")


class Empty(Schema):
    """Nothing."""


class VotingEventRequest(Schema):
    """Whatever concerns one voting event."""

    voting_event = fields.String(required=True, validate=_EVENT)


class GenerateCodesRequest(VotingEventRequest):
    """generate_codes."""

    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    limit = fields.Integer(strict=True, load_default=100, validate=validate.Range(1, LARGEST_PAGE))


class CodesGenerated(Schema):
    """generate_codes."""

    generated = fields.Integer()
    next = fields.String(allow_none=True)
    total_generated = fields.Integer()
    missing = fields.Integer(allow_none=True)


class CodeCounts(Schema):
    """code_counts."""

    voters = fields.Integer()
    spares = fields.Integer()
    credentials = fields.Integer()
    notices = fields.Integer()


class CodeParametersRequest(Schema):
    """code_parameters; without a voting event, the parameters of the next one."""

    voting_event = fields.String(load_default=None, allow_none=True, validate=_EVENT)


class CodeParameters(Schema):
    """code_parameters."""

    iterations = fields.Integer()


class Health(Schema):
    """health."""

    service = fields.String()
    database = fields.String()
