"""The voting event, its elections, the public urn, results and record."""

import re
from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from gateway.api.schemas.ballots import RetiredSchema
from gateway.api.schemas.base import Request, moment
from gateway.elections.trackers import TRACKER
from services.runtime.contracts.kinds import Form, Range


class ElectionSchema(Schema):
    """An election of a voting event."""

    uuid = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    short_name = fields.String(metadata={"description": "Where there is little room; empty where it has none"})
    mode = fields.String(required=True, validate=validate.OneOf(["online", "paper"]))
    notice = fields.String(allow_none=True)


class OwnElectionSchema(ElectionSchema):
    """An election of the voter's own."""

    signed = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "The voter has voted, by the ballot box's word; null while it does not answer"},
    )
    state = fields.String(
        allow_none=True,
        metadata={
            "description": "draft, sealed, open, closing (for whoever signed in before the closing), closed, tallied, "
            "published, unknown; null where on paper"
        },
    )
    again = fields.Boolean(
        required=True,
        metadata={"description": "The voter has voted, and may vote again: the last ballot counts"},
    )


class VotingEventSchema(Schema):
    """The current voting event."""

    voting_event = fields.String(required=True)
    name = fields.String(required=True)
    opens_at = moment()
    closes_at = moment()
    grace_minutes = fields.Integer(
        required=True, metadata={"description": "How long whoever signed in before the closing may still vote"}
    )
    now = moment()
    roll_sealed = fields.Boolean()
    elections = fields.List(fields.Nested(ElectionSchema), required=True)


class ListPresentationSchema(Schema):
    """How a list is shown."""

    name = fields.String(required=True)
    union = fields.String(required=True)
    logo = fields.String(required=True)
    candidates = fields.List(fields.String(), metadata={"description": "Names in the order of the list, where known"})
    women = fields.Integer(metadata={"description": "How many of its candidates are women, where known"})
    men = fields.Integer(metadata={"description": "How many of its candidates are men, where known"})
    document = fields.String(required=True, metadata={"description": "Address of the profession de foi, '' for none"})


class BoothSchema(Schema):
    """What the browser needs to make a ballot."""

    election = fields.String(required=True, metadata={"description": "The sealed election, byte for byte"})
    credential = fields.String(required=True, metadata={"description": "Active public credential of the holder"})
    retired = fields.List(fields.Nested(RetiredSchema), required=True)
    permit = fields.String(required=True)
    voting_event = fields.String(required=True, metadata={"description": "Salt of the voting code"})
    iterations = fields.Integer(required=True, metadata={"description": "PBKDF2 iterations of the voting code"})
    voted = fields.Boolean(required=True)
    state = fields.String(required=True)
    presentation = fields.List(
        fields.List(fields.Nested(ListPresentationSchema)),
        required=True,
        metadata={"description": "Of each question, in the order of the ballot, its lists in theirs"},
    )


class Digits(fields.Integer):
    """A whole number of a query, in digits: Python would read « 1_0 », « +1 » and digits of other scripts too."""

    def _validated(self, value: Any) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,12}", value):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class PageSchema(Request):
    """Which part of a list."""

    after = Digits(load_default=0, validate=Range(0, 2**31 - 1))
    limit = Digits(load_default=100, validate=Range(1, 1000))


class TrackerSchema(Schema):
    """A ballot of the urn."""

    height = fields.Integer(required=True)
    tracker = fields.String(required=True)


class TrackersSchema(Schema):
    """A page of the urn."""

    trackers = fields.List(fields.Nested(TrackerSchema), required=True)
    next = fields.Integer(required=True, allow_none=True)
    total = fields.Integer(required=True)


class TrackerSearchSchema(Request):
    """A tracker; blanks and line breaks in it do not matter."""

    tracker = fields.String(required=True, validate=Form(TRACKER))

    @pre_load
    def as_it_was_given(self, data: Any, **_more: Any) -> Any:
        """Take out what pasting brought in."""
        given = data.get("tracker") if isinstance(data, dict) else None
        return {**data, "tracker": "".join(given.split())} if isinstance(given, str) else data


class TrackerFoundSchema(Schema):
    """Where the ballot is; null where the urn has no such tracker."""

    height = fields.Integer(required=True, allow_none=True)
    replaced = fields.Boolean(
        required=True, metadata={"description": "Whether a later ballot of the same voter counts in its place"}
    )


