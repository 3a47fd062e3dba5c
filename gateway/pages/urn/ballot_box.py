"""The public ballot box: trackers, archive, fingerprint, result, and how anybody checks them."""

import json
import re
from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Regexp

from gateway.clients import Payload, services
from gateway.elections.election_state import in_words
from gateway.elections.fingerprints import fingerprint_of
from gateway.elections.presentation import questions_of
from gateway.elections.results import QuestionResult, readable
from gateway.elections.trackers import TRACKER
from gateway.hours import countdown
from gateway.pages.form_fields import without_any_blank
from services.ballot.contract.elections import Described
from services.ballot.contract.limits import State
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault

blueprint = Blueprint("ballot_box", __name__)

PAGE = 50
OPENING = (State.CLOSED, State.TALLIED)
"""While the keys come in."""
LAST_HEIGHT = 2**31 - 1
PATIENCE_SECONDS = 2.0  # the result is worth showing without the number of registered voters


class TrackerForm(FlaskForm):
    """A tracker to look for. Sent by POST: an address with somebody's tracker in it would stay in histories."""

    tracker = StringField(
        _("Votre numéro de suivi"),
        filters=[without_any_blank],
        validators=[
            DataRequired(_("Saisissez le numéro de suivi inscrit sur votre preuve de vote.")),
            Regexp(
                f"{TRACKER}$",
                message=_("Un numéro de suivi a 43 caractères : lettres, chiffres, + et /. Copiez-le en entier."),
            ),
        ],
    )


def find(election: str, tracker: str) -> Payload | None:
    """The entry {height, replaced, tracker} of that tracker, or None: one question, however many ballots there are."""
    there = services().ballot.find_tracker(election, tracker)
    return None if there.height is None else {**there.dump(), "tracker": tracker}


def start_of_page() -> int:
    """The height after which the list begins; anything but a plain number means from the start."""
    asked = request.args.get("apres", "0")
    return min(int(asked), LAST_HEIGHT) if re.fullmatch(r"[0-9]{1,10}", asked) else 0


def results_of(election: Described) -> list[QuestionResult] | None:
    """The result in rows; None when there is none, or none that this page can print."""
    if not election.result or not election.election:
        return None
    try:
        return readable(election.election, election.result, election.counted)
    except (ValueError, KeyError, TypeError):
        return None


def turnout_of(uuid: str, voters: int) -> dict[str, int | None]:
    """{registered, voters} of an election whose result is published; `registered` None where identity does not say."""
    event = countdown.current_event()[0]
    try:
        counts = services().identity.attendance(event, PATIENCE_SECONDS) if event else []
    except (Refusal, RpcTimeout, RpcUnavailable, ServiceFault):
        counts = []
    registered = next((entry.entitled for entry in counts if entry.uuid == uuid), None)
    return {"registered": registered, "voters": voters}


def page(uuid: str, form: TrackerForm, **more: Any) -> str:
    """The page of one ballot box."""
    election = services().ballot.describe_election(uuid)
    listed = services().ballot.list_trackers(uuid, start_of_page(), PAGE)
    definition = json.loads(election.election) if election.election else {}
    file = current_app.extensions["isoloir_settings"].presentation_file
    return render_template(
        "urn/ballot_box.html",
        uuid=uuid,
        name=definition.get("name", uuid),
        election=election.dump(),
        fingerprint=fingerprint_of(uuid, election),
        state=in_words(election.state),
        trackers=listed.trackers,
        following=listed.next,
        total=listed.total,
        results=results_of(election),
        presented=questions_of(file, uuid, election.election or "")
        if election.result and definition.get("questions")
        else [],
        turnout=turnout_of(uuid, election.counted) if election.result else None,
        keys=services().ballot.tally_keys(uuid) if election.state in OPENING else None,
        form=form,
        **more,
    )


@blueprint.get("/urne/<election:uuid>")
def show(uuid: str) -> str:
    """The ballot box, open to everybody."""
    return page(uuid, TrackerForm())


@blueprint.post("/urne/<election:uuid>")
def search(uuid: str) -> str | tuple[str, int]:
    """Whether a tracker is in the ballot box."""
    form = TrackerForm()
    if not form.validate():
        return page(uuid, form), 422
    return page(uuid, form, searched=True, found=find(uuid, form.tracker.data))
