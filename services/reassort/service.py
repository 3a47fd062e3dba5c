"""Entry points of the credential authority: load, call the domain, dump. No rule lives here."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.reassort.codes import generation, generation_job
from services.reassort.contract import methods
from services.reassort.contract.codes import CodeCounts, CodeParameters, CodeParametersOf, OfVotingEvent
from services.reassort.settings import Settings
from services.runtime.contracts.jobs import JOB, JOBS, JobAsked, JobDescription, JobList, JobOf
from services.runtime.contracts.messages import Health, Nothing
from services.runtime.contracts.methods import HEALTH
from services.runtime.hosting.entrypoints import command, healthy, question
from services.runtime.hosting.jobs import Job
from services.runtime.hosting.resource_provider import provide
from services.runtime.jobs import job_queue, job_views


class ReassortService:
    """The credential authority: voting codes, spares, public credentials."""

    name = "reassort"

    resources = provide(Settings)
    code_generation = Job(generation_job.KIND, generation_job.generate_codes)

    @question(HEALTH)
    def health(self, _request: Nothing, session: Session) -> Health:
        """Whether the service and its database answer."""
        return healthy(self.name, self.resources.database)

    @command(methods.START_GENERATE_CODES)
    def start_generate_codes(self, request: OfVotingEvent, session: Session) -> JobAsked:
        """Have the codes of the whole roll made; the same job for all who ask while it lasts."""
        return JobAsked(job=job_queue.ask(session, generation_job.KIND, request.voting_event, request.dump()))

    @question(JOB)
    def job(self, request: JobOf, session: Session) -> JobDescription:
        """How far a job is, or what it came to."""
        return job_views.look(session, request.job)

    @question(JOBS)
    def jobs(self, _request: Nothing, session: Session) -> JobList:
        """The jobs under way, and the newest of the others."""
        return job_views.listed(session)

    @question(methods.CODE_COUNTS)
    def code_counts(self, request: OfVotingEvent, session: Session) -> CodeCounts:
        """How much was generated."""
        return generation.counts(session, request.voting_event)

    @question(methods.CODE_PARAMETERS)
    def code_parameters(self, request: CodeParametersOf, session: Session) -> CodeParameters:
        """The public parameters of the derivation from a code to its credential."""
        fixed = generation.iterations_of(session, request.voting_event)
        return CodeParameters(iterations=fixed or self.resources.settings.pbkdf2_iterations)
