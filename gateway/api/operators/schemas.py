"""What operators send that is no service's request as it stands: those are in the contracts, and used from there."""

from marshmallow import fields

from gateway.api.schemas.base import Request, line, text
from gateway.waiting.plan import FASTEST, Mode
from services.ballot.contract.ceremony import LARGEST_ROUND, MOST_SEATS, Step
from services.ballot.contract.limits import LARGEST_FILE, LONGEST_REASON
from services.runtime.contracts.kinds import Count, Form, Length, OneOf, Range

SERVICES_WITH_JOBS = ("identity", "reassort", "ballot")
"""Those whose long work is asked for here."""


class OfJob(Request):
    """job: one job of one service."""

    service = fields.String(required=True, validate=OneOf(*SERVICES_WITH_JOBS))
    job = text(36)


class OfParked(Request):
    """event: one that a service has put aside; null for all of them."""

    service = fields.String(required=True, validate=OneOf("identity", "notification", "ballot", "reassort"))
    event = fields.String(allow_none=True, load_default=None, validate=Length(1, 36))


def _election() -> fields.String:
    return fields.String(required=True, validate=Form("[1-9A-HJ-NP-Za-km-z]{14,64}"))


def _owner() -> fields.Integer:
    return fields.Integer(strict=True, required=True, validate=Range(1, MOST_SEATS))


class OfVotingEvent(Request):
    """A voting event."""

    voting_event = fields.String(required=True, validate=Form("[!-~]{1,36}"))


class NewSeat(Request):
    """A key to be: the account of its holder; of a substitute, the position (from 1) of the delegate's key in the list."""

    agent = fields.String(required=True, validate=Form("[0-9a-f-]{36}"))
    replaces = fields.Integer(strict=True, allow_none=True, load_default=None, validate=Range(1, MOST_SEATS))


class OpenCeremony(OfVotingEvent):
    """The holders of the keys; `threshold`: how many of the delegates' are needed."""

    threshold = _owner()
    seats = fields.List(fields.Nested(NewSeat), required=True, validate=Count(1, MOST_SEATS))
    restart = fields.Boolean(truthy={True}, falsy={False}, load_default=False)


class BringKeyMessage(OfVotingEvent):
    """A holder's message of one step."""

    round = fields.Integer(strict=True, required=True, validate=Range(1, LARGEST_ROUND))
    owner = _owner()
    step = fields.String(required=True, validate=OneOf(Step.CERTIFICATE, Step.POLYNOMIAL, Step.KEY, Step.TRIAL))
    content = text(LARGEST_FILE)


class ReplaceHolder(OfVotingEvent):
    """The substitute's key that takes the delegate's place, and why."""

    owner = _owner()
    reason = line(LONGEST_REASON)


class SteerWaitingRoom(Request):
    """What the door of the waiting room does from now on; `pace`: arrivals a minute, with the mode of that name alone."""

    mode = fields.String(required=True, validate=OneOf(*Mode))
    pace = fields.Integer(strict=True, load_default=0, validate=Range(0, FASTEST))


class BringShare(Request):
    """A holder's share of the decryption of an election."""

    election = _election()
    owner = _owner()
    partial_decryption = text(LARGEST_FILE)
