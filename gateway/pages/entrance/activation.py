"""« Initialisation du mot de passe Élections »: what a link from a message opens (A5, A8)."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from gateway.captcha.challenge_field import ChallengeField, GuardedForm
from gateway.clients import services
from gateway.edge import failures, voter_session
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from services.identity.contract.entrance.access import LinkShown
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal

blueprint = Blueprint("activation", __name__)

DEAD_LINK = {"link_unknown", "link_expired", "link_used"}
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


class ActivationForm(GuardedForm):
    """The new password twice. The rules themselves are identity's to judge."""

    password = PasswordField(_("Mot de passe Élections"), validators=[InputRequired(_("Choisissez un mot de passe."))])
    confirmation = PasswordField(
        _("Confirmation du mot de passe Élections"),
        validators=[
            InputRequired(_("Saisissez une seconde fois le mot de passe choisi.")),
            EqualTo("password", _("Les deux saisies sont différentes. Saisissez deux fois le même mot de passe.")),
        ],
    )
    captcha = ChallengeField(guards="activation")

    def as_in_2018(self) -> None:
        """Use the labels of 2018."""
        self.password.label.text = gettext("Mot de passe personnel électeur")
        self.confirmation.label.text = gettext("Confirmation du mot de passe personnel électeur")


@blueprint.get("/lien/<token>")
def follow(token: str) -> Response:
    """Move the token from the address to the cookie: it stays in no history, no log and no Referer.

    Nothing is used up here: mail filters follow links before people do. Nobody is signed out either, or any
    page elsewhere could end a voter's session by leading to such an address.
    """
    session[voter_session.LINK] = token[:200]
    return redirect(url_for("activation.show"), 303)


def opened_link() -> tuple[str, LinkShown]:
    """The token of this browser's link and what it is for. Refusals: link_*, cookies_refused."""
    token = session.get(voter_session.LINK)
    if token is None:
        raise Refusal("link_unknown" if failures.cookie_came_back() else "cookies_refused")
    return token, services().identity.open_link(token)


def dead(refusal: Refusal) -> Any:
    """A used, replaced or expired link says so and offers a new one; the rest is told as everywhere.

    A link that this very browser has used, without ever having had the answer, leads home: it has worked.
    """
    if refusal.code not in DEAD_LINK:
        return failures.refused(refusal)
    if refusal.code == "link_used" and voter_session.LINK in session:
        try:
            opened = services().identity.answer_again(session[voter_session.LINK], voter_session.browser())
        except Refusal as still:
            refusal = still
        except (RpcTimeout, RpcUnavailable) as silent:
            return failures.unavailable(silent)
        else:
            voter_session.begin(opened)
            flash(
                gettext(
                    "Votre demande précédente avait abouti, mais sa réponse s’était perdue. "
                    "Si vous y aviez choisi un mot de passe, c’est celui-là qui est enregistré."
                )
            )
            return voter_session.to_home()
    if session.pop(voter_session.LINK, None) is None and voter_session.token() is not None:
        # Gone back from the space to a step that is done: its link has served, and the cookie has forgotten it.
        return voter_session.to_home()
    words = words_for(refusal.code)
    return make_response(render_template("entrance/link_refused.html", words=words), words.status)


blueprint.register_error_handler(Refusal, dead)
blueprint.after_request(kept_form.tell_scripts)


def page(form: ActivationForm, link: LinkShown) -> str:
    """The form as the link's profile words it."""
    form.captcha.prepare()
    if link.profile == "2018":
        form.as_in_2018()
    return render_template("entrance/activation.html", form=form, link=link.dump())


def asks_question(link: LinkShown) -> bool:
    """Whether the challenge question follows the password."""
    return bool(link.questions)


@blueprint.get("/activation")
def show() -> Response:
    """The form, when the link is good."""
    _token, link = opened_link()
    form, status, headers = kept_form.again(ActivationForm)
    return kept_form.shown(page(form, link), status, headers)


@blueprint.post("/activation")
def submit() -> Response:
    """Have the password judged; then the question, or home where none is asked."""
    token, link = opened_link()
    form = ActivationForm()
    if form.wants_another_code():
        return kept_form.send_back(form, lambda: page(form, link), 200)
    if form.validate():
        try:
            return accept(token, link, request.form["password"])
        except Refusal as refusal:
            if refusal.code != "password_refused":
                raise
            broken = [str(BROKEN_RULES[rule]) for rule in refusal.details.get("broken", []) if rule in BROKEN_RULES]
            form.password.errors = broken or [words_for(refusal.code).message]
    return kept_form.send_back(form, lambda: page(form, link))


def accept(token: str, link: LinkShown, password: str) -> Response:
    """Hand the password over. Refusals: link_*, password_refused."""
    if asks_question(link):
        services().identity.prepare_activation(token, password)
        return redirect(url_for("challenge_question.show"), 303)
    voter_session.begin(services().identity.activate(token, password=password, browser=voter_session.browser()))
    if link.purpose == "password":
        flash(gettext("Votre nouveau mot de passe est enregistré. L’ancien n’est plus valable."))
    else:
        flash(gettext("Votre compte a bien été activé. Votre mot de passe est enregistré."))
    return voter_session.to_home()
