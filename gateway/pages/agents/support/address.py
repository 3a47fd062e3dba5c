"""« Corriger l'adresse »: asked for here, done once another agent agrees."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents import second_agent
from gateway.pages.agents.forms import reason_validators
from gateway.pages.form_fields import copied_address, storable, unix_lines, without_blanks
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_address")


class AddressForm(FlaskForm):
    """The address that is right, and how the cell knows."""

    email = StringField(
        _("Nouvelle adresse professionnelle"),
        filters=[copied_address],
        validators=[DataRequired(_("Indiquez la nouvelle adresse.")), Length(3, 254), storable],
    )
    reason = TextAreaField(_("Motif"), filters=[unix_lines, without_blanks], validators=reason_validators())


def page(form: AddressForm, voter: UUID) -> str:
    """The form, for this voter."""
    sheet = services().identity.open_sheet(agent_session.required_token(), str(voter)).dump()
    return agents_page("support/address.html", form=form, sheet=sheet)


@blueprint.get("/agents/electeurs/<uuid:voter>/adresse")
@agent_required(Right.HELP_VOTERS)
def show(voter: UUID) -> Response:
    """The form."""
    form, status, headers = kept_form.again(AddressForm)
    return kept_form.shown(page(form, voter), status, headers)


@blueprint.post("/agents/electeurs/<uuid:voter>/adresse")
@agent_required(Right.HELP_VOTERS)
def submit(voter: UUID) -> Response:
    """Ask for the correction."""
    form = AddressForm()
    place = url_for("agents_address.show", voter=voter)
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form, voter), place=place)
    try:
        services().identity.ask_correction(
            agent_session.required_token(), str(voter), form.email.data, form.reason.data
        )
    except Refusal as refusal:
        said_at = {"address_taken": "email", "approval_waiting": "email"}
        return second_agent.refused(form, lambda: page(form, voter), refusal, place, said_at)
    flash(gettext("La correction est demandée. Une autre personne de la cellule doit la valider sous deux jours."))
    return redirect(url_for("agents_voters.show", voter=voter), 303)
