"""« Remplacer le code de vote » with the cell's help (D10): asked for here, done once another agent agrees."""

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
from gateway.pages.form_fields import storable, unix_lines, without_blanks
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_new_code")

SAID_AT = {
    **dict.fromkeys(("phone_refused", "phone_shared"), "phone"),
    **dict.fromkeys(("reissue_closed", "reissue_used_up", "reissue_under_way", "approval_waiting"), "reason"),
}
"""Code of a refusal → the field that it is said at."""


class CodeForm(FlaskForm):
    """The number that the code goes to, and how the cell knows who asks."""

    phone = StringField(
        _("Téléphone portable de l’électeur"),
        filters=[without_blanks],
        validators=[DataRequired(_("Indiquez le numéro auquel le code est envoyé.")), Length(0, 60), storable],
    )
    reason = TextAreaField(
        _("Comment l’identité a été vérifiée"), filters=[unix_lines, without_blanks], validators=reason_validators()
    )


def page(form: CodeForm, voter: UUID) -> str:
    """The form, for this voter."""
    sheet = services().identity.open_sheet(agent_session.required_token(), str(voter)).dump()
    return agents_page("support/new_code.html", form=form, sheet=sheet)


@blueprint.get("/agents/electeurs/<uuid:voter>/code")
@agent_required(Right.HELP_VOTERS)
def show(voter: UUID) -> Response:
    """The form."""
    form, status, headers = kept_form.again(CodeForm)
    return kept_form.shown(page(form, voter), status, headers)


@blueprint.post("/agents/electeurs/<uuid:voter>/code")
@agent_required(Right.HELP_VOTERS)
def submit(voter: UUID) -> Response:
    """Ask for the code. The number is kept in no cookie: it is typed again where something is to be mended."""
    form = CodeForm()
    place = url_for("agents_new_code.show", voter=voter)
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form, voter), without=("phone",), place=place)
    try:
        services().identity.ask_assisted_reissue(
            agent_session.required_token(), str(voter), form.phone.data, form.reason.data
        )
    except Refusal as refusal:
        return second_agent.refused(form, lambda: page(form, voter), refusal, place, SAID_AT, without=("phone",))
    flash(gettext("Le nouveau code est demandé. Une autre personne de la cellule doit le valider sous deux jours."))
    return redirect(url_for("agents_voters.show", voter=voter), 303)
