"""« Bienvenue sur votre portail Élections »: the four blocks."""

from flask import Blueprint, render_template

from gateway import voter_session
from gateway.election_state import in_words, with_states

blueprint = Blueprint("home", __name__)


@blueprint.get("/accueil")
@voter_session.voter_required
def show() -> str:
    """The voter's home: practical information, elections, account, vote."""
    state = voter_session.state()
    return render_template(
        "home.html",
        voter=state["voter"],
        last_connection=state["last_connection"],
        event=state["voting_event"],
        elections=with_states(state["elections"]),
        in_words=in_words,
    )
