"""Entry points of the proof of identity at a provider (A11): load → domain → dump."""

from __future__ import annotations

import threading

from services.identity.contract import identity_checks, methods, reissue
from services.identity.contract.refusals import Code, refuse
from services.identity.entry_points import IdentityEntryPoints
from services.identity.reissue.provider import checks
from services.identity.reissue.provider.openid import Client, Provider
from services.runtime.clock import utc_now
from services.runtime.hosting.entrypoints import command_in_steps
from services.runtime.storage.database import Database

_making = threading.Lock()


class ProviderEntryPoints(IdentityEntryPoints):
    """Where the settings name no provider, there is no such proof, and voters are offered none."""

    @property
    def _provider(self) -> Provider:
        settings = self.resources.settings
        if not settings.oidc_issuer:
            raise refuse(Code.REISSUE_PROOF_MISSING)
        with _making:
            if "provider" not in self.resources.shared:
                self.resources.shared["provider"] = Provider(Client.of(settings), settings.holder_key)
        provider: Provider = self.resources.shared["provider"]
        return provider

    def _asker(self, database: Database, token: str) -> checks.Asker:
        with database.reading() as session:
            opened = self._opened(session, token)
        return checks.Asker(opened.voter_id, opened.id)

    @command_in_steps(methods.BEGIN_IDENTITY_CHECK)
    def begin_identity_check(
        self, request: identity_checks.BeginIdentityCheck, database: Database
    ) -> identity_checks.IdentityCheckBegun:
        """Say where the voter proves who he is."""
        address = checks.begin(
            database,
            self._provider,
            self._terms,
            self._asker(database, request.session),
            language=request.language,
            now=utc_now(),
        )
        return identity_checks.IdentityCheckBegun(address=address)

    @command_in_steps(methods.END_IDENTITY_CHECK)
    def end_identity_check(self, request: identity_checks.EndIdentityCheck, database: Database) -> reissue.LinkSent:
        """Mail a link to who proved who he is."""
        answer = checks.Answer(request.state, request.code, request.error, request.issuer)
        asker = self._asker(database, request.session)
        until = checks.end(database, self._provider, self._terms, asker, answer, utc_now())
        return reissue.LinkSent(until=until)
