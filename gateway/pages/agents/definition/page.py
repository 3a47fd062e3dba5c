"""« Définition »: a voting event from its file, shown with what it would change, then confirmed by its name (E1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, make_response, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileRequired, MultipleFileField
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.edge.errors import words_for
from gateway.edge.field_problems import sentences
from gateway.hours.paris_time import paris
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import STEPS_PAGE, confirmation_field, copied, note
from gateway.pages.agents.console.standing import Console
from gateway.pages.agents.definition import importing
from gateway.pages.agents.definition.importing import Changes, Event
from gateway.pages.form_fields import chooser, storable
from services.files import voting_event_file
from services.files.voting_event_file import VotingEventFileError
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_definition")

CORRECT, OTHER = "corriger", "autre"
WAYS = {
    CORRECT: _("Il corrige l’échéance en place, encore à l’état de brouillon"),
    OTHER: _("C’est une autre échéance"),
}
SHOWN = 100
TOLD = {
    "voting_event_differs",
    "voting_event_in_place",
    "roll_sealed",
    "election_differs",
    "election_sealed",
    "invalid_request",
}
"""Refusals that are about the definition."""


class FilesForm(FlaskForm):
    """The files, and whether they are those of the event in place."""

    files = MultipleFileField(
        _("Fichier de la définition (JSON), ou ses tableaux (CSV)"),
        validators=[FileRequired(_("Choisissez le fichier de la définition, ou ses tableaux."))],
    )
    way = SelectField(
        _("De quelle échéance il s’agit"),
        choices=chooser(_("Choisissez"), WAYS),
        invalid_choice_message=_("Choisissez dans la liste de quelle échéance il s’agit."),
        validators=[InputRequired(_("Dites si c’est l’échéance en place ou une autre."))],
    )


class ConfirmationForm(FlaskForm):
    """The definition that was shown, and the name that is copied."""

    definition = TextAreaField(validators=[DataRequired(), storable])
    confirmation = confirmation_field()


def _lists(election: dict[str, Any]) -> str:
    """How many lists each of its questions has: « 8 », « 8 + 4 »; none on paper."""
    return " + ".join(str(len(one["answers"])) for one in voting_event_file.questions_of(election)) or "–"


def _form(console: Console, **more: Any) -> FilesForm:
    form = FilesForm(**more)
    if console.event is None:
        del form.way
    return form


def page(
    form: FlaskForm,
    console: Console,
    *,
    event: Event | None = None,
    changes: Sequence[dict[str, str]] = (),
    said: Sequence[str] = (),
    problems: Sequence[str] = (),
) -> str:
    """The form; `event`: what it would make, with `changes` and what was read otherwise; `problems`: why it cannot."""
    current = console.event
    replaced = current if event and current and current["voting_event"] != event["voting_event"] else None
    return agents_page(
        "definition/definition.html",
        form=form,
        current=current,
        event=event,
        lists={} if event is None else {one["code"]: _lists(one) for one in event["elections"]},
        blocked=importing.leaves_in_place(console) if importing.live(console, known=True) else None,
        written="" if event is None else _written(event),
        replaced=replaced,
        named=None if event is None else (replaced or event)["name"],
        changes=[{**one, "before": _told(one["before"]), "after": _told(one["after"])} for one in changes],
        said=said,
        problems=problems[:SHOWN],
        more=max(0, len(problems) - SHOWN),
        back=url_for(STEPS_PAGE),
    )


@blueprint.get("/agents/echeance/definition")
@agent_required(Right.RUN_ELECTIONS)
def show() -> Response:
    """The form, or why no file is asked for."""
    console = standing.fresh()
    form, status, headers = kept_form.again(lambda **more: _form(console, **more))
    return kept_form.shown(page(form, console), status, headers)


@blueprint.post("/agents/echeance/definition")
@agent_required(Right.RUN_ELECTIONS)
def submit() -> Response:
    """Say what the files would change, or all that is wrong with them: nothing is recorded."""
    console = standing.fresh()
    form = _form(console)
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form, console))
    said: list[str] = []
    try:
        event, said = importing.read(form.files.data)
        if console.event is not None and form.way.data == CORRECT:
            event = voting_event_file.with_known_uuids(event, console.event)
        event = voting_event_file.with_uuids(event)
    except VotingEventFileError as error:
        return make_response(page(form, console, said=said, problems=error.problems), 422)
    problems, changes = _tried(event, console)
    if problems:
        return make_response(page(form, console, said=said, problems=problems), 409)
    return make_response(page(ConfirmationForm(formdata=None), console, event=event, changes=changes, said=said))


@blueprint.post("/agents/echeance/definition/import")
@agent_required(Right.RUN_ELECTIONS)
def take_over() -> Response:
    """Record what was shown, once its name, or that of the event whose place it takes, is copied."""
    console = standing.fresh()
    form = ConfirmationForm()
    try:
        event = voting_event_file.with_uuids(voting_event_file.parsed(str(form.definition.data or "").encode()))
    except (VotingEventFileError, UnicodeEncodeError):
        raise Refusal("bad_request") from None
    problems, changes = _tried(event, console)
    if problems:
        return make_response(page(_form(console, formdata=None), console, problems=problems), 409)
    replaced = bool(importing.flags_for(event, console))
    name = str(console.event["name"]) if replaced and console.event is not None else str(event["name"])
    if not form.validate() or not copied(form, name):
        return make_response(page(form, console, event=event, changes=changes), 422)
    note("open-voting-event")
    for one in voting_event_file.for_ballot(event):
        note("create-election", [one["uuid"]])
    importing.send(event, importing.flags_for(event, console), dry_run=False)
    standing.changed()
    services().identity.forget_presented_event()
    flash(gettext("L’échéance « %(name)s » est en place.", name=event["name"]))
    return redirect(url_for(STEPS_PAGE), 303)


@blueprint.post("/agents/echeance/definition/fichier")
@agent_required(Right.RUN_ELECTIONS)
def download() -> FlaskResponse:
    """The definition with its uuids, as `import-event` writes it: for the portal's settings and to correct it later."""
    try:
        event = voting_event_file.parsed(request.form.get("definition", "").encode())
    except (VotingEventFileError, UnicodeEncodeError):
        raise Refusal("bad_request") from None
    answer = make_response(json.dumps(event, ensure_ascii=False, indent=2) + "\n")
    answer.headers["Content-Type"] = "application/json; charset=utf-8"
    answer.headers["Content-Disposition"] = 'attachment; filename="event.imported.json"'
    return answer


def _told(value: str) -> str:
    """A value that changes, moments as people read them."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return paris(value) if moment.tzinfo else value


def _written(event: Event) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def _tried(event: Event, console: Console) -> tuple[list[str], Changes]:
    """Why a definition cannot be recorded, and else what it would change: every service has looked at it."""
    flags = importing.flags_for(event, console)
    if flags and importing.live(console):
        return [importing.leaves_in_place(console)], []
    try:
        return [], importing.send(event, flags, dry_run=True)
    except Refusal as refusal:
        if refusal.code not in TOLD:
            raise
        fields = sentences(refusal.details.get("fields", {})) if refusal.code == "invalid_request" else {}
        told = [f"{name} : {sentence}" for name, sentence in fields.items()]
        return told or [words_for(refusal.code, refusal.details).message], []
