"""What the definition of a voting event would change, and making it so: every service is asked before any records."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, Literal

from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from gateway.clients import services
from gateway.pages.agents.console.standing import Console
from services.ballot.contract import methods as ballot
from services.ballot.contract.elections import CreateElection
from services.ballot.contract.limits import State as Urn
from services.files import event_tables, voting_event_file
from services.files.event_columns import COLUMNS
from services.files.voting_event_file import VotingEventFileError
from services.identity.contract import methods as identity
from services.identity.contract.event.voting_events import OpenVotingEvent

Event = dict[str, Any]
Changes = list[dict[str, str]]


class InMemory:
    """A file that was sent, as services.files reads files. In: its bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def open(self, _mode: Literal["rb"], /) -> AbstractContextManager[BinaryIO]:
        """Open it anew."""
        return io.BytesIO(self._content)


def read(files: Iterable[FileStorage]) -> tuple[Event, list[str]]:
    """The event of one JSON file, or of tables by their names; and what was read otherwise than it stands.

    Raises:
        VotingEventFileError: every problem, in sentences.
    """
    sent = {_name(one.filename): one.stream.read() for one in files}
    if len(sent) == 1 and next(iter(sent)).endswith(".json"):
        return voting_event_file.parsed(next(iter(sent.values()))), []
    strange = [name for name in sent if name not in COLUMNS]
    if strange:
        expected = ", ".join(COLUMNS)
        raise VotingEventFileError(
            [f"« {name[:80]} » n’est ni un fichier .json seul ni un des tableaux : {expected}." for name in strange]
        )
    said: list[str] = []
    return event_tables.read_tables({name: InMemory(content) for name, content in sent.items()}, said.append), said


def _name(given: str | None) -> str:
    return (given or "").replace("\\", "/").rpartition("/")[2].lower()


def live(console: Console, *, known: bool = False) -> bool:
    """Whether nothing may take the place of the voting event in place: it is sealed, and its results are not out.

    Args:
        console: what is known of it.
        known: false where the ballot box does not say: whoever would change something takes that for a yes.
    """
    if console.event is None:
        return False
    elections = console.figures.value.elections
    if elections is None:
        return not known
    begun = console.event["roll_sealed"] or any(one.checks.sealed for one in elections)
    return bool(begun and any(one.urn != Urn.PUBLISHED for one in elections))


def flags_for(event: Event, console: Console) -> dict[str, str]:
    """Whose place the event would take, where it is another than the one in place."""
    current = None if console.event is None else str(console.event["voting_event"])
    return {} if current in (None, event["voting_event"]) else {"in_place_of": str(current)}


def send(event: Event, flags: Mapping[str, Any], *, dry_run: bool) -> Changes:
    """Tell identity, then the ballot box of each online election; what changes, each field with where it stands.

    Args:
        event: with uuids.
        flags: of `flags_for`.
        dry_run: whether nothing is recorded.

    Raises:
        Refusal: voting_event_differs, voting_event_in_place, roll_sealed, election_differs, election_sealed,
            invalid_request.
    """
    how = {"correct": True, "dry_run": dry_run}
    opened = OpenVotingEvent.load({**voting_event_file.for_identity(event), **flags, **how})
    drafts = [CreateElection.load({**one, **how}) for one in voting_event_file.for_ballot(event)]
    changes: Changes = services().identity.pass_on(identity.OPEN_VOTING_EVENT, opened)["changes"]
    codes = {one["uuid"]: one["code"] for one in event["elections"]}
    of_ballot = [(codes[one.uuid], services().ballot.pass_on(ballot.CREATE_ELECTION, one)["changes"]) for one in drafts]
    return voting_event_file.all_changes(changes, of_ballot)


def leaves_in_place(console: Console) -> str:
    """Why nothing takes the place of the voting event in place, in a sentence."""
    name = "" if console.event is None else str(console.event["name"])
    return str(
        gettext(
            "« %(name)s » est scellée et ses résultats ne sont pas publiés : aucune page ne met une autre échéance à sa "
            "place. Ses électeurs ne pourraient plus entrer.",
            name=name,
        )
    )
