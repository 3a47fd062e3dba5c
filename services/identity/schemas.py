"""Payloads of identity's entry points; unknown fields are refused."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.identity import payload
from services.identity.voting_events.voting_events import BLOCKS

MODES = ("online", "paper")


class Nothing(Schema):
    """{}"""


class Health(Schema):
    """The service answers and reaches its database."""

    service = fields.String(required=True)
    database = fields.String(required=True)


class ElectionDefinition(Schema):
    """An election within a voting event."""

    uuid = payload.election_uuid()
    code = fields.String(
        required=True, validate=validate.Regexp(r"\A[^|;\s\x00-\x1f][^|;\x00-\x1f]{0,48}[^|;\s\x00-\x1f]?\Z")
    )
    name = payload.text(300, shortest=1)
    mode = fields.String(required=True, validate=validate.OneOf(MODES))
    notice = payload.long_text()


class OpenVotingEvent(Schema):
    """A voting event; `profile` names its password policy, `availability` dates blocks of the voter's space."""

    voting_event = payload.event_uuid()
    name = payload.text(200, shortest=1)
    opens_at = payload.moment()
    closes_at = payload.moment()
    profile = fields.String(load_default="2022", validate=validate.Length(max=20))
    availability = fields.Dict(
        keys=fields.String(validate=validate.OneOf(BLOCKS)),
        values=payload.any_moment(),
        load_default=dict,
    )
    elections = fields.List(fields.Nested(ElectionDefinition), required=True)


class VotingEventOpened(Schema):
    """The voting event is in place."""

    voting_event = fields.String(required=True)


class VotingEvent(Schema):
    """A voting event as the portal shows it; `now` is the server's time."""

    voting_event = fields.String(required=True)
    name = fields.String(required=True)
    opens_at = payload.moment()
    closes_at = payload.moment()
    now = payload.moment()
    profile = fields.String(required=True)
    availability = fields.Dict(keys=fields.String(), values=payload.any_moment())
    roll_sealed = fields.Boolean(required=True)
    elections = fields.List(fields.Nested(ElectionDefinition), required=True)


class StageRoll(Schema):
    """A part of a roll file; `first_line` is the line of its first row in the file, whose header is line 1."""

    voting_event = payload.event_uuid()
    import_id = payload.event_uuid()
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

    voting_event = payload.event_uuid()
    import_id = payload.event_uuid()
    lines = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))


class OfVotingEvent(Schema):
    """A command on a voting event."""

    voting_event = payload.event_uuid()


class RollCounts(Schema):
    """The size of the roll."""

    voters = fields.Integer(required=True)
    entitlements = fields.Integer(required=True)


class ListBearers(Schema):
    """A page of bearers."""

    voting_event = payload.event_uuid()
    after = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))
    limit = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=1000))


class Notice(Schema):
    """Whom a voting notice is for; `posted` is false where the roll has no address to send it to."""

    name = fields.String(required=True)
    lines = fields.List(fields.String(), required=True)
    place = fields.String(required=True)
    posted = fields.Boolean(required=True)


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
    """A page of bearers; on the last `next` is null, and `total` says how many there are in all."""

    bearers = fields.List(fields.Nested(Bearer), required=True)
    next = fields.String(required=True, allow_none=True)
    total = fields.Integer(required=True, allow_none=True)


class Identifier(Schema):
    """What somebody typed as an identifier."""

    identifier = payload.text(500)


class Access(Schema):
    """What comes next for who asked for access; `retry_after` in seconds."""

    next = fields.String(required=True)
    sent_since = payload.moment(allow_none=True)
    retry_after = fields.Integer(required=True)


class LinkToken(Schema):
    """The token of a link."""

    token = payload.token()


class OpenLink(Schema):
    """A link that may still be used."""

    purpose = fields.String(required=True)
    expires_at = payload.moment()
    identifier = fields.String(required=True)
    profile = fields.String(required=True)
    prepared = fields.Boolean(required=True)
    questions = fields.List(fields.String(), required=True)


class PrepareActivation(Schema):
    """A password chosen by means of a link, before the challenge question."""

    token = payload.token()
    password = payload.password()


class Prepared(Schema):
    """The profile tells what comes next."""

    profile = fields.String(required=True)


class Activate(Schema):
    """What is set by means of a link; rules answer about lengths, these bounds only keep the work bounded."""

    token = payload.token()
    password = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=2000))
    question = fields.String(
        load_default=None, allow_none=True, validate=[validate.Length(max=200), payload.no_control]
    )
    answer = fields.String(load_default=None, allow_none=True, validate=[validate.Length(max=2000), payload.no_control])


class LogIn(Schema):
    """Identifier and password."""

    identifier = payload.text(500)
    password = payload.password()


class SessionToken(Schema):
    """The token of a session."""

    session = payload.token()


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
    last_connection = payload.moment(allow_none=True)
    activated = fields.Boolean(required=True)
    expires_at = payload.moment()
    voting_event = fields.Nested(VotingEvent, required=True)
    elections = fields.List(fields.Nested(OwnElection), required=True)


class IssuePermit(Schema):
    """A permit for one of the voter's elections."""

    session = payload.token()
    election = payload.text(50)


class Permit(Schema):
    """A signed permit."""

    permit = fields.String(required=True)
    expires_at = payload.moment()


class ElectionAttendance(Schema):
    """Counts of one election."""

    uuid = fields.String(required=True)
    entitled = fields.Integer(required=True)
    signed = fields.Integer(required=True)


class Attendance(Schema):
    """Counts of all elections of a voting event."""

    elections = fields.List(fields.Nested(ElectionAttendance), required=True)
