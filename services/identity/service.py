"""Entry points of identity: load → domain → dump. Rules live in the domain modules."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.ballot.contract.events import ElectionSealed
from services.identity import inboxes, loops
from services.identity.access import access_requests, accounts, activation, captcha, proofs_of_work, sessions
from services.identity.agents import accounts as agent_accounts
from services.identity.agents import journal as agents_journal
from services.identity.agents import personal_tokens, standing
from services.identity.agents import sessions as agent_sessions
from services.identity.attendance import poll_book
from services.identity.contract import (
    access,
    agents,
    campaigns,
    claims,
    forms,
    methods,
    notices,
    reissue,
    roll,
    voting_events,
)
from services.identity.contract import attendance as attendance_contract
from services.identity.contract import journal as journal_contract
from services.identity.contract import sealings as sealings_contract
from services.identity.contract import sessions as session_contract
from services.identity.contract import support as support_contract
from services.identity.contract.limits import EXAMINED
from services.identity.contract.refusals import Code, refuse
from services.identity.contract.rights import Right
from services.identity.desk import assistance as assistance_desk
from services.identity.desk import campaigns as campaign_desk
from services.identity.desk import claims as claim_desk
from services.identity.desk import notices as notice_desk
from services.identity.hashing_line import hashing_place
from services.identity.letters.requests import LetterSettings
from services.identity.models import Agent
from services.identity.reissue import requests, resending, rules, shared_phones
from services.identity.roll import roll_jobs, search, staging
from services.identity.settings import Settings
from services.identity.support import approvals, assisted_reissue, corrections, finding, queues, sheet
from services.identity.voting_events import descriptions, entitlements, permits, sealings
from services.identity.voting_events import voting_events as events
from services.notification.contract.events import MessageSettled
from services.reassort.contract.events import ReissueSettled
from services.runtime.bus import condition
from services.runtime.clock import utc_now
from services.runtime.contracts import problems
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED, Condition, Retried, RetryParked
from services.runtime.contracts.jobs import JOB, JOBS, JobAsked, JobDescription, JobList, JobOf
from services.runtime.contracts.messages import Health, Nothing
from services.runtime.contracts.methods import HEALTH
from services.runtime.hosting.entrypoints import command, command_in_steps, healthy, question
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.jobs import Job
from services.runtime.hosting.loops import Loop
from services.runtime.hosting.resource_provider import provide
from services.runtime.jobs import job_queue, job_views
from services.runtime.refusals import Refusal
from services.runtime.storage.database import Database, rehearsed


class IdentityService:
    """Persons, accounts, roll, entitlements, poll book (« fichier des électeurs »)."""

    name = "identity"

    resources = provide(Settings)
    sealed = Inbox("ballot", ElectionSealed, inboxes.record_sealing)
    roll_commit = Job(roll_jobs.COMMIT, roll_jobs.commit_roll)
    roll_sealing = Job(roll_jobs.SEAL, roll_jobs.seal_roll)
    settled = Inbox("reassort", ReissueSettled, inboxes.note_reissue)
    deliveries = Inbox("notification", MessageSettled, inboxes.note_delivery)
    link_requests = Loop(loops.answer_requests, every=1.0)
    signatures = Loop(loops.fetch_attendance, every=5.0)
    idle_sessions = Loop(loops.forget_idle_sessions, every=60.0)
    short_lived = Loop(loops.forget_what_is_over, every=60.0)

    @property
    def _letters(self) -> LetterSettings:
        return LetterSettings.of(self.resources.settings)

    def _hashing(self, slow: accounts.Slow) -> activation.Hashing:
        return activation.Hashing(slow, self.resources.settings.bcrypt_cost)

    @property
    def _idle(self) -> timedelta:
        return timedelta(minutes=self.resources.settings.session_idle_minutes)

    @property
    def _permit_keys(self) -> permits.PermitKeys:
        settings = self.resources.settings
        return permits.PermitKeys(settings.holder_key, settings.permit_private_key)

    def _opened(self, session: Session, token: str) -> sessions.OpenSession:
        """An open session. Raises session_expired."""
        return sessions.find(session, token, now=utc_now(), idle=self._idle)

    def _voter(self, session: Session, token: str) -> str:
        """The id of the voter of an open session. Raises session_expired."""
        return self._opened(session, token).voter_id

    @question(HEALTH)
    def health(self, _request: Nothing, session: Session) -> Health:
        """Whether the service and its database answer."""
        return healthy(self.name, self.resources.database, session)

    @question(CONDITION)
    def condition(self, _request: Nothing, session: Session) -> Condition:
        """Who is alive, what waits, what was put aside."""
        return condition.look(session, self.resources.database, self.name, [])

    @command(RETRY_PARKED)
    def retry_parked(self, request: RetryParked, session: Session) -> Retried:
        """Have events that were put aside tried again."""
        return Retried(retried=condition.retry_parked(session, request.event))

    # Voting events and the roll

    @command(methods.OPEN_VOTING_EVENT)
    def open_voting_event(
        self, request: voting_events.OpenVotingEvent, session: Session
    ) -> voting_events.VotingEventOpened:
        """Record a voting event and make it the current one, correct its draft, or say what would come of it."""
        with rehearsed(session, request.dry_run):
            changes = events.open_voting_event(session, request)
        return voting_events.VotingEventOpened(voting_event=request.voting_event, changes=changes)

    @question(methods.VOTING_EVENT)
    def voting_event(self, request: voting_events.VotingEventAsked, session: Session) -> voting_events.VotingEventShown:
        """Describe a voting event, the current one where none is named."""
        return descriptions.voting_event(session, events.shown(session, request.voting_event), utc_now())

    @question(methods.ATTENDANCE)
    def attendance(self, request: voting_events.OfVotingEvent, session: Session) -> attendance_contract.Attendance:
        """Count entitlements and signatures."""
        return attendance_contract.Attendance(elections=poll_book.counts(session, request.voting_event))

    @command(methods.STAGE_ROLL)
    def stage_roll(self, request: roll.StageRoll, session: Session) -> roll.Staged:
        """Keep a part of a roll file."""
        kept = staging.stage(
            session,
            voting_event=request.voting_event,
            import_id=request.import_id,
            first_line=request.first_line,
            rows=request.rows,
            holder_key=self.resources.settings.holder_key,
        )
        return roll.Staged(staged=kept)

    @command(methods.START_COMMIT_ROLL)
    def start_commit_roll(self, request: roll.CommitRoll, session: Session) -> JobAsked:
        """Have the staged file made the roll, all or nothing; each import has its own job."""
        return JobAsked(job=job_queue.ask(session, roll_jobs.COMMIT, request.import_id, request.dump()))

    @command(methods.START_SEAL_ROLL)
    def start_seal_roll(self, request: voting_events.OfVotingEvent, session: Session) -> JobAsked:
        """Have the roll fixed for good."""
        return JobAsked(job=job_queue.ask(session, roll_jobs.SEAL, request.voting_event, request.dump()))

    @question(JOB)
    def job(self, request: JobOf, session: Session) -> JobDescription:
        """How far a job is, or what it came to."""
        return job_views.look(session, request.job)

    @question(JOBS)
    def jobs(self, _request: Nothing, session: Session) -> JobList:
        """The jobs under way, and the newest of the others."""
        return job_views.listed(session)

    @command(methods.LIST_BEARERS)
    def list_bearers(self, request: roll.ListBearers, session: Session) -> roll.Bearers:
        """List the pseudonyms to make voting codes for."""
        return entitlements.list_bearers(
            session,
            voting_event=request.voting_event,
            after=request.after,
            limit=request.limit,
            holder_key=self.resources.settings.holder_key,
            now=utc_now(),
        )

    @question(methods.SEARCH_ROLL)
    def search_roll(self, request: roll.SearchRoll, session: Session) -> roll.RollPage:
        """Search the roll of one of the voter's elections."""
        return search.search_roll(
            session,
            voter_id=self._voter(session, request.session),
            election=request.election,
            query=request.query,
            after=request.after,
            limit=request.limit,
            now=utc_now(),
        )

    # Challenges of forms

    @command(methods.OPEN_CAPTCHA)
    def open_captcha(self, request: forms.OpenCaptcha, session: Session) -> forms.CaptchaOpened:
        """Make a code to copy."""
        made, text = captcha.open_captcha(session, form=request.form, binding=request.binding, now=utc_now())
        return forms.CaptchaOpened(captcha=made, text=text)

    @question(methods.CAPTCHA_TEXT)
    def captcha_text(self, request: forms.OfCaptcha, session: Session) -> forms.CaptchaText:
        """Tell what to draw and speak."""
        text = captcha.text_of(session, captcha=request.captcha, binding=request.binding, now=utc_now())
        if text is None:
            raise refuse(Code.CAPTCHA_EXPIRED)
        return forms.CaptchaText(text=text)

    @command(methods.CHECK_CAPTCHA)
    def check_captcha(self, request: forms.CheckCaptcha, session: Session) -> Nothing | Refusal:
        """Use a code up, whatever the answer."""
        problem = captcha.check(
            session,
            captcha=request.captcha,
            form=request.form,
            binding=request.binding,
            answer=request.answer,
            now=utc_now(),
        )
        return Nothing() if problem is None else refuse(problem)

    @command(methods.SPEND_PROOF)
    def spend_proof(self, request: forms.SpendProof, session: Session) -> Nothing:
        """Use a proof of work up."""
        proofs_of_work.spend(session, proof=request.proof, form=request.form, expires_at=request.expires_at)
        return Nothing()

    # The way in

    @command_in_steps(methods.REQUEST_ACCESS)
    def request_access(self, request: access.OfIdentifier, database: Database) -> access.Access:
        """Tell whether a password or a link comes next, and have the link sent."""
        key = self.resources.settings.holder_key
        with database.transaction() as session:
            answer = access_requests.request_access(
                session, request.identifier, language=request.language, holder_key=key, now=utc_now()
            )
        self.link_requests.wake()
        return answer

    @command_in_steps(methods.REQUEST_PASSWORD_LINK)
    def request_password_link(self, request: access.OfIdentifier, database: Database) -> access.Access:
        """Have a link sent to set a new password."""
        key = self.resources.settings.holder_key
        with database.transaction() as session:
            answer = access_requests.request_password_link(
                session, request.identifier, language=request.language, holder_key=key, now=utc_now()
            )
        self.link_requests.wake()
        return answer

    @question(methods.OPEN_LINK)
    def open_link(self, request: access.OfLink, session: Session) -> access.LinkShown:
        """Describe a link without using it up."""
        return descriptions.link(session, request.token, utc_now())

    @command_in_steps(methods.PREPARE_ACTIVATION)
    def prepare_activation(self, request: access.PrepareActivation, database: Database) -> access.Prepared:
        """Check a first password and keep its hash until the next step."""
        with hashing_place(self.resources) as slow:
            profile = activation.prepare(
                database, self._hashing(slow), token=request.token, password=request.password, now=utc_now()
            )
        return access.Prepared(profile=profile)

    @command_in_steps(methods.ACTIVATE)
    def activate(self, request: access.Activate, database: Database) -> session_contract.SessionToken:
        """Set what a link is for and open a session."""
        with hashing_place(self.resources) as slow:
            token = activation.activate(
                database,
                self._hashing(slow),
                token=request.token,
                password=request.password,
                question=request.question,
                answer=request.answer,
                challenge_required=self.resources.settings.challenge_required,
                browser=request.browser,
                holder_key=self.resources.settings.holder_key,
                now=utc_now(),
            )
        return session_contract.SessionToken(session=token)

    @command_in_steps(methods.ENTER_WITHOUT_ACTIVATION)
    def enter_without_activation(self, request: access.UseLink, database: Database) -> session_contract.SessionToken:
        """Open a session by means of a link and keep nothing else."""
        token = activation.enter_without_activation(
            database,
            token=request.token,
            browser=request.browser,
            holder_key=self.resources.settings.holder_key,
            now=utc_now(),
        )
        return session_contract.SessionToken(session=token)

    @command(methods.ANSWER_AGAIN)
    def answer_again(self, request: access.AnswerAgain, session: Session) -> session_contract.SessionToken:
        """Open the session of a link for the browser that has used it and had no answer."""
        token = activation.answer_again(session, token=request.token, browser=request.browser, now=utc_now())
        return session_contract.SessionToken(session=token)

    @command_in_steps(methods.LOG_IN)
    def log_in(self, request: access.LogIn, database: Database) -> session_contract.SessionToken:
        """Open a session with the password."""
        # The place comes first: a log-in that finds the line full must not count as an attempt.
        with hashing_place(self.resources) as slow:
            token = accounts.log_in(
                database,
                slow,
                identifier=request.identifier,
                password=request.password,
                cost=self.resources.settings.bcrypt_cost,
                holder_key=self.resources.settings.holder_key,
                now=utc_now(),
            )
        return session_contract.SessionToken(session=token)

    # Sessions and permits

    @command_in_steps(methods.RESUME_SESSION)
    def resume_session(
        self, request: session_contract.ResumeSession, database: Database
    ) -> session_contract.ResumedSession:
        """Describe the voter of an open session, and note that somebody is there, and who reads which language."""
        opened = sessions.resume(database, request.session, now=utc_now(), idle=self._idle, language=request.language)
        with database.reading() as session:
            return descriptions.session(session, opened, utc_now())

    @question(methods.OWN_ELECTIONS)
    def own_elections(self, request: session_contract.SessionToken, session: Session) -> session_contract.OwnElections:
        """List the voter's elections, each with a permit to ask the urn whether he has voted."""
        opened = self._opened(session, request.session)
        return session_contract.OwnElections(
            elections=entitlements.own_elections(session, opened, self._permit_keys, utc_now())
        )

    @command(methods.CLOSE_SESSION)
    def close_session(self, request: session_contract.SessionToken, session: Session) -> Nothing:
        """End a session."""
        sessions.close(session, request.session)
        return Nothing()

    @question(methods.ISSUE_PERMIT)
    def issue_permit(self, request: session_contract.IssuePermit, session: Session) -> session_contract.PermitIssued:
        """Sign a permit for one of the voter's elections."""
        permit, expires_at = entitlements.issue_permit(
            session,
            opened=self._opened(session, request.session),
            election=request.election,
            keys=self._permit_keys,
            now=utc_now(),
            lifetime=timedelta(minutes=self.resources.settings.permit_minutes),
        )
        return session_contract.PermitIssued(permit=permit, expires_at=expires_at)

    @question(methods.CONFIRM_PERMIT)
    def confirm_permit(
        self, request: session_contract.ConfirmPermit, session: Session
    ) -> session_contract.PermitConfirmed:
        """Let an open session cast by the permit that was issued to it, and no other (L9)."""
        opened = self._opened(session, request.session)
        permit = permits.confirm(self._permit_keys, request.permit, session_id=opened.id, now=utc_now())
        return session_contract.PermitConfirmed(permit=permit)

    @question(methods.SEALING)
    def sealing(self, request: sealings_contract.OfElection, session: Session) -> sealings_contract.Sealing:
        """Tell anybody what was sealed, past the urn."""
        return sealings.statement(session, self.resources.settings.permit_private_key, request.election)

    # Another voting code

    @property
    def _terms(self) -> requests.Terms:
        settings = self.resources.settings
        return requests.Terms(
            self._letters, settings.holder_key, settings.reissues_per_voter, settings.reissue_voters_per_phone
        )

    def _reader(self, database: Database, token: str) -> str:
        """As `_voter`, for what opens its transactions itself."""
        with database.reading() as session:
            return self._voter(session, token)

    @question(methods.REISSUE_STANDING)
    def reissue_standing(self, request: session_contract.SessionToken, session: Session) -> reissue.ReissueStanding:
        """Tell what the voter may ask for, and what came of his last request."""
        voter_id = self._voter(session, request.session)
        return rules.shown(rules.standing(session, voter_id, self._terms.most, utc_now()))

    @command_in_steps(methods.ASK_REISSUE)
    def ask_reissue(self, request: reissue.AskReissue, database: Database) -> reissue.ReissueAsked:
        """Grant another code to who knows NUMEN and date of birth."""
        return requests.by_facts(
            database,
            self._terms,
            voter_id=self._reader(database, request.session),
            form=request.form,
            phone=request.phone,
            numen=request.numen,
            birth_date=request.birth_date,
            now=utc_now(),
        )

    @command_in_steps(methods.ANSWER_REISSUE)
    def answer_reissue(self, request: reissue.AnswerReissue, database: Database) -> reissue.LinkSent:
        """Mail a link to who knows the answer to the challenge."""
        voter_id = self._reader(database, request.session)
        with hashing_place(self.resources) as slow:
            until = requests.answer_challenge(
                database, slow, self._terms, voter_id=voter_id, answer=request.answer, now=utc_now()
            )
        return reissue.LinkSent(until=until)

    @command_in_steps(methods.FOLLOW_REISSUE_LINK)
    def follow_reissue_link(self, request: reissue.FollowReissueLink, database: Database) -> reissue.ReissueAsked:
        """Grant another code to who follows the mailed link."""
        if (request.phone is None) == (request.browser_key is None):
            raise problems.invalid_request({"phone": [problems.problem(problems.Code.CONTRADICTORY)]})
        return requests.by_link(
            database,
            self._terms,
            voter_id=self._reader(database, request.session),
            token=request.token,
            phone=request.phone,
            browser_key=request.browser_key,
            now=utc_now(),
        )

    @command_in_steps(methods.RESEND_REISSUE)
    def resend_reissue(self, request: reissue.ResendReissue, database: Database) -> reissue.ReissueAsked:
        """Have a code that did not arrive sent again."""
        return resending.resend(
            database,
            self._terms,
            voter_id=self._reader(database, request.session),
            message=request.form,
            phone=request.phone,
            now=utc_now(),
        )

    @question(methods.LIST_SHARED_PHONES)
    def list_shared_phones(self, _request: Nothing, session: Session) -> reissue.SharedPhones:
        """List the numbers that too many voters wanted their codes sent to."""
        return reissue.SharedPhones(phones=shared_phones.newest(session))

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

    # Agents: their accounts, tokens and journal

    @property
    def _agents(self) -> agent_accounts.Terms:
        settings = self.resources.settings
        return agent_accounts.Terms(
            self._letters,
            settings.holder_key,
            timedelta(minutes=settings.agent_idle_minutes),
            timedelta(hours=settings.agent_session_hours),
            settings.bcrypt_cost,
        )

    def _agent(self, session: Session, token: str, right: Right) -> Agent:
        """The agent of an open session, who has the right. Raises agent_session_expired, right_missing."""
        return agent_sessions.require(session, token, right, now=utc_now(), idle=self._agents.idle)

    @command_in_steps(methods.AGENT_LOG_IN)
    def agent_log_in(self, request: agents.AgentLogIn, database: Database) -> agents.AgentSessionToken:
        """Open an agent's session."""
        with hashing_place(self.resources) as slow:
            return agent_accounts.log_in(
                database,
                slow,
                self._agents,
                email=request.email,
                password=request.password,
                code=request.code,
                now=utc_now(),
            )

    @command_in_steps(methods.AGENT_SESSION)
    def agent_session(self, request: agents.AgentSessionToken, database: Database) -> agents.AgentSession:
        """Say who is signed in, and note that somebody is there."""
        now, idle = utc_now(), self._agents.idle
        agent_sessions.resume(database, request.session, now=now, idle=idle)
        with database.reading() as session:
            opened = agent_sessions.find(session, request.session, now=now, idle=idle)
            return standing.described(session, opened, now)

    @command(methods.CLOSE_AGENT_SESSION)
    def close_agent_session(self, request: agents.AgentSessionToken, session: Session) -> Nothing:
        """End an agent's session."""
        agent_sessions.close(session, request.session, utc_now())
        return Nothing()

    @question(methods.OPEN_INVITATION)
    def open_invitation(self, request: agents.OfInvitation, session: Session) -> agents.Invitation:
        """Describe an invitation without using it up."""
        return agent_accounts.invitation(session, self._agents.key, request.token, utc_now())

    @command_in_steps(methods.ACCEPT_INVITATION)
    def accept_invitation(self, request: agents.AcceptInvitation, database: Database) -> agents.AgentSessionToken:
        """Set password and second factor, and open a session."""
        with hashing_place(self.resources) as slow:
            return agent_accounts.accept(
                database,
                slow,
                self._agents,
                token=request.token,
                password=request.password,
                code=request.code,
                now=utc_now(),
            )

    @question(methods.LIST_AGENTS)
    def list_agents(self, request: agents.AgentSessionToken, session: Session) -> agents.Agents:
        """List all agents."""
        self._agent(session, request.session, Right.MANAGE_AGENTS)
        return agent_accounts.listed(session)

    @command(methods.INVITE_AGENT)
    def invite_agent(self, request: agents.InviteAgent, session: Session) -> agents.AgentNamed:
        """Invite an agent."""
        inviter = self._agent(session, request.session, Right.MANAGE_AGENTS)
        made = agent_accounts.invite(
            session,
            self._agents,
            inviter,
            email=request.email,
            name=request.name,
            role=request.role,
            elections=request.elections,
            now=utc_now(),
        )
        return agents.AgentNamed(agent=made.id)

    @command(methods.INVITE_AGAIN)
    def invite_again(self, request: agents.OfAgent, session: Session) -> agents.AgentNamed:
        """Send an agent another link."""
        inviter = self._agent(session, request.session, Right.MANAGE_AGENTS)
        agent_accounts.invite_again(session, self._agents, inviter, request.agent, utc_now())
        return agents.AgentNamed(agent=request.agent)

    @command(methods.CLOSE_AGENT)
    def close_agent(self, request: agents.OfAgent, session: Session) -> agents.AgentNamed:
        """Close an agent's account."""
        closer = self._agent(session, request.session, Right.MANAGE_AGENTS)
        agent_accounts.close(session, closer, request.agent, utc_now())
        return agents.AgentNamed(agent=request.agent)

    @question(methods.LIST_TOKENS)
    def list_tokens(self, request: agents.AgentSessionToken, session: Session) -> agents.PersonalTokens:
        """List the agent's own tokens."""
        agent = self._agent(session, request.session, Right.OWN_ACCOUNT)
        return personal_tokens.listed(session, agent, utc_now())

    @command(methods.MAKE_TOKEN)
    def make_token(self, request: agents.MakeToken, session: Session) -> agents.TokenMade:
        """Make a personal token."""
        agent = self._agent(session, request.session, Right.OWN_ACCOUNT)
        return personal_tokens.make(
            session, agent, name=request.name, rights=request.rights, days=request.days, now=utc_now()
        )

    @command(methods.REVOKE_TOKEN)
    def revoke_token(self, request: agents.RevokeToken, session: Session) -> Nothing:
        """Revoke a personal token."""
        agent = self._agent(session, request.session, Right.OWN_ACCOUNT)
        personal_tokens.revoke(session, agent, request.token, utc_now())
        return Nothing()

    @question(methods.AUTHORIZE_TOKEN)
    def authorize_token(self, request: agents.AuthorizeToken, session: Session) -> agents.AgentNamed:
        """Say whose token it is, where it is good for that."""
        agent = personal_tokens.authorize(session, request.token, request.right, request.election, utc_now())
        return agents.AgentNamed(agent=agent.id)

    @command(methods.NOTE_COMMAND)
    def note_command(self, request: agents.NoteCommand, session: Session) -> agents.Noted:
        """Write a command of the operator API into the journal."""
        number = personal_tokens.note(session, request.token, request.command, request.election, utc_now())
        return agents.Noted(number=number)

    @question(methods.READ_JOURNAL)
    def read_journal(self, request: journal_contract.ReadJournal, session: Session) -> journal_contract.Journal:
        """Read a page of the journal."""
        self._agent(session, request.session, Right.READ_JOURNAL)
        return agents_journal.page(session, request.before, request.limit)

    # The support cell

    @property
    def _link_lifetime(self) -> timedelta:
        return timedelta(minutes=self.resources.settings.link_lifetime_minutes)

    @question(methods.FIND_VOTERS)
    def find_voters(self, request: support_contract.FindVoters, session: Session) -> support_contract.VotersFound:
        """Find voters of the agent's territory."""
        return finding.find(session, self._agent(session, request.session, Right.SEE_VOTERS), request.query)

    @command(methods.OPEN_SHEET)
    def open_sheet(self, request: support_contract.OfVoter, session: Session) -> support_contract.VoterSheet:
        """Open a voter's sheet."""
        agent = self._agent(session, request.session, Right.SEE_VOTERS)
        return sheet.opened(session, self._terms, agent, request.voter, utc_now())

    @command(methods.RESEND_LINK)
    def resend_link(self, request: support_contract.OfVoter, session: Session) -> support_contract.LinkResent:
        """Send a voter another link."""
        agent = self._agent(session, request.session, Right.HELP_VOTERS)
        until = sheet.resend_link(
            session, self._terms, agent, request.voter, now=utc_now(), lifetime=self._link_lifetime
        )
        return support_contract.LinkResent(until=until)

    @command(methods.ASK_CORRECTION)
    def ask_correction(
        self, request: support_contract.AskCorrection, session: Session
    ) -> support_contract.ApprovalAsked:
        """Ask for another address of a voter."""
        agent = self._agent(session, request.session, Right.HELP_VOTERS)
        number = corrections.ask(
            session, agent, voter_id=request.voter, email=request.email, reason=request.reason, now=utc_now()
        )
        return support_contract.ApprovalAsked(number=number)

    @command(methods.ASK_ASSISTED_REISSUE)
    def ask_assisted_reissue(
        self, request: support_contract.AskAssistedReissue, session: Session
    ) -> support_contract.ApprovalAsked:
        """Ask for another code for a voter."""
        agent = self._agent(session, request.session, Right.HELP_VOTERS)
        number = assisted_reissue.ask(
            session,
            self._terms,
            agent,
            voter_id=request.voter,
            phone=request.phone,
            reason=request.reason,
            now=utc_now(),
        )
        return support_contract.ApprovalAsked(number=number)

    @question(methods.LIST_APPROVALS)
    def list_approvals(self, request: support_contract.AgentOnly, session: Session) -> support_contract.Approvals:
        """List what waits for a second agent."""
        return approvals.waiting(session, self._agent(session, request.session, Right.APPROVE), utc_now())

    @command(methods.DECIDE_APPROVAL)
    def decide_approval(self, request: support_contract.DecideApproval, session: Session) -> Nothing:
        """Decide, as the second agent."""
        agent = self._agent(session, request.session, Right.APPROVE)
        approvals.decide(
            session,
            self._terms,
            agent,
            request.number,
            approve=request.approve,
            now=utc_now(),
            lifetime=self._link_lifetime,
        )
        return Nothing()

    @question(methods.CELL_CLAIMS)
    def cell_claims(self, request: support_contract.CellQueue, session: Session) -> support_contract.CellClaims:
        """List claims of the territory."""
        agent = self._agent(session, request.session, Right.ANSWER_REQUESTS)
        found = queues.claims_of(session, agent, answered=request.answered, after=request.after, limit=request.limit)
        return support_contract.CellClaims(claims=found.claims, next=found.next)

    @question(methods.CELL_REQUESTS)
    def cell_requests(self, request: support_contract.CellQueue, session: Session) -> support_contract.CellRequests:
        """List requests for assistance of the territory."""
        agent = self._agent(session, request.session, Right.ANSWER_REQUESTS)
        found = queues.requests_of(session, agent, answered=request.answered, after=request.after, limit=request.limit)
        return support_contract.CellRequests(requests=found.requests, next=found.next)

    @command(methods.ANSWER_CELL_CLAIM)
    def answer_cell_claim(self, request: support_contract.AnswerCellClaim, session: Session) -> Nothing:
        """Answer a claim of the territory."""
        agent = self._agent(session, request.session, Right.ANSWER_REQUESTS)
        if request.state != EXAMINED and not request.answer:
            raise problems.invalid_request({"answer": [problems.problem(problems.Code.REQUIRED)]})
        queues.answer_claim(
            session,
            self._letters,
            agent,
            number=request.claim,
            state=request.state,
            text=request.answer,
            now=utc_now(),
        )
        return Nothing()

    @command(methods.ANSWER_CELL_REQUEST)
    def answer_cell_request(self, request: support_contract.AnswerCellRequest, session: Session) -> Nothing:
        """Answer a request for assistance."""
        agent = self._agent(session, request.session, Right.ANSWER_REQUESTS)
        queues.answer_request(session, self._letters, agent, number=request.request, text=request.answer, now=utc_now())
        return Nothing()
