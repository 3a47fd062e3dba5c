"""What identity is to its process: its entry points, each matter's in its own room, its inboxes, jobs and loops."""

from __future__ import annotations

import dataclasses

from sqlalchemy.orm import Session

from services.ballot.contract.events import ElectionSealed
from services.identity import inboxes, loops
from services.identity.access.entry_points import AccessEntryPoints
from services.identity.agents.passkeys.entry_points import PasskeyEntryPoints
from services.identity.desk import campaign_job
from services.identity.desk.entry_points import DeskEntryPoints
from services.identity.integrity import roll_integrity
from services.identity.reissue.entry_points import ReissueEntryPoints
from services.identity.roll import roll_jobs
from services.identity.roll.entry_points import RollEntryPoints
from services.identity.roll.sent import reading
from services.identity.support.entry_points import SupportEntryPoints
from services.notification.contract.events import MessageSettled
from services.reassort.contract.events import ReissueSettled, RemovalSettled
from services.runtime.bus import condition
from services.runtime.contracts.condition import CONDITION, Condition
from services.runtime.contracts.messages import Health, Nothing
from services.runtime.contracts.methods import HEALTH
from services.runtime.hosting.entrypoints import healthy, question
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.jobs import Job
from services.runtime.hosting.loops import Loop
from services.runtime.hosting.shared_entry_points import ParkedEventEntryPoints
from services.runtime.integrity import checks


class IdentityService(
    AccessEntryPoints,
    RollEntryPoints,
    ReissueEntryPoints,
    DeskEntryPoints,
    SupportEntryPoints,
    PasskeyEntryPoints,
    ParkedEventEntryPoints,
):
    """Persons, accounts, roll, entitlements, poll book (« fichier des électeurs »)."""

    name = "identity"

    sealed = Inbox("ballot", ElectionSealed, inboxes.record_sealing)
    roll_reading = Job(roll_jobs.READ, reading.read)
    roll_comparison = Job(roll_jobs.COMPARE, roll_jobs.compare_roll)
    roll_commit = Job(roll_jobs.COMMIT, roll_jobs.commit_roll)
    roll_sealing = Job(roll_jobs.SEAL, roll_jobs.seal_roll)
    campaign = Job(campaign_job.KIND, campaign_job.send)
    integrity_checks = Loop(roll_integrity.ask_due, every=60.0)
    integrity_check = Job(checks.KIND, roll_integrity.check)
    settled = Inbox("reassort", ReissueSettled, inboxes.note_reissue)
    removals = Inbox("reassort", RemovalSettled, inboxes.settle_removal)
    deliveries = Inbox("notification", MessageSettled, inboxes.note_delivery)
    signatures = Loop(loops.fetch_attendance, every=5.0)
    poll_book_seals = Loop(loops.seal_poll_books, every=30.0)
    idle_sessions = Loop(loops.forget_idle_sessions, every=60.0)
    roll_files = Loop(loops.forget_roll_files, every=600.0)
    short_lived = Loop(loops.forget_what_is_over, every=60.0)

    @question(HEALTH)
    def health(self, _request: Nothing, session: Session) -> Health:
        """Whether the service and its database answer."""
        return healthy(self.name, self.resources.database, session)

    @question(CONDITION)
    def condition(self, _request: Nothing, session: Session) -> Condition:
        """Who is alive, what waits, what was put aside."""
        found = condition.look(session, self.resources.database, self.name, [])
        return dataclasses.replace(found, integrity=checks.count(session))
