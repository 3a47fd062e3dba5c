"""The booth's page: a shell; the ballot is made in the browser with what the API gives."""

from flask import Blueprint, render_template

from gateway.edge import voter_session
from services.runtime.refusals import Refusal

blueprint = Blueprint("booth", __name__)


@blueprint.get("/voter/<election:uuid>")
@voter_session.voter_required
@voter_session.shows_elections
def show(uuid: str) -> str:
    """The shell, for a voter of this election. Refusals: not_entitled, election_elsewhere."""
    entry = voter_session.entitlement(uuid)
    if entry["mode"] != "online":
        raise Refusal("election_elsewhere")
    return render_template(
        "booth/booth.html",
        election_uuid=uuid,
        closes_at=voter_session.event()["closes_at"],
        votes_until=voter_session.state().votes_until.isoformat(),
    )
