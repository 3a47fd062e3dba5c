"""Entry points of the voter's space: session, roll, claims, assistance."""

from __future__ import annotations

from typing import Any

from services.identity import portal_schemas, schemas
from services.identity.desk import assistance, claims
from services.identity.roll import search
from services.identity.service_parts import Payload, letter_settings, resume
from services.identity.voting_events import descriptions
from services.runtime.bus import idempotency
from services.runtime.clock import utc_now
from services.runtime.hosting.entrypoints import entrypoint


class Space:
    """The part of the service for whoever is signed in."""

    resources: Any

    @entrypoint(schemas.SessionToken, schemas.ResumedSession)
    def resume_session(self, request: Payload) -> Payload:
        """Describe the voter of an open session."""
        opened = resume(self.resources, request["session"])
        with self.resources.database.reading() as session:
            return descriptions.session(session, opened, utc_now())

    @entrypoint(portal_schemas.SearchRoll, portal_schemas.RollPage)
    def search_roll(self, request: Payload) -> Payload:
        """Search the roll of one of the voter's elections."""
        opened = resume(self.resources, request.pop("session"))
        with self.resources.database.reading() as session:
            return search.search_roll(session, voter_id=opened.voter_id, **request, now=utc_now())

    @entrypoint(portal_schemas.SubmitClaim, portal_schemas.ClaimSubmitted)
    def submit_claim(self, request: Payload) -> Payload:
        """Record a claim about the roll."""
        opened = resume(self.resources, request.pop("session"))
        with self.resources.database.transaction() as session:
            claim = claims.submit(session, voter_id=opened.voter_id, **request, now=utc_now())
            response = {"claim": claim.number, "submitted_at": claim.submitted_at}
            idempotency.remember(session, portal_schemas.ClaimSubmitted().dump(response), "submit_claim")
        return response

    @entrypoint(schemas.SessionToken, portal_schemas.Claims)
    def list_claims(self, request: Payload) -> Payload:
        """List the voter's claims."""
        opened = resume(self.resources, request["session"])
        with self.resources.database.reading() as session:
            return {"claims": claims.of_voter(session, opened.voter_id)}

    @entrypoint(portal_schemas.SubmitAssistance, portal_schemas.AssistanceSubmitted)
    def submit_assistance(self, request: Payload) -> Payload:
        """Record a request for assistance and acknowledge it."""
        token = request.pop("session")
        voter_id = resume(self.resources, token).voter_id if token is not None else None
        settings = self.resources.settings
        with self.resources.database.transaction() as session:
            number = assistance.submit(
                session,
                letter_settings(settings),
                voter_id=voter_id,
                **request,
                holder_key=settings.holder_key,
                now=utc_now(),
            )
            idempotency.remember(session, {"request": number}, "submit_assistance")
        return {"request": number}
