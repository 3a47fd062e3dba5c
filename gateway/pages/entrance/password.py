"""« Saisie du mot de passe », and the way out for whoever has forgotten it (A7, A8)."""

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from gateway.clients import services
from gateway.edge import failures, voter_session
from gateway.edge.errors import words_for
from gateway.edge.language import current_language
from gateway.pages import kept_form
from gateway.pages.entrance import entry_profile, sent_link
from services.runtime.refusals import Refusal

blueprint = Blueprint("password", __name__)


class PasswordForm(FlaskForm):
    """The password; its field is never filled again after an error."""

    password = PasswordField(
        _("Mot de passe Élections"),
        validators=[
            InputRequired(_("Saisissez votre mot de passe.")),
            Length(max=256, message=_("Un mot de passe a 256 caractères au plus.")),
        ],
    )


def to_identification() -> Response:
    """Without an identifier in the cookie there is nobody to ask the password of."""
    return redirect(url_for("identification.show"), 303)


def page(form: PasswordForm, identifier: str) -> str:
    """The form as the voting event's profile words it."""
    known = entry_profile.current_profile()
    if known == "2018":
        form.password.label.text = gettext("Mot de passe personnel électeur")
    return render_template("entrance/password.html", form=form, identifier=identifier, known_profile=known)


@blueprint.get("/mot-de-passe")
def show() -> Response:
    """The form for the identifier given just before."""
    identifier = session.get(voter_session.IDENTIFIER)
    if identifier is None:
        return to_identification()
    form, status, headers = kept_form.again(PasswordForm)
    return kept_form.shown(page(form, identifier), status, headers)


@blueprint.post("/mot-de-passe")
def submit() -> Response:
    """Sign in; a wrong password and a locked account are said in the form."""
    identifier = session.get(voter_session.IDENTIFIER)
    if identifier is None:
        return to_identification()
    form = PasswordForm()
    status, headers = 422, {}
    if form.validate():
        try:
            held = services().identity.log_in(identifier, form.password.data)
        except Refusal as refusal:
            if refusal.code not in {"log_in_refused", "account_locked"}:
                raise
            words = words_for(refusal.code, refusal.details)
            form.password.errors = [words.message]
            status = words.status
            if failures.wait(words):
                headers["Retry-After"] = str(failures.wait(words))
        else:
            voter_session.begin(held)
            return voter_session.to_home()
    return kept_form.send_back(form, lambda: page(form, identifier), status, headers)


@blueprint.post("/mot-de-passe/oubli")
def forgotten() -> Response:
    """Have a link sent to the identifier's address; the old password stays valid until the new one is set."""
    identifier = session.get(voter_session.IDENTIFIER)
    if identifier is None:
        return to_identification()
    answer = services().identity.request_password_link(identifier, current_language())
    sent_link.remember(answer, identifier, "password")
    return redirect(url_for("identification.link_sent"), 303)
