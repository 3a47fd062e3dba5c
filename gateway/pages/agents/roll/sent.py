"""The roll file that was sent last, how far its reading is, and what came of it: asked of identity at every look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from gateway.clients import services
from gateway.edge.errors import words_for
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.standing import Console
from gateway.pages.agents.console.words import STOPPED
from gateway.preparation.steps import Step
from services.identity.contract.event.roll import RollDifferences
from services.identity.contract.event.uploads import RollUploadSent
from services.runtime.contracts.jobs import JobDescription, JobState
from services.runtime.refusals import Refusal

SHOWN = 100
"""How many errors the page shows; the file has all."""
UNREADABLE, INVALID = "roll_unreadable", "roll_invalid"


@dataclass(frozen=True)
class Sent:
    """A voting event and the file that was sent for it.

    Attributes:
        console: how all steps stand.
        upload: the file; None where none waits.
        job: what reads it, while it does.
        refusal: why it cannot be imported.
        failed: the reading came to nothing by no fault of the file.
        differences: what it would change, once it is read and nothing is wrong.
    """

    console: Console
    upload: RollUploadSent | None = None
    job: JobDescription | None = None
    refusal: Refusal | None = None
    failed: bool = False
    differences: RollDifferences | None = None

    @property
    def event(self) -> str:
        """The uuid of the voting event; Refusal no_voting_event where there is none."""
        if self.console.event is None:
            raise Refusal("no_voting_event")
        return str(self.console.event["voting_event"])

    @property
    def importing(self) -> list[JobDescription]:
        """Imports under way, of whatever file."""
        return [one for one in self.console.work.under_way(Step.ROLL) if one.kind == "commit_roll"]

    @property
    def blocked(self) -> str | None:
        """Why no roll can be sent or imported now, in a sentence."""
        if self.console.event is None:
            return str(gettext("Aucune échéance n’est en place. Il faut d’abord : Définition."))
        if self.console.event["roll_sealed"]:
            return words_for("roll_sealed").message
        if self.importing:
            return str(gettext("Un import est en cours. Attendez sa fin : cette page dit où il en est."))
        return None

    @property
    def stopped(self) -> str | None:
        """Why the file cannot be imported, in a sentence; None where it can, or where its own errors say it."""
        if self.failed:
            return str(STOPPED)
        if self.upload is not None and self.upload.job is None:
            return str(gettext("L’envoi de ce fichier a été interrompu : il n’est pas entier. Renvoyez-le."))
        return None if self.refusal is None else words_for(self.refusal.code, self.refusal.details).message

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The first errors of its lines."""
        return [] if self.refusal is None else list(self.refusal.details.get("errors", ()))[:SHOWN]

    @property
    def unreadable(self) -> list[str]:
        """What keeps it from being read as a table at all, sentences that name a line."""
        return [] if self.refusal is None else [str(one) for one in self.refusal.details.get("problems", ())]

    @property
    def total(self) -> int:
        """How many errors there are."""
        return 0 if self.refusal is None else int(self.refusal.details.get("total", 0))


def look(*, anew: bool = False) -> Sent:
    """How everything stands; `anew`: with nothing that was counted before."""
    console = standing.fresh() if anew else standing.look()
    if console.event is None:
        return Sent(console)
    upload = services().identity.roll_upload(str(console.event["voting_event"]))
    if upload is None or upload.job is None:
        return Sent(console, upload)
    try:
        job = services().identity.job(upload.job)
    except Refusal as refusal:
        return Sent(console, upload, refusal=refusal)
    if job.state == JobState.DONE:
        return Sent(console, upload, differences=RollDifferences.load(job.result))
    if job.state == JobState.FAILED:
        return Sent(console, upload, failed=True)
    return Sent(console, upload, job=job)
