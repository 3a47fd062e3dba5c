"""« Mes jetons »: personal tokens for the command line."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents import words
from gateway.pages.agents.forms import CheckList, said_at
from gateway.pages.form_fields import storable, without_blanks
from services.identity.contract.staff.agents import TokenMade
from services.identity.contract.staff.rights import OF_TOKENS, Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_tokens")

DAYS = {"1": _("Un jour"), "7": _("Une semaine"), "30": _("Trente jours"), "90": _("Quatre-vingt-dix jours")}


class TokenForm(FlaskForm):
    """A token to make."""

    name = StringField(
        _("Nom du jeton"),
        filters=[without_blanks],
        validators=[
            DataRequired(_("Donnez un nom à ce jeton, pour le reconnaître.")),
            Length(1, 100, _("Ce nom est trop long : 100 caractères au plus.")),
            storable,
        ],
    )
    rights = CheckList(
        _("Ce qu’il permet"), validators=[InputRequired(_("Cochez au moins une chose que ce jeton permet."))]
    )
    days = SelectField(
        _("Durée"),
        choices=[SelectChoice(value, label) for value, label in DAYS.items()],
        default="7",
        invalid_choice_message=_("Choisissez une durée de la liste."),
    )


def new_form(**more: Any) -> TokenForm:
    """The form with what this agent's tokens can be good for."""
    form = TokenForm(**more)
    own = [right for right in words.RIGHTS if right in OF_TOKENS and right in agent_session.state()["rights"]]
    form.rights.choices = [SelectChoice(right, words.RIGHTS[right]) for right in own]
    return form


def page(form: TokenForm, made: TokenMade | None = None) -> str:
    """The tokens that are good; the one just made, this once."""
    known = [token.dump() for token in services().identity.list_tokens(agent_session.required_token())]
    return agents_page("tokens.html", form=form, tokens=known, made=made.dump() if made else None)


@blueprint.get("/agents/jetons")
@agent_required(Right.OWN_ACCOUNT)
def show() -> Response:
    """The tokens."""
    form, status, headers = kept_form.again(new_form)
    return kept_form.shown(page(form), status, headers)


@blueprint.post("/agents/jetons")
@agent_required(Right.OWN_ACCOUNT)
def submit() -> Response | str:
    """Make a token. It is shown in this very answer and never again: no cookie may keep it until another page."""
    form = new_form()
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form))
    try:
        made = services().identity.make_token(
            agent_session.required_token(), form.name.data, sorted(form.rights.data), int(form.days.data)
        )
    except Refusal as refusal:
        if refusal.code != "too_many_tokens":
            raise
        return kept_form.send_back(form, lambda: page(form), *said_at(form.name, refusal))
    return page(new_form(formdata=None), made)


@blueprint.post("/agents/jetons/revoquer")
@agent_required(Right.OWN_ACCOUNT)
def revoke() -> Response:
    """Revoke a token."""
    sent = request.form.get("token", "")
    if len(sent) == 36 and set(sent) <= set("0123456789abcdef-"):
        services().identity.revoke_token(agent_session.required_token(), sent)
    flash(gettext("Le jeton est révoqué : il ne vaut plus."))
    return redirect(url_for("agents_tokens.show"), 303)
