"""What can be asked of the ballot box."""

from __future__ import annotations

from services.ballot.contract import attendance, ballots, ceremony, elections, heads, mock, tally
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED
from services.runtime.contracts.integrity import Integrity
from services.runtime.contracts.jobs import JOB, JOBS, SHARED, JobAsked
from services.runtime.contracts.messages import Nothing
from services.runtime.contracts.methods import (
    COMMAND_SECONDS,
    COUNTING_SECONDS,
    PASSWORD_SECONDS,
    Command,
    Idempotent,
    Question,
    Remembered,
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
SEALING_CHECKS = Question("sealing_checks", elections.OfElection, elections.SealingChecks, seconds=COUNTING_SECONDS)
START_SEAL_ELECTION = Command("start_seal_election", elections.SealElection, JobAsked, repeated=SHARED)
START_CHECK_INTEGRITY = Command("start_check_integrity", elections.OfElection, JobAsked, repeated=SHARED)
INTEGRITY = Question("integrity", elections.OfElection, Integrity)
DESCRIBE_ELECTION = Question("describe_election", elections.OfElection, elections.Described)
ELECTION_STATES = Question(
    "election_states", elections.ElectionStates, elections.States, callers=("gateway", "identity")
)
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
ATTENDANCE_END = Question("attendance_end", elections.OfElection, attendance.AttendanceEnd, callers=("identity",))
LIST_HEADS = Question("list_heads", heads.ListHeads, heads.HeadPage)
FIND_TRACKER = Question("find_tracker", ballots.FindTracker, ballots.TrackerFound)

START_MOCK = Command("start_mock", mock.StartMock, JobAsked, repeated=SHARED)
MOCK_MINUTES = Question("mock_minutes", mock.OfMock, mock.Minutes)

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
OPEN_CEREMONY = Command("open_ceremony", ceremony.OpenCeremony, Nothing, repeated=Remembered())
CEREMONY = Question("ceremony", ceremony.OfCeremony, ceremony.Ceremony)
BRING_KEY_MESSAGE = Command(
    "bring_key_message",
    ceremony.BringKeyMessage,
    Nothing,
    repeated=Idempotent("a message that is there stays"),
    seconds=30.0,
)
REPLACE_HOLDER = Command(
    "replace_holder", ceremony.ReplaceHolder, Nothing, repeated=Idempotent("who replaces a delegate goes on doing so")
)
BRING_SHARE = Command(
    "bring_share",
    ceremony.BringShare,
    tally.DecryptionReceived,
    repeated=Idempotent("an owner's first valid part counts, later ones are not added"),
    seconds=30.0,
)
TALLY_KEYS = Question("tally_keys", elections.OfElection, ceremony.TallyKeys)
READ_ARCHIVE = Question("read_archive", tally.ReadArchive, tally.ArchivePage, seconds=COMMAND_SECONDS)

METHODS = table(
    CONDITION,
    RETRY_PARKED,
    CREATE_ELECTION,
    SET_TRUSTEES,
    SEALING_CHECKS,
    START_SEAL_ELECTION,
    START_CHECK_INTEGRITY,
    INTEGRITY,
    DESCRIBE_ELECTION,
    ELECTION_STATES,
    CLOSE_ELECTION,
    BOOTH_MATERIAL,
    CAST_BALLOT,
    LIST_TRACKERS,
    FIND_TRACKER,
    LIST_HEADS,
    ATTENDANCE_PART,
    ATTENDANCE_END,
    START_MOCK,
    MOCK_MINUTES,
    START_TALLY,
    JOB,
    JOBS,
    ENCRYPTED_TALLY,
    SUBMIT_PARTIAL_DECRYPTION,
    PUBLISH_RESULT,
    READ_ARCHIVE,
    OPEN_CEREMONY,
    CEREMONY,
    BRING_KEY_MESSAGE,
    REPLACE_HOLDER,
    BRING_SHARE,
    TALLY_KEYS,
)
