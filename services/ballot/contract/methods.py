"""What can be asked of the ballot box."""

from __future__ import annotations

from services.ballot.contract import attendance, ballots, elections, heads, tally
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED
from services.runtime.contracts.jobs import JOB, JOBS, SHARED, JobAsked
from services.runtime.contracts.methods import (
    COMMAND_SECONDS,
    PASSWORD_SECONDS,
    Command,
    Idempotent,
    Question,
    table,
)

CREATE_ELECTION = Command(
    "create_election",
    elections.CreateElection,
    elections.ElectionCreated,
    repeated=Idempotent("the same draft again changes nothing, another is refused"),
)
SET_TRUSTEES = Command(
    "set_trustees",
    elections.SetTrustees,
    elections.TrusteesSet,
    repeated=Idempotent("the same file again is the same file"),
    seconds=30.0,
)
SEALING_CHECKS = Question("sealing_checks", elections.OfElection, elections.SealingChecks, seconds=30.0)
START_SEAL_ELECTION = Command("start_seal_election", elections.SealElection, JobAsked, repeated=SHARED)
DESCRIBE_ELECTION = Question("describe_election", elections.OfElection, elections.Described)
ELECTION_STATES = Question("election_states", elections.ElectionStates, elections.States)
CLOSE_ELECTION = Command(
    "close_election",
    elections.CloseElection,
    elections.Closed,
    repeated=Idempotent("a closed urn stays closed"),
    seconds=30.0,
)

BOOTH_MATERIAL = Question("booth_material", ballots.OfPermit, ballots.BoothMaterial, hourly=True)
CAST_BALLOT = Command(
    "cast_ballot",
    ballots.CastBallot,
    ballots.BallotCast,
    repeated=Idempotent(
        "the same ballot finds itself in the urn and has the same receipt; no answer is kept, since a row has a time (L1)"
    ),
    seconds=PASSWORD_SECONDS,
    hourly=True,
)
LIST_TRACKERS = Question("list_trackers", ballots.ListTrackers, ballots.TrackerPage)
ATTENDANCE_PART = Question(
    "attendance_part", attendance.PartOfAttendance, attendance.AttendancePart, hourly=True, callers=("identity",)
)
LIST_HEADS = Question("list_heads", heads.ListHeads, heads.HeadPage)
FIND_TRACKER = Question("find_tracker", ballots.FindTracker, ballots.TrackerFound)

START_TALLY = Command("start_tally", elections.OfElection, JobAsked, repeated=SHARED)
ENCRYPTED_TALLY = Question("encrypted_tally", elections.OfElection, tally.EncryptedTally)
SUBMIT_PARTIAL_DECRYPTION = Command(
    "submit_partial_decryption",
    tally.SubmitPartialDecryption,
    tally.DecryptionReceived,
    repeated=Idempotent("an owner's first valid part counts, later ones are not added"),
    seconds=30.0,
)
PUBLISH_RESULT = Command(
    "publish_result",
    elections.OfElection,
    tally.ResultPublished,
    repeated=Idempotent("a result that is published stays"),
    seconds=30.0,
)
READ_ARCHIVE = Question("read_archive", tally.ReadArchive, tally.ArchivePage, seconds=COMMAND_SECONDS)

METHODS = table(
    CONDITION,
    RETRY_PARKED,
    CREATE_ELECTION,
    SET_TRUSTEES,
    SEALING_CHECKS,
    START_SEAL_ELECTION,
    DESCRIBE_ELECTION,
    ELECTION_STATES,
    CLOSE_ELECTION,
    BOOTH_MATERIAL,
    CAST_BALLOT,
    LIST_TRACKERS,
    FIND_TRACKER,
    LIST_HEADS,
    ATTENDANCE_PART,
    START_TALLY,
    JOB,
    JOBS,
    ENCRYPTED_TALLY,
    SUBMIT_PARTIAL_DECRYPTION,
    PUBLISH_RESULT,
    READ_ARCHIVE,
)
