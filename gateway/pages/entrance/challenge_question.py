"""« Question défi »: the step that activates the account, or the way in without activation (A6)."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Form, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.entrance import activation
from gateway.pages.form_fields import chooser, storable, without_blanks
from services.identity.contract.entrance.access import LinkShown
from services.identity.contract.event.wording import without_accents
from services.runtime.refusals import Refusal

blueprint = Blueprint("challenge_question", __name__)
blueprint.register_error_handler(Refusal, activation.dead)
blueprint.after_request(kept_form.tell_scripts)

# Identity's codes (services/identity/access/challenge_question.py) → words.
QUESTIONS = {
    "first_car_colour": _("Quelle était la couleur de ma première voiture ?"),
    "first_pet": _("Quel était le nom de mon premier animal de compagnie ?"),
    "childhood_street": _("Dans quelle rue ai-je grandi ?"),
    "first_school": _("Quel était le nom de ma première école ?"),
    "favourite_book": _("Quel est le titre du livre qui m’a le plus marqué ?"),
    "childhood_friend": _("Quel était le prénom de mon meilleur ami ou de ma meilleure amie d’enfance ?"),
    "first_concert": _("Quel est le premier concert auquel j’ai assisté ?"),
    "dream_trip": _("Quelle est la destination de mes rêves ?"),
}
OWN = "own"
BROKEN_ANSWER = {
    "empty": _("Saisissez une réponse : elle ne peut pas être faite seulement de signes ou d’espaces."),
    "too_short": _("Cette réponse est trop courte : saisissez au moins deux caractères."),
    "too_long": _("Cette réponse est trop longue : 200 caractères au plus."),
    "same_as_question": _("La réponse répète la question : n’importe qui la trouverait. Choisissez-en une autre."),
}


def own_question(form: Form, field: Any) -> None:
    """The voter's own question is wanted only where it was chosen in the list."""
    if form.question.data == OWN and not field.data:
        raise ValidationError(gettext("Écrivez votre question, ou choisissez-en une dans la liste."))


def same_answer(form: Form, field: Any) -> None:
    """Typed twice alike, as identity will compare it: whatever the case, the accents and the repeated blanks."""
    if without_accents(field.data or "") != without_accents(form.answer.data or ""):
        raise ValidationError(gettext("Les deux réponses sont différentes. Saisissez deux fois la même."))


class ChallengeQuestionForm(FlaskForm):
    """A question and its answer, twice."""

    question = SelectField(
        _("Choix de la Question défi"),
        invalid_choice_message=_("Choisissez une question défi dans la liste."),
        validators=[InputRequired(_("Choisissez une question défi dans la liste."))],
    )
    own = StringField(
        _("Votre propre question"),
        filters=[without_blanks],
        validators=[
            own_question,
            Length(max=200, message=_("Cette question est trop longue : 200 caractères au plus.")),
            storable,
        ],
    )
    answer = StringField(
        _("Répondre à la Question défi choisie"),
        filters=[without_blanks],
        validators=[
            DataRequired(_("Saisissez la réponse secrète à la question défi.")),
            Length(max=200, message=_("Cette réponse est trop longue : 200 caractères au plus.")),
            storable,
        ],
    )
    confirmation = StringField(
        _("Ressaisir la réponse à la Question défi"),
        filters=[without_blanks],
        validators=[
            DataRequired(_("Saisissez une seconde fois la réponse secrète.")),
            same_answer,
        ],
    )

    def propose(self, codes: list[str]) -> None:
        """Fill the list with identity's questions that have words here."""
        known = {code: QUESTIONS[code] for code in codes if code in QUESTIONS}
        own = {OWN: _("Ma propre question (à écrire ci-dessous)")}
        self.question.choices = chooser(_("Choisissez une question"), known | own)

    def chosen(self) -> str:
        """The code of a question of the list, or the voter's own words."""
        question: str = self.own.data if self.question.data == OWN else self.question.data
        return question


def new_form(link: LinkShown, **more: Any) -> ChallengeQuestionForm:
    """The form with the questions that the link offers."""
    form = ChallengeQuestionForm(**more)
    form.propose(link.questions)
    return form


def page(form: ChallengeQuestionForm) -> str:
    """The form."""
    return render_template("entrance/challenge_question.html", form=form)


def prepared_link() -> tuple[str, LinkShown] | None:
    """The link whose password is chosen, None where that step is still to be done. Refusals: link_*."""
    token, link = activation.opened_link()
    return (token, link) if activation.asks_question(link) and link.prepared else None


def back_to_password() -> Response:
    """The step before."""
    return redirect(url_for("activation.show"), 303)


@blueprint.get("/question-defi")
def show() -> Response:
    """The form."""
    held = prepared_link()
    if held is None:
        return back_to_password()
    form, status, headers = kept_form.again(partial(new_form, held[1]))
    return kept_form.shown(page(form), status, headers)


@blueprint.post("/question-defi")
def submit() -> Response:
    """« Activer son compte »: password, question and answer are kept for good."""
    held = prepared_link()
    if held is None:
        return back_to_password()
    token, link = held
    form = new_form(link)
    if form.validate():
        try:
            opened = services().identity.activate(
                token, question=form.chosen(), answer=form.answer.data, browser=voter_session.browser()
            )
        except Refusal as refusal:
            if refusal.code == "activation_not_prepared":
                flash(words_for(refusal.code).message)
                return back_to_password()
            if refusal.code != "answer_refused":
                raise
            rules = refusal.details.get("broken", [])
            broken = [str(BROKEN_ANSWER[rule]) for rule in rules if rule in BROKEN_ANSWER]
            form.answer.errors = broken or [words_for(refusal.code).message]
        else:
            voter_session.begin(opened)
            flash(
                gettext(
                    "Votre compte a bien été activé. Votre question défi et votre réponse secrète ont été enregistrées."
                )
            )
            return voter_session.to_home()
    return kept_form.send_back(form, lambda: page(form), without=("answer", "confirmation"))


@blueprint.post("/question-defi/sans-activation")
def skip() -> Response:
    """« Accès sans activation »: one visit, after which nothing of the password is left."""
    token, _link = activation.opened_link()
    voter_session.begin(services().identity.enter_without_activation(token, voter_session.browser()))
    return voter_session.to_home()
