"""« Scrutin à blanc »: held by the server before the sealing, and its minutes, to be printed for the board (E4)."""

from flask import Response, flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from werkzeug.wrappers import Response as BaseResponse

from gateway.clients import Payload, services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.errors import words_for
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import note
from gateway.pages.agents.console.words import STOPPED
from gateway.pages.operations import alive, here
from services.ballot.contract.mock import BALLOTS, Check, MockMinutes
from services.identity.contract.staff.rights import Right
from services.runtime.contracts.jobs import JobState
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_mock")

CHECKS: dict[Check, LazyString] = {
    Check.KEYS: _("Des clés d’essai sont faites, en groupes comme celles du bureau"),
    Check.SEALED: _("L’urne d’essai est scellée, vide, avec ses codes"),
    Check.CAST: _("Des bulletins d’essai sont chiffrés, vérifiés et reçus, chacun contre un reçu signé"),
    Check.RECEIPT: _("Le même bulletin envoyé de nouveau a le même reçu, et ne compte qu’une fois"),
    Check.SECOND: _("Un second bulletin du même électeur est refusé, ou remplace le premier où le scrutin le permet"),
    Check.FOREIGN: _("Un bulletin fait avec le code d’un autre électeur est refusé"),
    Check.CLOSED: _("L’urne est close, et a autant de bulletins qu’il en est entré"),
    Check.LATE: _("Un bulletin qui vient après la clôture est refusé"),
    Check.TOO_FEW: _("Avec une clé de moins qu’il n’en faut, rien ne peut être dépouillé"),
    Check.UNSEALED: _("Avec les clés nécessaires, l’urne est descellée"),
    Check.COUNTED: _("Chaque liste a exactement les voix qui lui ont été données"),
    Check.VERIFIED: _("L’archive de l’essai est vérifiée par le vérificateur, d’un bout à l’autre"),
    Check.NO_TRACE: _("Rien n’en reste dans l’urne du vote"),
}
UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


def _stopped(minutes: MockMinutes) -> str | None:
    """Why it came to nothing, in a sentence; None where it did not."""
    if minutes.state == JobState.REFUSED and minutes.reason:
        return words_for(minutes.reason).message
    return str(STOPPED) if minutes.state == JobState.FAILED else None


@blueprint.get("/agents/echeance/blanc")
@agent_required(Right.WATCH)
def show() -> Response:
    """The minutes of the last one, and the button."""
    event = services().identity.presented_event()
    minutes = None if event is None else services().ballot.mock_minutes(str(event["voting_event"]))
    return alive(
        agents_page(
            "console/mock.html",
            event=event,
            minutes=minutes,
            under_way=minutes is not None and minutes.state in UNDER_WAY,
            stopped=None if minutes is None else _stopped(minutes),
            names=_names(event),
            checks=CHECKS,
            ballots=BALLOTS,
            may_act=event is not None and agent_session.may(Right.RUN_ELECTIONS),
            here=here,
        )
    )


@blueprint.post("/agents/echeance/blanc")
@agent_required(Right.RUN_ELECTIONS)
def start() -> BaseResponse:
    """Have one held."""
    event = services().identity.presented_event()
    if event is None:
        raise Refusal("no_voting_event")
    note("start-mock")
    try:
        services().ballot.start_mock(str(event["voting_event"]), BALLOTS)
    except Refusal as refusal:
        if refusal.code != "election_sealed":
            raise
        flash(gettext("Tout est scellé : un scrutin à blanc se fait avant le scellement."))
    else:
        standing.changed()
        flash(gettext("Le scrutin à blanc est demandé : cette page dit où il en est, puis ce qui a été vérifié."))
    return redirect(url_for("agents_mock.show"), 303)


def _names(event: Payload | None) -> dict[str, str]:
    return {} if event is None else {str(one["uuid"]): str(one["name"]) for one in event["elections"]}
