"""What the tests of the voter's space share: times, and a session as identity gives it once the portal is whole."""

import re
from typing import Any

from tests.unit.gateway.fake_rpc import ONLINE, PAPER, FakeRpc, entry, event

BEFORE = "2026-11-16T18:39:30+00:00"  # 16 days, 12 hours, 20 minutes and a half before the opening
DURING = "2026-12-04T07:00:00+00:00"
AFTER = "2026-12-10T16:00:00+00:00"  # the closing itself
OTHER = "Xb3dAnVK7vcXSx"
CLAIM = {"subject": "wrong_name", "election": ONLINE, "text": "Mon nom s’écrit autrement."}


def session(rpc: FakeRpc, *, now: str = DURING, availability: dict[str, Any] | None = None, **changes: Any) -> None:
    """Have identity answer with a voter of two elections; `changes` go into the session's answer."""
    changed = rpc.table["identity", "resume_session"]["version"] + 1
    known = {**event(), "now": now, "availability": availability or {}, "version": changed}
    known["elections"] = [
        {key: value for key, value in one.items() if key != "permit"}
        for one in (entry(), entry(PAPER, "paper"), {**entry(OTHER), "name": "Comité d’ailleurs", "code": "CA"})
    ]
    rpc.table["identity", "voting_event"] = known
    rpc.table["identity", "resume_session"] = {
        **rpc.table["identity", "resume_session"],
        "now": now,
        "version": changed,
        "activated": True,
        "expires_at": "2026-12-04T07:30:00+00:00",
        **changes,
    }
    rpc.table["identity", "list_claims"] = {"claims": []}
    rpc.table["identity", "submit_claim"] = {"claim": 7, "submitted_at": DURING}
    rpc.table["identity", "submit_assistance"] = {"request": 31}
    rpc.table["identity", "search_roll"] = {"voters": [], "next": None, "total": 0}


def linked(page: str, label: str) -> bool:
    """Whether a label is within a link of the page itself, the header's apart."""
    page = page.split("<main")[1]
    return re.search(rf"<a [^>]*>(?:<span>)?{re.escape(label)}", page) is not None


__all__ = ["AFTER", "BEFORE", "CLAIM", "DURING", "ONLINE", "OTHER", "PAPER", "linked", "session"]
