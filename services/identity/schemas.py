"""Payloads of identity's entry points; unknown fields are refused."""

from __future__ import annotations

import unicodedata
from datetime import UTC

from marshmallow import Schema, ValidationError, fields, validate

MODES = ("online", "paper")


def _no_control(text: str) -> None:
    # PostgreSQL cannot hold NUL, and UTF-8 no lone surrogate: neither belongs in anything that people type.
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise ValidationError("Control characters are not allowed.")


def _text(longest: int, *, shortest: int = 0) -> fields.String:
    return fields.String(required=True, validate=[validate.Length(min=shortest, max=longest), _no_control])


def _long_text() -> fields.String:
    return fields.String(load_default="", validate=validate.Length(max=5000))


def _moment(*, allow_none: bool = False) -> fields.AwareDateTime:
    return fields.AwareDateTime(required=True, format="iso", default_timezone=UTC, allow_none=allow_none)


def _uuid() -> fields.String:
    return fields.String(required=True, validate=[validate.Length(min=1, max=36), _no_control])


def _election_uuid() -> fields.String:
    return fields.String(required=True, validate=validate.Regexp(r"\A[1-9A-HJ-NP-Za-km-z]{14}\Z"))


def _token() -> fields.String:
    return fields.String(required=True, validate=[validate.Length(min=1, max=200), _no_control])


def _password() -> fields.String:
    # Longer than any policy allows, so that the policy is what answers; bounded, so that hashing is.
    return fields.String(required=True, validate=validate.Length(max=2000))


class Nothing(Schema):
    """{}"""


class Health(Schema):
    """The service answers and reaches its database."""

    service = fields.String(required=True)
    database = fields.String(required=True)


class ElectionDefinition(Schema):
    """An election within a voting event."""

    uuid = _election_uuid()
    code = fields.String(
        required=True, validate=validate.Regexp(r"\A[^|;\s\x00-\x1f][^|;\x00-\x1f]{0,48}[^|;\s\x00-\x1f]?\Z")
    )
    name = _text(300, shortest=1)
    mode = fields.String(required=True, validate=validate.OneOf(MODES))
    notice = _long_text()


class OpenVotingEvent(Schema):
    """A voting event; `profile` names its password policy."""

    voting_event = _uuid()
    name = _text(200, shortest=1)
    opens_at = _moment()
    closes_at = _moment()
    profile = fields.String(load_default="2022", validate=validate.Length(max=20))
    elections = fields.List(fields.Nested(ElectionDefinition), required=True)


class VotingEventOpened(Schema):
    """The voting event is in place."""

    voting_event = fields.String(required=True)


class VotingEvent(Schema):
    """A voting event as the portal shows it; `now` is the server's time."""

    voting_event = fields.String(required=True)
    name = fields.String(required=True)
    opens_at = _moment()
    closes_at = _moment()
    now = _moment()
    profile = fields.String(required=True)
    roll_sealed = fields.Boolean(required=True)
    elections = fields.List(fields.Nested(ElectionDefinition), required=True)


class StageRoll(Schema):
    """A part of a roll file; `first_line` is the line of its first row in the file, whose header is line 1."""

    voting_event = _uuid()
    import_id = _uuid()
    first_line = fields.Integer(required=True, strict=True, validate=validate.Range(min=2, max=10_000_000))
    rows = fields.List(
        fields.Dict(keys=fields.String(), values=fields.String(validate=validate.Length(max=10_000))),
        required=True,
        validate=validate.Length(max=10_000),
    )


class Staged(Schema):
    """How many rows were kept."""

    staged = fields.Integer(required=True)


class CommitRoll(Schema):
    """`lines` is how many rows the file has."""

    voting_event = _uuid()
    import_id = _uuid()
    lines = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class OfVotingEvent(Schema):
    """A command on a voting event."""

    voting_event = _uuid()


class RollCounts(Schema):
    """The size of the roll."""

    voters = fields.Integer(required=True)
    entitlements = fields.Integer(required=True)


class ListBearers(Schema):
    """A page of bearers."""

    voting_event = _uuid()
    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=36))
    limit = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=1000))


class Notice(Schema):
    """Whom a voting notice is for."""

    name = fields.String(required=True)
    lines = fields.List(fields.String(), required=True)


class Holder(Schema):
    """A pseudonym for one election."""

    election = fields.String(required=True)
    holder = fields.String(required=True)


class Bearer(Schema):
    """A voter as reassort knows one."""

    bearer = fields.String(required=True)
    notice = fields.Nested(Notice, required=True)
    holders = fields.List(fields.Nested(Holder), required=True)


class Bearers(Schema):
    """A page of bearers; `next` is null on the last."""

    bearers = fields.List(fields.Nested(Bearer), required=True)
    next = fields.String(required=True, allow_none=True)


class Identifier(Schema):
    """What somebody typed as an identifier."""

    identifier = _text(500)


class Access(Schema):
    """What comes next for who asked for access."""

    next = fields.String(required=True)


class LinkToken(Schema):
    """The token of a link."""

    token = _token()


class OpenLink(Schema):
    """A link that may still be used."""

    purpose = fields.String(required=True)
    expires_at = _moment()
    identifier = fields.String(required=True)
    profile = fields.String(required=True)


class Activate(Schema):
    """A password set by means of a link."""

    token = _token()
    password = _password()


class LogIn(Schema):
    """Identifier and password."""

    identifier = _text(500)
    password = _password()


class SessionToken(Schema):
    """The token of a session."""

    session = _token()


class Voter(Schema):
    """The voter, to the voter."""

    surname = fields.String(required=True)
    first_name = fields.String(required=True)
    identifier = fields.String(required=True)
    assignment = fields.String(required=True)


class OwnElection(ElectionDefinition):
    """An election of the voter's, and whether the poll book is signed."""

    signed = fields.Boolean(required=True)


class ResumedSession(Schema):
    """All that the voter's pages need."""

    voter = fields.Nested(Voter, required=True)
    last_connection = _moment(allow_none=True)
    voting_event = fields.Nested(VotingEvent, required=True)
    elections = fields.List(fields.Nested(OwnElection), required=True)


class IssuePermit(Schema):
    """A permit for one of the voter's elections."""

    session = _token()
    election = _text(50)


class Permit(Schema):
    """A signed permit."""

    permit = fields.String(required=True)
    expires_at = _moment()


class ElectionAttendance(Schema):
    """Counts of one election."""

    uuid = fields.String(required=True)
    entitled = fields.Integer(required=True)
    signed = fields.Integer(required=True)


class Attendance(Schema):
    """Counts of all elections of a voting event."""

    elections = fields.List(fields.Nested(ElectionAttendance), required=True)
