"""« Accéder aux résultats »: those of the voter's elections that are published, each with its public ballot box."""

from flask import Blueprint, render_template

from gateway.edge import voter_session
from gateway.elections.election_state import PUBLISHED, in_words, with_states
from gateway.pages.space.availability import Part, available

blueprint = Blueprint("results", __name__)


@blueprint.get("/resultats")
@voter_session.voter_required
@voter_session.shows_elections
@available(Part.RESULTS)
def show() -> str:
    """Published results first, then where the others stand."""
    elections = with_states(voter_session.own_elections())
    return render_template(
        "space/results.html",
        published=[entry for entry in elections if entry["state"] == PUBLISHED],
        others=[entry for entry in elections if entry["state"] != PUBLISHED],
        in_words=in_words,
    )
