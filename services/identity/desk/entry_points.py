"""Entry points of the desk: load → domain → dump."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity.contract import claims, methods
from services.identity.contract.entrance import sessions as session_contract
from services.identity.contract.event import campaigns, notices, voting_events
from services.identity.contract.limits import EXAMINED
from services.identity.desk import assistance as assistance_desk
from services.identity.desk import campaign_job
from services.identity.desk import campaigns as campaign_desk
from services.identity.desk import claims as claim_desk
from services.identity.desk import notices as notice_desk
from services.identity.entry_points import IdentityEntryPoints
from services.runtime.clock import utc_now
from services.runtime.contracts import problems
from services.runtime.contracts.jobs import JobAsked
from services.runtime.hosting.entrypoints import command, question
from services.runtime.jobs import job_queue


class DeskEntryPoints(IdentityEntryPoints):
    """Claims, requests for assistance, notices that came back, campaigns."""

    # Claims and assistance

    @command(methods.SUBMIT_CLAIM)
    def submit_claim(self, request: claims.SubmitClaim, session: Session) -> claims.ClaimSubmitted:
        """Record a claim about the roll."""
        claim = claim_desk.submit(
            session,
            voter_id=self._voter(session, request.session),
            election=request.election,
            subject=request.subject,
            text=request.text,
            now=utc_now(),
        )
        return claims.ClaimSubmitted(claim=claim.number, submitted_at=claim.submitted_at)

    @question(methods.LIST_CLAIMS)
    def list_claims(self, request: session_contract.SessionToken, session: Session) -> claims.Claims:
        """List the voter's claims."""
        return claims.Claims(claims=claim_desk.of_voter(session, self._voter(session, request.session)))

    @question(methods.LIST_CLAIMS_QUEUE)
    def list_claims_queue(self, request: claims.ListClaimsQueue, session: Session) -> claims.ClaimsQueue:
        """List claims with their voters, the oldest first."""
        return claim_desk.queue(session, state=request.state, after=request.after, limit=request.limit)

    @command(methods.ANSWER_CLAIM)
    def answer_claim(self, request: claims.AnswerClaim, session: Session) -> claims.ClaimAnswered:
        """Put a claim into another state and tell its voter."""
        if request.state != EXAMINED and not request.answer:
            raise problems.invalid_request({"answer": [problems.problem(problems.Code.REQUIRED)]})
        claim_desk.answer(
            session,
            self._letters,
            number=request.claim,
            state=request.state,
            text=request.answer,
            now=utc_now(),
        )
        return claims.ClaimAnswered(claim=request.claim, state=request.state)

    @command(methods.SUBMIT_ASSISTANCE)
    def submit_assistance(self, request: claims.SubmitAssistance, session: Session) -> claims.AssistanceSubmitted:
        """Record a request for assistance and acknowledge it."""
        number = assistance_desk.submit(
            session,
            self._letters,
            voter_id=None if request.session is None else self._voter(session, request.session),
            email=request.email,
            name=request.name,
            subject=request.subject,
            text=request.text,
            language=request.language,
            holder_key=self.resources.settings.holder_key,
            now=utc_now(),
        )
        return claims.AssistanceSubmitted(request=number)

    @question(methods.LIST_ASSISTANCE)
    def list_assistance(self, request: claims.ListAssistance, session: Session) -> claims.AssistanceQueue:
        """List requests for assistance, the oldest first."""
        return assistance_desk.queue(session, state=request.state, after=request.after, limit=request.limit)

    @command(methods.ANSWER_ASSISTANCE)
    def answer_assistance(self, request: claims.AnswerAssistance, session: Session) -> claims.AssistanceAnswered:
        """Answer a request for assistance by e-mail."""
        assistance_desk.answer(session, self._letters, number=request.request, text=request.answer, now=utc_now())
        return claims.AssistanceAnswered(request=request.request)

    # Paper notices that were not handed over

    @command(methods.RECORD_NOTICE)
    def record_notice(self, request: notices.RecordNotice, session: Session) -> notices.NoticeRecorded:
        """Note that a notice was not handed over, and tell its voter what is left."""
        new = notice_desk.record(
            session, self._letters, identifier=request.identifier, reason=request.reason, now=utc_now()
        )
        return notices.NoticeRecorded(new=new)

    @question(methods.LIST_NOTICES)
    def list_notices(self, request: notices.ListNotices, session: Session) -> notices.UndeliveredNotices:
        """List the notices that were not handed over, and what their voters have done since."""
        return notice_desk.page(session, after=request.after, limit=request.limit)

    # Campaigns

    @command(methods.OPEN_CAMPAIGN)
    def open_campaign(self, request: campaigns.OpenCampaign, session: Session) -> campaigns.OfCampaign:
        """Open a campaign, or find it again by its name."""
        found = campaign_desk.open_campaign(
            session, voting_event=request.voting_event, name=request.name, now=utc_now()
        )
        return campaigns.OfCampaign(campaign=found)

    @command(methods.START_CAMPAIGN)
    def start_campaign(self, request: campaigns.OpenCampaign, session: Session) -> JobAsked:
        """Have everybody written to."""
        found = campaign_desk.open_campaign(
            session, voting_event=request.voting_event, name=request.name, now=utc_now()
        )
        return JobAsked(job=job_queue.ask(session, campaign_job.KIND, found, {"campaign": found}))

    @command(methods.SEND_CAMPAIGN_PAGE)
    def send_campaign_page(self, request: campaigns.SendCampaignPage, session: Session) -> campaigns.CampaignPage:
        """Write to the next voters of a campaign."""
        return campaign_desk.send_page(
            session,
            self._letters,
            campaign=request.campaign,
            limit=request.limit,
            lifetime=timedelta(minutes=self.resources.settings.campaign_link_lifetime_minutes),
            now=utc_now(),
        )

    @question(methods.CAMPAIGN_PROGRESS)
    def campaign_progress(self, request: campaigns.OfCampaign, session: Session) -> campaigns.CampaignProgress:
        """Tell how far a campaign is."""
        return campaign_desk.progress(session, request.campaign)

    @question(methods.LIST_CAMPAIGNS)
    def list_campaigns(self, request: voting_events.OfVotingEvent, session: Session) -> campaigns.Campaigns:
        """List the campaigns of a voting event."""
        return campaigns.Campaigns(campaigns=campaign_desk.of_event(session, request.voting_event))
