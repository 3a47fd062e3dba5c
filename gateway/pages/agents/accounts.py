"""« Comptes des agents »: who may come in, invitations, and the end of an account."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents import words
from gateway.pages.agents.forms import CheckList
from gateway.pages.form_fields import blame, chooser, copied_address, readable, storable, unix_lines, without_blanks
from services.identity.contract.staff.agents import LONGEST_PLACE, MOST_PLACES
from services.identity.contract.staff.rights import Right, Role
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_accounts")


NO_SUCH_PLACE = _(
    "Un de ces lieux n’est le début d’aucune affectation de la liste électorale. Recopiez-le tel que la liste l’écrit."
)


class InvitationForm(FlaskForm):
    """Somebody to invite."""

    name = StringField(
        _("Nom et prénom"),
        filters=[without_blanks],
        validators=[DataRequired(_("Indiquez le nom de l’agent.")), Length(1, 200), storable],
    )
    email = StringField(
        _("Adresse professionnelle"),
        filters=[copied_address],
        validators=[DataRequired(_("Indiquez l’adresse à laquelle le lien part.")), Length(3, 254), storable],
    )
    role = SelectField(
        _("Rôle"),
        choices=chooser(_("Choisissez un rôle"), words.ROLES),
        invalid_choice_message=_("Choisissez un rôle dans la liste."),
        validators=[InputRequired(_("Choisissez le rôle de l’agent."))],
    )
    elections = CheckList(_("Limité aux électeurs de ces scrutins"))
    places = TextAreaField(
        _("Limité à ces lieux d’affectation"),
        filters=[unix_lines, without_blanks],
        validators=[Length(0, MOST_PLACES * LONGEST_PLACE), readable],
    )

    def named_places(self) -> list[str]:
        """What was typed, a place a line."""
        lines = (" ".join(line.split()) for line in (self.places.data or "").split("\n"))
        return [line for line in lines if line]


def elections() -> dict[str, str]:
    """Uuid → name of the current voting event's elections; none where there is no event yet."""
    event = services().identity.presented_event()
    return {entry["uuid"]: entry["name"] for entry in event["elections"]} if event else {}


def new_form(**more: Any) -> InvitationForm:
    """The form with the elections to choose from."""
    form = InvitationForm(**more)
    form.elections.choices = [SelectChoice(uuid, name) for uuid, name in elections().items()]
    return form


def page(form: InvitationForm) -> str:
    """All accounts, and the form to invite somebody."""
    known = [agent.dump() for agent in services().identity.list_agents(agent_session.required_token())]
    return agents_page("accounts.html", form=form, agents=known, names=elections())


@blueprint.get("/agents/comptes")
@agent_required(Right.MANAGE_AGENTS)
def show() -> Response:
    """The accounts."""
    form, status, headers = kept_form.again(new_form)
    return kept_form.shown(page(form), status, headers)


@blueprint.post("/agents/comptes")
@agent_required(Right.MANAGE_AGENTS)
def submit() -> Response:
    """Invite somebody."""
    form = new_form()
    if not form.validate() or not _placed(form):
        return kept_form.send_back(form, lambda: page(form))
    try:
        services().identity.invite_agent(
            agent_session.required_token(),
            form.email.data,
            form.name.data,
            form.role.data,
            sorted(form.elections.data or []),
            form.named_places(),
        )
    except Refusal as refusal:
        said = words_for(refusal.code, refusal.details)
        if refusal.code == "agent_known":
            form.email.errors = [said.message]
        elif refusal.code == "invalid_request" and "places" in refusal.details.get("fields", {}):
            form.places.errors = [str(NO_SUCH_PLACE)]
        elif not blame(form, refusal):
            raise
        return kept_form.send_back(form, lambda: page(form), said.status)
    flash(gettext("L’invitation est partie à %(email)s. Son lien vaut trois jours.", email=form.email.data))
    return redirect(url_for("agents_accounts.show"), 303)


@blueprint.post("/agents/comptes/lien")
@agent_required(Right.MANAGE_AGENTS)
def invite_again() -> Response:
    """Send another link: for an invitation that was lost, a password that was forgotten, a telephone that is gone."""
    services().identity.invite_again(agent_session.required_token(), _sent_agent())
    flash(
        gettext(
            "Un nouveau lien est parti. Il permet de choisir un mot de passe et de relier un téléphone ou une clé d’accès."
        )
    )
    return redirect(url_for("agents_accounts.show"), 303)


@blueprint.post("/agents/comptes/fermer")
@agent_required(Right.MANAGE_AGENTS)
def close() -> Response:
    """Close an account."""
    services().identity.close_agent(agent_session.required_token(), _sent_agent())
    flash(gettext("Le compte est fermé : ses sessions et ses jetons ne valent plus."))
    return redirect(url_for("agents_accounts.show"), 303)


def _placed(form: InvitationForm) -> bool:
    """Whether the places can be a cell's; where they cannot, the form says why."""
    found = form.named_places()
    if found and form.role.data != Role.SUPPORT:
        form.places.errors = [gettext("Seule une cellule de soutien est limitée à des lieux.")]
    elif len(found) > MOST_PLACES or any(not 2 <= len(place) <= LONGEST_PLACE for place in found):
        form.places.errors = [
            gettext("%(most)s lieux au plus, un par ligne, de deux lettres au moins.", most=MOST_PLACES)
        ]
    return not form.places.errors


def _sent_agent() -> str:
    sent = request.form.get("agent", "")
    if len(sent) != 36 or not set(sent) <= set("0123456789abcdef-"):
        raise Refusal("agent_unknown")
    return sent
