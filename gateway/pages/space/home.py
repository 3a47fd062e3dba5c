"""The voter's home: « Bienvenue sur votre portail Élections » and its four blocks, or « Mon espace électeur » as in 2018."""

from flask import Blueprint, render_template

from gateway.edge import voter_session
from gateway.elections.election_state import PUBLISHED, in_words, with_states
from gateway.hours import countdown
from gateway.pages.space.availability import Part, waits_until

blueprint = Blueprint("home", __name__)


@blueprint.get("/accueil")
@voter_session.voter_required
@voter_session.shows_elections
def show() -> str:
    """The voter's home: practical information, elections, account, vote."""
    state = voter_session.state()
    event = voter_session.event()
    elections = with_states(voter_session.own_elections())
    return render_template(
        "space/home_2018.html" if event["profile"] == "2018" else "space/home.html",
        voter=state.voter,
        last_connection=state.last_connection,
        activated=state.activated,
        event=event,
        elections=elections,
        in_words=in_words,
        countdown=countdown.countdown_to(event, state.votes_until),
        waits={part.value: waits_until(event, part) for part in Part},
        any_result=any(entry["state"] == PUBLISHED for entry in elections),
    )
