"""What the page « Un mail vient de vous être envoyé » knows: when the message was asked for and when again it may be.

Kept in the signed cookie. Known and unknown addresses give the same values: identity sees to that, and nothing here
depends on who is asked for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import session

from gateway.edge import voter_session
from gateway.hours.paris_time import parse
from services.identity.contract.entrance.access import Access


@dataclass(frozen=True)
class SentLink:
    """`since`: when the message on its way was asked for, where it was not just now (ISO 8601); `again_at`: when another
    can be asked for, None when it can be now; `asked_for`: "access" or "password".
    """

    since: str | None
    again_at: str | None
    asked_for: str


def remember(answer: Access, identifier: str, asked_for: str) -> None:
    """Keep what identity answered to a request for a link."""
    again = datetime.now(UTC) + timedelta(seconds=answer.retry_after)
    session[voter_session.IDENTIFIER] = identifier
    session[voter_session.SENT] = {
        "since": answer.sent_since.isoformat() if answer.sent_since else None,
        "again": again.isoformat(timespec="seconds"),
        "for": asked_for,
    }


def last_sent_link() -> SentLink | None:
    """What this browser asked for last; None when it asked for nothing."""
    held = session.get(voter_session.SENT)
    if not held or voter_session.IDENTIFIER not in session:
        return None
    again = held["again"] if parse(held["again"]) > datetime.now(UTC) else None
    return SentLink(held["since"], again, held["for"])
