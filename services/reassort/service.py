"""Entry points of the credential authority: load, call the domain, dump. No rule lives here."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.ballot.contract.events import Activated, TooLate, WithdrawalAnswered
from services.identity.contract.events import ReissueGranted, ReissueResent, RemovalAsked
from services.notification.contract.events import MessageSettled, Settled
from services.reassort.codes import commitment_job, generation, generation_job, withdrawals
from services.reassort.contract import methods
from services.reassort.contract.codes import CodeCounts, CodeParameters, CodeParametersOf, OfVotingEvent
from services.reassort.contract.register import OfReissue, RegisterAfter, RegisterLines, ShownCode
from services.reassort.register import entries
from services.reassort.reissue import reissues
from services.reassort.settings import Settings
from services.runtime.bus import condition
from services.runtime.clock import utc_now
from services.runtime.contracts.condition import CONDITION, Condition
from services.runtime.contracts.jobs import JobAsked
from services.runtime.contracts.messages import Health, Nothing
from services.runtime.contracts.methods import HEALTH
from services.runtime.hosting.entrypoints import command, healthy, question
from services.runtime.hosting.inbox import Inbox
from services.runtime.hosting.jobs import Job
from services.runtime.hosting.loops import Loop
from services.runtime.hosting.resource_provider import provide
from services.runtime.hosting.resources import Resources
from services.runtime.hosting.shared_entry_points import JobEntryPoints, ParkedEventEntryPoints
from services.runtime.jobs import job_queue


def _keys(settings: Settings) -> reissues.Keys:
    return reissues.Keys(settings.code_key, settings.sms_public_key)


def granted(session: Session, event: ReissueGranted, _resources: Resources[Settings]) -> None:
    """Inbox: identity has granted a re-issue."""
    reissues.take_spare(session, event)


def activated(session: Session, event: Activated, resources: Resources[Settings]) -> None:
    """Inbox: the spares of a re-issue work."""
    reissues.issue(session, _keys(resources.settings), event.request, event.elections, utc_now())


def too_late(session: Session, event: TooLate, _resources: Resources[Settings]) -> None:
    """Inbox: every urn of a re-issue was closed."""
    reissues.give_back(session, event.request)


def resent(session: Session, event: ReissueResent, resources: Resources[Settings]) -> None:
    """Inbox: the code of a re-issue did not arrive and goes out again."""
    reissues.send_again(session, _keys(resources.settings), event.request, event.message, event.sealed, utc_now())


def arrived(session: Session, event: MessageSettled, _resources: Resources[Settings]) -> None:
    """Inbox: what became of the message with a code."""
    if event.outcome == Settled.DELIVERED:
        reissues.forget_delivered(session, event.message_id)


def forget_shown_codes(resources: Resources[Settings]) -> None:
    """Loop: erase the codes that no browser came for."""
    with resources.database.transaction() as session:
        reissues.forget_shown(session, utc_now())


def removal_asked(session: Session, event: RemovalAsked, resources: Resources[Settings]) -> None:
    """Inbox: a voter leaves the roll."""
    withdrawals.begin(session, generation_job.parameters(resources.settings), event)


def withdrawal_answered(session: Session, event: WithdrawalAnswered, _resources: Resources[Settings]) -> None:
    """Inbox: whether the urn has let a voter's credentials go."""
    withdrawals.finish(session, event.removal, done=event.done)


class ReassortService(JobEntryPoints, ParkedEventEntryPoints):
    """The credential authority: voting codes, spares, public credentials."""

    name = "reassort"

    resources = provide(Settings)
    code_generation = Job(generation_job.KIND, generation_job.generate_codes)
    commitments = Job(commitment_job.KIND, commitment_job.commit_credentials)
    stale_commitments = Loop(commitment_job.ask_due, every=10.0)
    removals = Inbox("identity", RemovalAsked, removal_asked)
    urn_answers = Inbox("ballot", WithdrawalAnswered, withdrawal_answered)
    grants = Inbox("identity", ReissueGranted, granted)
    resendings = Inbox("identity", ReissueResent, resent)
    deliveries = Inbox("notification", MessageSettled, arrived)
    activations = Inbox("ballot", Activated, activated)
    late = Inbox("ballot", TooLate, too_late)
    shown_codes = Loop(forget_shown_codes, every=60.0)

    @question(HEALTH)
    def health(self, _request: Nothing, session: Session) -> Health:
        """Whether the service and its database answer."""
        return healthy(self.name, self.resources.database, session)

    @question(CONDITION)
    def condition(self, _request: Nothing, session: Session) -> Condition:
        """Who is alive, what waits, what was put aside."""
        return condition.look(session, self.resources.database, self.name, [])

    @command(methods.START_GENERATE_CODES)
    def start_generate_codes(self, request: OfVotingEvent, session: Session) -> JobAsked:
        """Have the codes of the whole roll made; the same job for all who ask while it lasts."""
        return JobAsked(job=job_queue.ask(session, generation_job.KIND, request.voting_event, request.dump()))

    @question(methods.CODE_COUNTS)
    def code_counts(self, request: OfVotingEvent, session: Session) -> CodeCounts:
        """How much was generated."""
        return generation.counts(session, request.voting_event)

    @question(methods.CODE_PARAMETERS)
    def code_parameters(self, request: CodeParametersOf, session: Session) -> CodeParameters:
        """The public parameters of the derivation from a code to its credential."""
        fixed = generation.iterations_of(session, request.voting_event)
        return CodeParameters(iterations=fixed or self.resources.settings.pbkdf2_iterations)

    @question(methods.REGISTER_LINES)
    def register_lines(self, request: RegisterAfter, session: Session) -> RegisterLines:
        """A page of the public register of re-issues."""
        page = entries.page_of(
            session, self.resources.settings.register_private_key, request.election, request.after, request.limit
        )
        return RegisterLines(lines=page.lines, next=page.next)

    @question(methods.SHOWN_CODE)
    def shown_code(self, request: OfReissue, session: Session) -> ShownCode:
        """A code sealed for the browser that asked for it."""
        return ShownCode(sealed=reissues.shown_code(session, request.request, utc_now()))

    @command(methods.FORGET_SHOWN_CODE)
    def forget_shown_code(self, request: OfReissue, session: Session) -> Nothing:
        """Erase a code that was shown."""
        reissues.forget_shown(session, utc_now(), request.request)
        return Nothing()
