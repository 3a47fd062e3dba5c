"""A receipt that the urn has signed, as a voter keeps it: accessible PDF, or a message to an address of the voter's own.

Whoever brings a receipt brings it whole: the portal looks none up, keeps none, and logs neither. It sets pages for nothing
that the urn has not signed, so that nobody has it print a proof of a vote that was none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from flask import request
from flask_babel import gettext as _

from gateway.clients import services
from gateway.edge.language import current_language
from gateway.hours.paris_time import paris
from services.ballot.contract import receipts
from services.ballot.contract.receipts import SignedReceipt
from services.record import receipt as pages
from services.record.receipt import Row
from services.runtime.refusals import Refusal


@dataclass(frozen=True)
class Found:
    """A receipt that is signed, and what its election is.

    Attributes:
        receipt: as the urn has signed it.
        election: the name of the election.
        fingerprint: of the sealed election.
        closes_at: when the vote closes.
        revoting: whether a later ballot of the same voter would replace this one.
        urn: address of the public urn.
    """

    receipt: SignedReceipt
    election: str
    fingerprint: str
    closes_at: datetime
    urn: str
    revoting: bool = False

    @property
    def line(self) -> str:
        """The receipt as programs read it, at the end of every copy."""
        receipt = self.receipt
        signed = json.loads(receipts.signed_text(receipt.election, receipt.tracker, receipt.head, receipt.height))
        return json.dumps({**signed, "signature": receipt.signature}, separators=(",", ":"))


def found(text: str) -> Found:
    """Read a receipt and check its signature by the key fixed at sealing. Refusals: receipt_invalid, election_not_sealed."""
    try:
        receipt = receipts.read(text)
    except receipts.NotAReceipt:
        raise Refusal("receipt_invalid") from None
    sealed = services().identity.sealing(receipt.election)
    if not receipts.is_signed(sealed.receipt_key, receipt):
        raise Refusal("receipt_invalid")
    election = services().ballot.describe_election(receipt.election)
    return Found(
        receipt,
        str(json.loads(election.election or "{}").get("name", "")),
        sealed.fingerprint,
        election.closes_at,
        f"{request.url_root}urne/{receipt.election}",
        election.revoting,
    )


def how_to_check() -> str:
    """What to do with the tracker."""
    words: str = _(
        "Ouvrez cette adresse, sans vous identifier, pendant le vote ou après la clôture, et collez-y le numéro de suivi : "
        "il doit s’y trouver. Sinon, montrez cette preuve de vote au bureau de vote."
    )
    return words


def closing(one: Found) -> str:
    """When the vote closes, in words."""
    words: str = _("%(moment)s (heure de Paris)", moment=paris(one.closes_at))
    return words


def voting_again() -> str:
    """What becomes of the ballot where its voter votes again."""
    words: str = _(
        "Possible jusqu’à la clôture : un vote ultérieur remplace celui-ci, qui reste dans l’urne sans être compté. Si "
        "l’urne publique dit après la clôture qu’il est remplacé et que vous n’avez pas voté à nouveau, prévenez le bureau "
        "de vote."
    )
    return words


def pdf(one: Found) -> bytes:
    """Set the receipt in the reader's language; the same receipt gives the same bytes."""
    receipt = one.receipt
    return pages.page(
        pages.Page(
            language=current_language(),
            title=_("Accusé de réception – preuve de vote"),
            election=one.election,
            tracker_label=_("Numéro de suivi de votre bulletin"),
            tracker=receipt.tracker,
            meaning=_(
                "Ce numéro montre que votre bulletin est dans l’urne. Il ne dit rien de votre choix, et personne ne peut "
                "vous retrouver à partir de lui."
            ),
            later=_("Vérifier plus tard"),
            check=(
                Row(_("Adresse de l’urne publique"), one.urn, exact=True),
                Row(_("Clôture du vote"), closing(one)),
                *((Row(_("Voter à nouveau"), voting_again()),) if one.revoting else ()),
                Row(_("Comment faire"), how_to_check()),
            ),
            technical=_("Ce que l’urne a signé, pour une vérification technique"),
            signed=(
                Row(_("Rang dans la chaîne de l’urne"), str(receipt.height)),
                Row(_("Tête de la chaîne de l’urne"), receipt.head, exact=True),
                Row(_("Empreinte du scrutin"), one.fingerprint, exact=True),
                Row(_("Signature de l’urne"), receipt.signature, exact=True),
            ),
            line_label=_(
                "La même chose pour un programme, ou pour la page « Vérifier une preuve de vote » du portail :"
            ),
            line=one.line,
            head=(_("Élément"), _("Valeur")),
        ),
        one.closes_at,
    )
