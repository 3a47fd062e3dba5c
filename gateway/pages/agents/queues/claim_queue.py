"""« Réclamations » of the territory: the queue, and the answer to one."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from gateway.clients import Payload, services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.accounts import elections
from gateway.pages.agents.queues import queue_pages
from gateway.pages.form_fields import blame, chooser, readable, unix_lines, without_blanks
from gateway.pages.space.claims import STATES, SUBJECTS
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_claims")

DECISIONS = {
    "accepted": _("Acceptée : la réponse part à l’électeur"),
    "rejected": _("Rejetée : la réponse part à l’électeur"),
    "examined": _("En cours d’examen : rien n’est envoyé"),
}


class AnswerForm(FlaskForm):
    """What becomes of the claim, and what the voter is told."""

    state = SelectField(
        _("Décision"),
        choices=chooser(_("Choisissez une décision"), DECISIONS),
        invalid_choice_message=_("Choisissez une décision de la liste."),
        validators=[InputRequired(_("Choisissez une décision."))],
    )
    answer = TextAreaField(
        _("Réponse à l’électeur"),
        filters=[unix_lines, without_blanks],
        validators=[Length(0, 5000, _("Cette réponse est trop longue : 5 000 caractères au plus.")), readable],
    )


@blueprint.get("/agents/reclamations")
@agent_required(Right.ANSWER_REQUESTS)
def queue() -> str:
    """The queue, the oldest first."""
    answered, after = queue_pages.asked()
    found = services().identity.cell_claims(agent_session.required_token(), answered, after, queue_pages.PAGE)
    return agents_page(
        "queues/claim_queue.html",
        queue=found.dump(),
        answered=answered,
        age=queue_pages.age,
        subjects=SUBJECTS,
        states=STATES,
    )


def _claim(number: int) -> Payload:
    """The claim of that number. Refusal: claim_unknown."""
    for answered in (False, True):
        found = services().identity.cell_claims(agent_session.required_token(), answered, number - 1, 1)
        if found.claims and found.claims[0].claim == number:
            return found.claims[0].dump()
    raise Refusal("claim_unknown")


def page(form: AnswerForm, number: int) -> str:
    """The claim, and the form where it may still be answered."""
    return agents_page(
        "queues/claim.html",
        form=form,
        claim=_claim(number),
        names=elections(),
        subjects=SUBJECTS,
        states=STATES,
        models=queue_pages.model_answers(),
        age=queue_pages.age,
    )


def new_form(**more: Any) -> AnswerForm:
    """The form, with the model answer that was chosen."""
    form = AnswerForm(**more)
    chosen = request.args.get("modele", "")
    models = queue_pages.model_answers()
    if chosen.isascii() and chosen.isdecimal() and int(chosen) < len(models) and not form.answer.data:
        form.answer.data = models[int(chosen)][1]
    return form


@blueprint.get("/agents/reclamations/<int:number>")
@agent_required(Right.ANSWER_REQUESTS)
def show(number: int) -> Response:
    """One claim."""
    form, status, headers = kept_form.again(new_form)
    return kept_form.shown(page(form, _bounded(number)), status, headers)


@blueprint.post("/agents/reclamations/<int:number>")
@agent_required(Right.ANSWER_REQUESTS)
def submit(number: int) -> Response:
    """Answer it."""
    form = AnswerForm()
    place = url_for("agents_claims.show", number=_bounded(number))
    valid = form.validate()
    if valid and form.state.data != "examined" and not form.answer.data:
        form.answer.errors = [gettext("Écrivez la réponse : l’électeur la reçoit.")]
        valid = False
    if not valid:
        return kept_form.send_back(form, lambda: page(form, number), place=place)
    try:
        services().identity.answer_cell_claim(
            agent_session.required_token(), number, form.state.data, form.answer.data or ""
        )
    except Refusal as refusal:
        if not blame(form, refusal):
            raise
        said = words_for(refusal.code, refusal.details)
        return kept_form.send_back(form, lambda: page(form, number), said.status, place=place)
    flash(gettext("La réclamation n° %(number)s est traitée.", number=number))
    return redirect(url_for("agents_claims.queue"), 303)


def _bounded(number: int) -> int:
    if not 0 < number < 2**31:
        raise Refusal("claim_unknown")
    return number
