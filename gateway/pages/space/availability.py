"""From when each part of the voter's space may be used (« à partir du … »); before it the pages themselves refuse."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec

from flask import render_template

from gateway.clients import Payload
from gateway.edge import voter_session
from gateway.hours.paris_time import parse

P = ParamSpec("P")


class Part(StrEnum):
    """The parts that have a date of their own, as identity calls them."""

    PROFILE = "profile"
    ELECTIONS = "elections"
    LISTS = "lists"
    ROLL = "roll"
    CLAIMS = "claims"
    VOTE = "vote"
    RESULTS = "results"


def date_of(event: Payload, part: Part) -> datetime | None:
    """When a part opens; None where it has no date of its own. The vote's is its opening."""
    found = (event.get("availability") or {}).get(part.value)
    if found is None and part is Part.VOTE:
        found = event["opens_at"]
    return parse(found) if found else None


def waits_until(event: Payload, part: Part) -> str | None:
    """The date (ISO 8601) that a part is still waiting for, by the server's time; None when it may be used."""
    opens = date_of(event, part)
    return opens.isoformat() if opens is not None and parse(event["now"]) < opens else None


def available(*parts: Part) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """For pages of the voter's space: who comes too early is told from when, and nothing is shown nor done.

    Goes under `voter_required`. A page with several parts waits for all of them.
    """

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            event = voter_session.event()
            waiting = [moment for part in parts if (moment := waits_until(event, part))]
            if waiting:
                return render_template("space/not_yet.html", since=max(waiting, key=parse)), 403
            return view(*args, **kwargs)

        return guarded

    return decorate
