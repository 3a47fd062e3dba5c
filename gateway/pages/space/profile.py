"""« Mes informations personnelles »: what the electoral roll says of the voter, and how to have it corrected."""

from flask import Blueprint, render_template

from gateway.edge import voter_session
from gateway.pages.space.availability import Part, available

blueprint = Blueprint("profile", __name__)


@blueprint.get("/mes-informations")
@voter_session.voter_required
@voter_session.shows_elections
@available(Part.PROFILE)
def show() -> str:
    """Name, identifier, assignment, account, elections."""
    state = voter_session.state()
    return render_template(
        "space/profile.html",
        voter=state.voter,
        last_connection=state.last_connection,
        activated=state.activated,
        expires_at=state.expires_at,
        elections=voter_session.own_elections(),
    )
