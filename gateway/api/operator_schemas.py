"""What operators send that is no service's request as it stands: those are in the contracts, and used from there."""

from marshmallow import fields

from gateway.api.schemas import Request, text
from services.runtime.contracts.kinds import Length, OneOf

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
