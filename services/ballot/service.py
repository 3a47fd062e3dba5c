"""Entry points of the ballot box: load, call the domain, dump. No rule lives here."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.ballot.belenios.backends import checks_of
from services.ballot.belenios.group import ED25519
from services.ballot.ceremony import shares
from services.ballot.ceremony.entry_points import CeremonyEntryPoints
from services.ballot.contract import methods
from services.ballot.contract.attendance import AttendanceEnd, AttendancePart, PartOfAttendance
from services.ballot.contract.ballots import (
    BallotCast,
    BoothMaterial,
    CastBallot,
    FindTracker,
    ListTrackers,
    OfPermit,
    TrackerFound,
    TrackerPage,
)
from services.ballot.contract.elections import (
    Closed,
    CloseElection,
    CreateElection,
    Described,
    ElectionCreated,
    ElectionStates,
    OfElection,
    SealElection,
    SealingChecks,
    SetTrustees,
    States,
    TrusteesSet,
)
from services.ballot.contract.heads import HeadPage, ListHeads
from services.ballot.contract.tally import (
    ArchivePage,
    DecryptionReceived,
    EncryptedTally,
    KeyOwner,
    ReadArchive,
    ResultPublished,
    SubmitPartialDecryption,
)
from services.ballot.elections import (
    closing,
    credentials,
    elections,
    interruptions,
    sealing_checks,
    sealing_job,
    withdrawals,
)
from services.ballot.elections.definitions import Definition
from services.ballot.integrity import integrity_job
from services.ballot.mock.entry_points import MockEntryPoints
from services.ballot.records import archive_pages
from services.ballot.settings import Settings
from services.ballot.tally import tally_job, tallying
from services.ballot.urn import activation, attendance, casting, published_heads, trackers
from services.identity.contract.events import BoardDecided, RollSealed
from services.reassort.contract.events import Activate, CredentialsCommitted, CredentialsIssued, Withdraw
from services.runtime.bus import condition
from services.runtime.clock import utc_now
from services.runtime.contracts.condition import CONDITION, Condition
from services.runtime.contracts.integrity import Integrity
from services.runtime.contracts.jobs import JobAsked
from services.runtime.contracts.messages import Health, Nothing
from services.runtime.contracts.methods import HEALTH
from services.runtime.hosting.entrypoints import command, command_in_steps, healthy, question
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.jobs import Job
from services.runtime.hosting.loops import Loop
from services.runtime.hosting.resources import Resources
from services.runtime.hosting.shared_entry_points import JobEntryPoints, ParkedEventEntryPoints
from services.runtime.integrity import checks
from services.runtime.jobs import job_queue
from services.runtime.storage.database import Database, rehearsed


def credentials_issued(session: Session, event: CredentialsIssued, _resources: Resources[Settings]) -> None:
    """A batch of public credentials from the credential authority."""
    credentials.receive(session, event.election, event.entries)


def credentials_committed(session: Session, event: CredentialsCommitted, _resources: Resources[Settings]) -> None:
    """What the credential authority says it sent."""
    credentials.commit(
        session,
        event.election,
        holders=event.holders,
        count=event.count,
        digest=event.digest,
        revision=event.revision,
    )


def withdraw(session: Session, event: Withdraw, _resources: Resources[Settings]) -> None:
    """Voters have left the roll."""
    withdrawals.withdraw(session, event.removal, event.holders)


def activate(session: Session, event: Activate, _resources: Resources[Settings]) -> None:
    """A re-issue was granted."""
    activation.activate(session, event.request, event.elections, utc_now())


def board_decided(session: Session, event: BoardDecided, _resources: Resources[Settings]) -> None:
    """Two members of the board have decided about a vote."""
    interruptions.apply(session, event, utc_now())


def roll_sealed(session: Session, event: RollSealed, _resources: Resources[Settings]) -> None:
    """The roll was sealed before the board."""
    sealing_job.ask_all(session, event)


def close_due(resources: Resources[Settings]) -> bool:
    """Close the urns whose time is over (L12); true if there was one."""
    with resources.database.reading() as session:
        due = closing.due(session, utc_now())
    for uuid in due:
        with resources.database.transaction() as session:
            closing.close(session, uuid, closing.REASON_OF_TIME, utc_now())
            tally_job.ask(session, uuid)
    return bool(due)


def cut_attendance(resources: Resources[Settings]) -> bool:
    """Cut the batches of attendance that are due; true if there was one."""
    settings = resources.settings
    rhythm = attendance.Rhythm(timedelta(minutes=settings.attendance_minutes), settings.attendance_minimum)
    now = utc_now()
    with resources.database.reading() as session:
        due = attendance.due(session, rhythm, now)
    done = False
    for uuid in due:
        # Where another process cuts at this moment, the number of the batch is taken: the next turn comes soon.
        with contextlib.suppress(IntegrityError), resources.database.transaction() as session:
            done |= attendance.cut(session, uuid, rhythm, now)
    return done


def publish_heads(resources: Resources[Settings]) -> bool:
    """Sign the heads that are due; true if there was one."""
    key = resources.settings.receipt_private_key
    now = utc_now()
    with resources.database.reading() as session:
        due = published_heads.due(session, published_heads.public_key(key), now)
    done = False
    for uuid in due:
        # Where another process publishes at this moment, the number is taken, and its head is as good.
        with contextlib.suppress(IntegrityError), resources.database.transaction() as session:
            done |= published_heads.publish(session, uuid, key, now)
    return done


class BallotService(CeremonyEntryPoints, MockEntryPoints, JobEntryPoints, ParkedEventEntryPoints):
    """The urn: elections, public credentials, ballots, public chain, tally, archive."""

    name = "ballot"

    issued = Inbox("reassort", CredentialsIssued, credentials_issued)
    committed = Inbox("reassort", CredentialsCommitted, credentials_committed)
    withdrawn = Inbox("reassort", Withdraw, withdraw)
    activations = Inbox("reassort", Activate, activate)
    decisions = Inbox("identity", BoardDecided, board_decided)
    roll_seals = Inbox("identity", RollSealed, roll_sealed)
    attendance_batches = Loop(cut_attendance, every=1.0)
    closer = Loop(close_due, every=5.0)
    heads = Loop(publish_heads, every=20.0)
    integrity_checks = Loop(integrity_job.ask_due, every=60.0)
    integrity_check = Job(checks.KIND, integrity_job.check)
    sealing = Job(sealing_job.KIND, sealing_job.seal_election)
    tally = Job(tally_job.KIND, tally_job.add_up)

    @staticmethod
    def said_at_start() -> dict[str, str]:
        """What computes the checks of ballots on this machine: « native » or « libsodium »."""
        return {"backend": checks_of(ED25519).name}

    @property
    def _keys(self) -> casting.Keys:
        settings = self.resources.settings
        return casting.Keys(settings.permit_public_key, settings.receipt_private_key)

    @question(HEALTH)
    def health(self, _request: Nothing, session: Session) -> Health:
        """Whether the service and its database answer."""
        return healthy(self.name, self.resources.database, session)

    @question(CONDITION)
    def condition(self, _request: Nothing, session: Session) -> Condition:
        """Who is alive, what waits, what was put aside."""
        found = condition.look(session, self.resources.database, self.name, [], **self.said_at_start())
        return dataclasses.replace(found, integrity=checks.count(session))

    @command(methods.CREATE_ELECTION)
    def create_election(self, request: CreateElection, session: Session) -> ElectionCreated:
        """Write the draft of an election, correct it, or say what would come of it."""
        with rehearsed(session, request.dry_run):
            changes = elections.create(session, Definition.of(request), correct=request.correct)
        return ElectionCreated(uuid=request.uuid, changes=changes)

    @command_in_steps(methods.SET_TRUSTEES)
    def set_trustees(self, request: SetTrustees, database: Database) -> TrusteesSet:
        """Give a draft its trustees."""
        return TrusteesSet(public_key=elections.set_trustees(database, request.election, request.trustees))

    @question(methods.SEALING_CHECKS)
    def sealing_checks(self, request: OfElection, session: Session) -> SealingChecks:
        """Whether an election may be sealed."""
        return sealing_checks.look(session, request.election)

    @command(methods.START_SEAL_ELECTION)
    def start_seal_election(self, request: SealElection, session: Session) -> JobAsked:
        """Have an election fixed for good."""
        return JobAsked(job=job_queue.ask(session, sealing_job.KIND, request.election, request.dump()))

    @command(methods.START_CHECK_INTEGRITY)
    def start_check_integrity(self, request: OfElection, session: Session) -> JobAsked:
        """Have computed anew what was sealed."""
        elections.found(session, request.election)
        return JobAsked(job=checks.ask(session, request.election))

    @question(methods.INTEGRITY)
    def integrity(self, request: OfElection, session: Session) -> Integrity:
        """What was sealed, and what the last check found."""
        elections.found(session, request.election)
        return checks.state(session, request.election)

    @question(methods.DESCRIBE_ELECTION)
    def describe_election(self, request: OfElection, session: Session) -> Described:
        """What anybody may know of an election."""
        return elections.describe(session, request.election, utc_now())

    @question(methods.ELECTION_STATES)
    def election_states(self, request: ElectionStates, session: Session) -> States:
        """The states of a voter's elections, in one answer."""
        now = utc_now()
        return States(
            revoting=elections.revoting_in(session, request.elections),
            states=elections.states(session, request.elections, now),
            voted=casting.voted_in(session, self._keys, request.permits, now),
        )

    @command(methods.CLOSE_ELECTION)
    def close_election(self, request: CloseElection, session: Session) -> Closed:
        """Close the urn, and have its ballots added up."""
        closed = closing.close(session, request.election, request.reason, utc_now())
        tally_job.ask(session, request.election)
        return closed

    @command(methods.START_TALLY)
    def start_tally(self, request: OfElection, session: Session) -> JobAsked:
        """Have the ballots of a closed urn added up, where its closing has not."""
        return JobAsked(job=tally_job.ask(session, request.election))

    @question(methods.BOOTH_MATERIAL)
    def booth_material(self, request: OfPermit, session: Session) -> BoothMaterial:
        """What a booth needs to make a ballot."""
        return casting.booth_material(session, self._keys, request.permit, utc_now())

    @command_in_steps(methods.CAST_BALLOT)
    def cast_ballot(self, request: CastBallot, database: Database) -> BallotCast:
        """Accept a ballot."""
        return BallotCast(receipt=casting.cast(database, self._keys, request.permit, request.ballot, utc_now))

    @question(methods.LIST_TRACKERS)
    def list_trackers(self, request: ListTrackers, session: Session) -> TrackerPage:
        """A page of the urn's trackers."""
        return trackers.page_of(session, request.election, request.after, request.limit)

    @question(methods.LIST_HEADS)
    def list_heads(self, request: ListHeads, session: Session) -> HeadPage:
        """The heads that were published."""
        return published_heads.listed(session, request.election, request.after)

    @question(methods.FIND_TRACKER)
    def find_tracker(self, request: FindTracker, session: Session) -> TrackerFound:
        """Where the ballot with a tracker is."""
        return trackers.find(session, request.election, request.tracker)

    @question(methods.ATTENDANCE_PART)
    def attendance_part(self, request: PartOfAttendance, session: Session) -> AttendancePart:
        """Who has voted, a part of a batch."""
        return attendance.part_of(session, request.batch, request.part)

    @question(methods.ATTENDANCE_END)
    def attendance_end(self, request: OfElection, session: Session) -> AttendanceEnd:
        """Tell how much attendance there was in all, once the urn is closed."""
        return attendance.end_of(session, request.election)

    @question(methods.ENCRYPTED_TALLY)
    def encrypted_tally(self, request: OfElection, session: Session) -> EncryptedTally:
        """The sum of all ballots, still encrypted, and who holds the keys."""
        encrypted = tallying.stored_tally(session, request.election)
        items = encrypted.files.trustees.items
        return EncryptedTally(
            encrypted_tally=encrypted.raw,
            sized=encrypted.sized,
            election_hash=encrypted.files.election.hash,
            owners=[
                KeyOwner(owner=holder.owner, group=holder.item + 1, kind=items[holder.item].kind)
                for holder in encrypted.files.trustees.owners
            ],
        )

    @command_in_steps(methods.SUBMIT_PARTIAL_DECRYPTION)
    def submit_partial_decryption(self, request: SubmitPartialDecryption, database: Database) -> DecryptionReceived:
        """Keep one trustee's partial decryption."""
        with database.reading() as session:
            shares.only_of_strangers(session, request.election)
        received = tallying.submit_partial_decryption(
            database, request.election, request.owner, request.partial_decryption
        )
        return DecryptionReceived(received=received)

    @command_in_steps(methods.PUBLISH_RESULT)
    def publish_result(self, request: OfElection, database: Database) -> ResultPublished:
        """Combine the partial decryptions."""
        result = tallying.publish_result(database, request.election)
        return ResultPublished(result=result.raw, ballots=result.ballots)

    @question(methods.READ_ARCHIVE)
    def read_archive(self, request: ReadArchive, session: Session) -> ArchivePage:
        """A page of the public archive, in base64."""
        page = archive_pages.page_of(session, request.election, archive_pages.Place(request.after, request.skip))
        return ArchivePage(
            data=base64.b64encode(page.data).decode("ascii"),
            before=page.before,
            after=page.end.height,
            skip=page.end.skip,
            head=page.head,
            complete=page.complete,
        )
