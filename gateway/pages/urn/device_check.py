"""« Contrôler un appareil »: what an opened ballot contains (docs/adr/0037). Anybody's page; the browser does all of it."""

from flask import Blueprint, render_template

blueprint = Blueprint("device_check", __name__)


@blueprint.get("/controle")
def show() -> str:
    """The page. What was opened stands in the address's fragment, or in a file that is read where it is."""
    return render_template("urn/device_check.html")
