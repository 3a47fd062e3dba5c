"""« État du service »: for anybody, at the cost of a few kilobytes that are ready already."""

from flask import Blueprint, Response, current_app, make_response, request

from gateway.edge.language import LANGUAGES, current_language
from gateway.pages.status.watch import Watch

blueprint = Blueprint("status", __name__)


@blueprint.get("/etat")
def show() -> Response:
    """The page as it was made last, in the language that the address or the reader asks for."""
    watch: Watch = current_app.extensions["isoloir_status"]
    asked = request.args.get("langue", "")
    answer = make_response(watch.page(asked if asked in LANGUAGES else current_language()))
    answer.headers["Content-Type"] = "text/html; charset=utf-8"
    return answer
