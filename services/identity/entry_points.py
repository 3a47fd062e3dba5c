"""What the entry points of identity share: its resources, and what its settings say to the domain."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity.access import sessions
from services.identity.letters.requests import LetterSettings
from services.identity.reissue import requests
from services.identity.settings import Settings
from services.runtime.clock import utc_now
from services.runtime.hosting.resource_provider import provide


class IdentityEntryPoints:
    """Whatever answers in the name of identity."""

    resources = provide(Settings)

    @property
    def _idle(self) -> timedelta:
        return timedelta(minutes=self.resources.settings.session_idle_minutes)

    def _opened(self, session: Session, token: str) -> sessions.OpenSession:
        """An open session. Raises session_expired."""
        return sessions.find(session, token, now=utc_now(), idle=self._idle)

    def _voter(self, session: Session, token: str) -> str:
        """The id of the voter of an open session. Raises session_expired."""
        return self._opened(session, token).voter_id

    @property
    def _letters(self) -> LetterSettings:
        return LetterSettings.of(self.resources.settings)

    @property
    def _terms(self) -> requests.Terms:
        settings = self.resources.settings
        return requests.Terms(
            self._letters, settings.holder_key, settings.reissues_per_voter, settings.reissue_voters_per_phone
        )
