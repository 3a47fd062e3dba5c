"""« Message d’ouverture »: everybody is written to, by the server, once each."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.hours.paris_time import number
from gateway.pages import kept_form
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import STEPS_PAGE, act_page, confirmation_field, confirmed, note
from gateway.pages.agents.console.standing import Console
from gateway.preparation.steps import Step
from services.identity.contract.event.campaigns import OPENING
from services.identity.contract.staff.rights import Right

blueprint = agent_session.pages("agents_campaign")


class CampaignForm(FlaskForm):
    """Nothing but the confirmation."""

    confirmation = confirmation_field()


def page(form: CampaignForm, console: Console) -> str:
    """Who has been written to, and the form."""
    written, voters = console.figures.value.written_to or (0, 0)
    return act_page(
        form,
        console,
        title=_("Message d’ouverture"),
        button=_("Écrire à tous les électeurs"),
        blocked=standing.in_the_way(console, Step.CAMPAIGN),
        facts=[(_("Déjà écrit à"), gettext("%(some)s sur %(all)s.", some=number(written), all=number(voters)))]
        if voters
        else (),
        consequences=(
            _("Chaque électeur reçoit un courriel avec le lien de sa première connexion, une seule fois."),
            _("Le serveur écrit seul : cette page peut être fermée. Demandé deux fois, il reprend où il en était."),
            _("Un courriel parti ne se rappelle pas."),
        ),
    )


@blueprint.get("/agents/echeance/message")
@agent_required(Right.RUN_ELECTIONS)
def show() -> Response:
    """The form."""
    form, status, headers = kept_form.again(CampaignForm)
    return kept_form.shown(page(form, standing.look()), status, headers)


@blueprint.post("/agents/echeance/message")
@agent_required(Right.RUN_ELECTIONS)
def submit() -> Response:
    """Have everybody written to."""
    form, console = CampaignForm(), standing.fresh()
    blocked = standing.in_the_way(console, Step.CAMPAIGN)
    if not form.validate() or not confirmed(form, console):
        return kept_form.send_back(form, lambda: page(form, console))
    if blocked is not None or console.event is None:
        form.confirmation.errors = [blocked]
        return kept_form.send_back(form, lambda: page(form, console), 409)
    note("start-campaign")
    services().identity.start_campaign(str(console.event["voting_event"]), OPENING)
    standing.changed()
    flash(gettext("Les messages s’écrivent : cette page dit où cela en est, et « Messages » ce qui arrive."))
    return redirect(url_for(STEPS_PAGE), 303)
