"""When the session of the page that is being made ends, as far as the page has asked identity about it (A12)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import format_datetime

from gateway.edge import voter_session
from gateway.hours.paris_time import hour_pattern, parse


@dataclass(frozen=True)
class SessionEnd:
    """The moment (ISO 8601) and how many seconds are left."""

    at: str
    seconds: int

    @property
    def clock(self) -> str:
        """The hour in Paris, as the reader's language writes it."""
        return clock(self.at)


def clock(moment: str) -> str:
    """The hour in Paris of a moment (ISO 8601), as the reader's language writes it."""
    text: str = format_datetime(parse(moment), hour_pattern())
    return text


def session_ending_at(moment: datetime) -> SessionEnd:
    """From what identity says in `expires_at`."""
    return SessionEnd(moment.isoformat(), max(0, int((moment - datetime.now(UTC)).total_seconds())))


def end_of_session() -> SessionEnd | None:
    """The end of the session, None on pages that are the same for everybody."""
    state = voter_session.known_state()
    return session_ending_at(state.expires_at) if state else None
