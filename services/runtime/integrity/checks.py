"""A check of what was sealed: computed anew, compared, and what the last one found. Checks are jobs (docs/adr/0015)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from services.runtime.clock import utc_now
from services.runtime.contracts.integrity import ADMISSIBLE, Admission, Difference, Integrity
from services.runtime.contracts.jobs import JobState
from services.runtime.integrity import admissions, seals
from services.runtime.integrity.seals import SOFTWARE, Parts, Sealed
from services.runtime.jobs import job_queue
from services.runtime.jobs.job_table import JOB, UNFINISHED
from services.runtime.storage.database import Database
from services.runtime.telemetry import logs

KIND = "check_integrity"
LISTED = 200
"""Differences that are told; all are counted."""
KEPT = timedelta(days=2)
"""How long a check is kept that another one followed."""
log = logs.get_logger("isoloir.integrity")


def compared(part: str, sealed: Mapping[str, str], now: Mapping[str, str]) -> list[Difference]:
    """What differs between two states of a part, by name.

    Args:
        part: Which one.
        sealed: What it consisted of at the sealing.
        now: What it consists of.
    """
    names = sorted({*sealed, *now})
    return [
        Difference(part=part, what=name, sealed=sealed.get(name), now=now.get(name))
        for name in names
        if sealed.get(name) != now.get(name)
    ]


def against(sealed: Sealed, listed: Mapping[str, str], parts: Parts) -> list[Difference]:
    """What differs from what was sealed.

    Args:
        sealed: What was.
        listed: The manifest of the software that sealed.
        parts: As computed now, « software » among them.
    """
    found: list[Difference] = []
    for part, content in parts.items():
        if part == SOFTWARE:
            found += compared(part, listed, content) if sealed.software is not None else []
        elif part in sealed.parts:
            found += compared(part, sealed.parts[part], content)
    return found


def result(
    subject: str, parts: Sequence[str], differences: Sequence[Difference], admitted: Sequence[Admission] = ()
) -> dict[str, Any]:
    """What a check ends with; what differs is said in the log too, for whoever watches it, unless it was admitted."""
    change, admissible = admissions.change_of(differences)
    known = change in {one.change for one in admitted}
    for one in differences[:LISTED]:
        if not (known and one.part in ADMISSIBLE):
            log.error("integrity_differs", subject=subject, part=one.part, what=one.what)
    return {
        "change": change,
        "admissible": admissible,
        "alarm": len(differences) - (admissible if known else 0),
        "checked_at": utc_now().isoformat(),
        "parts": sorted(parts),
        "differences": [one.dump() for one in differences[:LISTED]],
        "total": len(differences),
    }


def state(session: Session, subject: str) -> Integrity:
    """What was sealed of a subject, and what the last check found."""
    sealed = seals.of(session, subject)
    rows = session.execute(
        select(JOB.c.state, JOB.c.result)
        .where(JOB.c.kind == KIND, JOB.c.subject == subject)
        .order_by(JOB.c.asked_at.desc())
    ).all()
    last = next((json.loads(row.result) for row in rows if row.state == JobState.DONE), None) or {}
    admitted = admissions.of(session, subject)
    change, total = last.get("change"), last.get("total", 0)
    known = change in {one.change for one in admitted}
    return Integrity(
        sealed_at=sealed.at,
        emptiness=sealed.emptiness,
        software=sealed.software,
        checking=any(row.state in UNFINISHED for row in rows),
        checked_at=datetime.fromisoformat(last["checked_at"]) if last else None,
        parts=last.get("parts", []),
        differences=[Difference(**one) for one in last.get("differences", [])],
        total=total,
        change=change,
        admitted=admitted,
        alarm=total - (last.get("admissible", 0) if known else 0),
    )


def ask(session: Session, subject: str) -> str:
    """Have a subject checked; the job's id. Older checks of it are forgotten."""
    old = (JOB.c.kind == KIND, JOB.c.subject == subject, JOB.c.finished_at < utc_now() - KEPT)
    session.execute(delete(JOB).where(*old))
    return job_queue.ask(session, KIND, subject, {"subject": subject})


def due(session: Session, subjects: Sequence[str], every: timedelta) -> list[str]:
    """Those that were not asked to be checked for so long."""
    asked = {
        row.subject: row.at
        for row in session.execute(
            select(JOB.c.subject, func.max(JOB.c.asked_at).label("at"))
            .where(JOB.c.kind == KIND, JOB.c.subject.in_(subjects))
            .group_by(JOB.c.subject)
        )
    }
    since = utc_now() - every
    return [subject for subject in subjects if subject not in asked or asked[subject] < since]


def count(session: Session) -> int:
    """How many differences the last checks found that nobody had admitted, over all subjects."""
    done = (JOB.c.kind == KIND, JOB.c.state == JobState.DONE)
    last = select(JOB.c.subject, func.max(JOB.c.asked_at).label("at")).where(*done).group_by(JOB.c.subject).subquery()
    results = session.scalars(
        select(JOB.c.result).join(last, (last.c.subject == JOB.c.subject) & (last.c.at == JOB.c.asked_at)).where(*done)
    )
    found = [json.loads(one) for one in results]
    return sum(one.get("alarm", one["total"]) for one in found)


def samples(database: Database) -> Iterator[tuple[str, dict[str, str], float]]:
    """The same for Prometheus."""
    with database.reading() as session:
        yield "isoloir_integrity_differences", {}, count(session)
