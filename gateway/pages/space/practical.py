"""« Mes informations pratiques »: Édito, FAQ with the support cells, tutorials.

For everybody: whoever cannot get in needs them most.
"""

from flask import Blueprint, abort, render_template
from flask_babel import lazy_gettext as _

from gateway.content.files import Text
from gateway.content.pages import page

blueprint = Blueprint("practical", __name__)

TUTORIALS = {
    "parcours-electeur": (Text.TUTORIAL_VOTER, _('Tutoriel "Parcours électeur"')),
    "parcours-de-vote": (Text.TUTORIAL_VOTE, _('Tutoriel "Parcours de vote"')),
    "reassorts": (Text.TUTORIAL_REISSUE, _('Tutoriel "Réassorts"')),
}


@blueprint.get("/informations/edito")
def edito() -> str:
    """« Édito »."""
    return render_template("space/practical.html", heading=_("Édito"), page=page(Text.EDITO))


@blueprint.get("/informations/aide")
def faq() -> str:
    """« Aide en ligne - Foire aux questions », and whom to turn to."""
    cells = page(Text.SUPPORT_CELLS, top=3, prefix="csu")
    return render_template("space/faq.html", page=page(Text.FAQ), cells=cells)


@blueprint.get("/informations/tutoriels/<name>")
def tutorial(name: str) -> str:
    """One of the three tutorials."""
    if name not in TUTORIALS:
        abort(404)
    text, heading = TUTORIALS[name]
    return render_template("space/practical.html", heading=heading, page=page(text))
