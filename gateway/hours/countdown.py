"""How long until the vote opens, then until it closes, then until the grace period of who was authenticated before ends.

Counted on the server, ticked on by scripts/countdown.js.

The server's time is what counts (`now` of the voting event): a device with a wrong clock shows the right number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask import g

from gateway.clients import Payload, services
from gateway.edge import voter_session
from gateway.hours.paris_time import parse
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.telemetry.logs import get_logger

log = get_logger()

PATIENCE_SECONDS = 2.0  # the page is worth showing without its countdown


class Phase(StrEnum):
    """Where the vote stands."""

    BEFORE = "before"
    OPEN = "open"
    GRACE = "grace"
    CLOSED = "closed"


@dataclass(frozen=True)
class Countdown:
    """What is left, in whole minutes; `target` is None once the vote is closed."""

    phase: Phase
    now: datetime
    target: datetime | None
    opens_at: str
    closes_at: str
    left: timedelta

    @property
    def days(self) -> int:
        """Whole days left."""
        return self.left.days

    @property
    def hours(self) -> int:
        """Hours left beside the days, 0 to 23."""
        return self.left.seconds // 3600

    @property
    def minutes(self) -> int:
        """Minutes left beside the hours, 0 to 59."""
        return self.left.seconds % 3600 // 60

    @property
    def last_minute(self) -> bool:
        """Less than a minute is left, so that all three numbers are 0."""
        return self.target is not None and self.left < timedelta(minutes=1)


def countdown_to(event: Payload, votes_until: datetime | None = None) -> Countdown:
    """The countdown of a voting event: a closing minute that has begun is over.

    Args:
        event: {now, opens_at, closes_at}.
        votes_until: When the voter who is signed in can vote no more; None where nobody is.
    """
    now, opens, closes = (parse(event[key]) for key in ("now", "opens_at", "closes_at"))
    last = votes_until or closes
    if now < opens:
        phase, target = Phase.BEFORE, opens
    elif now < closes:
        phase, target = Phase.OPEN, closes
    elif now < last:
        phase, target = Phase.GRACE, last
    else:
        phase, target = Phase.CLOSED, None
    left = target - now if target else timedelta(0)
    return Countdown(phase, now, target, event["opens_at"], event["closes_at"], left)


def current_countdown() -> Countdown | None:
    """The countdown of the current voting event; None where there is none, or identity does not answer quickly.

    For pages that must stand without it, such as the identification page.
    """
    event = _event()
    return countdown_to(event, _votes_until()) if event else None


def grace_until() -> str | None:
    """Until when the voter who is signed in may still vote after the closing (R211-563); None at any other time."""
    # Known where the page has asked for the session; nothing is asked for here.
    until = _votes_until()
    event = _event() if until is not None else None
    if until is None or event is None or countdown_to(event, until).phase is not Phase.GRACE:
        return None
    return until.isoformat()


def _votes_until() -> datetime | None:
    signed_in = voter_session.known_state()
    return signed_in.votes_until if signed_in else None


def current_event() -> tuple[str, str]:
    """Uuid and profile of the current voting event, '' where they are not known; asked once a request."""
    event = _event()
    return (str(event["voting_event"]), str(event["profile"])) if event else ("", "")


def _event() -> Payload | None:
    if "voting_event" not in g:
        # A voter's session has brought it already.
        signed_in = voter_session.known_state()
        g.voting_event = services().identity.event_of(signed_in) if signed_in else _ask()
    found: Payload | None = g.voting_event
    return found


def _ask() -> Payload | None:
    try:
        return services().identity.voting_event(PATIENCE_SECONDS).dump()
    except Refusal as refusal:
        if refusal.code != "no_voting_event":
            raise
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        log.warning("voting_event_unavailable")
    return None
