"""« Vérifier une preuve de vote »: anybody's page. The key is the one that was fixed when the election was sealed."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from gateway.clients import services
from gateway.pages import kept_form
from services.ballot.contract import receipts
from services.ballot.contract.receipts import SignedReceipt
from services.runtime.refusals import Refusal

blueprint = Blueprint("receipt_check", __name__)


class ReceiptForm(FlaskForm):
    """The text of a receipt. Sent by POST: nothing of it stays in an address, and the portal keeps nothing of it."""

    receipt = TextAreaField(
        _("Votre preuve de vote"),
        validators=[
            InputRequired(_("Collez ici le texte de votre preuve de vote.")),
            Length(max=receipts.LONGEST_FILE, message=_("Ce texte est trop long pour une preuve de vote.")),
        ],
    )


@dataclass(frozen=True)
class Verdict:
    """What a receipt is worth.

    Attributes:
        code: "unreadable", "unknown_election", "unsigned", "missing" (signed, and the urn has no such ballot), "valid", or
            "replaced" (valid, and a later ballot of the same voter counts).
        receipt: as it was read; None where it was not.
    """

    code: str
    receipt: SignedReceipt | None = None


def verdict_of(text: str) -> Verdict:
    """Check a receipt against the key of its election, then look for its ballot in the urn."""
    try:
        receipt = receipts.read(text)
    except receipts.NotAReceipt:
        return Verdict("unreadable")
    try:
        sealed = services().identity.sealing(receipt.election)
    except Refusal:
        return Verdict("unknown_election", receipt)
    if not receipts.is_signed(sealed.receipt_key, receipt):
        return Verdict("unsigned", receipt)
    there = services().ballot.find_tracker(receipt.election, receipt.tracker)
    if there.height != receipt.height:
        return Verdict("missing", receipt)
    return Verdict("replaced" if there.replaced else "valid", receipt)


@blueprint.get("/recu")
def show() -> Response:
    """The form."""
    form, status, headers = kept_form.again(ReceiptForm)
    return kept_form.shown(_page(form), status, headers)


@blueprint.post("/recu")
def check() -> str | Response:
    """The verdict, above the form."""
    form = ReceiptForm()
    if not form.validate():
        # What was pasted is not kept, as the page says.
        return kept_form.send_back(form, lambda: _page(form), without=("receipt",))
    return _page(form, verdict_of(form.receipt.data))


def _page(form: ReceiptForm, verdict: Verdict | None = None) -> str:
    return render_template("urn/receipt_check.html", form=form, verdict=verdict)
