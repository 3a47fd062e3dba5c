"""« Liste électorale »: a roll file sent from the browser, what it would change, and its import (E1, docs/adr/0050)."""

from __future__ import annotations

import base64
from itertools import chain
from typing import BinaryIO
from uuid import uuid4

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import STEPS_PAGE, note
from gateway.pages.agents.console.words import JOBS
from gateway.pages.agents.roll import sent
from gateway.pages.agents.roll.sent import Sent
from gateway.pages.form_fields import chooser, storable, without_any_blank
from gateway.serving import large_bodies
from services.identity.contract.event.uploads import PIECE_BYTES, OpenRollUpload
from services.identity.contract.limits import ROLL_COLUMNS, ROLL_OPTIONAL
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_roll")

REPLACE, ADD = "remplacer", "ajouter"
WAYS = {
    REPLACE: _("Il devient la liste : qui n’y est pas la quitte"),
    ADD: _("Il s’ajoute à la liste en place, ou y corrige : personne ne la quitte"),
}
STEPS = {
    "reading": _("lecture du fichier"),
    "staging": _("contrôle des lignes"),
    "checking": _("contrôle de l’ensemble"),
    "comparing": _("comparaison avec la liste en place"),
}
"""Code of a step of the reading → what it does."""


class SendingForm(FlaskForm):
    """A file, and what it is."""

    file = FileField(
        _("Fichier de la liste électorale (CSV)"),
        validators=[FileRequired(_("Choisissez le fichier de la liste électorale."))],
    )
    way = SelectField(
        _("Ce que fait ce fichier"),
        choices=chooser(_("Choisissez"), WAYS),
        invalid_choice_message=_("Choisissez dans la liste ce que fait ce fichier."),
        validators=[InputRequired(_("Dites si le fichier remplace la liste ou s’y ajoute."))],
    )


class ImportForm(FlaskForm):
    """The number of those who leave, where there are many."""

    removing = StringField(
        _("Pour confirmer, tapez le nombre d’électeurs qui quittent la liste"),
        filters=[without_any_blank],
        validators=[Length(0, 20), storable],
    )


def page(form: FlaskForm, found: Sent) -> str:
    """The page of the roll, in whatever state it is."""
    return agents_page(
        "roll/roll.html",
        form=form,
        sent=found,
        steps=STEPS,
        jobs=JOBS,
        columns=ROLL_COLUMNS,
        optional=ROLL_OPTIONAL,
        shown=sent.SHOWN,
        action=url_for("agents_roll.submit", envoi=large_bodies.permit()),
        back=url_for(STEPS_PAGE),
    )


@blueprint.get(large_bodies.ROLL_PATH)
@agent_required(Right.RUN_ELECTIONS)
def show() -> Response:
    """What was sent and what it would change, or the form to send a file with."""
    found = sent.look()
    form, status, headers = kept_form.again(SendingForm if found.differences is None else ImportForm)
    return kept_form.shown(page(form, found), status, headers)


@blueprint.post(large_bodies.ROLL_PATH)
@agent_required(Right.RUN_ELECTIONS)
def submit() -> Response:
    """Hand a file over to identity, piece by piece, and have it read."""
    form, found = SendingForm(), sent.look(anew=True)
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form, found))
    first = form.file.data.stream.read(PIECE_BYTES)
    if found.blocked is not None or not first:
        form.file.errors = [found.blocked or gettext("Ce fichier est vide. Choisissez-en un autre.")]
        return kept_form.send_back(form, lambda: page(form, found), 409 if found.blocked else 422)
    note("open-roll-upload")
    try:
        _hand_over(found.event, first, form.file.data.stream, _name(form.file.data.filename), form.way.data == ADD)
    except Refusal as refusal:
        if refusal.code != "roll_in_use":
            raise
        form.way.errors = [
            gettext(
                "Des codes sont déjà produits : un fichier ne peut plus que s’ajouter à la liste. Rien n’a été changé."
            )
        ]
        return kept_form.send_back(form, lambda: page(form, found), 409)
    standing.changed()
    flash(gettext("Le fichier est reçu, le serveur le lit. Rien n’est importé avant que vous ne le confirmiez."))
    return redirect(url_for("agents_roll.show"), 303)


@blueprint.post("/agents/echeance/liste/import")
@agent_required(Right.RUN_ELECTIONS)
def take_over() -> Response:
    """Have the file that the page has shown made the roll."""
    form, found = ImportForm(), sent.look(anew=True)
    upload, differences = found.upload, found.differences
    if found.blocked or upload is None or differences is None or upload.upload != request.form.get("upload"):
        flash(found.blocked or gettext("Ce fichier n’est plus celui qui attend. Rien n’a été importé."))
        return redirect(url_for("agents_roll.show"), 303)
    good = form.validate()
    if good and differences.confirm and form.removing.data != str(differences.removed):
        form.removing.errors = [
            gettext("Ce n’est pas le nombre d’électeurs qui quittent la liste. Lisez-le ci-dessus, et tapez-le.")
        ]
        good = False
    if not good:
        return kept_form.send_back(form, lambda: page(form, found))
    note("start-commit-roll")
    services().identity.start_commit_roll(
        found.event, upload.upload, upload.lines or 0, complement=upload.complement, removing=differences.removed
    )
    standing.changed()
    flash(gettext("L’import est demandé : cette page dit où il en est."))
    return redirect(url_for(STEPS_PAGE), 303)


@blueprint.post("/agents/echeance/liste/abandon")
@agent_required(Right.RUN_ELECTIONS)
def abandon() -> Response:
    """Forget the file, and every line of it."""
    found = sent.look(anew=True)
    if found.upload is not None and found.upload.upload == request.form.get("upload") and not found.importing:
        note("drop-roll")
        services().identity.drop_roll(found.event, found.upload.upload)
        flash(gettext("Le fichier est effacé du serveur. La liste en place n’a pas changé."))
    standing.changed()
    return redirect(url_for("agents_roll.show"), 303)


def _hand_over(event: str, first: bytes, rest: BinaryIO, name: str, complement: bool) -> None:
    """The file to identity, one piece in memory at a time."""
    identity, upload = services().identity, str(uuid4())
    identity.open_roll_upload(
        OpenRollUpload(
            session=agent_session.required_token(), upload=upload, voting_event=event, name=name, complement=complement
        )
    )
    number = 0
    for piece in chain((first,), iter(lambda: rest.read(PIECE_BYTES), b"")):
        identity.add_roll_piece(upload, number, base64.b64encode(piece).decode())
        number += 1
    identity.start_read_roll(upload, number)


def _name(given: str | None) -> str:
    """What the file is called, without what no name needs."""
    plain = (given or "").replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in plain if char.isprintable())[:200] or "liste.csv"
