"""What the roll knows of a voter beside the name: NUMEN and date of birth, kept as keyed tags alone (D3).

They never prove anybody by themselves (D7): they are asked for within a session, and the code goes by another channel.
"""

from __future__ import annotations

import hmac
from datetime import date

from services.identity.contract.entrance.known_facts import birth_date, numen


def tags(key: str, voter_id: str, numen_typed: str, birth_date_typed: str) -> dict[str, str | None]:
    """What is kept of both for a voter, None for what the roll does not have. Another voter's are other tags."""
    day = birth_date(birth_date_typed)
    return {
        "numen_tag": _tag(key, voter_id, numen(numen_typed)) if numen_typed else None,
        "birth_date_tag": None if day is None else _tag(key, voter_id, day.isoformat()),
    }


def agree(key: str, voter_id: str, kept: tuple[str, str], numen_typed: str, birth_date_typed: str) -> bool:
    """Whether both are the voter's; which one is not, nobody learns, not even by the time it takes."""
    given = tags(key, voter_id, numen_typed, birth_date_typed)
    right = [
        hmac.compare_digest(one, given[name] or "")
        for one, name in zip(kept, ("numen_tag", "birth_date_tag"), strict=True)
    ]
    return all(right)


def agrees(key: str, voter_id: str, kept: str, birth_date_typed: str) -> bool:
    """Whether a day of birth as it was typed is the voter's; what is no day is not."""
    day = birth_date(birth_date_typed)
    return day is not None and is_birth_date(key, voter_id, kept, day)


def is_birth_date(key: str, voter_id: str, kept: str, day: date) -> bool:
    """Whether a day that somebody else vouches for is the voter's day of birth."""
    return hmac.compare_digest(kept, _tag(key, voter_id, day.isoformat()))


def _tag(key: str, voter_id: str, value: str) -> str:
    return hmac.digest(bytes.fromhex(key), f"known|{voter_id}|{value}".encode(), "sha256").hex()
