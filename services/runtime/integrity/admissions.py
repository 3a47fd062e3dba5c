"""Changes of software or configuration that two members of the board admitted, with their reason (R211-571).

They are kept among the seals, which are only added to. What is admitted is one very change: its digest is over all that
differs in these two parts, and another change later is a difference again. No other part can be admitted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.runtime.contracts.integrity import ADMISSIBLE, Admission, Difference
from services.runtime.integrity.seals import ADMITTED, SEAL
from services.runtime.storage.upsert import upsert


def change_of(differences: Iterable[Difference]) -> tuple[str | None, int]:
    """The digest of what may be admitted, and how many differences it is; None where there is none.

    Args:
        differences: all that a check found.
    """
    found = sorted((one.part, one.what, one.now or "") for one in differences if one.part in ADMISSIBLE)
    if not found:
        return None, 0
    return hashlib.sha256(json.dumps(found, ensure_ascii=False).encode()).hexdigest(), len(found)


def keep(
    session: Session, subject: str, changes: Sequence[str], reason: str, members: Sequence[str], now: datetime
) -> None:
    """Keep that changes were admitted; what was admitted before stays as it was.

    Args:
        session: of a transaction.
        subject: the election or the voting event.
        changes: their digests.
        reason: as the board gave it.
        members: who agreed.
        now: the moment.
    """
    for change in changes:
        content = {"change": change, "reason": reason, "members": list(members)}
        row = {
            "subject": subject,
            "part": ADMITTED + change[:24],
            "content": json.dumps(content, ensure_ascii=False),
            "sealed_at": now,
        }
        session.execute(upsert(session, SEAL).values(row).on_conflict_do_nothing())


def of(session: Session, subject: str) -> list[Admission]:
    """What was admitted for a subject, the oldest first."""
    rows = session.execute(
        select(SEAL).where(SEAL.c.subject == subject, SEAL.c.part.startswith(ADMITTED)).order_by(SEAL.c.sealed_at)
    )
    return [Admission(at=row.sealed_at, **json.loads(row.content)) for row in rows]
