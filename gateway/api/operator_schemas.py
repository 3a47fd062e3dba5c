"""What operators send: the requests of the RPC commands, field for field. The services check them again."""

from marshmallow import Schema, fields, validate

from gateway.api.schemas import storable, text

BLOCKS = ("profile", "elections", "lists", "roll", "claims", "vote", "results")
"""The blocks of the voter's space that may have an availability date."""

SERVICES_WITH_JOBS = ("reassort",)
"""Those whose long work is asked for here."""


def number(least: int = 0) -> fields.Integer:
    """A required whole number."""
    return fields.Integer(required=True, strict=True, validate=validate.Range(least, 2**31 - 1))


def campaign_or_none() -> fields.String:
    """A campaign, or null for all messages."""
    return fields.String(load_default=None, allow_none=True, validate=validate.Length(max=64))


def election() -> fields.String:
    """Uuid of an election."""
    return fields.String(required=True, validate=validate.Regexp(r"[1-9A-HJ-NP-Za-km-z]{14,64}\Z"))


def voting_event() -> fields.String:
    """Uuid of a voting event."""
    return text(64)


class EventElection(Schema):
    """An election of the event."""

    uuid = election()
    code = text(64)
    name = text(400)
    mode = fields.String(required=True, validate=validate.OneOf(["online", "paper"]))
    notice = fields.String(load_default="", validate=validate.Length(max=5000))


class OpenVotingEvent(Schema):
    """open_voting_event."""

    voting_event = voting_event()
    name = text(400)
    opens_at = text(40)
    closes_at = text(40)
    profile = fields.String(load_default="2022", validate=validate.OneOf(["2018", "2022"]))
    availability = fields.Dict(
        keys=fields.String(validate=validate.Length(max=40)),
        values=fields.String(allow_none=True, validate=validate.Length(max=40)),
    )
    availability = fields.Dict(
        keys=fields.String(validate=validate.OneOf(BLOCKS)),
        values=fields.String(allow_none=True, validate=validate.Length(max=40)),
    )
    elections = fields.List(fields.Nested(EventElection), required=True)


class StageRoll(Schema):
    """stage_roll."""

    voting_event = voting_event()
    import_id = text(64)
    first_line = number(1)
    rows = fields.List(
        fields.Dict(
            keys=fields.String(validate=validate.Length(max=64)),
            values=fields.String(validate=[validate.Length(max=2000), storable]),
        ),
        required=True,
        validate=validate.Length(1, 5000),
    )


class CommitRoll(Schema):
    """commit_roll."""

    voting_event = voting_event()
    import_id = text(64)
    lines = number(1)


class OfVotingEvent(Schema):
    """Commands about one voting event."""

    voting_event = voting_event()


class OfJob(Schema):
    """job: one job of one service."""

    service = fields.String(required=True, validate=validate.OneOf(SERVICES_WITH_JOBS))
    job = text(36)


class Question(Schema):
    """A question of an election."""

    question = text(2000)
    answers = fields.List(text(400), required=True, validate=validate.Length(1, 200))
    blank = fields.Boolean(required=True)
    minimum = number()
    maximum = number()


class CreateElection(Schema):
    """create_election."""

    uuid = election()
    voting_event = voting_event()
    name = text(400)
    description = text(4000, least=0)
    questions = fields.List(fields.Nested(Question), required=True, validate=validate.Length(1, 20))
    opens_at = text(40)
    closes_at = text(40)


class SetTrustees(Schema):
    """set_trustees."""

    election = election()
    trustees = text(4 * 1024 * 1024)


class SealElection(Schema):
    """seal_election."""

    election = election()
    present = fields.List(text(200), required=True)


class OfElection(Schema):
    """Commands about one election."""

    election = election()


class CloseElection(Schema):
    """close_election."""

    election = election()
    reason = text(2000)


class SubmitPartialDecryption(Schema):
    """submit_partial_decryption."""

    election = election()
    owner = number(1)
    partial_decryption = text(4 * 1024 * 1024)


class ListFailures(Schema):
    """list_failures."""

    limit = number(1)
    campaign = campaign_or_none()


class MessageCounts(Schema):
    """message_counts."""

    campaign = campaign_or_none()


class OpenCampaign(Schema):
    """open_campaign."""

    voting_event = voting_event()
    name = text(100)


class OfCampaign(Schema):
    """Commands about one campaign."""

    campaign = text(64)


class SendCampaignPage(Schema):
    """send_campaign_page."""

    campaign = text(64)
    limit = number(1)


class Queue(Schema):
    """list_claims_queue, list_assistance: a state or all of them, after a number."""

    state = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=20))
    after = fields.Integer(load_default=None, allow_none=True, strict=True, validate=validate.Range(0, 2**31 - 1))
    limit = number(1)


class AnswerClaim(Schema):
    """answer_claim."""

    claim = number(1)
    state = text(20)
    answer = fields.String(load_default="", validate=[validate.Length(max=5000), storable])


class AnswerAssistance(Schema):
    """answer_assistance."""

    request = number(1)
    answer = text(5000)
