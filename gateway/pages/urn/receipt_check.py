"""« Vérifier un reçu »: anybody's page. The key is the one that was fixed when the election was sealed."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from gateway.clients import services
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
        code: "unreadable", "unknown_election", "unsigned", "missing" (signed, and the urn has no such ballot) or "valid".
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
    height = services().ballot.find_tracker(receipt.election, receipt.tracker)
    return Verdict("valid" if height == receipt.height else "missing", receipt)


@blueprint.get("/recu")
def show() -> str:
    """The empty form."""
    return render_template("urn/receipt_check.html", form=ReceiptForm(), verdict=None)


@blueprint.post("/recu")
def check() -> str | tuple[str, int]:
    """The verdict, above the form."""
    form = ReceiptForm()
    if not form.validate():
        return render_template("urn/receipt_check.html", form=form, verdict=None), 422
    return render_template("urn/receipt_check.html", form=form, verdict=verdict_of(form.receipt.data))
