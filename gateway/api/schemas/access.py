"""Links, accounts, sessions, assistance."""

from marshmallow import Schema, fields, validate

from gateway.api.schemas.base import Request, line, moment, text
from gateway.captcha.proof_of_work import FORMS
from services.runtime.contracts.kinds import Form, Length, Line, OneOf, Prose, no_control, storable


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
