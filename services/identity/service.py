"""Entry points of identity: load → domain → dump. Rules live in the domain modules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from services.ballot.contract.events import BallotAccepted
from services.identity import schemas
from services.identity.access import access_requests, forgetting, sessions
from services.identity.attendance import poll_book as attendance
from services.identity.roll import electoral_roll, staging
from services.identity.service_desk import Desk
from services.identity.service_entrance import Entrance
from services.identity.service_parts import letter_settings, resume
from services.identity.service_space import Space
from services.identity.settings import Settings
from services.identity.voting_events import descriptions, entitlements, voting_events
from services.runtime.bus import idempotency
from services.runtime.clock import utc_now
from services.runtime.hosting.entrypoints import entrypoint
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.loops import Loop
from services.runtime.hosting.resource_provider import ResourceProvider
from services.runtime.hosting.resources import Resources

Payload = dict[str, Any]


def answer_requests(resources: Resources[Settings]) -> int:
    """Loop: send the links that were asked for."""
    settings: Settings = resources.settings
    with resources.database.transaction() as session:
        return access_requests.answer_requests(
            session,
            letter_settings(settings),
            now=utc_now(),
            lifetime=timedelta(minutes=settings.link_lifetime_minutes),
        )


def forget_idle_sessions(resources: Resources[Settings]) -> None:
    """Loop: delete the sessions that idleness has ended."""
    with resources.database.transaction() as session:
        sessions.forget_idle(session, now=utc_now(), idle=timedelta(minutes=resources.settings.session_idle_minutes))


def forget_what_is_over(resources: Resources[Settings]) -> None:
    """Loop: erase what was kept for a while."""
    with resources.database.transaction() as session:
        forgetting.forget(session, utc_now())


def hide_signing_order(resources: Resources[Settings]) -> None:
    """Loop: lay the signatures of the running period out in the order of their random keys."""
    with resources.database.transaction() as session:
        attendance.hide_order(session)


def sign_poll_book(session: Session, event: BallotAccepted, resources: Resources[Settings]) -> None:
    """Inbox: a ballot was accepted."""
    settings: Settings = resources.settings
    attendance.sign(
        session,
        holder_key=settings.holder_key,
        election=event.election,
        holder=event.holder,
        now=utc_now(),
        mail_every=timedelta(minutes=settings.attendance_mail_minutes),
    )


def enter_signatures(resources: Resources[Settings]) -> int:
    """Loop: enter signatures in the poll book and tell voters."""
    with resources.database.transaction() as session:
        return attendance.enter_due(session, letter_settings(resources.settings), now=utc_now())


class IdentityService(Entrance, Space, Desk):
    """Persons, accounts, roll, entitlements, poll book (« fichier des électeurs »)."""

    name = "identity"

    resources = ResourceProvider(Settings)
    accepted = Inbox("ballot", BallotAccepted, sign_poll_book)
    link_requests = Loop(answer_requests, every=1.0)
    signatures = Loop(enter_signatures, every=5.0)
    signing_order = Loop(hide_signing_order, every=600.0)
    idle_sessions = Loop(forget_idle_sessions, every=60.0)
    short_lived = Loop(forget_what_is_over, every=60.0)

    @entrypoint(schemas.Nothing, schemas.Health)
    def health(self, request: Payload) -> Payload:
        """Raise when the database does not answer."""
        self.resources.database.check()
        return {"service": self.name, "database": "ok"}

    @entrypoint(schemas.OpenVotingEvent, schemas.VotingEventOpened)
    def open_voting_event(self, request: Payload) -> Payload:
        """Record a voting event and make it the current one."""
        definition = voting_events.Definition(
            uuid=request["voting_event"],
            name=request["name"],
            opens_at=request["opens_at"],
            closes_at=request["closes_at"],
            profile=request["profile"],
            elections=[voting_events.ElectionDefinition(**election) for election in request["elections"]],
            availability=request["availability"],
        )
        with self.resources.database.transaction() as session:
            voting_events.open_voting_event(session, definition)
        return {"voting_event": definition.uuid}

    @entrypoint(schemas.Nothing, schemas.VotingEvent)
    def voting_event(self, request: Payload) -> Payload:
        """Describe the current voting event."""
        with self.resources.database.reading() as session:
            return descriptions.voting_event(session, voting_events.current_voting_event(session), utc_now())

    @entrypoint(schemas.StageRoll, schemas.Staged)
    def stage_roll(self, request: Payload) -> Payload:
        """Keep a part of a roll file."""
        with self.resources.database.transaction() as session:
            kept = staging.stage(session, **request, holder_key=self.resources.settings.holder_key)
        return {"staged": kept}

    @entrypoint(schemas.CommitRoll, schemas.RollCounts)
    def commit_roll(self, request: Payload) -> Payload:
        """Make the staged file the roll, all or nothing."""
        with self.resources.database.transaction() as session:
            counts = electoral_roll.commit(session, **request, now=utc_now())
            idempotency.remember(session, counts, "commit_roll")
            return counts

    @entrypoint(schemas.OfVotingEvent, schemas.RollCounts)
    def seal_roll(self, request: Payload) -> Payload:
        """Fix the roll for good."""
        with self.resources.database.transaction() as session:
            return electoral_roll.seal(session, request["voting_event"], utc_now())

    @entrypoint(schemas.ListBearers, schemas.Bearers)
    def list_bearers(self, request: Payload) -> Payload:
        """List the pseudonyms to make voting codes for."""
        with self.resources.database.transaction() as session:
            return entitlements.list_bearers(
                session, **request, holder_key=self.resources.settings.holder_key, now=utc_now()
            )

    @entrypoint(schemas.SessionToken, schemas.Nothing)
    def close_session(self, request: Payload) -> Payload:
        """End a session."""
        with self.resources.database.transaction() as session:
            sessions.close(session, request["session"])
        return {}

    @entrypoint(schemas.IssuePermit, schemas.Permit)
    def issue_permit(self, request: Payload) -> Payload:
        """Sign a permit for one of the voter's elections."""
        settings: Settings = self.resources.settings
        opened = resume(self.resources, request["session"])
        with self.resources.database.reading() as session:
            permit, expires_at = entitlements.issue_permit(
                session,
                voter_id=opened.voter_id,
                election=request["election"],
                holder_key=settings.holder_key,
                permit_private_key=settings.permit_private_key,
                now=utc_now(),
                lifetime=timedelta(minutes=settings.permit_minutes),
            )
        return {"permit": permit, "expires_at": expires_at}

    @entrypoint(schemas.OfVotingEvent, schemas.Attendance)
    def attendance(self, request: Payload) -> Payload:
        """Count entitlements and signatures."""
        with self.resources.database.reading() as session:
            return {"elections": attendance.counts(session, request["voting_event"])}
