"""The voting event file that an operator writes: reading, checking, and the uuids it may leave out."""

import json
import secrets
import uuid
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.runtime.contracts.kinds import LEGAL_GRACE

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
REQUIRED: dict[str, Any] = {"required": "champ obligatoire absent"}


class VotingEventFileError(Exception):
    """The file cannot be used; `problems` are French sentences, each with its place in the file."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


class _Strict(Schema):
    error_messages = {"unknown": "champ inconnu : retirez-le ou corrigez son nom", "type": "un objet est attendu"}  # noqa: RUF012


def _text(most: int) -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(1, most, error="texte de 1 à {max} caractères attendu"),
        error_messages={**REQUIRED, "invalid": "texte attendu"},
    )


def _whole() -> fields.Integer:
    return fields.Integer(strict=True, load_default=1, error_messages={"invalid": "nombre entier attendu"})


def _moment(*, required: bool = True) -> fields.AwareDateTime:
    return fields.AwareDateTime(
        format="iso",
        required=required,
        allow_none=not required,
        error_messages={
            **REQUIRED,
            "invalid": "date attendue, par exemple 2026-12-03T08:00:00+01:00",
            "invalid_awareness": "décalage horaire absent, par exemple 2026-12-03T08:00:00+01:00",
        },
    )


class AnswerSchema(_Strict):
    """A list."""

    name = _text(500)
    union = fields.String(load_default="")
    logo = fields.String(load_default="")
    candidates = fields.List(_text(200), error_messages={"invalid": "liste de noms attendue"})


class QuestionSchema(_Strict):
    """The question of an election."""

    question = _text(1000)
    answers = fields.List(
        fields.Nested(AnswerSchema),
        required=True,
        validate=validate.Length(1, error="au moins une liste est attendue"),
        error_messages={**REQUIRED, "invalid": "liste attendue"},
    )
    blank = fields.Boolean(load_default=True, error_messages={"invalid": "true ou false attendu"})
    minimum = _whole()
    maximum = _whole()

    @validates_schema
    def possible(self, data: dict[str, Any], **_: Any) -> None:
        """minimum <= maximum <= number of answers, and no name twice."""
        if not 0 <= data["minimum"] <= data["maximum"] <= len(data["answers"]) or data["maximum"] == 0:
            raise ValidationError("il faut 0 <= minimum <= maximum <= nombre de listes, et maximum >= 1", "maximum")
        names = [answer["name"] for answer in data["answers"]]
        if len(set(names)) < len(names):
            raise ValidationError("deux listes portent le même nom", "answers")


class ElectionSchema(_Strict):
    """An election, online or on paper."""

    uuid = fields.String(
        validate=validate.Regexp(rf"[{BASE58}]{{14}}\Z", error="14 caractères Base58 attendus, ou rien")
    )
    code = _text(50)
    name = _text(300)
    mode = fields.String(
        required=True,
        validate=validate.OneOf(["online", "paper"], error="« online » ou « paper » attendu"),
        error_messages=REQUIRED,
    )
    notice = fields.String(load_default="")
    description = fields.String(load_default="")
    question = fields.Nested(QuestionSchema)

    @validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Online elections have a question, and those on paper say where they are held."""
        if data["mode"] == "online" and "question" not in data:
            raise ValidationError("un scrutin en ligne a besoin d’une question", "question")
        if data["mode"] == "paper" and not data["notice"].strip():
            raise ValidationError("dites aux électeurs où et comment ce scrutin se tient", "notice")


class AvailabilitySchema(_Strict):
    """From when each part of the voter's space may be used; an absent date means always."""

    profile = _moment(required=False)
    elections = _moment(required=False)
    lists = _moment(required=False)
    roll = _moment(required=False)
    claims = _moment(required=False)
    vote = _moment(required=False)
    results = _moment(required=False)


class VotingEventSchema(_Strict):
    """The whole file."""

    voting_event = fields.UUID(error_messages={"invalid_uuid": "uuid attendu, ou rien"})
    name = _text(200)
    opens_at = _moment()
    closes_at = _moment()
    grace_minutes = fields.Integer(
        strict=True,
        load_default=LEGAL_GRACE,
        validate=validate.Range(0, LEGAL_GRACE, error="nombre de minutes de {min} à {max} attendu (R211-563)"),
        error_messages={"invalid": "nombre entier attendu"},
    )
    profile = fields.String(validate=validate.OneOf(["2018", "2022"], error="« 2018 » ou « 2022 » attendu"))
    availability = fields.Nested(AvailabilitySchema)
    elections = fields.List(
        fields.Nested(ElectionSchema),
        required=True,
        validate=validate.Length(1, error="au moins un scrutin est attendu"),
        error_messages={**REQUIRED, "invalid": "liste attendue"},
    )

    @validates_schema
    def consistent(self, data: dict[str, Any], **_: Any) -> None:
        """Opens before it closes; codes and uuids are distinct."""
        if data["opens_at"] >= data["closes_at"]:
            raise ValidationError("la clôture doit suivre l’ouverture", "closes_at")
        for key in ("code", "uuid"):
            found = [election[key] for election in data["elections"] if key in election]
            if len(set(found)) < len(found):
                raise ValidationError(f"deux scrutins ont le même champ {key}", "elections")


def read(path: Path) -> dict[str, Any]:
    """The event of a file, with defaults filled in and dates in ISO 8601.

    Errors: VotingEventFileError with every problem, OSError when the file cannot be opened.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise VotingEventFileError(["le fichier n’est pas en UTF-8 : enregistrez-le de nouveau en UTF-8"]) from None
    except json.JSONDecodeError as error:
        raise VotingEventFileError(
            [f"ligne {error.lineno}, colonne {error.colno} : JSON incorrect, corrigez la ponctuation à cet endroit"]
        ) from None
    try:
        event: dict[str, Any] = VotingEventSchema().load(content)
    except ValidationError as error:
        raise VotingEventFileError(list(_sentences(error.messages))) from None
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


def imported_path(path: Path) -> Path:
    """Where the event with its uuids is written: <name>.imported.json beside the file."""
    return path.with_name(path.name.removesuffix(".json").removesuffix(".imported") + ".imported.json")


def for_identity(event: dict[str, Any]) -> dict[str, Any]:
    """The request of open_voting_event."""
    keys = ("uuid", "code", "name", "mode", "notice")
    found: dict[str, Any] = {
        key: event[key]
        for key in ("voting_event", "name", "opens_at", "closes_at", "grace_minutes", "profile", "availability")
        if key in event
    }
    return {**found, "elections": [{key: election[key] for key in keys} for election in event["elections"]]}


def for_ballot(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The requests of create_election, one for each online election."""
    return [
        {
            "uuid": election["uuid"],
            "voting_event": event["voting_event"],
            "name": election["name"],
            "description": election["description"],
            "questions": [
                {**election["question"], "answers": [answer["name"] for answer in election["question"]["answers"]]}
            ],
            "opens_at": event["opens_at"],
            "closes_at": event["closes_at"],
            **({"grace_minutes": event["grace_minutes"]} if "grace_minutes" in event else {}),
        }
        for election in event["elections"]
        if election["mode"] == "online"
    ]


def _sentences(messages: Any, place: str = "") -> Any:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step = f"[{key + 1}]" if isinstance(key, int) else ("" if key == "_schema" else f".{key}")
            yield from _sentences(inner, place + step)
    elif isinstance(messages, list):
        for message in messages:
            yield from _sentences(message, place)
    else:
        yield f"{place.lstrip('.') or 'fichier'} : {messages}"
