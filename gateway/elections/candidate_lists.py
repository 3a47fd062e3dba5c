"""The lists of an election as its page shows them, in the order that the commission has drawn: that of the ballot."""

import json
from dataclasses import dataclass
from pathlib import Path

from flask import current_app, url_for

from gateway.clients import Payload, services
from gateway.content.files import Found
from gateway.content.pages import contents, language
from gateway.elections.presentation import lists_announced, lists_of
from gateway.i18n.typography import spaced
from services.runtime.refusals import Refusal


@dataclass(frozen=True)
class CandidateList:
    """A list: `number` from 1, `candidates` in order, `document` "page", "pdf" or "" (nothing was sent)."""

    number: int
    name: str
    union: str
    logo: str
    candidates: tuple[str, ...]
    document: str
    document_kilobytes: int


def document_of(entry: Payload, number: int) -> Found | Path | None:
    """The profession de foi of a list: a text, a PDF file, or None."""
    return contents().profession_de_foi(str(entry["code"]), number, language())


def document_address(entry: Payload, number: int) -> str:
    """Where the profession de foi of a list is read, '' where the list has handed in none."""
    if document_of(entry, number) is None:
        return ""
    return url_for("lists.profession_de_foi", uuid=entry["uuid"], number=number)


def lists_for(entry: Payload) -> list[CandidateList]:
    """The lists of an election that is online.

    In: the voter's entry {uuid, code}. An election that is not sealed yet has the lists of the operator's file.
    """
    file = current_app.extensions["isoloir_settings"].presentation_file
    raw = _definition(entry["uuid"])
    shown = lists_of(file, entry["uuid"], raw) if raw else lists_announced(file, entry["uuid"])
    found = []
    for number, described in enumerate(shown, 1):
        document = document_of(entry, number)
        is_file = isinstance(document, Path)
        found.append(
            CandidateList(
                number,
                spaced(str(described["name"])),
                spaced(str(described["union"])),
                str(described["logo"]),
                tuple(described.get("candidates") or ()),
                "" if document is None else "pdf" if is_file else "page",
                max(1, document.stat().st_size // 1000) if isinstance(document, Path) else 0,
            )
        )
    return found


def _definition(uuid: str) -> str | None:
    try:
        raw = services().ballot.describe_election(uuid).election
    except Refusal as refusal:
        if refusal.code != "election_unknown":
            raise
        return None
    return raw if raw and json.loads(raw).get("questions") else None
