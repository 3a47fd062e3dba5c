"""« Demande d'un nouvel identifiant électeur » (2018), and the question that leads to a mailed link (2022): D3 to D6."""

from functools import partial
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, session, url_for
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import dedicated_post, voter_session
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.entrance.challenge_question import QUESTIONS
from gateway.pages.reissue.forms import AnswerForm, FactsForm
from services.identity.contract.reissue import FACTS, OPEN, ReissueStanding
from services.runtime.refusals import Refusal

blueprint = Blueprint("reissue", __name__)

LINK_UNTIL = "reissue_until"
CLOSED, VOTED, USED_UP, NO_PROOF = "closed", "voted", "used_up", "no_proof"
AT_FIELD = {
    "phone_refused": ("phone",),
    "phone_shared": ("phone",),
    "reissue_proof_wrong": ("numen", "birth_date"),
    "reissue_resting": ("birth_date",),
}
"""Refusals that are said in the form of 2018. A wrong proof stands at both its fields: which is wrong, nobody is told."""


def standing() -> ReissueStanding:
    """How the voter stands. Refusal: session_expired."""
    return services().identity.reissue_standing(voter_session.required_token())


def words_of_profile() -> dict[str, Any]:
    """What every page of re-issue says of the voting event and the voter."""
    profile = voter_session.event()["profile"]
    return {"of_2018": profile == "2018", "address": voter_session.state().voter.identifier}


def hindrance(found: ReissueStanding) -> str | None:
    """Why nothing can be asked for now, None where it can."""
    if not found.is_open:
        return CLOSED
    if found.voted_everywhere:
        return VOTED
    if found.left == 0:
        return USED_UP
    return NO_PROOF if found.proof is None and by_provider(found) is None else None


def by_provider(found: ReissueStanding) -> str | None:
    """Who may vouch for the voter here: nobody at a dedicated post, where the next one would find a session open there."""
    return None if dedicated_post.is_post() else found.provider


def not_now(found: ReissueStanding, why: str, status: int = 200) -> Response:
    """The page that says why not, and what is left to do."""
    page = render_template("reissue/not_now.html", why=why, standing=found.dump(), **words_of_profile())
    return make_response(page, status)


def facts_page(form: FactsForm, found: ReissueStanding) -> str:
    """The form of 2018."""
    form.captcha.prepare()
    return render_template("reissue/facts.html", form=form, standing=found.dump(), **words_of_profile())


def answer_page(form: AnswerForm, found: ReissueStanding) -> str:
    """The question of 2022."""
    question = QUESTIONS.get(found.question or "", found.question)
    return render_template(
        "reissue/answer.html", form=form, question=question, standing=found.dump(), **words_of_profile()
    )


@blueprint.get("/reassort")
@voter_session.voter_required
def show() -> Response:
    """The form of the voter's profile, or why there is none now."""
    found = standing()
    if found.newest is not None and found.newest.state == OPEN:
        return redirect(url_for("reissue_outcome.show"), 303)
    why = hindrance(found)
    if why is not None:
        return not_now(found, why)
    if found.proof is None:
        return make_response(render_template("reissue/identity.html", standing=found.dump(), **words_of_profile()))
    if found.proof == FACTS:
        facts, status, headers = kept_form.again(FactsForm)
        return kept_form.shown(facts_page(facts, found), status, headers)
    answer, status, headers = kept_form.again(AnswerForm)
    return kept_form.shown(answer_page(answer.ask(birth_date=found.asks_birth_date), found), status, headers)


@blueprint.post("/reassort")
@voter_session.voter_required
def submit() -> Response:
    """Ask for a code, or answer the question."""
    found = standing()
    if found.newest is not None and found.newest.state == OPEN:
        return redirect(url_for("reissue_outcome.show"), 303)
    why = hindrance(found)
    if why is not None:
        return not_now(found, why, 409)
    if found.proof is None:
        return redirect(url_for("reissue.show"), 303)
    return _ask(found) if found.proof == FACTS else _answer(found)


def _ask(found: ReissueStanding) -> Response:
    form = FactsForm()
    back = partial(kept_form.send_back, form, lambda: facts_page(form, found), without=("numen", "birth_date"))
    if not form.validate():
        return back()
    try:
        services().identity.ask_reissue(
            voter_session.required_token(), form.number.data, form.phone.data, form.numen.data, form.birth_date.data
        )
    except Refusal as refusal:
        if refusal.code not in AT_FIELD:
            raise
        words = words_for(refusal.code, refusal.details)
        for name in AT_FIELD[refusal.code]:
            form[name].errors = [words.message]
        return back(words.status)
    return redirect(url_for("reissue_outcome.show"), 303)


def _answer(found: ReissueStanding) -> Response:
    form = AnswerForm().ask(birth_date=found.asks_birth_date)
    secret = ("answer", "birth_date") if found.asks_birth_date else ("answer",)
    back = partial(kept_form.send_back, form, lambda: answer_page(form, found), without=secret)
    if not form.validate():
        return back()
    try:
        born = form.birth_date.data if found.asks_birth_date else ""
        until = services().identity.answer_reissue(voter_session.required_token(), form.answer.data, born)
    except Refusal as refusal:
        if refusal.code not in ("reissue_proof_wrong", "reissue_resting"):
            raise
        words = words_for(refusal.code, refusal.details)
        for name in secret:
            form[name].errors = [words.message]
        return back(words.status)
    session[LINK_UNTIL] = until.isoformat()
    return redirect(url_for("reissue.link_sent"), 303)


@blueprint.get("/reassort/lien-envoye")
@voter_session.voter_required
def link_sent() -> Response | str:
    """« Consultez votre messagerie »: the link, and until when it works."""
    if LINK_UNTIL not in session:
        return redirect(url_for("reissue.show"), 303)
    return render_template("reissue/link_sent.html", until=session[LINK_UNTIL], **words_of_profile())
