"""The election file (section 4): parsed strictly, never re-serialised, hashed as the exact bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from . import revoting
from .canonical import MAX_BYTES, dumps, fields, integer, items, loads, string
from .errors import Malformed
from .group import Group, Point, group_named
from .hashing import sha_b64
from .keys.credential import is_uuid

MAX_QUESTIONS = 100
MAX_ANSWERS = 250


@dataclass(frozen=True)
class Question:
    """A homomorphic question. With ``blank`` a plaintext has one more entry, the first: 1 for a blank vote."""

    question: str
    answers: tuple[str, ...]
    blank: bool
    minimum: int
    maximum: int

    @property
    def length(self) -> int:
        """How many ciphertexts an answer has."""
        return len(self.answers) + (1 if self.blank else 0)

    def as_json(self) -> dict[str, Any]:
        """The protocol's object."""
        value: dict[str, Any] = {"answers": list(self.answers)}
        if self.blank:
            value["blank"] = True
        return value | {"min": self.minimum, "max": self.maximum, "question": self.question}

    @classmethod
    def parse(cls, value: Any) -> Question:
        """Parse strictly. Raises Malformed (wrong-shape, unsupported-question)."""
        if isinstance(value, dict) and "type" in value:
            raise Malformed("unsupported-question", "only homomorphic questions")
        fields(value, ("answers", "blank", "min", "max", "question"), optional=("blank",))
        if "blank" in value and not isinstance(value["blank"], bool):
            raise Malformed("wrong-shape", "blank is not a boolean")
        answers = tuple(string(answer) for answer in items(value["answers"]))
        return cls(
            question=string(value["question"]),
            answers=answers,
            blank=value.get("blank", False),
            minimum=integer(value["min"], 0, MAX_ANSWERS),
            maximum=integer(value["max"], 0, MAX_ANSWERS),
        ).checked()

    def checked(self) -> Question:
        """Return the question if its numbers make sense. Raises Malformed("bad-question")."""
        if not 1 <= len(self.answers) <= MAX_ANSWERS:
            raise Malformed("bad-question", f"1 to {MAX_ANSWERS} answers")
        if not 0 <= self.minimum <= self.maximum <= len(self.answers):
            raise Malformed("bad-question", "0 <= min <= max <= number of answers")
        return self


@dataclass(frozen=True)
class Election:
    """An election file, as published in ``raw``; ``hash`` binds ballots to it."""

    raw: str = field(repr=False)
    uuid: str
    name: str
    description: str
    public_key: str
    questions: tuple[Question, ...]
    hash: str
    group: Group = field(repr=False, compare=False)
    key: Point = field(repr=False, compare=False)

    @property
    def revoting(self) -> bool:
        """Whether voters may vote again, the last ballot of each counting; the file itself says so."""
        return revoting.allowed(self.description)

    @classmethod
    def parse(cls, raw: str | bytes) -> Election:
        """Parse an election file strictly. Raises Malformed; the file need not be canonical, only its bytes count."""
        value = loads(raw, max_bytes=MAX_BYTES, require_canonical=False)
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        names = ("version", "description", "name", "group", "public_key", "questions", "uuid")
        extra = ("administrator", "credential_authority", "language")
        fields(value, names + extra, optional=extra)
        if value["version"] != 1 or isinstance(value["version"], bool):
            raise Malformed("unsupported-version", "only version 1")
        for name in extra:
            if name in value:
                string(value[name])
        group = group_named(string(value["group"]))
        questions = tuple(map(Question.parse, items(value["questions"])))
        if not 1 <= len(questions) <= MAX_QUESTIONS:
            raise Malformed("bad-question", f"1 to {MAX_QUESTIONS} questions")
        if not is_uuid(string(value["uuid"])):
            raise Malformed("bad-uuid")
        key = group.decode(value["public_key"])
        if key == group.identity:
            # Under the identity every ciphertext shows its plaintext.
            raise Malformed("bad-public-key", "identity")
        return cls(
            raw=text,
            uuid=value["uuid"],
            name=string(value["name"]),
            description=string(value["description"]),
            public_key=value["public_key"],
            questions=questions,
            hash=sha_b64(text),
            group=group,
            key=key,
        )


def make_election(
    uuid: str,
    name: str,
    description: str,
    public_key: str,
    questions: Sequence[Question],
    administrator: str | None = None,
    credential_authority: str | None = None,
) -> str:
    """The election file, group Ed25519. Raises Malformed if it would not parse back."""
    value: dict[str, Any] = {
        "version": 1,
        "description": description,
        "name": name,
        "group": "Ed25519",
        "public_key": public_key,
        "questions": [question.as_json() for question in questions],
        "uuid": uuid,
    }
    if administrator is not None:
        value["administrator"] = administrator
    if credential_authority is not None:
        value["credential_authority"] = credential_authority
    raw = dumps(value)
    Election.parse(raw)
    return raw
