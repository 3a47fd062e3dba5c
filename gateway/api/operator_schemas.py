"""What operators send: the requests of the RPC commands, field for field. The services check them again."""

from marshmallow import fields

from gateway.api.schemas import Request, text
from services.runtime.contracts.kinds import Form, Length, OneOf, Range, storable

BLOCKS = ("profile", "elections", "lists", "roll", "claims", "vote", "results")
"""The blocks of the voter's space that may have an availability date."""

SERVICES_WITH_JOBS = ("identity", "reassort", "ballot")
"""Those whose long work is asked for here."""


def number(least: int = 0) -> fields.Integer:
    """A required whole number."""
    return fields.Integer(required=True, strict=True, validate=Range(least, 2**31 - 1))


def election() -> fields.String:
    """Uuid of an election."""
    return fields.String(required=True, validate=Form("[1-9A-HJ-NP-Za-km-z]{14,64}"))


def voting_event() -> fields.String:
    """Uuid of a voting event."""
    return text(64)


class EventElection(Request):
    """An election of the event."""

    uuid = election()
    code = text(64)
    name = text(400)
    mode = fields.String(required=True, validate=OneOf("online", "paper"))
    notice = fields.String(load_default="", validate=Length(0, 5000))


class OpenVotingEvent(Request):
    """open_voting_event."""

    voting_event = voting_event()
    name = text(400)
    opens_at = text(40)
    closes_at = text(40)
    profile = fields.String(load_default="2022", validate=OneOf("2018", "2022"))
    availability = fields.Dict(
        keys=fields.String(validate=OneOf(*BLOCKS)),
        values=fields.String(allow_none=True, validate=Length(0, 40)),
    )
    elections = fields.List(fields.Nested(EventElection), required=True)


class StageRoll(Request):
    """stage_roll."""

    voting_event = voting_event()
    import_id = text(64)
    first_line = number(1)
    rows = fields.List(
        fields.Dict(
            keys=fields.String(validate=Length(0, 64)),
            values=fields.String(validate=[Length(0, 2000), storable]),
        ),
        required=True,
        validate=Length(1, 5000),
    )


class CommitRoll(Request):
    """start_commit_roll."""

    voting_event = voting_event()
    import_id = text(64)
    lines = number(1)


class OfVotingEvent(Request):
    """Commands about one voting event."""

    voting_event = voting_event()


class OfJob(Request):
    """job: one job of one service."""

    service = fields.String(required=True, validate=OneOf(*SERVICES_WITH_JOBS))
    job = text(36)


class OpenCampaign(Request):
    """open_campaign."""

    voting_event = voting_event()
    name = text(100)


class OfCampaign(Request):
    """Commands about one campaign."""

    campaign = text(64)


class SendCampaignPage(Request):
    """send_campaign_page."""

    campaign = text(64)
    limit = number(1)


class Queue(Request):
    """list_claims_queue, list_assistance: a state or all of them, after a number."""

    state = fields.String(load_default=None, allow_none=True, validate=Length(0, 20))
    after = fields.Integer(load_default=None, allow_none=True, strict=True, validate=Range(0, 2**31 - 1))
    limit = number(1)


class AnswerClaim(Request):
    """answer_claim."""

    claim = number(1)
    state = text(20)
    answer = fields.String(load_default="", validate=[Length(0, 5000), storable])


class AnswerAssistance(Request):
    """answer_assistance."""

    request = number(1)
    answer = text(5000)
