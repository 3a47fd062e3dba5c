"""« Échéance »: the ten steps from the definition to the tally, what each waits for, and the one button that does it.

What only another machine can do (a file, the printer's key, the holders' keys) shows its command instead.
"""

from flask import Response

from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.words import ELSEWHERE, GAPS, JOBS, NAMES, STATES
from gateway.pages.agents.definition import importing
from gateway.pages.operations import alive, here
from gateway.preparation.steps import Step
from services.identity.contract.staff.rights import Right

blueprint = agent_session.pages("agents_event")

SHOWN = 10
"""How many gaps a step shows; the rest is counted."""


@blueprint.get("/agents/echeance")
@agent_required(Right.WATCH)
def show() -> Response:
    """The steps."""
    console = standing.look()
    return alive(
        agents_page(
            "console/event.html",
            event=console.event,
            live=importing.live(console, known=True),
            figures=console.figures,
            steps=console.steps,
            under_way={step: console.work.under_way(step) for step in Step},
            stopped={step: standing.stopped(console, step) for step in Step},
            may_act=agent_session.may(Right.RUN_ELECTIONS),
            names=NAMES,
            states=STATES,
            gaps=GAPS,
            elsewhere=ELSEWHERE,
            jobs=JOBS,
            shown=SHOWN,
            here=here,
        )
    )
