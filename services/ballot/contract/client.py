"""The typed client of the ballot box."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from services.ballot.contract import attendance, ballots, elections, heads, methods, mock, tally
from services.ballot.contract import ceremony as keys
from services.runtime.contracts.client import JobClient
from services.runtime.contracts.integrity import Integrity
from services.runtime.contracts.kinds import LEGAL_GRACE


class BallotClient(JobClient):
    """Elections, the urn and its public record."""

    service: ClassVar[str] = "ballot"

    def create_election(
        self,
        uuid: str,
        voting_event: str,
        name: str,
        description: str,
        questions: list[elections.Question],
        opens_at: datetime,
        closes_at: datetime,
        grace_minutes: int = LEGAL_GRACE,
    ) -> str:
        """Write a draft; its uuid. Refusals: election_differs, invalid_request."""
        request = elections.CreateElection(
            uuid=uuid,
            voting_event=voting_event,
            name=name,
            description=description,
            questions=questions,
            opens_at=opens_at,
            closes_at=closes_at,
            grace_minutes=grace_minutes,
        )
        return self._do(methods.CREATE_ELECTION, request).uuid

    def set_trustees(self, election: str, trustees: str) -> str:
        """Give a draft its trustees; the public key. Refusals: trustees_invalid, election_unknown, election_sealed."""
        return self._do(methods.SET_TRUSTEES, elections.SetTrustees(election=election, trustees=trustees)).public_key

    def sealing_checks(self, election: str) -> elections.SealingChecks:
        """Whether an election may be sealed. Refusal: election_unknown."""
        return self._ask(methods.SEALING_CHECKS, elections.OfElection(election=election))

    def start_seal_election(self, election: str, present: list[str]) -> str:
        """Have an election fixed for good; the job's id, whose result is elections.Sealed.

        Its refusals: trustees_missing, credentials_incomplete, too_many_credentials, election_unknown.
        """
        return self._do(methods.START_SEAL_ELECTION, elections.SealElection(election=election, present=present)).job

    def start_check_integrity(self, election: str) -> str:
        """Have computed anew what was sealed of an election; the job's id. Its refusal: election_unknown."""
        return self._do(methods.START_CHECK_INTEGRITY, elections.OfElection(election=election)).job

    def integrity(self, election: str) -> Integrity:
        """What was sealed of an election, and what the last check found. Refusal: election_unknown."""
        return self._ask(methods.INTEGRITY, elections.OfElection(election=election))

    def describe_election(self, election: str) -> elections.Described:
        """State, dates, fingerprint, counts, result. Refusal: election_unknown."""
        return self._ask(methods.DESCRIBE_ELECTION, elections.OfElection(election=election))

    def election_states(self, of: list[str], permits: list[str], seconds: float | None = None) -> elections.States:
        """The state of each election, "draft" for one that the ballot box does not know yet; where the voter has voted."""
        return self._ask(methods.ELECTION_STATES, elections.ElectionStates(elections=of, permits=permits), seconds)

    def close_election(self, election: str, reason: str) -> elections.Closed:
        """Close the urn. Refusals: election_unknown, election_not_open."""
        return self._do(methods.CLOSE_ELECTION, elections.CloseElection(election=election, reason=reason))

    def booth_material(self, permit: str) -> ballots.BoothMaterial:
        """What the holder of the permit needs to make a ballot. Refusals: permit_*, credential_unknown."""
        return self._ask(methods.BOOTH_MATERIAL, ballots.OfPermit(permit=permit))

    def cast_ballot(self, permit: str, ballot: str) -> ballots.Receipt:
        """The signed receipt; the same ballot again gives the same receipt."""
        return self._do(methods.CAST_BALLOT, ballots.CastBallot(permit=permit, ballot=ballot)).receipt

    def list_heads(self, election: str, after: int) -> heads.HeadPage:
        """A page of the heads that were published after that number (-1: all). Refusal: election_unknown."""
        return self._ask(methods.LIST_HEADS, heads.ListHeads(election=election, after=after))

    def list_trackers(self, election: str, after: int, limit: int) -> ballots.TrackerPage:
        """A page of the urn. Refusal: election_unknown."""
        return self._ask(methods.LIST_TRACKERS, ballots.ListTrackers(election=election, after=after, limit=limit))

    def find_tracker(self, election: str, tracker: str) -> ballots.TrackerFound:
        """Where the ballot with that tracker is, and whether a later one replaces it. Refusal: election_unknown."""
        return self._ask(methods.FIND_TRACKER, ballots.FindTracker(election=election, tracker=tracker))

    def attendance_part(self, batch: int, part: int) -> attendance.AttendancePart:
        """A part of a batch of those who have voted, for identity alone; `election` is None where there is none yet."""
        return self._ask(methods.ATTENDANCE_PART, attendance.PartOfAttendance(batch=batch, part=part))

    def attendance_end(self, election: str) -> attendance.AttendanceEnd:
        """What a closed urn has told of attendance in all, for identity alone. Refusal: election_unknown."""
        return self._ask(methods.ATTENDANCE_END, elections.OfElection(election=election))

    def start_mock(self, voting_event: str, ballots: int) -> str:
        """Have a mock election held of every draft; the job's id. Refusals: election_unknown, election_sealed."""
        return self._do(methods.START_MOCK, mock.StartMock(voting_event=voting_event, ballots=ballots)).job

    def mock_minutes(self, voting_event: str) -> mock.MockMinutes | None:
        """The last mock election, and how far it is; None where there was none."""
        return self._ask(methods.MOCK_MINUTES, mock.OfMock(voting_event=voting_event)).minutes

    def start_tally(self, election: str) -> str:
        """Have the ballots of a closed urn added up; the job's id. Its refusals: election_not_closed, election_unknown."""
        return self._do(methods.START_TALLY, elections.OfElection(election=election)).job

    def encrypted_tally(self, election: str) -> tally.EncryptedTally:
        """The sum of all ballots. Refusals: tally_missing, election_not_closed, election_unknown."""
        return self._ask(methods.ENCRYPTED_TALLY, elections.OfElection(election=election))

    def submit_partial_decryption(self, election: str, owner: int, partial_decryption: str) -> list[int]:
        """Hand one trustee's part in; the owners received so far. Refusals: decryption_invalid, tally_missing."""
        request = tally.SubmitPartialDecryption(election=election, owner=owner, partial_decryption=partial_decryption)
        return self._do(methods.SUBMIT_PARTIAL_DECRYPTION, request).received

    def publish_result(self, election: str) -> tally.ResultPublished:
        """Combine the parts. Refusals: decryptions_missing, election_not_closed, election_unknown."""
        return self._do(methods.PUBLISH_RESULT, elections.OfElection(election=election))

    def open_ceremony(self, request: keys.OpenCeremony) -> None:
        """Name the holders of the keys. Refusals: keys_*, ceremony_under_way, election_sealed."""
        self._do(methods.OPEN_CEREMONY, request)

    def ceremony(self, voting_event: str, agent: str | None = None) -> keys.Ceremony:
        """How far the ceremony is, for one of its holders or for anybody. Refusal: ceremony_unknown."""
        return self._ask(methods.CEREMONY, keys.OfCeremony(voting_event=voting_event, agent=agent))

    def bring_key_message(self, request: keys.BringKeyMessage) -> None:
        """Take a holder's message. Refusals: ceremony_unknown, ceremony_elsewhere, key_not_yours, key_message_invalid."""
        self._do(methods.BRING_KEY_MESSAGE, request)

    def replace_holder(self, request: keys.ReplaceHolder) -> None:
        """Have a substitute take a delegate's place. Refusals: ceremony_unknown, key_not_yours, key_not_usable."""
        self._do(methods.REPLACE_HOLDER, request)

    def bring_share(self, request: keys.BringShare) -> list[int]:
        """Keep a holder's share; the owners received. Refusals: key_not_yours, key_not_usable, decryption_invalid."""
        return self._do(methods.BRING_SHARE, request).received

    def tally_keys(self, election: str) -> keys.TallyKeys:
        """Which keys are in and which are missing. Refusals: election_unknown, trustees_missing."""
        return self._ask(methods.TALLY_KEYS, elections.OfElection(election=election))

    def read_archive(self, election: str, after: int, skip: int) -> tally.ArchivePage:
        """A page of the public archive. Refusals: election_unknown, election_not_open."""
        return self._ask(methods.READ_ARCHIVE, tally.ReadArchive(election=election, after=after, skip=skip))
