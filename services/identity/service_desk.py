"""Entry points of the operators' desk: campaigns, claims, assistance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.identity import portal_schemas, schemas
from services.identity.contract.refusals import Code, refuse
from services.identity.desk import assistance, campaigns, claims
from services.identity.service_parts import Payload, letter_settings
from services.runtime.bus import idempotency
from services.runtime.clock import utc_now
from services.runtime.hosting.entrypoints import entrypoint


class Desk:
    """The part of the service for operators, besides the roll."""

    resources: Any

    @entrypoint(portal_schemas.OpenCampaign, portal_schemas.OfCampaign)
    def open_campaign(self, request: Payload) -> Payload:
        """Open a campaign, or find it again by its name."""
        with self.resources.database.transaction() as session:
            return {"campaign": campaigns.open_campaign(session, **request, now=utc_now())}

    @entrypoint(portal_schemas.SendCampaignPage, portal_schemas.CampaignPage)
    def send_campaign_page(self, request: Payload) -> Payload:
        """Write to the next voters of a campaign."""
        settings = self.resources.settings
        lifetime = timedelta(minutes=settings.campaign_link_lifetime_minutes)
        with self.resources.database.transaction() as session:
            response = campaigns.send_page(
                session, letter_settings(settings), **request, lifetime=lifetime, now=utc_now()
            )
            idempotency.remember(session, dict(response), "send_campaign_page")
            return dict(response)

    @entrypoint(portal_schemas.OfCampaign, portal_schemas.CampaignProgress)
    def campaign_progress(self, request: Payload) -> Payload:
        """Tell how far a campaign is."""
        with self.resources.database.reading() as session:
            return campaigns.progress(session, request["campaign"])

    @entrypoint(schemas.OfVotingEvent, portal_schemas.Campaigns)
    def list_campaigns(self, request: Payload) -> Payload:
        """List the campaigns of a voting event."""
        with self.resources.database.reading() as session:
            return {"campaigns": campaigns.of_event(session, request["voting_event"])}

    @entrypoint(portal_schemas.ListClaimsQueue, portal_schemas.ClaimsQueue)
    def list_claims_queue(self, request: Payload) -> Payload:
        """List claims with their voters, the oldest first."""
        with self.resources.database.reading() as session:
            page, following = claims.queue(session, **request)
        return {"claims": page, "next": following}

    @entrypoint(portal_schemas.AnswerClaim, portal_schemas.ClaimState)
    def answer_claim(self, request: Payload) -> Payload:
        """Put a claim into another state and tell its voter."""
        number, state, text = request["claim"], request["state"], request["answer"]
        if state != claims.EXAMINED and not text:
            raise refuse(Code.INVALID_REQUEST, fields={"answer": ["required to accept or reject a claim"]})
        with self.resources.database.transaction() as session:
            claims.answer(
                session, letter_settings(self.resources.settings), number=number, state=state, text=text, now=utc_now()
            )
        return {"claim": number, "state": state}

    @entrypoint(portal_schemas.ListAssistance, portal_schemas.AssistanceQueue)
    def list_assistance(self, request: Payload) -> Payload:
        """List requests for assistance, the oldest first."""
        with self.resources.database.reading() as session:
            page, following = assistance.queue(session, **request)
        return {"requests": page, "next": following}

    @entrypoint(portal_schemas.AnswerAssistance, portal_schemas.AssistanceAnswered)
    def answer_assistance(self, request: Payload) -> Payload:
        """Answer a request for assistance by e-mail."""
        number, text = request["request"], request["answer"]
        with self.resources.database.transaction() as session:
            assistance.answer(
                session, letter_settings(self.resources.settings), number=number, text=text, now=utc_now()
            )
        return {"request": number}
