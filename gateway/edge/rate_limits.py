"""How often one address, or one identifier from one address, may ask for what costs something or can be guessed (A9).

Everything that is limited is in LIMITS, by endpoint; Flask-Limiter counts. Three rules shape the table:

- Per network address the bound is high (ISOLOIR_GATEWAY_ADDRESS_LIMIT, 3000 a minute): whole schools and ministries
  come from one. It keeps one machine from taking the portal for itself, and is no defence against guessing.
- Per identifier the count is for the identifier *from one address*: somebody elsewhere who guesses at it uses up nothing
  of its owner's. Guessing from many addresses is identity's matter (services/identity/access/lockout.py).
- Whoever follows a link from an e-mail is counted by that link alone, so nobody else's guesses ever shut the owner out:
  asking for a link, guessing a password and following a link are three separate counts.

| what                                        | per identifier and address | per link   | per address |
|---------------------------------------------|----------------------------|------------|-------------|
| identifier given, link asked for (access)   | 10 in 10 minutes           |            | yes         |
| password typed (login)                      | 30 in 10 minutes           |            | yes         |
| link followed, password or question chosen  |                            | 40 in 10 minutes | no    |
| CAPTCHA drawn or spoken, challenge given    |                            |            | yes, tenfold |
| assistance asked for                        | 10 in 10 minutes           |            | yes         |
| receipt mailed to its voter                 | 10 in 10 minutes, a voter  |            | yes         |
| number of the waiting room taken             |                            |            | yes         |
| agent's log-in                              | 30 in 10 minutes           |            | yes         |
| agent's invitation followed                 |                            | 40 in 10 minutes | yes    |
| passkey's answer (a challenge has one)      |                            |            | yes         |

Keys in the store are HMACs: whoever reads it learns neither addresses nor identifiers.
"""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, session
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import parse
from redis import RedisError

from gateway.captcha import load_testers
from gateway.edge import voter_session
from gateway.settings import Settings

ACCESS = "10 per 10 minutes"
LOG_IN = "30 per 10 minutes"
LINK = "40 per 10 minutes"
ASSISTANCE = "10 per 10 minutes"
AGENT_LINK = "agent_link"
"""Where the cookie keeps the link of an invitation between two pages."""
ANSWERS_WITHIN: dict[str, Any] = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
"""Seconds: a store that is frozen, and not dead, would otherwise hold every visitor up for as long as it is."""
CHEAP = 10  # times the limit of an address, for what a page fetches several times

Key = Callable[[], str]


@dataclass(frozen=True)
class Limit:
    """What endpoints that share a count are bound by. `own`: a limit and the key it is counted by."""

    scope: str
    own: tuple[str, Key] | None = None
    by_address: int = 1  # times the limit of an address; 0: not limited by address


def _hidden(*parts: str) -> str:
    key = current_app.extensions["isoloir_settings"].key_of_challenges()
    return hmac.digest(key, "\0".join(parts).encode("utf-8", "replace"), "sha256").hex()


def by_address() -> str:
    """The caller's address, behind as many proxies as the settings trust."""
    return _hidden("address", get_remote_address())


def _sent(name: str) -> str:
    body = request.get_json(silent=True) if request.is_json else request.form
    value = body.get(name) if isinstance(body, Mapping) else None
    return value if isinstance(value, str) else ""


def by_identifier() -> str:
    """The identifier in question, as typed or as the cookie holds it, from the caller's address."""
    identifier = _sent("identifier") or _sent("email") or session.get(voter_session.IDENTIFIER, "")
    return _hidden("identifier", identifier.strip().casefold(), get_remote_address())


def by_link() -> str:
    """The link that is followed; without any, the caller's address."""
    token = _sent("token") or session.get(voter_session.LINK, "")
    return _hidden("link", token) if token else by_address()


def by_session() -> str:
    """The session of whoever is signed in."""
    return _hidden("session", voter_session.token() or "")


def by_invitation() -> str:
    """The invitation that an agent follows; without any, the caller's address."""
    token = session.get(AGENT_LINK, "")
    return _hidden("invitation", token) if token else by_address()


