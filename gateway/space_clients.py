"""What the voter's space asks of identity beside the session: the roll, claims, assistance."""

from gateway.clients import Payload, services

ROLL_PAGE = 50


def search_roll(session: str, election: str, query: str, after: str | None) -> Payload:
    """A page of an election's roll: {voters: [{surname, first_name, assignment}], next, total}.

    In: `query` '' for everybody, `after` the previous page's `next`. Refusals: session_expired, not_entitled.
    """
    request = {"session": session, "election": election, "query": query, "after": after, "limit": ROLL_PAGE}
    return services().identity.ask("search_roll", request)


def submit_claim(session: str, election: str | None, subject: str, text: str) -> Payload:
    """A new claim: {claim: number, submitted_at}. Refusal: session_expired."""
    request = {"session": session, "election": election, "subject": subject, "text": text}
    return services().identity.command("submit_claim", request)


def list_claims(session: str) -> list[Payload]:
    """The voter's claims: claim, election, subject, text, state, answer, submitted_at, answered_at."""
    found: list[Payload] = services().identity.ask("list_claims", {"session": session})["claims"]
    return found


def submit_assistance(session: str | None, email: str, name: str, subject: str, text: str) -> int | str:
    """Ask the support cell for help, with a session or without. Out: the number of the request."""
    request = {"session": session, "email": email, "name": name, "subject": subject, "text": text}
    number: int | str = services().identity.command("submit_assistance", request)["request"]
    return number
