"""« Décisions du bureau »: a vote suspended, resumed or stopped by two members of the board."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.elections.election_state import in_words
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents import second_agent
from gateway.pages.agents.forms import reason_validators
from gateway.pages.agents.support import voter_words
from gateway.pages.form_fields import chooser, unix_lines, without_blanks
from services.ballot.contract.steering import InVain, in_vain
from services.identity.contract.events import BoardAct
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_decisions")

ACTS = {act.value: voter_words.KINDS[act.value] for act in BoardAct}
STEERED = {name: said for name, said in ACTS.items() if name != BoardAct.ADMIT}
"""What is asked for here; a change is admitted from the page that shows it (integrity.py)."""
IN_VAIN = {
    InVain.NOT_SEALED: _("Ce scrutin n’est pas encore scellé : il n’y a pas de vote à suspendre ni à arrêter."),
    InVain.NOT_OPEN: _("Un vote ne s’arrête pas avant son ouverture : pour qu’il ne s’ouvre pas, suspendez-le."),
    InVain.OVER: _("Ce vote est clos : il ne peut plus être suspendu, repris ni arrêté."),
    InVain.SUSPENDED: _("Ce vote est déjà suspendu."),
    InVain.NOT_SUSPENDED: _("Ce vote n’est pas suspendu : il n’y a rien à reprendre."),
}
SAID_ON_THE_PAGE = {"approval_unknown", "approval_own", "approval_presides"}


class ActForm(FlaskForm):
    """What is asked for, and why."""

    act = SelectField(
        _("Décision"),
        choices=chooser(_("Choisissez une décision"), STEERED),
        invalid_choice_message=_("Choisissez une décision dans la liste."),
        validators=[InputRequired(_("Choisissez la décision à prendre."))],
    )
    reason = TextAreaField(_("Motif"), filters=[unix_lines, without_blanks], validators=reason_validators())


def page(form: ActForm, uuid: str) -> str:
    """What waits, and the form."""
    waiting = services().identity.list_board_acts(agent_session.required_token(), uuid)
    described = services().ballot.describe_election(uuid)
    return agents_page(
        "bureau/decisions.html",
        form=form,
        uuid=uuid,
        name=_name(uuid),
        state=in_words(described.state),
        waiting=[one.dump() for one in waiting],
        kinds=ACTS,
    )


def _in_vain(uuid: str, act: str) -> str | None:
    """Why the urn would do nothing, in words: it decides later, out of its inbox, when nobody is there to be told."""
    found = in_vain(BoardAct(act), services().ballot.describe_election(uuid))
    return None if found is None else str(IN_VAIN[found])


def _name(uuid: str) -> str:
    event = services().identity.presented_event()
    listed: list[dict[str, Any]] = [] if event is None else event["elections"]
    return next((str(one["name"]) for one in listed if one["uuid"] == uuid), uuid)


@blueprint.get("/agents/bureau/<election:uuid>/decisions")
@agent_required(Right.STEER)
def show(uuid: str) -> Response:
    """The form, and what waits for a second member."""
    form, status, headers = kept_form.again(ActForm)
    return kept_form.shown(page(form, uuid), status, headers)


@blueprint.post("/agents/bureau/<election:uuid>/decisions")
@agent_required(Right.STEER)
def submit(uuid: str) -> Response:
    """Ask for a decision."""
    form = ActForm()
    place = url_for("agents_decisions.show", uuid=uuid)
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form, uuid), place=place)
    vain = _in_vain(uuid, str(form.act.data))
    if vain is not None:
        form.act.errors = [vain]
        return kept_form.send_back(form, lambda: page(form, uuid), 409, place=place)
    try:
        services().identity.ask_board_act(
            agent_session.required_token(), uuid, str(form.act.data), str(form.reason.data)
        )
    except Refusal as refusal:
        if refusal.code == "approval_waiting":
            form.act.errors = [gettext("Cette décision est déjà demandée et attend un second membre.")]
            return kept_form.send_back(form, lambda: page(form, uuid), 409, place=place)
        return second_agent.refused(form, lambda: page(form, uuid), refusal, place, {})
    flash(gettext("C’est demandé. Rien ne change avant qu’un second membre du bureau n’y consente."))
    return redirect(place, 303)


@blueprint.post("/agents/bureau/<election:uuid>/decisions/reponse")
@agent_required(Right.STEER)
def decide(uuid: str) -> Response:
    """Agree to what another member has asked for, or refuse it."""
    number, approve = second_agent.answer()
    place = url_for("agents_decisions.show", uuid=uuid)
    if approve:
        # What was asked for two days ago may have become what is so already, or be over.
        acts = services().identity.list_board_acts(agent_session.required_token(), uuid)
        vain = next((_in_vain(uuid, one.act) for one in acts if one.number == number), None)
        if vain is not None:
            flash(vain)
            return redirect(place, 303)
    done = (
        gettext("C’est décidé : l’urne l’applique dans les secondes qui viennent.")
        if approve
        else gettext("La demande est refusée : rien n’a changé.")
    )
    return second_agent.settled(
        lambda: services().identity.decide_board_act(agent_session.required_token(), number, approve),
        place,
        done,
        SAID_ON_THE_PAGE,
    )
