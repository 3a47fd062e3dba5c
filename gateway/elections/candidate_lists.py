"""The lists of an election as its page shows them, in the order that the commission has drawn: that of the ballot."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app, url_for

from gateway.clients import Payload, services
from gateway.content.files import Found
from gateway.content.pages import contents, language
from gateway.elections.presentation import questions_announced, questions_of
from gateway.i18n.typography import spaced
from services.runtime.refusals import Refusal


@dataclass(frozen=True)
class CandidateList:
    """A list: `number` from 1, `candidates` in order, `document` "page", "pdf" or "" (nothing was sent).

    `women` and `men` are how many candidates of each it has, None where nobody has said it.
    """

    number: int
    name: str
    union: str
    logo: str
    candidates: tuple[str, ...]
    document: str
    document_kilobytes: int
    women: int | None = None
    men: int | None = None

    @property
    def described(self) -> bool:
        """Whether there is more to show than a name."""
        return bool(self.union or self.logo or self.candidates or self.document)


@dataclass(frozen=True)
class AskedLists:
    """A question and its lists: `number` from 1, `women_percent` among those represented, None where nobody has said it.

    `differs`: the operator's file describes other lists than the ballot has.
    """

    number: int
    question: str
    lists: tuple[CandidateList, ...]
    women_percent: float | None
    differs: bool

    @property
    def described(self) -> bool:
        """Whether its lists are more than answers to choose from."""
        return any(one.described for one in self.lists)

    @property
    def with_candidates(self) -> bool:
        """Whether a list of it has candidates: where none has, they are people or words to choose from themselves."""
        return any(one.candidates for one in self.lists)

    @property
    def with_documents(self) -> bool:
        """Whether a list of it has handed in a profession de foi."""
        return any(one.document for one in self.lists)


def document_of(entry: Payload, question: int, number: int) -> Found | Path | None:
    """The profession de foi of a list of a question, both from 1: a text, a PDF file, or None."""
    return contents().profession_de_foi(str(entry["code"]), number, language(), question)


def document_address(entry: Payload, question: int, number: int) -> str:
    """Where the profession de foi of a list is read, '' where the list has handed in none."""
    if document_of(entry, question, number) is None:
        return ""
    return url_for("lists.profession_de_foi", uuid=entry["uuid"], question=question, number=number)


def presentation_for(entry: Payload, election: str) -> list[list[dict[str, Any]]]:
    """Of each question of a sealed election its lists as the booth shows them: {name, union, logo, document, …}.

    Args:
        entry: The voter's entry {uuid, code}.
        election: The raw sealed election.
    """
    file = current_app.extensions["isoloir_settings"].presentation_file
    return [
        [
            {**shown, "document": document_address(entry, question, number)}
            for number, shown in enumerate(presented.lists, 1)
        ]
        for question, presented in enumerate(questions_of(file, entry["uuid"], election), 1)
    ]


def questions_for(entry: Payload) -> list[AskedLists]:
    """The questions of an election that is online, each with its lists.

    In: the voter's entry {uuid, code}. An election that is not sealed yet has the lists of the operator's file.
    """
    file = current_app.extensions["isoloir_settings"].presentation_file
    raw = _definition(entry["uuid"])
    presented = questions_of(file, entry["uuid"], raw) if raw else questions_announced(file, entry["uuid"])
    return [
        AskedLists(
            question, spaced(one.question), tuple(_lists(entry, question, one.lists)), one.women_percent, one.differs
        )
        for question, one in enumerate(presented, 1)
    ]


def _lists(entry: Payload, question: int, described: list[dict[str, Any]]) -> Iterator[CandidateList]:
    for number, one in enumerate(described, 1):
        document = document_of(entry, question, number)
        is_file = isinstance(document, Path)
        yield CandidateList(
            number,
            spaced(str(one["name"])),
            spaced(str(one["union"])),
            str(one["logo"]),
            tuple(one.get("candidates") or ()),
            "" if document is None else "pdf" if is_file else "page",
            max(1, document.stat().st_size // 1000) if isinstance(document, Path) else 0,
            one.get("women"),
            one.get("men"),
        )


def _definition(uuid: str) -> str | None:
    try:
        raw = services().ballot.describe_election(uuid).election
    except Refusal as refusal:
        if refusal.code != "election_unknown":
            raise
        return None
    return raw if raw and json.loads(raw).get("questions") else None
