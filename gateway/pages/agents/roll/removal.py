"""« Retirer un électeur »: off the roll, or off some of its elections, until it is sealed (E2, docs/adr/0040)."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from flask import redirect, request, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Regexp

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import STEPS_PAGE, confirmation_field, confirmed
from gateway.pages.agents.console.standing import Console
from gateway.pages.agents.forms import CheckList, reason_validators, said_at
from gateway.pages.form_fields import copied_address, storable, unix_lines, without_blanks
from services.identity.contract.event.removals import Removal, RemoveVoter
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_removal")

NUMBER = re.compile("[0-9a-f-]{36}")
ASKED = "retrait"
"""What the number of a removal is called in the address."""
AT_FIELDS = {"voter_not_in_election": "elections"}
"""Refusal → the field that it is about; all others are about the voter."""
OF_THE_FORM = {"identifier_unknown", "voter_not_in_election", "roll_sealed", "removal_reissued", "right_missing"}


class RemovalForm(FlaskForm):
    """Who, from what, and why."""

    identifier = StringField(
        _("Adresse professionnelle de l’électeur"),
        filters=[copied_address],
        validators=[DataRequired(_("Indiquez l’adresse de l’électeur à retirer.")), Length(3, 254), storable],
    )
    elections = CheckList(_("Scrutins qu’il quitte"))
    reason = TextAreaField(
        _("Motif"),
        filters=[unix_lines, without_blanks, lambda text: " ".join(text.split()) if text else text],
        description=_("Il est public, et figurera au procès-verbal : n’y nommez personne. 10 à 500 caractères."),
        validators=reason_validators(),
    )


class ConfirmationForm(RemovalForm):
    """The same, seen; and the number that the removal will have, so that it is asked for once."""

    removal = HiddenField(validators=[Regexp(NUMBER)])
    confirmation = confirmation_field()


def _maker(kind: type[RemovalForm], console: Console) -> Any:
    def make(**more: Any) -> RemovalForm:
        form = kind(**more)
        elections = [] if console.event is None else console.event["elections"]
        form.elections.choices = [SelectChoice(str(one["code"]), str(one["name"])) for one in elections]
        return form

    return make


def _wanted(form: RemovalForm, console: Console, removal: str, *, dry_run: bool = False) -> RemoveVoter:
    return RemoveVoter(
        removal=removal,
        voting_event=_event(console),
        identifier=str(form.identifier.data),
        elections=list(form.elections.data or ()),
        reason=str(form.reason.data),
        dry_run=dry_run,
    )


def _event(console: Console) -> str:
    if console.event is None:
        raise Refusal("no_voting_event")
    return str(console.event["voting_event"])


def _ask(wanted: RemoveVoter) -> Removal:
    return services().identity.ask_removal(wanted, session=agent_session.required_token())


def page(form: RemovalForm, console: Console, seen: Removal | None = None) -> str:
    """The form; once it is filled in, who that is and what will happen; `seen`: what was found."""
    asked = request.args.get(ASKED, "")
    sealed = console.event is not None and console.event["roll_sealed"]
    return agents_page(
        "roll/removal.html",
        form=form,
        event=console.event,
        seen=seen,
        followed=services().identity.removal(asked) if NUMBER.fullmatch(asked) else None,
        blocked=words_for("roll_sealed" if sealed else "no_voting_event").message
        if sealed or console.event is None
        else None,
        back=url_for(STEPS_PAGE),
    )


@blueprint.get("/agents/echeance/retrait")
@agent_required(Right.RUN_ELECTIONS)
def show() -> Response:
    """The form, what it would do, or what came of it."""
    console = standing.look()
    number = kept_form.kept_value("removal")
    form, status, headers = kept_form.again(_maker(ConfirmationForm if number else RemovalForm, console))
    return kept_form.shown(page(form, console, _seen(form, console, number)), status, headers)


@blueprint.post("/agents/echeance/retrait")
@agent_required(Right.RUN_ELECTIONS)
def submit() -> Response:
    """Show what would be done; with the number of what was shown and the name that was copied, do it."""
    console = standing.fresh()
    number = request.form.get("removal", "")
    form = _maker(ConfirmationForm if number else RemovalForm, console)()
    if not form.validate() or (number and not confirmed(form, console)):
        return kept_form.send_back(form, lambda: page(form, console, _seen(form, console, number)))
    wanted = _wanted(form, console, number or str(uuid4()), dry_run=not number)
    try:
        found = _ask(wanted)
    except Refusal as refusal:
        _say(form, refusal)
        return kept_form.send_back(form, lambda: page(form, console), 409, without=("removal",))
    if number or found.removal != wanted.removal:
        # Another number: he is leaving already, by what somebody has asked before. That is what there is to follow.
        standing.changed()
        return redirect(url_for("agents_removal.show", retrait=found.removal), 303)
    values = {name: getattr(wanted, name) for name in ("identifier", "elections", "reason", "removal")}
    kept = kept_form.keep(str(request.blueprint), values)
    if kept is None:
        form = _maker(ConfirmationForm, console)()
        return kept_form.shown(page(form, console, _seen(form, console, wanted.removal)), 200, {})
    return redirect(url_for("agents_removal.show", essai=kept), 303)


def _seen(form: RemovalForm, console: Console, number: str) -> Removal | None:
    """What the form would do, where it has a number; None where it has none, or where nothing can be done any more."""
    if not NUMBER.fullmatch(number) or console.event is None:
        return None
    try:
        return _ask(_wanted(form, console, number, dry_run=True))
    except Refusal as refusal:
        _say(form, refusal)
        return None


def _say(form: RemovalForm, refusal: Refusal) -> None:
    """A refusal at the field that it is about. Raises those that are about none."""
    if refusal.code not in OF_THE_FORM:
        raise refusal
    said_at(form[AT_FIELDS.get(refusal.code, "identifier")], refusal)
