"""The voting event file that an operator writes: reading, checking, and the uuids it may leave out."""

import json
import secrets
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from services.files.event_rules import BASE58, VotingEventSchema


class VotingEventFileError(Exception):
    """The file cannot be used; `problems` are French sentences, each with its place in the file."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class FieldsWrong(VotingEventFileError):
    """Fields break the rules of an event; `messages` is the tree of what is wrong, as marshmallow gives it."""

    def __init__(self, messages: Any, codes: dict[int, str]) -> None:
        self.messages = messages
        super().__init__(list(_sentences(messages, codes)))

    def places(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Each sentence with the path of its field: ("elections", 0, "name")."""
        return _places(self.messages, ())


def _places(messages: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _places(inner, (*path, key))
    elif isinstance(messages, list):
        for message in messages:
            yield from _places(message, path)
    else:
        yield path, str(messages)


def read(path: Path) -> dict[str, Any]:
    """The event of a file, with defaults filled in and dates in ISO 8601.

    Errors: VotingEventFileError with every problem, OSError when the file cannot be opened.
    """
    return parsed(path.read_bytes())


def parsed(written: bytes) -> dict[str, Any]:
    """The event of what is written in a file. Errors: VotingEventFileError with every problem."""
    try:
        content = json.loads(written.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise VotingEventFileError(["le fichier n’est pas en UTF-8 : enregistrez-le de nouveau en UTF-8"]) from None
    except json.JSONDecodeError as error:
        raise VotingEventFileError(
            [f"ligne {error.lineno}, colonne {error.colno} : JSON incorrect, corrigez la ponctuation à cet endroit"]
        ) from None
    except (RecursionError, ValueError):
        raise VotingEventFileError(
            ["ce JSON n’est pas la définition d’une échéance : trop de niveaux ou de chiffres"]
        ) from None
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        # JSON may write half of a pair of surrogates: no file, page or database takes it, nor a sentence that quotes it.
        raise VotingEventFileError(["ce JSON a un caractère incomplet (\\ud800 à \\udfff) : récrivez-le"]) from None
    return checked(content)


def checked(content: Any) -> dict[str, Any]:
    """The event of JSON's content, with defaults filled in and dates in ISO 8601. Errors: FieldsWrong."""
    try:
        event: dict[str, Any] = VotingEventSchema().load(content)
    except ValidationError as error:
        raise FieldsWrong(error.messages, _codes(content)) from None
    dumped: dict[str, Any] = {**event, "opens_at": event["opens_at"].isoformat()}
    dumped["closes_at"] = event["closes_at"].isoformat()
    if "availability" in event:
        dumped["availability"] = {part: at.isoformat() if at else None for part, at in event["availability"].items()}
    if "voting_event" in event:
        dumped["voting_event"] = str(event["voting_event"])
    return dumped


def with_uuids(event: dict[str, Any]) -> dict[str, Any]:
    """The event with a uuid wherever one was left out."""
    elections = [
        {**election, "uuid": election.get("uuid") or "".join(secrets.choice(BASE58) for _ in range(14))}
        for election in event["elections"]
    ]
    return {**event, "voting_event": event.get("voting_event") or str(uuid.uuid4()), "elections": elections}


def with_known_uuids(event: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The event with the uuids that `known`, an event too, has for the same codes, wherever its own were left out."""
    uuids = {election["code"]: election.get("uuid") for election in known["elections"]}
    elections = [
        {**election, "uuid": election.get("uuid") or uuids.get(election["code"])} for election in event["elections"]
    ]
    return {**event, "voting_event": event.get("voting_event") or known.get("voting_event"), "elections": elections}


def imported_path(path: Path) -> Path:
    """Where the event with its uuids is written: <name>.imported.json beside the file, in a folder of tables there."""
    if path.is_dir():
        return path / "event.imported.json"
    return path.with_name(path.name.removesuffix(".json").removesuffix(".imported") + ".imported.json")


def for_identity(event: dict[str, Any]) -> dict[str, Any]:
    """The request of open_voting_event."""
    keys = ("uuid", "code", "name", "mode", "notice")
    found: dict[str, Any] = {
        key: event[key]
        for key in ("voting_event", "name", "opens_at", "closes_at", "grace_minutes", "profile", "availability")
        if key in event
    }
    elections = [
        {**{key: election[key] for key in keys}, "short_name": election.get("short_name", "")}
        for election in event["elections"]
    ]
    return {**found, "elections": elections}


_ON_BALLOTS = ("question", "blank", "minimum", "maximum")


def questions_of(election: dict[str, Any]) -> list[dict[str, Any]]:
    """The questions of an election of the file, in the order of the ballot; none where it is held on paper."""
    return [election["question"], *election.get("further_questions", [])] if "question" in election else []


def for_ballot(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests of create_election, one for each online election."""
    return [
        {
            "uuid": election["uuid"],
            "voting_event": event["voting_event"],
            "name": election["name"],
            "description": election["description"],
            "revoting": election.get("revoting", False),
            "questions": [
                {
                    **{key: question[key] for key in _ON_BALLOTS if key in question},
                    "answers": [answer["name"] for answer in question["answers"]],
                }
                for question in questions_of(election)
            ],
            "opens_at": event["opens_at"],
            "closes_at": event["closes_at"],
            **({"grace_minutes": event["grace_minutes"]} if "grace_minutes" in event else {}),
        }
        for election in event["elections"]
        if election["mode"] == "online"
    ]


def all_changes(
    of_identity: Iterable[dict[str, str]], of_ballot: Iterable[tuple[str, Iterable[dict[str, str]]]]
) -> list[dict[str, str]]:
    """What a correction changes, each field with where it stands in the file.

    Args:
        of_identity: What the service of the roll says: {field, before, after}, the fields of an election with its code.
        of_ballot: What the ballot box says, of each election by its code.

    Returns:
        All of them. Hours and names are the same in both services: said once. What changes alike in several elections is
        said of each.
    """
    changes = list(of_identity)
    said = {(one["field"], one["before"], one["after"]) for one in changes}
    for code, found in of_ballot:
        for one in found:
            placed = {**one, "field": f"{code}.{one['field']}"}
            if not said & {(here["field"], here["before"], here["after"]) for here in (one, placed)}:
                changes.append(placed)
    return changes


def _codes(content: Any) -> dict[int, str]:
    """The code of each election of a file, whatever else is wrong with it."""
    elections = content.get("elections") if isinstance(content, dict) else None
    listed = enumerate(elections if isinstance(elections, list) else [])
    return {number: str(one["code"]) for number, one in listed if isinstance(one, dict) and one.get("code")}


def _sentences(messages: Any, codes: dict[int, str], place: str = "", code: str = "") -> Any:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step = f"[{key + 1}]" if isinstance(key, int) else ("" if key == "_schema" else f".{key}")
            named = codes.get(key, "") if place == ".elections" and isinstance(key, int) else code
            yield from _sentences(inner, codes, place + step, named)
    elif isinstance(messages, list):
        for message in messages:
            yield from _sentences(message, codes, place, code)
    else:
        yield f"{place.lstrip('.') or 'fichier'} : {messages}" + (f" (scrutin « {code} »)" if code else "")
