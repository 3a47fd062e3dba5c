"""/receipts: the receipt that a voter holds, as accessible PDF, or as a message to the voter's own address.

Both are told what this portal has handed over a moment before, and keep nothing of it; calls are counted by the hour and
have no line of their own (gateway/edge/request_log.py).
"""

from flask import Response
from flask_smorest import Blueprint
from marshmallow import fields

from gateway.api.documentation.description import SIGNED_IN, STRANGER, UNSAFE, VOTER_UNSAFE, operation, refusals
from gateway.api.json_body import install
from gateway.api.schemas.base import Request
from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.language import current_language
from gateway.elections import receipts
from services.ballot.contract.receipts import LONGEST_FILE
from services.notification.contract.receipts import SendReceipt
from services.runtime.contracts.kinds import Length, storable
from services.runtime.refusals import Refusal

blueprint = Blueprint("api_receipts", __name__, url_prefix="/api/v1", description="Receipts to keep")
install(blueprint)


class HeldReceiptSchema(Request):
    """The text of a receipt: the file that was downloaded, or its last line alone."""

    receipt = fields.String(required=True, validate=[Length(1, LONGEST_FILE), storable])


@blueprint.post("/receipts/pdf")
@operation("makeReceiptPages", STRANGER)
@blueprint.arguments(HeldReceiptSchema)
@blueprint.response(
    200, {"type": "string", "format": "binary"}, content_type="application/pdf", description="The receipt as PDF/UA-1"
)
@refusals(blueprint, *UNSAFE, "receipt_invalid", "election_not_sealed", "election_unknown")
def make_pages(wanted: dict[str, str]) -> Response:
    """Set a receipt that the urn has signed as accessible PDF, in the reader's language. Nothing of it is kept."""
    one = receipts.found(wanted["receipt"])
    return Response(
        receipts.pdf(one),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="preuve-de-vote-{one.receipt.election}.pdf"'},
    )


@blueprint.post("/receipts/mail")
@operation("mailReceipt", VOTER_UNSAFE)
@blueprint.arguments(HeldReceiptSchema)
@blueprint.response(204)
@refusals(
    blueprint,
    *SIGNED_IN,
    *UNSAFE,
    "receipt_invalid",
    "receipt_not_sent",
    "election_not_sealed",
    "election_unknown",
    "rate_limited",
)
def mail(wanted: dict[str, str]) -> None:
    """Send a receipt to the address of whoever is signed in: handed to the mail server at once, kept in no queue."""
    address = voter_session.state().voter.identifier
    one = receipts.found(wanted["receipt"])
    message = SendReceipt(
        email=address,
        language=current_language(),
        election=one.election,
        uuid=one.receipt.election,
        tracker=one.receipt.tracker,
        urn=one.urn,
        closes_at=one.closes_at,
        receipt=one.line,
    )
    if not services().notification.send_receipt(message):
        raise Refusal("receipt_not_sent")