class SealingSchema(Schema):
    """What was sealed, by the word of the service that has the roll and not the ballots."""

    election = fields.String(required=True)
    fingerprint = fields.String(required=True, metadata={"description": "The election's hash; booths insist on it"})
    receipt_key = fields.String(required=True, metadata={"description": "Ed25519 key of the receipts, hexadecimal"})
    identity_key = fields.String(required=True, metadata={"description": "Ed25519 key of this signature, hexadecimal"})
    signature = fields.String(
        required=True,
        metadata={
            "description": "Over « isoloir sealing 1 », a line feed, and the compact JSON of the first three fields"
        },
    )


class ResultSchema(Schema):
    """A published result, and what it is the result of."""

    result = fields.String(required=True, metadata={"description": "result.json, byte for byte"})
    election_hash = fields.String(required=True)
    head = fields.String(required=True)
    ballots = fields.Integer(required=True)
    replaced = fields.Integer(
        required=True, metadata={"description": "Ballots that do not count: the same voter has voted again"}
    )


class InterventionSchema(Schema):
    """What somebody did to the system, and why."""

    at = moment()
    who = fields.String(required=True)
    what = fields.String(required=True)
    reason = fields.String(required=True)


class JournalLineSchema(Schema):
    """An act on the voting system: a function, and no name."""

    number = fields.Integer(required=True, metadata={"description": "Of the entry in the journal"})
    at = moment()
    who = fields.String(required=True, metadata={"description": "A function"})
    what = fields.String(required=True)
    about = fields.String(required=True)
    digest = fields.String(required=True)


class JournalCountSchema(Schema):
    """How often something was done that is not listed."""

    what = fields.String(required=True)
    who = fields.String(required=True)
    count = fields.Integer(required=True)


class VoteJournalSchema(Schema):
    """The agents' journal since the roll was sealed."""

    since = moment()
    lines = fields.List(fields.Nested(JournalLineSchema), required=True)
    counts = fields.List(fields.Nested(JournalCountSchema), required=True)
    omitted = fields.Integer(required=True)
    total = fields.Integer(required=True)
    head = fields.String(required=True, metadata={"description": "Digest of the chain's last entry"})


class ListCandidatesSchema(Schema):
    """How many candidates of each a list has."""

    name = fields.String(required=True)
    women = fields.Integer(required=True)
    men = fields.Integer(required=True)


class QuestionCandidatesSchema(Schema):
    """Women and men on the lists of a question."""

    number = fields.Integer(required=True, metadata={"description": "Of the question, from 1"})
    women_percent = fields.Float(
        required=True,
        allow_none=True,
        metadata={"description": "Their share among those represented, null where nobody has said it"},
    )
    lists = fields.List(fields.Nested(ListCandidatesSchema), required=True)


class RecordFactsSchema(Schema):
    """What the portal says of an election that is over: the part of its official record that is in no archive."""

    format = fields.String(required=True, validate=validate.OneOf(["isoloir-record-facts"]))
    version = fields.Integer(required=True)
    voting_event = fields.String(
        required=True, metadata={"description": "Its name, '' where it is not the current one"}
    )
    election = fields.String(required=True)
    name = fields.String(required=True)
    election_hash = fields.String(required=True)
    opens_at = moment()
    closes_at = moment()
    grace_minutes = fields.Integer(required=True)
    sealed_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    closed_at = fields.String(required=True, allow_none=True, metadata={"format": "date-time"})
    close_reason = fields.String(required=True, metadata={"description": "closes_at: by itself, at the time"})
    present_at_sealing = fields.List(fields.String(), required=True)
    registered = fields.Integer(required=True, allow_none=True, metadata={"description": "null while it is not known"})
    attendance = fields.Integer(required=True, allow_none=True, metadata={"description": "Signatures of the poll book"})
    ballots = fields.Integer(required=True)
    replaced = fields.Integer(
        required=True, metadata={"description": "Ballots that do not count: the same voter has voted again"}
    )
    head = fields.String(required=True)
    software = fields.String(required=True, metadata={"description": "SHA-256 over the portal's sources"})
    interventions = fields.List(fields.Nested(InterventionSchema), required=True)
    journal = fields.Nested(
        VoteJournalSchema, required=True, allow_none=True, metadata={"description": "null where it was not told"}
    )
    candidates = fields.List(
        fields.Nested(QuestionCandidatesSchema),
        required=True,
        metadata={"description": "Of each question of which the operator's file says it"},
    )
