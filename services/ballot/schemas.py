"""Payloads of the ballot box's entry points; fields that are not here are refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.ballot.belenios.credential import is_uuid
from services.ballot.belenios.election import MAX_QUESTIONS, Question
from services.ballot.elections.elections import MAX_ANSWERS

# No ballot of a form that create_election accepts is longer; the exact limit of each election is checked later.
MAX_BALLOT = 4 * 1024 * 1024
MAX_FILE = 8 * 1024 * 1024
# What the databases' integers hold.
MAX_HEIGHT = 2**31 - 1


def _is_uuid(text: str) -> None:
    if not is_uuid(text):
        raise ValidationError("14 to 64 Base58 characters")


def _is_text(text: str) -> None:
    if not text.strip() or text != text.strip():
        raise ValidationError("must not be blank, nor begin or end with a blank")
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise ValidationError("must hold no control character")


def _is_storable(text: str) -> None:
    # What neither JSON over the bus nor PostgreSQL can keep.
    if any(character == "\0" or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise ValidationError("must be Unicode text without null characters")


def _uuid() -> fields.String:
    return fields.String(required=True, validate=_is_uuid)


def _text(longest: int) -> fields.String:
    return fields.String(required=True, validate=[validate.Length(1, longest), _is_text])


def _time() -> fields.AwareDateTime:
    # Within these years every time zone has a time in UTC.
    years = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC))
    return fields.AwareDateTime(format="iso", default_timezone=UTC, required=True, validate=years)


def _page(lowest: int) -> tuple[fields.Integer, fields.Integer]:
    after = fields.Integer(strict=True, load_default=lowest, validate=validate.Range(-1, MAX_HEIGHT))
    return after, fields.Integer(strict=True, load_default=100, validate=validate.Range(1, 1000))


class Empty(Schema):
    """Nothing."""


class QuestionRequest(Schema):
    """A question as the operator writes it."""

    question = _text(1000)
    answers = fields.List(_text(500), required=True, validate=validate.Length(1, MAX_ANSWERS))
    blank = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    minimum = fields.Integer(strict=True, required=True, validate=validate.Range(0, MAX_ANSWERS))
    maximum = fields.Integer(strict=True, required=True, validate=validate.Range(1, MAX_ANSWERS))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Question:
        """The protocol's question; whether its numbers agree is the domain's check."""
        return Question(data["question"], tuple(data["answers"]), data["blank"], data["minimum"], data["maximum"])


class CreateElectionRequest(Schema):
    """create_election."""

    uuid = _uuid()
    voting_event = _text(64)
    name = _text(500)
    description = fields.String(required=True, validate=[validate.Length(max=5000), _is_storable])
    questions = fields.List(fields.Nested(QuestionRequest), required=True, validate=validate.Length(1, MAX_QUESTIONS))
    opens_at = _time()
    closes_at = _time()


class ElectionCreated(Schema):
    """create_election."""

    uuid = fields.String()


class ElectionRequest(Schema):
    """Whatever concerns one election."""

    election = _uuid()


class SetTrusteesRequest(ElectionRequest):
    """set_trustees."""

    trustees = fields.String(required=True, validate=validate.Length(1, MAX_FILE))


class TrusteesSet(Schema):
    """set_trustees."""

    public_key = fields.String()


class SealElectionRequest(ElectionRequest):
    """seal_election; ``present`` are the names of the board's members who attend."""

    present = fields.List(_text(200), required=True, validate=validate.Length(max=100))


class Sealed(Schema):
    """seal_election."""

    election_hash = fields.String()
    head = fields.String()
    credentials = fields.Integer()


class Description(Schema):
    """describe_election."""

    election = fields.String(allow_none=True)
    state = fields.String()
    opens_at = fields.AwareDateTime(format="iso")
    closes_at = fields.AwareDateTime(format="iso")
    election_hash = fields.String(allow_none=True)
    head = fields.String(allow_none=True)
    height = fields.Integer(allow_none=True)
    ballots = fields.Integer()
    credentials = fields.Integer()
    trustees = fields.String(allow_none=True)
    result = fields.String(allow_none=True)


class StatesRequest(Schema):
    """election_states."""

    elections = fields.List(_uuid(), required=True, validate=validate.Length(max=100))


class States(Schema):
    """election_states: the state of each election, by uuid."""

    states = fields.Dict(keys=fields.String(), values=fields.String())


class PermitRequest(Schema):
    """booth_material."""

    permit = fields.String(required=True)


class BoothMaterial(Schema):
    """booth_material."""

    election = fields.String()
    credential = fields.String()
    voted = fields.Boolean()
    state = fields.String()


class CastBallotRequest(PermitRequest):
    """cast_ballot."""

    ballot = fields.String(required=True, validate=validate.Length(max=MAX_BALLOT))


class Receipt(Schema):
    """A receipt, in the order in which its first four fields are signed."""

    election = fields.String()
    tracker = fields.String()
    head = fields.String()
    height = fields.Integer()
    signature = fields.String()


class BallotCast(Schema):
    """cast_ballot."""

    receipt = fields.Nested(Receipt)


class ReceiptKey(Schema):
    """receipt_key."""

    public_key = fields.String()


class ListTrackersRequest(ElectionRequest):
    """list_trackers."""

    after, limit = _page(0)


class Tracker(Schema):
    """One ballot of the urn."""

    height = fields.Integer()
    tracker = fields.String()


class TrackerPage(Schema):
    """list_trackers."""

    trackers = fields.List(fields.Nested(Tracker))
    next = fields.Integer(allow_none=True)
    total = fields.Integer()


class CloseElectionRequest(ElectionRequest):
    """close_election."""

    reason = _text(1000)


class Closed(Schema):
    """close_election."""

    head = fields.String()
    ballots = fields.Integer()


class OwnerSchema(Schema):
    """A holder of a key: his number in the file, the item it belongs to (from 1), and the item's kind."""

    owner = fields.Integer()
    group = fields.Integer()
    kind = fields.String()


class EncryptedTally(Schema):
    """encrypted_tally."""

    encrypted_tally = fields.String()
    sized = fields.String()
    election_hash = fields.String()
    owners = fields.List(fields.Nested(OwnerSchema))


class SubmitPartialDecryptionRequest(ElectionRequest):
    """submit_partial_decryption."""

    owner = fields.Integer(strict=True, required=True, validate=validate.Range(1, 10_000))
    partial_decryption = fields.String(required=True, validate=validate.Length(1, MAX_FILE))


class DecryptionReceived(Schema):
    """submit_partial_decryption."""

    received = fields.List(fields.Integer())


class ResultPublished(Schema):
    """publish_result."""

    result = fields.String()
    ballots = fields.Integer()


class ReadArchiveRequest(ElectionRequest):
    """read_archive."""

    after, limit = _page(-1)


class ArchivePage(Schema):
    """read_archive."""

    data = fields.String()
    next = fields.Integer(allow_none=True)


class Health(Schema):
    """health."""

    service = fields.String()
    database = fields.String()
