"""« Formulaire de demande d'assistance »: for whoever is signed in, and for whoever cannot get in."""

from typing import Any

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from gateway.captcha.challenge_field import ChallengeField, GuardedForm
from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.errors import words_for
from gateway.edge.language import current_language
from gateway.pages import kept_form
from gateway.pages.form_fields import blame, chooser, copied_address, readable, storable, unix_lines, without_blanks
from services.runtime.refusals import Refusal

blueprint = Blueprint("assistance", __name__)

NUMBER = "assistance"
SUBJECTS = {
    "access": _("Je n’arrive pas à accéder au portail"),
    "password": _("Mon mot de passe Élections"),
    "voting_code": _("Mon code de vote ou ma notice de vote"),
    "vote": _("Le vote lui-même"),
    "roll": _("La liste électorale"),
    "other": _("Autre sujet"),
}


class AssistanceForm(FlaskForm):
    """Who asks, where to answer, and what about."""

    name = StringField(
        _("Prénom et nom"),
        filters=[without_blanks],
        validators=[
            DataRequired(_("Indiquez vos prénom et nom.")),
            Length(max=200, message=_("Ce nom est trop long : 200 caractères au plus.")),
            storable,
        ],
    )
    email = StringField(
        _("Adresse électronique où vous répondre"),
        filters=[copied_address],
        validators=[
            DataRequired(_("Indiquez l’adresse où la cellule de soutien pourra vous répondre.")),
            Length(max=254, message=_("Cette adresse est trop longue : 254 caractères au plus.")),
            Regexp(
                r"[^@\s]+@[^@\s]+$",
                message=_("Saisissez une adresse complète, par exemple prenom.nom@ac-academie.fr."),
            ),
            storable,
        ],
    )
    subject = SelectField(
        _("Sujet"),
        choices=chooser(_("Choisissez un sujet"), SUBJECTS),
        invalid_choice_message=_("Choisissez le sujet de votre demande dans la liste."),
        validators=[InputRequired(_("Choisissez le sujet de votre demande."))],
    )
    text = TextAreaField(
        _("Votre demande"),
        filters=[unix_lines, without_blanks],
        validators=[
            DataRequired(_("Décrivez votre difficulté.")),
            Length(10, 2000, _("Décrivez votre difficulté en %(min)d caractères au moins et %(max)d au plus.")),
            readable,
        ],
    )


class AnonymousAssistanceForm(AssistanceForm, GuardedForm):
    """The same for whoever is not signed in, with the field that keeps programs out."""

    captcha = ChallengeField(guards="assistance")


def new_form(**more: Any) -> AssistanceForm:
    """The form that this visitor needs; a voter's is filled in with what is known."""
    if voter_session.token() is None:
        return AnonymousAssistanceForm(**more)
    voter = voter_session.state().voter
    return AssistanceForm(**more, data={"name": f"{voter.first_name} {voter.surname}", "email": voter.identifier})


def page(form: AssistanceForm) -> str:
    """The form; an anonymous visitor's with something to copy, or to let the browser work on."""
    captcha = form.captcha if isinstance(form, AnonymousAssistanceForm) else None
    if captcha is not None:
        captcha.prepare()
    return render_template("space/assistance.html", form=form, captcha=captcha)


@blueprint.get("/assistance")
def show() -> Response:
    """The form: empty, or with what is to be mended."""
    form, status, headers = kept_form.again(new_form)
    return kept_form.shown(page(form), status, headers)


@blueprint.post("/assistance")
def submit() -> Response:
    """Record the request and acknowledge it."""
    form = new_form()
    if isinstance(form, AnonymousAssistanceForm) and form.wants_another_code():
        return kept_form.send_back(form, lambda: page(form), 200)
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form))
    try:
        number = services().identity.submit_assistance(
            voter_session.token(),
            form.email.data,
            form.name.data,
            form.subject.data,
            form.text.data,
            current_language(),
        )
    except Refusal as refusal:
        words = words_for(refusal.code, refusal.details)
        if refusal.code == "too_many_requests":
            form.email.errors = [words.message]
        elif not blame(form, refusal):
            raise
        return kept_form.send_back(form, lambda: page(form), words.status)
    session[NUMBER] = number
    return redirect(url_for("assistance.received"), 303)


@blueprint.get("/assistance/accuse-de-reception")
def received() -> str | Response:
    """The number of the request, kept in the browser's session: an address with it would say nothing more."""
    if NUMBER not in session:
        return redirect(url_for("assistance.show"), 303)
    return render_template("space/assistance_received.html", number=session[NUMBER])
