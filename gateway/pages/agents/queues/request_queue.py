"""« Demandes » of assistance: the queue, and the answer to one."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from gateway.clients import Payload, services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.queues import queue_pages
from gateway.pages.form_fields import blame, readable, unix_lines, without_blanks
from gateway.pages.space.assistance import SUBJECTS
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_requests")


class ReplyForm(FlaskForm):
    """What is written back."""

    answer = TextAreaField(
        _("Réponse"),
        filters=[unix_lines, without_blanks],
        validators=[
            DataRequired(_("Écrivez la réponse : elle part par courriel.")),
            Length(1, 5000, _("Cette réponse est trop longue : 5 000 caractères au plus.")),
            readable,
        ],
    )


@blueprint.get("/agents/demandes")
@agent_required(Right.ANSWER_REQUESTS)
def queue() -> str:
    """The queue, the oldest first."""
    answered, after = queue_pages.asked()
    found = services().identity.cell_requests(agent_session.required_token(), answered, after, queue_pages.PAGE)
    return agents_page(
        "queues/request_queue.html", queue=found.dump(), answered=answered, age=queue_pages.age, subjects=SUBJECTS
    )


def _request(number: int) -> Payload:
    """The request of that number. Refusal: assistance_unknown."""
    for answered in (False, True):
        found = services().identity.cell_requests(agent_session.required_token(), answered, number - 1, 1)
        if found.requests and found.requests[0].request == number:
            return found.requests[0].dump()
    raise Refusal("assistance_unknown")


def page(form: ReplyForm, number: int) -> str:
    """The request, and the form where it has no answer yet."""
    return agents_page(
        "queues/request.html",
        form=form,
        asked=_request(number),
        subjects=SUBJECTS,
        models=queue_pages.model_answers(),
        age=queue_pages.age,
    )


def new_form(**more: Any) -> ReplyForm:
    """The form, with the model answer that was chosen."""
    form = ReplyForm(**more)
    chosen = request.args.get("modele", "")
    models = queue_pages.model_answers()
    if chosen.isascii() and chosen.isdecimal() and int(chosen) < len(models) and not form.answer.data:
        form.answer.data = models[int(chosen)][1]
    return form


@blueprint.get("/agents/demandes/<int:number>")
@agent_required(Right.ANSWER_REQUESTS)
def show(number: int) -> Response:
    """One request."""
    form, status, headers = kept_form.again(new_form)
    return kept_form.shown(page(form, _bounded(number)), status, headers)


@blueprint.post("/agents/demandes/<int:number>")
@agent_required(Right.ANSWER_REQUESTS)
def submit(number: int) -> Response:
    """Answer it."""
    form = ReplyForm()
    place = url_for("agents_requests.show", number=_bounded(number))
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form, number), place=place)
    try:
        services().identity.answer_cell_request(agent_session.required_token(), number, form.answer.data)
    except Refusal as refusal:
        if not blame(form, refusal):
            raise
        said = words_for(refusal.code, refusal.details)
        return kept_form.send_back(form, lambda: page(form, number), said.status, place=place)
    flash(gettext("La réponse à la demande n° %(number)s est partie.", number=number))
    return redirect(url_for("agents_requests.queue"), 303)


def _bounded(number: int) -> int:
    if not 0 < number < 2**31:
        raise Refusal("assistance_unknown")
    return number
