"""« Vous ne connaissez pas votre identifiant ? »: what it is, where to find it, and whom to ask."""

from flask import Blueprint, render_template

from gateway.content.files import Text
from gateway.content.pages import page

blueprint = Blueprint("help", __name__)


@blueprint.get("/aide/identifiant")
def identifier() -> str:
    """The page, with the contacts that an operator has written."""
    return render_template("entrance/help_identifier.html", cells=page(Text.SUPPORT_CELLS, top=3, prefix="csu"))
