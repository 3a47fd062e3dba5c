"""What a roll file has wrong, and what it would change, whole: as files for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response
from flask_babel import gettext as _

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages.agents.roll import sent
from gateway.pages.agents.roll.sent import Sent
from gateway.pages.operations import long_csv_file
from services.identity.contract.event.roll import DifferenceKind, ListDifferences
from services.identity.contract.event.uploads import ListRollProblems, RollUploadSent
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_roll_reports")

Row = tuple[object, ...]


def _file() -> tuple[Sent, RollUploadSent]:
    found = sent.look()
    if found.upload is None:
        raise Refusal("roll_upload_unknown")
    return found, found.upload


@blueprint.get("/agents/echeance/liste/erreurs.csv")
@agent_required(Right.RUN_ELECTIONS)
def errors() -> Response:
    """Every error: line, column, what is wrong, what to do."""
    found, upload = _file()
    head = (_("ligne"), _("colonne"), _("erreur"), _("remède"))

    def rows() -> Iterator[Row]:
        yield head
        for sentence in found.unreadable:
            yield ("", "", sentence, "")
        after: int | None = 0
        while after is not None and found.refusal is not None and not found.unreadable:
            listed = services().identity.list_roll_problems(
                ListRollProblems(
                    voting_event=found.event, import_id=upload.upload, complement=upload.complement, after=after
                )
            )
            for one in listed.problems:
                yield (one.line, one.column, one.problem, one.remedy)
            after = listed.next

    return long_csv_file("erreurs.csv", rows())


@blueprint.get("/agents/echeance/liste/changements.csv")
@agent_required(Right.RUN_ELECTIONS)
def changes() -> Response:
    """Who would be added, changed, removed."""
    found, upload = _file()
    head = (_("changement"), _("identifiant"), _("ligne"), _("colonnes"))
    words = {
        DifferenceKind.ADDED: _("ajouté"),
        DifferenceKind.CHANGED: _("modifié"),
        DifferenceKind.REMOVED: _("retiré"),
    }

    def rows() -> Iterator[Row]:
        yield head
        for kind in words if found.differences is not None else ():
            after: str | None = ""
            while after is not None:
                listed = services().identity.list_differences(
                    ListDifferences(
                        voting_event=found.event,
                        import_id=upload.upload,
                        kind=kind,
                        complement=upload.complement,
                        after=after,
                    )
                )
                for one in listed.entries:
                    yield (words[one.kind], one.identifier, one.line or "", "|".join(one.columns))
                after = listed.next

    return long_csv_file("changements.csv", rows())
