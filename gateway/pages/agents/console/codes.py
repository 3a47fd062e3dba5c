"""« Produire les codes »: the one act of the console that nothing has to confirm: asked for twice it is done once."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import STEPS_PAGE, note
from gateway.preparation.steps import Step
from services.identity.contract.staff.rights import Right

blueprint = agent_session.pages("agents_codes")


@blueprint.post("/agents/echeance/codes")
@agent_required(Right.RUN_ELECTIONS)
def start() -> Response:
    """Have the codes made of all voters who have none."""
    console = standing.fresh()
    blocked = standing.in_the_way(console, Step.CODES)
    if blocked is None and console.event is not None:
        note("start-generate-codes")
        services().reassort.start_generate_codes(str(console.event["voting_event"]))
        standing.changed()
        flash(gettext("La production des codes est demandée : cette page dit où elle en est."))
    else:
        flash(blocked or gettext("Aucune échéance n’est en place."))
    return redirect(url_for(STEPS_PAGE), 303)
