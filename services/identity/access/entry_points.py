"""Entry points of a voter's way in: load → domain → dump."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity import loops
from services.identity.access import (
    access_requests,
    accounts,
    activation,
    captcha,
    proofs_of_work,
    resumption,
    sessions,
)
from services.identity.contract import methods
from services.identity.contract.entrance import access, forms
from services.identity.contract.entrance import sessions as session_contract
from services.identity.contract.event import sealings as sealings_contract
from services.identity.contract.refusals import Code, refuse
from services.identity.entry_points import IdentityEntryPoints
from services.identity.hashing.line import hashing_place
from services.identity.voting_events import descriptions, entitlements, permits, sealings
from services.runtime.clock import utc_now
from services.runtime.contracts.messages import Nothing
from services.runtime.hosting.entrypoints import command, command_in_steps, question
from services.runtime.hosting.loops import Loop
from services.runtime.refusals import Refusal
from services.runtime.storage.database import Database


class AccessEntryPoints(IdentityEntryPoints):
    """Challenges, links, accounts, sessions and permits."""

    link_requests = Loop(loops.answer_requests, every=1.0)

    def _hashing(self, slow: accounts.Slow) -> activation.Hashing:
        return activation.Hashing(slow, self.resources.settings.bcrypt_cost)

    @property
    def _permit_keys(self) -> permits.PermitKeys:
        settings = self.resources.settings
        return permits.PermitKeys(settings.holder_key, settings.permit_private_key)

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
        with hashing_place(self.resources, same=("prepare", request.token, request.password)) as slow:
            profile = activation.prepare(
                database, self._hashing(slow), token=request.token, password=request.password, now=utc_now()
            )
        return access.Prepared(profile=profile)

    @command_in_steps(methods.ACTIVATE)
    def activate(self, request: access.Activate, database: Database) -> session_contract.SessionToken:
        """Set what a link is for and open a session."""
        hashes = max(1, sum(part is not None for part in (request.password, request.answer)))
        with hashing_place(self.resources, hashes) as slow:
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
        # The place and the turn come first: a log-in that is not checked must not count as an attempt.
        with hashing_place(self.resources, same=("log_in", request.identifier, request.password)) as slow:
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
        return resumption.resume(
            database,
            request.session,
            now=utc_now(),
            idle=self._idle,
            language=request.language,
            keys=self._permit_keys if request.elections else None,
        )

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
