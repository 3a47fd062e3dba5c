"""Payloads of what the portal adds: challenges of forms, the voter's space, campaigns; unknown fields are refused."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email
from marshmallow import Schema, ValidationError, fields, validate

from services.identity import payload
from services.identity.desk import assistance, claims

FORMS = ("access", "activation", "login", "password", "assistance")


def _form() -> fields.String:
    return fields.String(required=True, validate=validate.Regexp(r"\A[a-z_]{1,20}\Z"))


def _captcha() -> fields.String:
    return fields.String(required=True, validate=[validate.Length(min=1, max=64), payload.no_control])


def _number() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=2**31 - 1))


def _after_number() -> fields.Integer:
    return fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=0, max=2**31 - 1)
    )


def _address(typed: str) -> None:
    address = unicodedata.normalize("NFC", typed.strip())
    try:
        if not address.isascii():
            raise ValidationError("Not an address that our mail server can write to.")
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise ValidationError("Not an e-mail address.") from None


class OpenCaptcha(Schema):
    """A code for a form; `binding` is the secret of the browser's own cookie."""

    form = _form()
    binding = payload.token()


class CaptchaOpened(Schema):
    """The id to answer with and the text to draw and speak."""

    captcha = fields.String(required=True)
    text = fields.String(required=True)


class OfCaptcha(Schema):
    """A code of a browser."""

    captcha = _captcha()
    binding = payload.token()


class CaptchaText(Schema):
    """The text to draw and speak."""

    text = fields.String(required=True)


class CheckCaptcha(Schema):
    """An answer to a code."""

    captcha = _captcha()
    form = _form()
    binding = payload.token()
    answer = fields.String(required=True, validate=validate.Length(max=200))


class SpendProof(Schema):
    """A proof of work: the SHA-256 of its signature in hexadecimal, and until when it would be taken."""

    proof = fields.String(required=True, validate=validate.Regexp(r"\A[0-9a-f]{64}\Z"))
    form = _form()
    expires_at = payload.moment()


class SearchRoll(Schema):
    """A page of the roll of one of the voter's elections."""

    session = payload.token()
    election = payload.text(50)
    query = fields.String(load_default="", validate=[validate.Length(max=200), payload.no_control])
    after = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(r"\A[0-9]{1,9}\Z"))
    limit = payload.page_size(50)


class RollEntry(Schema):
    """What may be shown of a voter."""

    surname = fields.String(required=True)
    first_name = fields.String(required=True)
    assignment = fields.String(required=True)


class RollPage(Schema):
    """A page of the roll; `total` is how many are found in all, null when they are too many to be shown."""

    voters = fields.List(fields.Nested(RollEntry), required=True)
    next = fields.String(required=True, allow_none=True)
    total = fields.Integer(required=True, allow_none=True)


class SubmitClaim(Schema):
    """A claim about the roll."""

    session = payload.token()
    election = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"\A[1-9A-HJ-NP-Za-km-z]{14}\Z")
    )
    subject = fields.String(required=True, validate=validate.OneOf(claims.SUBJECTS))
    text = payload.Prose(required=True, shortest=10, longest=2000)


class ClaimSubmitted(Schema):
    """The number that the claim is found again by."""

    claim = fields.Integer(required=True)
    submitted_at = payload.moment()


class Claim(Schema):
    """A claim as its voter sees it."""

    claim = fields.Integer(required=True)
    election = fields.String(required=True, allow_none=True)
    subject = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True)
    answer = fields.String(required=True, allow_none=True)
    submitted_at = payload.moment()
    answered_at = payload.moment(allow_none=True)


class Claims(Schema):
    """The voter's claims."""

    claims = fields.List(fields.Nested(Claim), required=True)


class ListClaimsQueue(Schema):
    """A page of the queue of claims."""

    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(claims.STATES))
    after = _after_number()
    limit = payload.page_size(200)


