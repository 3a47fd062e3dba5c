"""The typed client of identity: one method for each of the service's."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from services.identity.contract import (
    access,
    agents,
    attendance,
    campaigns,
    claims,
    forms,
    journal,
    methods,
    notices,
    reissue,
    roll,
    sealings,
    sessions,
    support,
    voting_events,
)
from services.runtime.contracts.client import JobClient
from services.runtime.contracts.messages import Nothing


class IdentityClient(JobClient):
    """Persons, access, sessions, the roll, the right to vote."""

    service: ClassVar[str] = "identity"

    def open_voting_event(self, definition: voting_events.OpenVotingEvent) -> str:
        """Record a voting event and make it the current one; its uuid.

        Refusals: voting_event_differs, voting_event_in_place, roll_sealed, invalid_request.
        """
        return self._do(methods.OPEN_VOTING_EVENT, definition).voting_event

    def voting_event(
        self, seconds: float | None = None, *, known_as: str | None = None
    ) -> voting_events.VotingEventShown:
        """The voting event `known_as`, or the current one, with its elections.

        Refusals: no_voting_event, voting_event_unknown.
        """
        return self._ask(methods.VOTING_EVENT, voting_events.VotingEventAsked(voting_event=known_as), seconds)

    def attendance(self, voting_event: str, seconds: float | None = None) -> list[attendance.ElectionAttendance]:
        """Entitlements and signatures of each election. Refusal: voting_event_unknown."""
        request = voting_events.OfVotingEvent(voting_event=voting_event)
        return self._ask(methods.ATTENDANCE, request, seconds).elections

    def stage_roll(self, voting_event: str, import_id: str, first_line: int, rows: list[dict[str, str]]) -> int:
        """Keep a part of a roll file; how many rows. Refusals: voting_event_unknown, roll_sealed."""
        request = roll.StageRoll(voting_event=voting_event, import_id=import_id, first_line=first_line, rows=rows)
        return self._do(methods.STAGE_ROLL, request).staged

    def start_commit_roll(self, voting_event: str, import_id: str, lines: int, *, complement: bool = False) -> str:
        """Have the staged file made the roll, or added to it, all or nothing; the job's id, whose result is roll.RollCounts.

        Its refusals: roll_*, import_incomplete, voting_event_unknown.
        """
        request = roll.CommitRoll(voting_event=voting_event, import_id=import_id, lines=lines, complement=complement)
        return self._do(methods.START_COMMIT_ROLL, request).job

    def start_seal_roll(self, voting_event: str) -> str:
        """Have the roll fixed for good; the job's id, whose result is roll.RollCounts. Refusal: voting_event_unknown."""
        return self._do(methods.START_SEAL_ROLL, voting_events.OfVotingEvent(voting_event=voting_event)).job

    def list_bearers(self, voting_event: str, after: str | None, limit: int) -> roll.Bearers:
        """A page of the pseudonyms to make voting codes for. Refusal: voting_event_unknown."""
        return self._do(methods.LIST_BEARERS, roll.ListBearers(voting_event=voting_event, after=after, limit=limit))

    def search_roll(self, session: str, election: str, query: str, after: str | None, limit: int) -> roll.RollPage:
        """A page of an election's roll. Refusals: session_expired, not_entitled, not_available_yet."""
        request = roll.SearchRoll(session=session, election=election, query=query, after=after, limit=limit)
        return self._ask(methods.SEARCH_ROLL, request)

    def open_captcha(self, form: str, binding: str) -> str:
        """A new code for one form and one browser; its id."""
        return self._do(methods.OPEN_CAPTCHA, forms.OpenCaptcha(form=form, binding=binding)).captcha

    def captcha_text(self, captcha: str, binding: str) -> str:
        """What to draw or say. Refusal: captcha_expired, for codes of other browsers too."""
        return self._ask(methods.CAPTCHA_TEXT, forms.OfCaptcha(captcha=captcha, binding=binding)).text

    def check_captcha(self, captcha: str, form: str, binding: str, answer: str) -> None:
        """Judge an answer and use the code up. Refusals: captcha_wrong, captcha_expired."""
        request = forms.CheckCaptcha(captcha=captcha, form=form, binding=binding, answer=answer)
        self._do(methods.CHECK_CAPTCHA, request)

    def spend_proof(self, proof: str, form: str, expires_at: datetime) -> None:
        """Remember a proof of work until it expires. Refusal: proof_spent."""
        self._do(methods.SPEND_PROOF, forms.SpendProof(proof=proof, form=form, expires_at=expires_at))

    def request_access(self, identifier: str, language: str) -> access.Access:
        """What comes next: a password, or a link, for unknown identifiers too. Refusal: no_voting_event."""
        return self._do(methods.REQUEST_ACCESS, access.OfIdentifier(identifier=identifier, language=language))

    def request_password_link(self, identifier: str, language: str) -> access.Access:
        """Have a link to a new password sent, where the address is known; the same shape either way."""
        return self._do(methods.REQUEST_PASSWORD_LINK, access.OfIdentifier(identifier=identifier, language=language))

    def open_link(self, token: str) -> access.LinkShown:
        """What a link is for; does not use it up. Refusals: link_*."""
        return self._ask(methods.OPEN_LINK, access.OfLink(token=token))

    def prepare_activation(self, token: str, password: str) -> str:
        """Have a password checked and kept, hashed, until the next step; the profile. Refusals: link_*, password_refused."""
        request = access.PrepareActivation(token=token, password=password)
        return self._do(methods.PREPARE_ACTIVATION, request).profile

    def activate(
        self,
        token: str,
        *,
        password: str | None = None,
        question: str | None = None,
        answer: str | None = None,
        browser: str | None = None,
    ) -> str:
        """Use the link up; the new session. Password, question and answer as the profile wants them.

        Refusals: link_*, password_refused, answer_refused, activation_not_prepared, not_in_this_profile.
        """
        request = access.Activate(token=token, password=password, question=question, answer=answer, browser=browser)
        return self._do(methods.ACTIVATE, request).session

    def enter_without_activation(self, token: str, browser: str | None = None) -> str:
        """Use the link up for one visit; the new session. Refusals: link_*, not_in_this_profile."""
        return self._do(methods.ENTER_WITHOUT_ACTIVATION, access.UseLink(token=token, browser=browser)).session

    def answer_again(self, token: str, browser: str) -> str:
        """The session of a link that this browser has used and whose answer it has not received. Refusal: link_used."""
        return self._do(methods.ANSWER_AGAIN, access.AnswerAgain(token=token, browser=browser)).session

    def log_in(self, identifier: str, password: str) -> str:
        """A new session. Refusals: log_in_refused, account_locked."""
        return self._do(methods.LOG_IN, access.LogIn(identifier=identifier, password=password)).session

    def resume_session(self, session: str, language: str) -> sessions.ResumedSession:
        """The voter of an open session, which goes on; who is written to in that language. Refusal: session_expired."""
        return self._do(methods.RESUME_SESSION, sessions.ResumeSession(session=session, language=language))

    def own_elections(self, session: str) -> list[sessions.OwnElection]:
        """The elections of the voter of an open session. Refusal: session_expired."""
        return self._ask(methods.OWN_ELECTIONS, sessions.SessionToken(session=session)).elections

    def close_session(self, session: str) -> None:
        """End a session; silent when it has ended already."""
        self._do(methods.CLOSE_SESSION, sessions.SessionToken(session=session))

    def issue_permit(self, session: str, election: str) -> sessions.PermitIssued:
        """A permit for one of the voter's elections. Refusals: session_expired, not_entitled, election_*."""
        return self._ask(methods.ISSUE_PERMIT, sessions.IssuePermit(session=session, election=election))

    def confirm_permit(self, session: str, permit: str) -> str:
        """A permit to cast now, for the one that a browser shows with its session. Refusals: session_expired, permit_*."""
        request = sessions.ConfirmPermit(session=session, permit=permit)
        return self._ask(methods.CONFIRM_PERMIT, request).permit

    def sealing(self, election: str) -> sealings.Sealing:
        """Identity's signed word on a sealed election. Refusal: election_not_sealed."""
        return self._ask(methods.SEALING, sealings.OfElection(election=election))

    def submit_claim(self, session: str, election: str | None, subject: str, text: str) -> claims.ClaimSubmitted:
        """Record a claim. Refusals: session_expired, not_entitled, not_available_yet, too_many_claims."""
        request = claims.SubmitClaim(session=session, election=election, subject=subject, text=text)
        return self._do(methods.SUBMIT_CLAIM, request)

    def list_claims(self, session: str) -> list[claims.Claim]:
        """The voter's claims, the newest first. Refusal: session_expired."""
        return self._ask(methods.LIST_CLAIMS, sessions.SessionToken(session=session)).claims

    def list_claims_queue(self, state: str | None, after: int | None, limit: int) -> claims.ClaimsQueue:
        """A page of the claims, with their voters, the oldest first."""
        return self._ask(methods.LIST_CLAIMS_QUEUE, claims.ListClaimsQueue(state=state, after=after, limit=limit))

    def answer_claim(self, claim: int, state: str, answer: str) -> None:
        """Put a claim into another state and tell its voter. Refusals: claim_unknown, already_answered."""
        self._do(methods.ANSWER_CLAIM, claims.AnswerClaim(claim=claim, state=state, answer=answer))

    def submit_assistance(
        self, session: str | None, email: str, name: str, subject: str, text: str, language: str
    ) -> int:
        """Ask the support cell for help, with a session or without; the request's number. Refusal: too_many_requests."""
        request = claims.SubmitAssistance(
            session=session, email=email, name=name, subject=subject, text=text, language=language
        )
        return self._do(methods.SUBMIT_ASSISTANCE, request).request

    def list_assistance(self, state: str | None, after: int | None, limit: int) -> claims.AssistanceQueue:
        """A page of the requests for assistance, the oldest first."""
        return self._ask(methods.LIST_ASSISTANCE, claims.ListAssistance(state=state, after=after, limit=limit))

    def answer_assistance(self, request: int, answer: str) -> None:
        """Answer a request by e-mail. Refusals: assistance_unknown, already_answered."""
        self._do(methods.ANSWER_ASSISTANCE, claims.AnswerAssistance(request=request, answer=answer))

    def open_campaign(self, voting_event: str, name: str) -> str:
        """Open a campaign, or find it again by its name; its id. Refusal: voting_event_unknown."""
        return self._do(methods.OPEN_CAMPAIGN, campaigns.OpenCampaign(voting_event=voting_event, name=name)).campaign

    def send_campaign_page(self, campaign: str, limit: int) -> campaigns.CampaignPage:
        """Write to the next voters of a campaign. Refusal: campaign_unknown."""
        return self._do(methods.SEND_CAMPAIGN_PAGE, campaigns.SendCampaignPage(campaign=campaign, limit=limit))

    def campaign_progress(self, campaign: str) -> campaigns.CampaignProgress:
        """How far a campaign is. Refusal: campaign_unknown."""
        return self._ask(methods.CAMPAIGN_PROGRESS, campaigns.OfCampaign(campaign=campaign))

    def list_campaigns(self, voting_event: str) -> list[campaigns.NamedCampaign]:
        """The campaigns of a voting event, the oldest first. Refusal: voting_event_unknown."""
        request = voting_events.OfVotingEvent(voting_event=voting_event)
        return self._ask(methods.LIST_CAMPAIGNS, request).campaigns

    def reissue_standing(self, session: str) -> reissue.ReissueStanding:
        """What a voter may ask for, and what came of his last request. Refusal: session_expired."""
        return self._ask(methods.REISSUE_STANDING, sessions.SessionToken(session=session))

    def ask_reissue(self, session: str, form: str, phone: str, numen: str, birth_date: str) -> reissue.ReissueAsked:
        """Ask for another code with NUMEN and date of birth. Refusals: session_expired, reissue_*, phone_*."""
        request = reissue.AskReissue(session=session, form=form, phone=phone, numen=numen, birth_date=birth_date)
        return self._do(methods.ASK_REISSUE, request)

    def answer_reissue(self, session: str, answer: str) -> datetime:
        """Have a link mailed for the answer to the challenge; until when it works. Refusals: session_expired, reissue_*."""
        return self._do(methods.ANSWER_REISSUE, reissue.AnswerReissue(session=session, answer=answer)).until

    def follow_reissue_link(
        self, session: str, token: str, *, phone: str | None = None, browser_key: str | None = None
    ) -> reissue.ReissueAsked:
        """Use the mailed link up, for a code by SMS or for the browser with a key; one of the two is given.

        Refusals: session_expired, reissue_*, link_unknown, link_expired, phone_*.
        """
        request = reissue.FollowReissueLink(session=session, token=token, phone=phone, browser_key=browser_key)
        return self._do(methods.FOLLOW_REISSUE_LINK, request)

    def resend_reissue(self, session: str, form: str, phone: str) -> reissue.ReissueAsked:
        """Have a code that did not arrive sent again. Refusals: session_expired, reissue_closed, reissue_not_failed,
        phone_*.
        """
        return self._do(methods.RESEND_REISSUE, reissue.ResendReissue(session=session, form=form, phone=phone))

    def list_shared_phones(self) -> list[reissue.SharedPhone]:
        """The numbers that were refused because too many voters use them, masked."""
        return self._ask(methods.LIST_SHARED_PHONES, Nothing()).phones

    def record_notice(self, identifier: str, reason: str) -> bool:
        """Note that a voter's paper notice was not handed over; whether that is news. Refusals: no_voting_event,
        identifier_unknown.
        """
        return self._do(methods.RECORD_NOTICE, notices.RecordNotice(identifier=identifier, reason=reason)).new

    def list_notices(self, after: int | None, limit: int) -> notices.UndeliveredNotices:
        """A page of the notices that were not handed over, the oldest first."""
        return self._ask(methods.LIST_NOTICES, notices.ListNotices(after=after, limit=limit))

    # Agents

    def agent_log_in(self, email: str, password: str, code: str) -> str:
        """Open an agent's session; its token. Refusals: agent_log_in_refused, agent_locked, busy."""
        return self._do(methods.AGENT_LOG_IN, agents.AgentLogIn(email=email, password=password, code=code)).session

    def agent_session(self, session: str) -> agents.AgentSession:
        """Who is signed in, with which rights. Refusal: agent_session_expired."""
        return self._do(methods.AGENT_SESSION, agents.AgentSessionToken(session=session))

    def close_agent_session(self, session: str) -> None:
        """End an agent's session."""
        self._do(methods.CLOSE_AGENT_SESSION, agents.AgentSessionToken(session=session))

    def open_invitation(self, token: str) -> agents.Invitation:
        """Describe an invitation. Refusal: invitation_unknown."""
        return self._ask(methods.OPEN_INVITATION, agents.OfInvitation(token=token))

    def accept_invitation(self, token: str, password: str, code: str) -> str:
        """Use an invitation up; the token of a session.

        Refusals: invitation_unknown, password_refused, second_factor_wrong, busy.
        """
        request = agents.AcceptInvitation(token=token, password=password, code=code)
        return self._do(methods.ACCEPT_INVITATION, request).session

    def list_agents(self, session: str) -> list[agents.Agent]:
        """All agents. Refusals: agent_session_expired, right_missing."""
        return self._ask(methods.LIST_AGENTS, agents.AgentSessionToken(session=session)).agents

    def invite_agent(self, session: str, email: str, name: str, role: str, elections: list[str]) -> str:
        """Make an account to be and mail its link; the agent's id.

        Refusals: agent_session_expired, right_missing, agent_known, invalid_request.
        """
        request = agents.InviteAgent(session=session, email=email, name=name, role=role, elections=elections)
        return self._do(methods.INVITE_AGENT, request).agent

    def invite_again(self, session: str, agent: str) -> str:
        """Mail another link. Refusals: agent_session_expired, right_missing, agent_unknown."""
        return self._do(methods.INVITE_AGAIN, agents.OfAgent(session=session, agent=agent)).agent

    def close_agent(self, session: str, agent: str) -> str:
        """Close an account. Refusals: agent_session_expired, right_missing, agent_unknown, agent_himself."""
        return self._do(methods.CLOSE_AGENT, agents.OfAgent(session=session, agent=agent)).agent

    def list_tokens(self, session: str) -> list[agents.PersonalToken]:
        """One's own tokens. Refusal: agent_session_expired."""
        return self._ask(methods.LIST_TOKENS, agents.AgentSessionToken(session=session)).tokens

    def make_token(self, session: str, name: str, rights: list[str], days: int) -> agents.TokenMade:
        """Make a personal token. Refusals: agent_session_expired, right_missing, too_many_tokens."""
        return self._do(methods.MAKE_TOKEN, agents.MakeToken(session=session, name=name, rights=rights, days=days))

    def revoke_token(self, session: str, token: str) -> None:
        """Revoke one of one's own tokens. Refusal: agent_session_expired."""
        self._do(methods.REVOKE_TOKEN, agents.RevokeToken(session=session, token=token))

    def authorize_token(self, token: str, right: str, election: str | None) -> str:
        """The agent whose token is good for that. Refusals: token_refused, right_missing."""
        request = agents.AuthorizeToken(token=token, right=right, election=election)
        return self._ask(methods.AUTHORIZE_TOKEN, request).agent

    def note_command(self, token: str | None, command: str, election: str | None) -> int:
        """Write a command into the journal; the number of the entry. Refusal: token_refused."""
        return self._do(
            methods.NOTE_COMMAND, agents.NoteCommand(token=token, command=command, election=election)
        ).number

    def read_journal(self, session: str, before: int | None = None, limit: int = 50) -> journal.Journal:
        """A page of the journal, the newest first. Refusals: agent_session_expired, right_missing."""
        return self._ask(methods.READ_JOURNAL, journal.ReadJournal(session=session, before=before, limit=limit))

    # The support cell. Refusals of all: agent_session_expired, right_missing; of a voter: voter_unknown.

    def find_voters(self, session: str, query: str) -> support.VotersFound:
        """Voters of the territory by address, name or place."""
        return self._ask(methods.FIND_VOTERS, support.FindVoters(session=session, query=query))

    def open_sheet(self, session: str, voter: str) -> support.VoterSheet:
        """One voter's sheet; that it was opened is noted."""
        return self._do(methods.OPEN_SHEET, support.OfVoter(session=session, voter=voter))

    def resend_link(self, session: str, voter: str) -> datetime:
        """Send a link to the address on the roll; until when it works. Refusal: link_on_its_way."""
        return self._do(methods.RESEND_LINK, support.OfVoter(session=session, voter=voter)).until

    def ask_correction(self, session: str, voter: str, email: str, reason: str) -> int:
        """Ask for another address. Refusals: address_taken, approval_waiting."""
        request = support.AskCorrection(session=session, voter=voter, email=email, reason=reason)
        return self._do(methods.ASK_CORRECTION, request).number

    def ask_assisted_reissue(self, session: str, voter: str, phone: str, reason: str) -> int:
        """Ask for another code. Refusals: phone_refused, phone_shared, reissue_*, approval_waiting."""
        request = support.AskAssistedReissue(session=session, voter=voter, phone=phone, reason=reason)
        return self._do(methods.ASK_ASSISTED_REISSUE, request).number

    def list_approvals(self, session: str) -> list[support.Approval]:
        """What waits for a second agent."""
        return self._ask(methods.LIST_APPROVALS, support.AgentOnly(session=session)).approvals

    def decide_approval(self, session: str, number: int, approve: bool) -> None:
        """Agree or refuse. Refusals: approval_unknown, approval_own, address_taken, reissue_*."""
        self._do(methods.DECIDE_APPROVAL, support.DecideApproval(session=session, number=number, approve=approve))

    def cell_claims(self, session: str, answered: bool, after: int | None, limit: int) -> support.CellClaims:
        """Claims of the territory, the oldest first."""
        request = support.CellQueue(session=session, answered=answered, after=after, limit=limit)
        return self._ask(methods.CELL_CLAIMS, request)

    def cell_requests(self, session: str, answered: bool, after: int | None, limit: int) -> support.CellRequests:
        """Requests for assistance, the oldest first."""
        request = support.CellQueue(session=session, answered=answered, after=after, limit=limit)
        return self._ask(methods.CELL_REQUESTS, request)

    def answer_cell_claim(self, session: str, claim: int, state: str, answer: str) -> None:
        """Put a claim into a state. Refusals: claim_unknown, already_answered, invalid_request."""
        request = support.AnswerCellClaim(session=session, claim=claim, state=state, answer=answer)
        self._do(methods.ANSWER_CELL_CLAIM, request)

    def answer_cell_request(self, session: str, number: int, answer: str) -> None:
        """Answer a request for assistance. Refusals: assistance_unknown, already_answered."""
        request = support.AnswerCellRequest(session=session, request=number, answer=answer)
        self._do(methods.ANSWER_CELL_REQUEST, request)