_ACCESS = Limit("access", (ACCESS, by_identifier))
_LOG_IN = Limit("login", (LOG_IN, by_identifier))
_LINK = Limit("link", (LINK, by_link), by_address=0)
_INVITATION = Limit("invitation", (LINK, by_invitation))
_PASSKEY = Limit("passkey")
_CHEAP = Limit("cheap", by_address=CHEAP)
_RECEIPT = Limit("receipt", (ASSISTANCE, by_session))
_ASSISTANCE = Limit("assistance", (ASSISTANCE, by_identifier))

LIMITS: dict[str, tuple[Limit, frozenset[str]]] = {
    endpoint: (limit, frozenset(methods))
    for limit, methods, endpoints in (
        (_ACCESS, ("POST",), ("identification.submit", "identification.resend", "password.forgotten")),
        (_ACCESS, ("POST",), ("access.ask", "access.ask_password_link")),
        (_LOG_IN, ("POST",), ("password.submit", "session.sign_in", "agents_entrance.submit")),
        (_LINK, ("POST",), ("activation.submit", "challenge_question.submit", "challenge_question.skip")),
        (_INVITATION, ("POST",), ("agents_invitation.submit",)),
        (_PASSKEY, ("POST",), ("agents_passkey_log_in.submit", "agents_passkey_invitation.submit")),
        (_LINK, ("POST",), ("access.open_link", "access.activate")),
        (_RECEIPT, ("POST",), ("api_receipts.mail",)),
        (_CHEAP, ("GET",), ("captcha.picture", "captcha.speech", "challenge.create", "identification.show")),
        (_ASSISTANCE, ("POST",), ("assistance.submit", "api_assistance.ask")),
    )
    for endpoint in endpoints
}
"""Endpoint → what limits it, for which methods."""


def install(app: Flask, settings: Settings) -> None:
    """Limit the endpoints of LIMITS; called when all of them are registered. KeyError when one is missing."""
    limiter = Limiter(
        by_address,
        app=app,
        storage_uri=settings.ratelimit_storage,
        storage_options=ANSWERS_WITHIN if settings.limits_are_shared else {},
        strategy="fixed-window" if settings.limits_are_shared else "moving-window",
        headers_enabled=False,
        enabled=settings.ratelimit_enabled,
        # A store that is away must not close the portal: each gateway then counts for itself.
        in_memory_fallback_enabled=settings.limits_are_shared,
    )
    app.extensions["isoloir_limiter"] = limiter
    for endpoint, (limit, methods) in LIMITS.items():
        view: Any = app.view_functions[endpoint]
        if limit.by_address:
            amount, _, period = settings.address_limit.partition(" ")
            bound = f"{int(amount) * limit.by_address} {period}"
            view = limiter.shared_limit(
                bound,
                f"{limit.scope}-address",
                key_func=by_address,
                methods=list(methods),
                exempt_when=load_testers.is_one,
            )(view)
        if limit.own:
            bound, key = limit.own
            view = limiter.shared_limit(bound, limit.scope, key_func=key, methods=list(methods))(view)
        app.view_functions[endpoint] = view


def another_ticket() -> bool:
    """Count a new number of the waiting room against the caller's address.

    Returns:
        Whether it may have one: as many as that address may have pages in the same time.
    """
    limiter: Limiter = current_app.extensions["isoloir_limiter"]
    if not limiter.enabled:
        return True
    settings: Settings = current_app.extensions["isoloir_settings"]
    try:
        return limiter.limiter.hit(parse(settings.address_limit), "waiting", by_address())
    except RedisError:  # as everywhere: a store that is away must not close the portal
        return True


def seconds_to_wait() -> int:
    """When the limit that was met lets through again; a minute where that is not known."""
    limiter: Limiter | None = current_app.extensions.get("isoloir_limiter")
    met = limiter.current_limit if limiter else None
    return max(1, int(met.reset_at - time.time()) + 1) if met else 60
