"""What an operator's voting event may say: its fields, and what holds between them. French sentences, one a field."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.ballot.belenios.revoting import RULE
from services.runtime.contracts.kinds import LEGAL_GRACE
from services.runtime.contracts.likeness import alike, repeated

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
AS_SEEN = " (ou des noms que personne ne distingue : espaces, accents composés, caractères invisibles)"
REQUIRED: dict[str, Any] = {"required": "champ obligatoire absent"}


class _Strict(Schema):
    error_messages = {"unknown": "champ inconnu : retirez-le ou corrigez son nom", "type": "un objet est attendu"}  # noqa: RUF012


def _tight(text: str) -> None:
    if text != text.strip():
        raise ValidationError("espace au début ou à la fin : retirez-le")


def _text(most: int) -> fields.String:
    return fields.String(
        required=True,
        validate=[validate.Length(1, most, error="texte de 1 à {max} caractères attendu"), _tight],
        error_messages={**REQUIRED, "invalid": "texte attendu"},
    )


def _count() -> fields.Integer:
    return fields.Integer(
        strict=True,
        validate=validate.Range(0, error="nombre de candidats attendu"),
        error_messages={"invalid": "nombre entier attendu"},
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
    women = _count()
    men = _count()

    @validates_schema
    def distinct(self, data: dict[str, Any], **_: Any) -> None:
        """No candidate twice; women and men both or neither, and as many as candidates."""
        candidates = data.get("candidates", [])
        if alike(candidates):
            raise ValidationError(f"deux candidats portent le même nom{AS_SEEN}", "candidates")
        missing = [sex for sex in ("women", "men") if sex not in data]
        if len(missing) == 1:
            raise ValidationError("donnez le nombre de femmes et celui d’hommes, ou aucun des deux", missing[0])
        if not missing and candidates and data["women"] + data["men"] != len(candidates):
            said = f"{data['women']} femme(s) et {data['men']} homme(s) ne font pas {len(candidates)} candidat(s)"
            raise ValidationError(said, "women")


class QuestionSchema(_Strict):
    """A question of an election."""

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
    women_percent = fields.Float(
        validate=validate.Range(0, 100, error="pourcentage de 0 à 100 attendu"),
        error_messages={"invalid": "pourcentage attendu, par exemple 61.5"},
    )
    """The share of women among those whom the lists are to represent (décret 2017-1201)."""

    @validates_schema(skip_on_field_errors=False)
    def possible(self, data: dict[str, Any], **_: Any) -> None:
        """Minimum <= maximum <= number of answers, and no name twice: of what could be read, so that all is said at once."""
        answers, minimum, maximum = (data.get(name) for name in ("answers", "minimum", "maximum"))
        if not isinstance(answers, list) or not answers:
            return
        known = isinstance(minimum, int) and isinstance(maximum, int)
        # marshmallow's types do not say that both are numbers here.
        if known and not (0 <= minimum <= maximum <= len(answers) and maximum):  # type: ignore[operator]
            raise ValidationError("il faut 0 <= minimum <= maximum <= nombre de listes, et maximum >= 1", "maximum")
        if alike([answer["name"] for answer in answers if "name" in answer]):
            raise ValidationError(f"deux listes portent le même nom{AS_SEEN}", "answers")


class ElectionSchema(_Strict):
    """An election, online or on paper."""

    uuid = fields.String(
        validate=validate.Regexp(rf"[{BASE58}]{{14}}\Z", error="14 caractères Base58 attendus, ou rien")
    )
    code = _text(50)
    name = _text(300)
    short_name = fields.String(
        load_default="", validate=[validate.Length(max=60, error="texte de {max} caractères au plus attendu"), _tight]
    )
    mode = fields.String(
        required=True,
        validate=validate.OneOf(["online", "paper"], error="« online » ou « paper » attendu"),
        error_messages=REQUIRED,
    )
    notice = fields.String(load_default="")
    description = fields.String(load_default="")
    revoting = fields.Boolean(
        truthy={True}, falsy={False}, load_default=False, error_messages={"invalid": "« true » ou « false » attendu"}
    )
    """Whether voters may vote again until the closing, their last ballot counting; R211-562 wants false."""
    question = fields.Nested(QuestionSchema)
    further_questions = fields.List(
        fields.Nested(QuestionSchema), load_default=list, error_messages={"invalid": "liste de questions attendue"}
    )
    """Asked on the same ballot after the first, one after the other. An election that asks one needs `question` alone."""

    @validates_schema(skip_on_field_errors=False)
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Online elections have a question, and those on paper say where they are held: of what could be read."""
        mode = data.get("mode")
        if mode == "online" and "question" not in data:
            raise ValidationError("un scrutin en ligne a besoin d’une question", "question")
        if mode == "paper" and data.get("revoting"):
            raise ValidationError("un scrutin sur papier ne se vote pas à nouveau ici", "revoting")
        if RULE in str(data.get("description") or ""):
            raise ValidationError("le portail écrit lui-même cette règle, quand revoting est true", "description")
        if mode == "paper" and data.get("further_questions"):
            raise ValidationError("un scrutin sur papier n’a pas de questions ici", "further_questions")
        asked = [data.get("question"), *(data.get("further_questions") or [])]
        words = [one["question"] for one in asked if isinstance(one, dict) and "question" in one]
        place = repeated(words) if len(words) == len(asked) else None
        if place is not None:
            said = {"question": [f"une question du même bulletin a déjà ces mots{AS_SEEN}"]}
            raise ValidationError({"further_questions": {place - 1: said}})
        if mode == "paper" and not str(data.get("notice") or "").strip():
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
        for key in ("code", "uuid", "name"):
            if alike([election[key] for election in data["elections"] if key in election]):
                raise ValidationError(f"deux scrutins ont le même champ {key}{AS_SEEN}", "elections")
        shown = [election.get("short_name") or election["name"] for election in data["elections"]]
        if alike(shown):
            raise ValidationError(f"deux scrutins ont le même nom court{AS_SEEN}", "elections")
