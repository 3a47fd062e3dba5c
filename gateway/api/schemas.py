"""What the API accepts and answers. Unknown fields are refused (marshmallow's default, kept)."""

import re
from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from gateway.captcha.proof_of_work import FORMS
from gateway.elections.trackers import TRACKER
from services.ballot.contract.limits import LONGEST_PERMIT
from services.runtime.contracts.kinds import Form, Length, Line, OneOf, Prose, Range, no_control, storable
from services.runtime.contracts.messages import FIELD_PROBLEMS
from services.runtime.contracts.problems import Code


class Request(Schema):
    """What is asked of the API. Problems are the codes of the contracts, whether gateway or service finds them."""

    error_messages: dict[str, str] = {  # noqa: RUF012 - as marshmallow declares it
        "unknown": Code.UNKNOWN_FIELD.value,
        "type": Code.WRONG_KIND.value,
    }

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Have a field answer with codes."""
        field_obj.error_messages = {**field_obj.error_messages, **FIELD_PROBLEMS}


def line(most: int, least: int = 1, **more: Any) -> fields.String:
    """A required text without control characters."""
    return fields.String(required=True, validate=[Length(least, most), no_control], **more)


def text(most: int, least: int = 1, **more: Any) -> fields.String:
    """A required text of bounded length."""
    return fields.String(required=True, validate=[Length(least, most), storable], **more)


def moment() -> fields.String:
    """A time as the services write it: ISO 8601 with its offset."""
    return fields.String(metadata={"format": "date-time"})


class FieldProblemSchema(Schema):
    """Why a field is refused."""

    code = fields.String(required=True, validate=validate.OneOf([code.value for code in Code]))
    message = fields.String(required=True, metadata={"description": "One French sentence, to show beside the field"})
    limit = fields.Integer(metadata={"description": "The length or number that was not kept"})


class DetailsSchema(Schema):
    """What else an error says; the rest depends on its code."""

    problems = fields.Dict(
        data_key="fields",
        keys=fields.String(),
        values=fields.Nested(FieldProblemSchema),
        metadata={"description": "Of `invalid_request`: dotted name of each field at fault (« questions.0.answers »)"},
    )


class ErrorSchema(Schema):
    """Every error has this form."""

    code = fields.String(required=True, metadata={"description": "Stable, for programs"})
    message = fields.String(required=True, metadata={"description": "French, for people: what to do next"})
    details = fields.Nested(DetailsSchema, required=True)
    correlation_id = fields.UUID(required=True)


class EmptySchema(Request):
    """No fields at all."""


# Access


def challenge() -> fields.String:
    """A solved challenge. Its absence has a code of its own, so it is not `required`."""
    return fields.String(
        load_default="",
        load_only=True,
        validate=[Length(0, 4000), storable],
        metadata={
            "description": "ALTCHA payload: base64 of the JSON of a challenge of GET /challenge and its solution"
        },
    )


class ChallengeFormSchema(Request):
    """What a challenge is for."""

    form = fields.String(required=True, validate=OneOf(*FORMS))


class ChallengeParametersSchema(Schema):
    """What is to be solved: a counter such that SHA-256 of salt, nonce and counter begins with keyPrefix."""

    algorithm = fields.String(required=True)
    cost = fields.Integer(required=True)
    keyLength = fields.Integer(required=True)
    keyPrefix = fields.String(required=True)
    nonce = fields.String(required=True)
    salt = fields.String(required=True)
    expiresAt = fields.Integer(required=True)
    data = fields.Dict(required=True)


class ChallengeSchema(Schema):
    """A signed ALTCHA challenge, version 2."""

    parameters = fields.Nested(ChallengeParametersSchema, required=True)
    signature = fields.String(required=True)


class LogInSchema(Request):
    """Identifier and password."""

    identifier = line(254)
    password = text(256, load_only=True)
    challenge = challenge()


class IdentifierSchema(Request):
    """Who asks for access."""

    identifier = line(254)
    challenge = challenge()


class NextSchema(Schema):
    """The door to go on by; known and unknown identifiers get the same."""

    next = fields.String(required=True, validate=validate.OneOf(["password", "link_sent"]))
    sent_since = fields.String(
        allow_none=True,
        metadata={"format": "date-time", "description": "Since when a message is on its way; null: asked for just now"},
    )
    retry_after = fields.Integer(metadata={"description": "Seconds until another message can be asked for"})


class TokenSchema(Request):
    """The token of a link."""

    token = line(200)


class LinkSchema(Schema):
    """What a link is for."""

    purpose = fields.String(required=True)
    expires_at = moment()
    profile = fields.String()
    questions = fields.List(
        fields.String(), metadata={"description": "Codes of proposed challenge questions; empty where none is asked"}
    )


class ActivationSchema(Request):
    """A link's token and the password to set; question and answer where the profile asks for them.

    `without_activation` enters once and stores neither.
    """

    token = line(200)
    # Longer than the rule allows, so that identity can say « too long » with the other broken rules.
    password = text(1024, load_only=True)
    question = fields.String(
        validate=[Length(1, 200), no_control], metadata={"description": "A code of the link's, or own words"}
    )
    answer = fields.String(load_only=True, validate=[Length(1, 1000), no_control])
    without_activation = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    challenge = challenge()


class AskAssistanceSchema(Request):
    """Who asks, where to answer, and what about. The challenge is for whoever is not signed in."""

    name = Line(required=True, validate=[Length(1, 200)])
    email = fields.String(
        required=True,
        validate=[Length(3, 254), Form("[!-?A-~]+@[!-?A-~]+")],
        metadata={"format": "email"},
    )
    subject = fields.String(required=True, validate=OneOf("access", "password", "voting_code", "vote", "roll", "other"))
    text = Prose(required=True, validate=[Length(10, 5000)])
    challenge = challenge()


class AssistanceSchema(Schema):
    """The number of a request, to quote."""

    request = fields.Raw(required=True, metadata={"type": "integer"})


class VoterSchema(Schema):
    """The voter who is signed in."""

    surname = fields.String(required=True)
    first_name = fields.String(required=True)
    identifier = fields.String(required=True)
    assignment = fields.String(allow_none=True)


class SessionSchema(Schema):
    """Whether somebody is signed in, and the token for unsafe methods."""

    signed_in = fields.Boolean(required=True)
    csrf_token = fields.String(required=True)
    voter = fields.Nested(VoterSchema)
    last_connection = fields.String(allow_none=True, metadata={"format": "date-time"})
    activated = fields.Boolean(metadata={"description": "False after an access without activation"})
    expires_at = fields.String(metadata={"format": "date-time", "description": "End of the session without activity"})


# Elections


class ElectionSchema(Schema):
    """An election of a voting event."""

    uuid = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
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
    document = fields.String(required=True, metadata={"description": "Address of the profession de foi, '' for none"})


class BoothSchema(Schema):
    """What the browser needs to make a ballot."""

    election = fields.String(required=True, metadata={"description": "The sealed election, byte for byte"})
    credential = fields.String(required=True, metadata={"description": "Active public credential of the holder"})
    permit = fields.String(required=True)
    voting_event = fields.String(required=True, metadata={"description": "Salt of the voting code"})
    iterations = fields.Integer(required=True, metadata={"description": "PBKDF2 iterations of the voting code"})
    voted = fields.Boolean(required=True)
    state = fields.String(required=True)
    presentation = fields.List(fields.Nested(ListPresentationSchema), required=True)


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


class InterventionSchema(Schema):
    """What somebody did to the system, and why."""

    at = moment()
    who = fields.String(required=True)
    what = fields.String(required=True)
    reason = fields.String(required=True)


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
    head = fields.String(required=True)
    software = fields.String(required=True, metadata={"description": "SHA-256 over the portal's sources"})
    interventions = fields.List(fields.Nested(InterventionSchema), required=True)


# Another voting code


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
    """The answer to the challenge question."""

    answer = line(1000, load_only=True)


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


# Ballots


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
