"""« Je vote »: each election of the voter, its state, and the way into the booth."""

from flask import Blueprint, render_template

from gateway.edge import voter_session
from gateway.elections.election_state import in_words, with_states
from gateway.hours import countdown
from gateway.pages.space.availability import Part, available, waits_until

blueprint = Blueprint("elections", __name__)


@blueprint.get("/voter")
@voter_session.voter_required
@voter_session.shows_elections
@available(Part.VOTE)
def show() -> str:
    """The voter's elections, those held elsewhere too, so that nobody believes one is missing."""
    event = voter_session.event()
    return render_template(
        "space/elections.html",
        event=event,
        elections=with_states(voter_session.own_elections()),
        in_words=in_words,
        countdown=countdown.countdown_to(event, voter_session.state().votes_until),
        lists_from=waits_until(event, Part.ELECTIONS) or waits_until(event, Part.LISTS),
    )
