"""Entry points of voting events and the roll: load → domain → dump."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity.agents import personal_tokens
from services.identity.agents import sessions as agent_sessions
from services.identity.attendance import poll_book
from services.identity.contract import attendance as attendance_contract
from services.identity.contract import figures as figures_contract
from services.identity.contract import methods
from services.identity.contract.event import removals as removals_contract
from services.identity.contract.event import roll, voting_events
from services.identity.contract.event import uploads as uploads_contract
from services.identity.contract.staff import methods as staff_methods
from services.identity.contract.staff.journal import SHARED_TOKEN
from services.identity.contract.staff.rights import Right
from services.identity.entry_points import IdentityEntryPoints
from services.identity.figures import by_territory, counts, earlier
from services.identity.models import Agent, RollUpload
from services.identity.roll import differences, import_checks, removals, roll_jobs, search, staging
from services.identity.roll.sent import uploads
from services.identity.voting_events import descriptions, entitlements
from services.identity.voting_events import voting_events as events
from services.runtime.clock import utc_now
from services.runtime.contracts.integrity import Integrity
from services.runtime.contracts.jobs import JobAsked
from services.runtime.contracts.messages import Nothing
from services.runtime.hosting.entrypoints import command, question
from services.runtime.hosting.shared_entry_points import JobEntryPoints
from services.runtime.integrity import checks
from services.runtime.jobs import job_queue
from services.runtime.storage.database import rehearsed


class RollEntryPoints(IdentityEntryPoints, JobEntryPoints):
    """The voting event, its roll, and the jobs that work on it."""

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

    @question(methods.FIGURES)
    def figures(self, _request: Nothing, session: Session) -> figures_contract.Figures:
        """Count the current voting event for those who run it; whoever shows it keeps it for a while."""
        event = events.current_voting_event(session)
        return counts.figures(session, event, self.resources.settings.turnout_minimum, utc_now())

    @question(staff_methods.TERRITORY_TURNOUT)
    def territory_turnout(
        self, request: figures_contract.OfElection, session: Session
    ) -> figures_contract.TerritoryTurnout:
        """Count an election of the current voting event by territory; whoever shows it keeps it for a while."""
        event = events.current_voting_event(session)
        return by_territory.turnout(session, event, request.election, self.resources.settings.turnout_minimum)

    @command(staff_methods.RECORD_EARLIER_TURNOUT)
    def record_earlier_turnout(
        self, request: figures_contract.EarlierTurnout, session: Session
    ) -> figures_contract.EarlierRecorded:
        """Keep the turnout of the vote before."""
        return earlier.record(session, request)

    @question(methods.ATTENDANCE)
    def attendance(self, request: voting_events.OfVotingEvent, session: Session) -> attendance_contract.Attendance:
        """Count entitlements and signatures."""
        return attendance_contract.Attendance(elections=poll_book.counts(session, request.voting_event))

    @command(methods.STAGE_ROLL)
    def stage_roll(self, request: roll.StageRoll, session: Session) -> roll.Staged:
        """Keep a part of a roll file that is not sent from a page."""
        uploads.require_none(session, request.import_id)
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

    @command(methods.START_COMPARE_ROLL)
    def start_compare_roll(self, request: roll.CompareRoll, session: Session) -> JobAsked:
        """Have it said what the staged file would change."""
        return JobAsked(job=job_queue.ask(session, roll_jobs.COMPARE, request.import_id, request.dump()))

    @question(methods.LIST_DIFFERENCES)
    def list_differences(self, request: roll.ListDifferences, session: Session) -> roll.DifferencePage:
        """Name the voters whom a staged file adds, removes or changes."""
        return differences.page(session, **vars(request))

    @command(methods.DROP_ROLL)
    def drop_roll(self, request: roll.OfImport, session: Session) -> Nothing:
        """Forget a staged file that was only looked at."""
        staging.open_roll(session, request.voting_event)
        staging.forget(session, request.voting_event, import_id=request.import_id, lines=staging.ALL_LINES)
        staging.forget_files(session, RollUpload.import_id == request.import_id)
        return Nothing()

    @command(methods.OPEN_ROLL_UPLOAD)
    def open_roll_upload(self, request: uploads_contract.OpenRollUpload, session: Session) -> Nothing:
        """A file is coming from a page."""
        uploads.begin(session, request, self._operator(session, request.session), utc_now())
        return Nothing()

    @command(methods.ADD_ROLL_PIECE)
    def add_roll_piece(self, request: uploads_contract.RollPiece, session: Session) -> Nothing:
        """Keep a piece of it."""
        uploads.add_piece(session, request)
        return Nothing()

    @command(methods.START_READ_ROLL)
    def start_read_roll(self, request: uploads_contract.ReadRoll, session: Session) -> JobAsked:
        """Have it read."""
        return JobAsked(job=uploads.read(session, request.upload, request.pieces))

    @question(methods.ROLL_UPLOAD)
    def roll_upload(self, request: voting_events.OfVotingEvent, session: Session) -> uploads_contract.RollUploadShown:
        """The file that was sent last and still waits."""
        return uploads.shown(session, request.voting_event)

    @question(methods.LIST_ROLL_PROBLEMS)
    def list_roll_problems(
        self, request: uploads_contract.ListRollProblems, session: Session
    ) -> uploads_contract.RollProblems:
        """What is wrong with the lines of a staged file."""
        return import_checks.problems(session, **vars(request))

    @command(methods.START_SEAL_ROLL)
    def start_seal_roll(self, request: roll.SealRoll, session: Session) -> JobAsked:
        """Have the roll fixed for good."""
        return JobAsked(job=job_queue.ask(session, roll_jobs.SEAL, request.voting_event, request.dump()))

    @command(methods.START_CHECK_ROLL_INTEGRITY)
    def start_check_roll_integrity(self, request: voting_events.OfVotingEvent, session: Session) -> JobAsked:
        """Have computed anew what was sealed with the roll."""
        events.shown(session, request.voting_event)
        return JobAsked(job=checks.ask(session, request.voting_event))

    @question(methods.ROLL_INTEGRITY)
    def roll_integrity(self, request: voting_events.OfVotingEvent, session: Session) -> Integrity:
        """What was sealed with the roll, and what the last check found."""
        events.shown(session, request.voting_event)
        return checks.state(session, request.voting_event)

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

    @command(methods.ASK_REMOVAL)
    def ask_removal(self, request: removals_contract.AskRemoval, session: Session) -> removals_contract.Removal:
        """Take a voter off the roll, or say what would be done."""
        now = utc_now()
        actor: Agent | str = SHARED_TOKEN
        if request.session is not None:
            actor = self._operator(session, request.session)
        elif request.token is not None:
            actor = personal_tokens.authorize(session, request.token, Right.RUN_ELECTIONS, None, now)
        with rehearsed(session, request.dry_run):
            return removals.ask(session, request, actor, holder_key=self.resources.settings.holder_key, now=now)

    def _operator(self, session: Session, token: str) -> Agent:
        """Who runs elections from a page. Raises agent_session_expired, right_missing."""
        idle = timedelta(minutes=self.resources.settings.agent_idle_minutes)
        return agent_sessions.require(session, token, Right.RUN_ELECTIONS, now=utc_now(), idle=idle)

    @question(methods.REMOVAL)
    def removal(self, request: removals_contract.OfRemoval, session: Session) -> removals_contract.Removal:
        """How far a removal is."""
        return removals.described(session, request.removal)

    @question(methods.REMOVALS_TOLD)
    def removals_told(self, request: voting_events.OfVotingEvent, session: Session) -> removals_contract.RemovalsTold:
        """What anybody may know of removals."""
        return removals_contract.RemovalsTold(removals=removals.told(session, request.voting_event))

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