class Person(Schema):
    """A voter, to operators."""

    surname = fields.String(required=True)
    first_name = fields.String(required=True)
    identifier = fields.String(required=True)
    assignment = fields.String(required=True)


class QueuedClaim(Claim):
    """A claim with its voter, null when taken off the roll since."""

    voter = fields.Nested(Person, required=True, allow_none=True)


class ClaimsQueue(Schema):
    """A page of the queue of claims."""

    claims = fields.List(fields.Nested(QueuedClaim), required=True)
    next = fields.Integer(required=True, allow_none=True)


class AnswerClaim(Schema):
    """The state that a claim is put into; accepted and rejected ones carry an answer."""

    claim = _number()
    state = fields.String(required=True, validate=validate.OneOf([claims.EXAMINED, claims.ACCEPTED, claims.REJECTED]))
    answer = payload.Prose(load_default="", shortest=0, longest=5000)


class ClaimState(Schema):
    """A claim after an answer."""

    claim = fields.Integer(required=True)
    state = fields.String(required=True)


class SubmitAssistance(Schema):
    """A request for assistance, with a session when the voter is signed in."""

    session = fields.String(
        load_default=None, allow_none=True, validate=[validate.Length(min=1, max=200), payload.no_control]
    )
    email = fields.String(required=True, validate=[validate.Length(min=3, max=254), payload.no_control, _address])
    name = payload.Line(required=True, shortest=1, longest=200)
    subject = fields.String(required=True, validate=validate.OneOf(assistance.SUBJECTS))
    text = payload.Prose(required=True, shortest=10, longest=5000)


class AssistanceSubmitted(Schema):
    """The number that the request is found again by."""

    request = fields.Integer(required=True)


class ListAssistance(Schema):
    """A page of the queue of requests for assistance."""

    state = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(assistance.STATES))
    after = _after_number()
    limit = payload.page_size(200)


class AssistanceRequest(Schema):
    """A request for assistance; `signed_in` tells whether a voter was."""

    request = fields.Integer(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True)
    signed_in = fields.Boolean(required=True)
    subject = fields.String(required=True)
    text = fields.String(required=True)
    state = fields.String(required=True)
    answer = fields.String(required=True, allow_none=True)
    submitted_at = payload.moment()
    answered_at = payload.moment(allow_none=True)


class AssistanceQueue(Schema):
    """A page of the queue of requests for assistance."""

    requests = fields.List(fields.Nested(AssistanceRequest), required=True)
    next = fields.Integer(required=True, allow_none=True)


class AnswerAssistance(Schema):
    """An answer, sent by e-mail."""

    request = _number()
    answer = payload.Prose(required=True, shortest=1, longest=5000)


class AssistanceAnswered(Schema):
    """The request that was answered."""

    request = fields.Integer(required=True)


class OpenCampaign(Schema):
    """A campaign by its name, which stands for it for ever."""

    voting_event = payload.event_uuid()
    name = payload.Line(required=True, shortest=1, longest=100)


class OfCampaign(Schema):
    """A campaign."""

    campaign = payload.event_uuid()


class SendCampaignPage(Schema):
    """The next part of a campaign."""

    campaign = payload.event_uuid()
    limit = payload.page_size(500)


class CampaignPage(Schema):
    """How many were written to now, and whether nobody is left."""

    queued = fields.Integer(required=True)
    finished = fields.Boolean(required=True)


class CampaignProgress(Schema):
    """How far a campaign is: voters on the roll, messages asked for, accounts activated since by whatever way."""

    voting_event = fields.String(required=True)
    name = fields.String(required=True)
    opened_at = payload.moment()
    voters = fields.Integer(required=True)
    queued = fields.Integer(required=True)
    activated = fields.Integer(required=True)


class NamedCampaign(CampaignProgress):
    """A campaign and how far it is."""

    campaign = fields.String(required=True)


class Campaigns(Schema):
    """The campaigns of a voting event."""

    campaigns = fields.List(fields.Nested(NamedCampaign), required=True)
