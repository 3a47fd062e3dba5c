"""What the parts of the service class share."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.identity.access import sessions
from services.identity.letters.requests import LetterSettings
from services.identity.settings import Settings
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources

Payload = dict[str, Any]


def letter_settings(settings: Settings) -> LetterSettings:
    """Return what is needed to write to voters."""
    return LetterSettings(settings.notification_public_key, settings.public_url)


def resume(resources: Resources[Settings], token: str) -> sessions.OpenSession:
    """Return the open session of a token and note that it is alive. Raises session_expired."""
    idle = timedelta(minutes=resources.settings.session_idle_minutes)
    return sessions.resume(resources.database, token, now=utc_now(), idle=idle)
