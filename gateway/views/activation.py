"""« Initialisation du mot de passe Élections »: what a link from a message opens."""

from typing import Any

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from gateway import voter_session
from gateway.clients import services
from gateway.errors import told
from services.runtime.refusals import Refusal

blueprint = Blueprint("activation", __name__)

# What identity calls each rule of the password → how to mend it.
BROKEN_RULES = {
    "too_short": _("Ce mot de passe est trop court : allongez-le."),
    "too_long": _("Ce mot de passe est trop long : raccourcissez-le."),
    "lowercase": _("Ajoutez au moins une lettre minuscule sans accent."),
    "uppercase": _("Ajoutez au moins une lettre majuscule sans accent."),
    "digit": _("Ajoutez au moins un chiffre."),
    "special": _("Ajoutez au moins un caractère spécial, par exemple - ! ? @ ou #."),
    "same_as_identifier": _("Ce mot de passe est votre identifiant : choisissez autre chose."),
}


class ActivationForm(FlaskForm):
    """The new password twice. The rules themselves are identity's to judge."""

    password = PasswordField(
        _("Mot de passe Élections"), validators=[InputRequired(_("Choisissez votre mot de passe Élections."))]
    )
    confirmation = PasswordField(
        _("Confirmation du mot de passe Élections"),
        validators=[
            InputRequired(_("Saisissez une seconde fois le mot de passe choisi.")),
            EqualTo("password", _("Les deux saisies sont différentes. Saisissez deux fois le même mot de passe.")),
        ],
    )


@blueprint.get("/lien/<token>")
def follow(token: str) -> Response:
    """Move the token from the address to the cookie: it stays in no history, no log and no Referer.

    Nothing is used up here: mail filters follow links before people do. Nobody is signed out either, or any
    page elsewhere could end a voter's session by leading to such an address.
    """
    session[voter_session.LINK] = token[:200]
    return redirect(url_for("activation.show"), 303)


def opened_link() -> Any:
    """The link of this browser and what it is for. Refusals: link_*."""
    token = session.get(voter_session.LINK)
    if token is None:
        raise Refusal("link_unknown")
    return token, services().identity.open_link(token)


@blueprint.get("/activation")
def show() -> str:
    """The form, when the link is good."""
    _token, link = opened_link()
    return render_template("activation.html", form=ActivationForm(), link=link)


@blueprint.post("/activation")
def submit() -> Response | tuple[str, int]:
    """Set the password and sign in."""
    token, link = opened_link()
    form = ActivationForm()
    if form.validate():
        try:
            held = services().identity.activate(token, form.password.data)
        except Refusal as refusal:
            if refusal.code != "password_refused":
                raise
            broken = [str(BROKEN_RULES[rule]) for rule in refusal.details.get("broken", []) if rule in BROKEN_RULES]
            form.password.errors = broken or [told(refusal.code).message]
        else:
            voter_session.begin(held)
            return voter_session.to_home()
    return render_template("activation.html", form=form, link=link), 422
