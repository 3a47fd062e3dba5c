"""« Clore avant l’heure »: an urn closed for good, with a public reason, where the board has no accounts to do it."""

from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages import kept_form
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import STEPS_PAGE, act_page, confirmation_field, confirmed, note
from gateway.pages.agents.console.standing import Console
from gateway.pages.agents.forms import reason_validators
from gateway.pages.form_fields import unix_lines, without_blanks
from gateway.preparation.steps import BEGUN, OVER, Election, State, Step
from services.identity.contract.staff.rights import Right

blueprint = agent_session.pages("agents_closing")
ALL = "tous"
WHILE_OPEN = frozenset({State.WAITING, State.NEXT})


class ClosingForm(FlaskForm):
    """Which vote, why, and the confirmation."""

    election = SelectField(
        _("Scrutin à clore"),
        invalid_choice_message=_("Choisissez un scrutin dans la liste."),
        validators=[InputRequired(_("Choisissez le scrutin à clore."))],
    )
    reason = TextAreaField(
        _("Motif"),
        filters=[unix_lines, without_blanks, lambda text: " ".join(text.split()) if text else text],
        description=_("Il est public, et figurera au procès-verbal. 10 à 500 caractères."),
        validators=reason_validators(),
    )
    confirmation = confirmation_field()


def open_ones(console: Console) -> list[Election]:
    """Those whose vote is under way."""
    return [one for one in console.figures.value.elections or () if one.urn in BEGUN - OVER]


def _maker(console: Console) -> Any:
    def make(**more: Any) -> ClosingForm:
        form = ClosingForm(**more)
        found = open_ones(console)
        all_of_them = [SelectChoice(ALL, _("Tous les scrutins ouverts"))] if len(found) > 1 else []
        form.election.choices = [
            SelectChoice("", _("Choisissez un scrutin")),
            *all_of_them,
            *(SelectChoice(one.uuid, one.name) for one in found),
        ]
        return form

    return make


def in_the_way(console: Console) -> str | None:
    """Why nothing can be closed now."""
    if open_ones(console):
        return None
    return standing.in_the_way(console, Step.CLOSING, of=WHILE_OPEN) or gettext("Aucun vote n’est ouvert.")


def page(form: ClosingForm, console: Console) -> str:
    """The form."""
    return act_page(
        form,
        console,
        title=_("Clore avant l’heure"),
        button=_("Clore"),
        blocked=in_the_way(console),
        consequences=(
            _("L’urne est close aussitôt et pour de bon : plus aucun bulletin n’y entre, sans délai de grâce."),
            _("À l’heure dite, la clôture se fait seule : ceci n’est utile que pour clore plus tôt."),
            _("Un bureau qui a ses comptes en décide à deux, sur sa propre page : « Bureau », puis « Décisions »."),
        ),
    )


@blueprint.get("/agents/echeance/cloture")
@agent_required(Right.RUN_ELECTIONS)
def show() -> Response:
    """The form."""
    console = standing.look()
    form, status, headers = kept_form.again(_maker(console))
    return kept_form.shown(page(form, console), status, headers)


@blueprint.post("/agents/echeance/cloture")
@agent_required(Right.RUN_ELECTIONS)
def submit() -> Response:
    """Close what was chosen."""
    console = standing.fresh()
    form: ClosingForm = _maker(console)()
    if not form.validate() or not confirmed(form, console):
        return kept_form.send_back(form, lambda: page(form, console))
    blocked = in_the_way(console)
    if blocked is not None:
        form.confirmation.errors = [blocked]
        return kept_form.send_back(form, lambda: page(form, console), 409)
    chosen = [one.uuid for one in open_ones(console) if form.election.data in (ALL, one.uuid)]
    note("close-election", chosen)
    for uuid in chosen:
        services().ballot.close_election(uuid, str(form.reason.data))
    standing.changed()
    flash(gettext("C’est clos. Les bulletins s’additionnent, chiffrés ; les porteurs de clés sont attendus."))
    return redirect(url_for(STEPS_PAGE), 303)
