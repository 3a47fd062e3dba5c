"""Entry points on the way in: challenges of forms, links, activation, log-in."""

from __future__ import annotations

from typing import Any

from services.identity import portal_schemas, schemas
from services.identity.access import access_requests, accounts, activation, captcha, proofs_of_work
from services.identity.contract.refusals import Code, refuse
from services.identity.service_parts import Payload
from services.identity.settings import Settings
from services.identity.voting_events import descriptions
from services.runtime.bus import idempotency
from services.runtime.clock import utc_now
from services.runtime.hosting.entrypoints import entrypoint
from services.runtime.hosting.offload import offload
from services.runtime.hosting.resources import Resources


class Entrance:
    """The part of the service for whoever has no session yet."""

    resources: Any
    link_requests: Any

    @entrypoint(portal_schemas.OpenCaptcha, portal_schemas.CaptchaOpened)
    def open_captcha(self, request: Payload) -> Payload:
        """Make a code to copy."""
        with self.resources.database.transaction() as session:
            made, text = captcha.open_captcha(session, **request, now=utc_now())
        return {"captcha": made, "text": text}

    @entrypoint(portal_schemas.OfCaptcha, portal_schemas.CaptchaText)
    def captcha_text(self, request: Payload) -> Payload:
        """Tell what to draw and speak."""
        with self.resources.database.reading() as session:
            text = captcha.text_of(session, **request, now=utc_now())
        if text is None:
            raise refuse(Code.CAPTCHA_EXPIRED)
        return {"text": text}

    @entrypoint(portal_schemas.CheckCaptcha, schemas.Nothing)
    def check_captcha(self, request: Payload) -> Payload:
        """Use a code up, whatever the answer."""
        with self.resources.database.transaction() as session:
            problem = captcha.check(session, **request, now=utc_now())
            if problem is None:
                idempotency.remember(session, {}, "check_captcha")
        if problem is not None:
            raise refuse(problem)
        return {}

    @entrypoint(portal_schemas.SpendProof, schemas.Nothing)
    def spend_proof(self, request: Payload) -> Payload:
        """Use a proof of work up."""
        with self.resources.database.transaction() as session:
            proofs_of_work.spend(session, **request)
            idempotency.remember(session, {}, "spend_proof")
        return {}

    @entrypoint(schemas.Identifier, schemas.Access)
    def request_access(self, request: Payload) -> Payload:
        """Tell whether a password or a link comes next, and have the link sent."""
        key = self.resources.settings.holder_key
        with self.resources.database.transaction() as session:
            answer = access_requests.request_access(session, request["identifier"], holder_key=key, now=utc_now())
        self.link_requests.wake()
        return vars(answer)

    @entrypoint(schemas.Identifier, schemas.Access)
    def request_password_link(self, request: Payload) -> Payload:
        """Have a link sent to set a new password."""
        key = self.resources.settings.holder_key
        with self.resources.database.transaction() as session:
            answer = access_requests.request_password_link(
                session, request["identifier"], holder_key=key, now=utc_now()
            )
        self.link_requests.wake()
        return vars(answer)

    @entrypoint(schemas.LinkToken, schemas.OpenLink)
    def open_link(self, request: Payload) -> Payload:
        """Describe a link without using it up."""
        with self.resources.database.reading() as session:
            return descriptions.link(session, request["token"], utc_now())

    @entrypoint(schemas.PrepareActivation, schemas.Prepared)
    def prepare_activation(self, request: Payload) -> Payload:
        """Check a first password and keep its hash until the next step."""
        resources: Resources[Settings] = self.resources
        return {"profile": activation.prepare(resources.database, _hashing(resources), **request, now=utc_now())}

    @entrypoint(schemas.Activate, schemas.SessionToken)
    def activate(self, request: Payload) -> Payload:
        """Set what a link is for and open a session."""
        resources: Resources[Settings] = self.resources
        token = activation.activate(
            resources.database,
            _hashing(resources),
            **request,
            challenge_required=resources.settings.challenge_required,
            holder_key=resources.settings.holder_key,
            now=utc_now(),
        )
        return {"session": token}

    @entrypoint(schemas.LinkToken, schemas.SessionToken)
    def enter_without_activation(self, request: Payload) -> Payload:
        """Open a session by means of a link and keep nothing else."""
        resources: Resources[Settings] = self.resources
        token = activation.enter_without_activation(
            resources.database, token=request["token"], holder_key=resources.settings.holder_key, now=utc_now()
        )
        return {"session": token}

    @entrypoint(schemas.LogIn, schemas.SessionToken)
    def log_in(self, request: Payload) -> Payload:
        """Open a session with the password."""
        resources: Resources[Settings] = self.resources
        token = accounts.log_in(
            resources.database,
            offload,
            **request,
            cost=resources.settings.bcrypt_cost,
            holder_key=resources.settings.holder_key,
            now=utc_now(),
        )
        return {"session": token}


def _hashing(resources: Resources[Settings]) -> activation.Hashing:
    return activation.Hashing(offload, resources.settings.bcrypt_cost)
