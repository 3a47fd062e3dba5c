"""« Mes clés d’accès »: an agent's second factors."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.forms import said_at
from gateway.pages.agents.passkeys import asking
from services.identity.contract.staff.passkeys import MOST_PASSKEYS
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_passkeys")
SAID_HERE = {"agent_password_wrong", "agent_locked", "too_many_passkeys", "passkeys_off"}


class PasswordForm(FlaskForm):
    """The password, before a key is added."""

    password = PasswordField(
        _("Mot de passe"),
        validators=[
            InputRequired(_("Saisissez votre mot de passe.")),
            Length(max=256, message=_("Un mot de passe a 256 caractères au plus.")),
        ],
    )


def page(form: PasswordForm) -> str:
    """The keys, and the form that begins to add one."""
    known = services().identity.list_passkeys(agent_session.required_token())
    return agents_page("passkeys/keys.html", form=form, known=known.dump(), most=MOST_PASSKEYS)


@blueprint.get("/agents/cles-d-acces")
@agent_required(Right.OWN_ACCOUNT)
def show() -> Response:
    """The keys."""
    form, status, headers = kept_form.again(PasswordForm)
    return kept_form.shown(page(form), status, headers)


@blueprint.post("/agents/cles-d-acces")
@agent_required(Right.OWN_ACCOUNT)
def submit() -> Response:
    """Begin to add a key."""
    form = PasswordForm()
    status = 422
    headers: dict[str, str] = {}
    if form.validate():
        try:
            ceremony = services().identity.begin_passkey(agent_session.required_token(), form.password.data)
        except Refusal as refusal:
            if refusal.code not in SAID_HERE:
                raise
            status, headers = said_at(form.password, refusal)
        else:
            return asking.begin(ceremony, "agents_passkey_new.show")
    return kept_form.send_back(form, lambda: page(form), status, headers)


@blueprint.post("/agents/cles-d-acces/retirer")
@agent_required(Right.OWN_ACCOUNT)
def remove() -> Response:
    """Remove a key."""
    sent = request.form.get("passkey", "")
    if len(sent) == 36 and set(sent) <= set("0123456789abcdef-"):
        try:
            services().identity.remove_passkey(agent_session.required_token(), sent)
        except Refusal as refusal:
            if refusal.code != "passkey_last":
                raise
            flash(words_for(refusal.code).message)
            return redirect(url_for("agents_passkeys.show"), 303)
    flash(gettext("La clé est retirée : elle n’ouvre plus votre compte."))
    return redirect(url_for("agents_passkeys.show"), 303)
