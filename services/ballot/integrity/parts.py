"""What an election consists of, part by part: taken at its sealing, and again at every check (E5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.ballot.belenios import canonical
from services.ballot.belenios.hashing import sha_hex
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections.elections import found
from services.ballot.models import AttendanceBatch, Ballot, Closing, Commitment, Credential, Election
from services.ballot.settings import Settings
from services.ballot.urn import receipt
from services.runtime.integrity import software

PAGE = 15_000
Report = Callable[[int, int], None]


def configuration(settings: Settings) -> dict[str, str]:
    """The settings that decide of a vote; of secret keys the public halves."""
    return {
        "permit_public_key": settings.permit_public_key,
        "receipt_public_key": receipt.public_key(settings.receipt_private_key),
        "attendance_minutes": str(settings.attendance_minutes),
        "attendance_minimum": str(settings.attendance_minimum),
    }


def emptiness(session: Session, uuid: str) -> dict[str, int]:
    """How many there are of what must not be there at the sealing. Raises urn_not_empty where there is one."""
    counted = {
        "ballots": _count(session, Ballot, uuid),
        "attendance": _count(session, AttendanceBatch, uuid),
        "closings": _count(session, Closing, uuid),
    }
    if any(counted.values()):
        raise refuse(Code.URN_NOT_EMPTY, **counted)
    return counted


def _count(session: Session, table: type[Ballot | AttendanceBatch | Closing], uuid: str) -> int:
    return session.scalar(select(func.count()).select_from(table).where(table.election == uuid)) or 0


def of_election(session: Session, uuid: str, settings: Settings, report: Report) -> dict[str, dict[str, str]]:
    """The parts of an election that its sealing fixes.

    Args:
        session: To read with.
        uuid: A sealed election.
        settings: Of this process.
        report: Told how many credentials of how many are read.
    """
    election = found(session, uuid)
    return {
        "software": software.manifest(),
        "configuration": configuration(settings),
        "election": _facts(election),
        "lists": _lists(election),
        "credentials": _credentials(session, uuid, report),
    }


def _facts(election: Election) -> dict[str, str]:
    return {
        "file": sha_hex(election.raw or ""),
        "fingerprint": str(election.hash),
        "trustees": sha_hex(election.trustees or ""),
        "public_key": str(election.public_key),
        "receipt_key": str(election.receipt_key),
        "opens_at": election.opens_at.isoformat(),
        "closes_at": election.closes_at.isoformat(),
        "grace_minutes": str(election.grace_minutes),
        "present": str(election.present),
        # Only where it is on: seals that are older than the setting have no such line.
        **({"revoting": "true"} if election.revoting else {}),
    }


def _lists(election: Election) -> dict[str, str]:
    content = canonical.loads(election.raw or "{}")
    fields = {"name": str(content.get("name")), "description": str(content.get("description"))}
    for number, question in enumerate(content.get("questions", []), 1):
        fields |= {f"questions[{number}].{name}": str(value) for name, value in question.items() if name != "answers"}
        fields |= {f"questions[{number}].answers[{n}]": text for n, text in enumerate(question["answers"], 1)}
    return fields


def _credentials(session: Session, uuid: str, report: Report) -> dict[str, str]:
    """Whose they are and in which rank; not their states, which re-issues change, and the register tells of."""
    rows, after, count = hashlib.sha256(), "", 0
    commitment = session.get(Commitment, uuid)
    expected = 0 if commitment is None else commitment.count
    while page := session.execute(
        select(Credential.credential, Credential.holder, Credential.rank)
        .where(Credential.election == uuid, Credential.credential > after)
        .order_by(Credential.credential)
        .limit(PAGE)
    ).all():
        rows.update("".join(f"{row.credential} {row.holder} {row.rank}\n" for row in page).encode())
        after, count = page[-1].credential, count + len(page)
        report(count, max(count, expected))
    return {
        "count": str(count),
        "rows": rows.hexdigest(),
        "committed": "" if commitment is None else f"{commitment.holders} {commitment.count} {commitment.digest}",
    }
