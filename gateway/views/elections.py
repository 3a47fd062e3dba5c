"""« Mes scrutins »: each election of the voter, its state, and the way into the booth."""

from flask import Blueprint, render_template

from gateway import voter_session
from gateway.election_state import in_words, with_states

blueprint = Blueprint("elections", __name__)


@blueprint.get("/voter")
@voter_session.voter_required
def show() -> str:
    """The voter's elections, those held on paper too, so that nobody believes one is missing."""
    state = voter_session.state()
    return render_template(
        "elections.html",
        event=state["voting_event"],
        elections=with_states(state["elections"]),
        in_words=in_words,
    )
