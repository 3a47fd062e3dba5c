"""Forms that may bring a large file, of whoever runs elections: a roll, or a definition. All others keep their limits.

A body is read whole before it takes a thread, so the limit has to be known before anybody is asked who sends it: the page
that shows the form to such an agent signs a permit into the form's address, for that agent's session. The connection looks
at the signature, the application at the session and at the agent's rights, before a byte of the form is parsed.
"""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qs

from flask import Flask, current_app, request
from itsdangerous import BadSignature, TimestampSigner

from gateway.edge import agent_session
from gateway.settings import Settings
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

ROLL_PATH = "/agents/echeance/liste"
ROLL_ENDPOINT = "agents_roll.submit"
PERMIT = "envoi"
"""What the permit is called in the form's address. It opens nothing but room for a body."""
PERMIT_SECONDS = 12 * 3600
AROUND = 64 * 1024
"""Bytes of a form around its file."""
DEFINITION_BYTES = 4 * 1024 * 1024
DEFINITION_ENDPOINTS = {
    "agents_definition.submit": DEFINITION_BYTES,
    # They bring it as text, with what it leaves out and its uuids: what was shown can be confirmed.
    "agents_definition.take_over": 2 * DEFINITION_BYTES,
    "agents_definition.download": 2 * DEFINITION_BYTES,
}
"""Endpoint → bytes of its form; no more than any connection lets through (gateway.serving.connections)."""


def permit() -> str:
    """A permit for the agent of this page."""
    settings: Settings = current_app.extensions["isoloir_settings"]
    return _signer(settings).sign(_tag(agent_session.required_token())).decode()


def limit(settings: Settings, method: str, path: str, query: str) -> int | None:
    """How many bytes a request may bring, where that is more than usual; None for all others.

    Args:
        settings: with the key that permits are signed by.
        method: of the request.
        path: of its address.
        query: of its address.
    """
    if method != "POST" or path != ROLL_PATH or _held(settings, query) is None:
        return None
    return roll_bytes(settings)


def roll_bytes(settings: Settings) -> int:
    """How many bytes the form of a roll may have."""
    return settings.roll_upload_megabytes * 1024 * 1024 + AROUND


def install(app: Flask, settings: Settings) -> None:
    """Let those forms be large, before anything reads them."""

    @app.before_request
    def allow_large_files() -> None:
        if request.endpoint not in (ROLL_ENDPOINT, *DEFINITION_ENDPOINTS) or not _runs_elections():
            return
        if request.endpoint in DEFINITION_ENDPOINTS:
            most = DEFINITION_ENDPOINTS[request.endpoint]
            request.max_content_length = request.max_form_memory_size = most
        elif _held(settings, request.query_string.decode("latin-1")) == _tag(agent_session.required_token()):
            request.max_content_length = roll_bytes(settings)


def _runs_elections() -> bool:
    try:
        return agent_session.token() is not None and agent_session.may(Right.RUN_ELECTIONS)
    except Refusal:
        return False  # the view says so


def _signer(settings: Settings) -> TimestampSigner:
    return TimestampSigner(settings.secret_keys(), salt="isoloir.large-body", digest_method=hashlib.sha256)


def _held(settings: Settings, query: str) -> str | None:
    """Whose permit an address has; None where it has none that is good."""
    given = parse_qs(query).get(PERMIT, [""])[0]
    try:
        return _signer(settings).unsign(given, max_age=PERMIT_SECONDS).decode()
    except BadSignature:
        return None


def _tag(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:32]
