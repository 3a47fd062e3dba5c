"""The table of what was sealed: a row for each part, append-only, by trigger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Column, MetaData, String, Table, Text, select
from sqlalchemy.orm import Session

from services.runtime.integrity import software
from services.runtime.storage.database import UtcDateTime
from services.runtime.storage.upsert import upsert

EMPTINESS = "emptiness"
SOFTWARE = "software"
ADMITTED = "admitted "
"""How the parts begin that say what was admitted since (admissions.py)."""
Parts = Mapping[str, Mapping[str, str]]
"""Part → what it consists of → value: a short text, or a digest."""

_metadata = MetaData()
SEAL = Table(
    "seals",
    _metadata,
    Column("subject", String(80), primary_key=True),
    Column("part", String(40), primary_key=True),
    Column("content", Text, nullable=False),
    Column("sealed_at", UtcDateTime, nullable=False),
)
"""What a subject (an election, a voting event) consisted of when it was sealed: `content` is a JSON object. A manifest of
software stands once, under its own digest."""


def seal_table(metadata: MetaData) -> Table:
    """The seals as a table of the service's own metadata."""
    return SEAL.to_metadata(metadata)


@dataclass
class Sealed:
    """What was sealed of a subject; nothing, where it was not sealed, or before seals were kept."""

    at: datetime | None = None
    emptiness: dict[str, int] = field(default_factory=dict)
    software: str | None = None
    parts: dict[str, dict[str, str]] = field(default_factory=dict)


def keep(session: Session, subject: str, parts: Parts, emptiness: Mapping[str, int], now: datetime) -> None:
    """Keep what a subject consists of, in the transaction that seals it; what is kept already stays.

    Args:
        session: Of the transaction.
        subject: The election or the voting event.
        parts: With « software » among them, a manifest.
        emptiness: How many there are of what must not be there.
        now: When.
    """
    listed = dict(parts[SOFTWARE])
    digest = software.digest_of(listed)
    _insert(session, f"{SOFTWARE} {digest}", SOFTWARE, listed, now)
    _insert(session, subject, SOFTWARE, {"manifest": digest}, now)
    _insert(session, subject, EMPTINESS, {name: str(count) for name, count in emptiness.items()}, now)
    for part, content in parts.items():
        if part != SOFTWARE:
            _insert(session, subject, part, content, now)


def _insert(session: Session, subject: str, part: str, content: Mapping[str, str], now: datetime) -> None:
    row = {"subject": subject, "part": part, "content": json.dumps(content, ensure_ascii=False), "sealed_at": now}
    session.execute(upsert(session, SEAL).values(row).on_conflict_do_nothing())


def of(session: Session, subject: str) -> Sealed:
    """What was sealed of a subject; of the software, the digest alone."""
    sealed = Sealed()
    own = (SEAL.c.subject == subject, ~SEAL.c.part.startswith(ADMITTED))
    for row in session.execute(select(SEAL).where(*own)):
        content = json.loads(row.content)
        sealed.at = row.sealed_at
        if row.part == EMPTINESS:
            sealed.emptiness = {name: int(count) for name, count in content.items()}
        elif row.part == SOFTWARE:
            sealed.software = content["manifest"]
        else:
            sealed.parts[row.part] = content
    return sealed


def manifest(session: Session, digest: str) -> dict[str, str]:
    """The manifest of a digest, empty where it has gone."""
    row = session.scalar(select(SEAL.c.content).where(SEAL.c.subject == f"{SOFTWARE} {digest}"))
    return {} if row is None else dict(json.loads(row))
