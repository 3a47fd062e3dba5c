"""Staying, and what is said when a session has ended."""

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from gateway.edge import session_end, voter_session

blueprint = Blueprint("session_end", __name__)


@blueprint.post("/session/prolonger")
def prolong() -> Response:
    """Start the time of inactivity anew: asking identity for the session does it. Refusal: session_expired.

    Programs get {seconds, until}, browsers without script their home.
    """
    voter_session.required_token()
    moment = voter_session.state().expires_at
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        end = session_end.session_ending_at(moment)
        return jsonify(seconds=end.seconds, until=end.clock)
    return voter_session.to_home()


@blueprint.get("/session-expiree")
def expired() -> str:
    """Said plainly, with the way back in."""
    return render_template("entrance/session_expired.html")
