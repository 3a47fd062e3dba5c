"""The typed client of identity: one method for each of the service's."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from services.identity.contract import attendance, claims, figures, identity_checks, methods, reissue
from services.identity.contract.entrance import access, forms, sessions
from services.identity.contract.event import campaigns, notices, removals, roll, sealings, uploads, voting_events
from services.identity.contract.staff.client import StaffClient
from services.runtime.contracts.integrity import Integrity
from services.runtime.contracts.messages import Nothing


class IdentityClient(StaffClient):
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

    def start_commit_roll(
        self, voting_event: str, import_id: str, lines: int, *, complement: bool = False, removing: int = 0
    ) -> str:
        """Have the staged file made the roll, or added to it, all or nothing; the job's id, whose result is roll.RollCounts.

        Its refusals: roll_*, import_incomplete, voting_event_unknown.
        """
        request = roll.CommitRoll(
            voting_event=voting_event, import_id=import_id, lines=lines, complement=complement, removing=removing
        )
        return self._do(methods.START_COMMIT_ROLL, request).job

    def start_compare_roll(self, request: roll.CompareRoll) -> str:
        """Have it said what the staged file would change; the job's id, whose result is roll.RollDifferences."""
        return self._do(methods.START_COMPARE_ROLL, request).job

    def list_differences(self, request: roll.ListDifferences) -> roll.DifferencePage:
        """A page of the voters whom a staged file adds, removes or changes."""
        return self._ask(methods.LIST_DIFFERENCES, request)

    def drop_roll(self, voting_event: str, import_id: str) -> None:
        """Forget a staged file. Refusals: roll_sealed, voting_event_unknown."""
        self._do(methods.DROP_ROLL, roll.OfImport(voting_event=voting_event, import_id=import_id))

    def open_roll_upload(self, request: uploads.OpenRollUpload) -> None:
        """Say that a file is coming. Refusals: agent_session_expired, right_missing, roll_sealed, voting_event_unknown."""
        self._do(methods.OPEN_ROLL_UPLOAD, request)

    def add_roll_piece(self, upload: str, number: int, content: str) -> None:
        """A piece of the file, in base 64. Refusal: roll_upload_unknown."""
        self._do(methods.ADD_ROLL_PIECE, uploads.RollPiece(upload=upload, number=number, content=content))

    def start_read_roll(self, upload: str, pieces: int) -> str:
        """Have the file read; the job's id. Refusals: roll_upload_unknown, import_incomplete."""
        return self._do(methods.START_READ_ROLL, uploads.ReadRoll(upload=upload, pieces=pieces)).job

    def roll_upload(self, voting_event: str) -> uploads.RollUploadSent | None:
        """The file that was sent last, until it is the roll or is abandoned."""
        return self._ask(methods.ROLL_UPLOAD, voting_events.OfVotingEvent(voting_event=voting_event)).upload

    def list_roll_problems(self, request: uploads.ListRollProblems) -> uploads.RollProblems:
        """A page of what is wrong with the lines of a staged file."""
        return self._ask(methods.LIST_ROLL_PROBLEMS, request)

    def start_seal_roll(self, voting_event: str, present: list[str] | None = None) -> str:
        """Have the roll fixed for good; the job's id, whose result is roll.RollCounts. Refusal: voting_event_unknown.

        With the names of those `present`, its urns are sealed after it, each by a job of the ballot box.
        """
        request = roll.SealRoll(voting_event=voting_event, present=present or [])
        return self._do(methods.START_SEAL_ROLL, request).job

    def start_check_roll_integrity(self, voting_event: str) -> str:
        """Have computed anew what was sealed with the roll; the job's id. Its refusal: voting_event_unknown."""
        return self._do(methods.START_CHECK_ROLL_INTEGRITY, voting_events.OfVotingEvent(voting_event=voting_event)).job

    def roll_integrity(self, voting_event: str) -> Integrity:
        """What was sealed with the roll, and what the last check found. Refusal: voting_event_unknown."""
        return self._ask(methods.ROLL_INTEGRITY, voting_events.OfVotingEvent(voting_event=voting_event))

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

    def resume_session(self, session: str, language: str, *, elections: bool = False) -> sessions.ResumedSession:
        """The voter of an open session, which goes on, with his elections where they are asked for.

        Who is written to in that language. Refusal: session_expired.
        """
        asked = sessions.ResumeSession(session=session, language=language, elections=elections)
        return self._do(methods.RESUME_SESSION, asked)

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

    def start_campaign(self, voting_event: str, name: str) -> str:
        """Have everybody written to whom the campaign of that name has not reached; the job's id.

        Its result is {campaign, queued}. Refusal: voting_event_unknown.
        """
        return self._do(methods.START_CAMPAIGN, campaigns.OpenCampaign(voting_event=voting_event, name=name)).job

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

    def figures(self) -> figures.Figures:
        """Counts of the current voting event for those who run it. Refusal: no_voting_event."""
        return self._ask(methods.FIGURES, Nothing())

    def reissue_standing(self, session: str) -> reissue.ReissueStanding:
        """What a voter may ask for, and what came of his last request. Refusal: session_expired."""
        return self._ask(methods.REISSUE_STANDING, sessions.SessionToken(session=session))

    def ask_reissue(self, session: str, form: str, phone: str, numen: str, birth_date: str) -> reissue.ReissueAsked:
        """Ask for another code with NUMEN and date of birth. Refusals: session_expired, reissue_*, phone_*."""
        request = reissue.AskReissue(session=session, form=form, phone=phone, numen=numen, birth_date=birth_date)
        return self._do(methods.ASK_REISSUE, request)

    def answer_reissue(self, session: str, answer: str, birth_date: str = "") -> datetime:
        """Have a link mailed for the answer to the challenge; until when it works. Refusals: session_expired, reissue_*,
        invalid_request where the day of birth is asked for and missing.
        """
        request = reissue.AnswerReissue(session=session, answer=answer, birth_date=birth_date)
        return self._do(methods.ANSWER_REISSUE, request).until

    def follow_reissue_link(
        self, session: str, token: str, *, phone: str | None = None, browser_key: str | None = None
    ) -> reissue.ReissueAsked:
        """Use the mailed link up, for a code by SMS or for the browser with a key; one of the two is given.

        Refusals: session_expired, reissue_*, link_unknown, link_expired, phone_*.
        """
        request = reissue.FollowReissueLink(session=session, token=token, phone=phone, browser_key=browser_key)
        return self._do(methods.FOLLOW_REISSUE_LINK, request)

    def begin_identity_check(self, session: str, language: str) -> str:
        """Begin to prove an identity at the provider; where to send the browser. Refusals: session_expired, reissue_*,
        provider_away.
        """
        request = identity_checks.BeginIdentityCheck(session=session, language=language)
        return self._do(methods.BEGIN_IDENTITY_CHECK, request).address

    def end_identity_check(
        self, session: str, state: str, *, code: str | None, error: str | None, issuer: str | None
    ) -> datetime:
        """Have a link mailed for what the browser brought back; until when it works. Refusals: session_expired,
        identity_check_*, identity_differs, provider_away, reissue_*.
        """
        request = identity_checks.EndIdentityCheck(session=session, state=state, code=code, error=error, issuer=issuer)
        return self._do(methods.END_IDENTITY_CHECK, request).until

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

    def ask_removal(
        self, wanted: removals.RemoveVoter, token: str | None = None, *, session: str | None = None
    ) -> removals.Removal:
        """Take a voter off the roll. Refusals: roll_sealed, identifier_unknown, voter_not_in_election, removal_reissued…"""
        return self._do(methods.ASK_REMOVAL, removals.AskRemoval(**vars(wanted), token=token, session=session))

    def removal(self, removal: str) -> removals.Removal:
        """How far a removal is. Refusal: removal_unknown."""
        return self._ask(methods.REMOVAL, removals.OfRemoval(removal=removal))

    def removals_told(self, voting_event: str, seconds: float | None = None) -> list[removals.RemovalTold]:
        """What anybody may know of the removals of a voting event, by time."""
        asked = voting_events.OfVotingEvent(voting_event=voting_event)
        return self._ask(methods.REMOVALS_TOLD, asked, seconds).removals
