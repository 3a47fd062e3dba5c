"""Entry points of the credential authority: load, call the domain, dump. No rule lives here."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.orm import Session

from services.reassort.codes import generation, parallel
from services.reassort.codes.generation import BearerToServe, Parameters
from services.reassort.contract import methods
from services.reassort.contract.codes import (
    CodeCounts,
    CodeParameters,
    CodeParametersOf,
    CodesGenerated,
    GenerateCodes,
    OfVotingEvent,
)
from services.reassort.settings import Settings
from services.runtime.contracts.messages import Health, Nothing
from services.runtime.contracts.methods import HEALTH
from services.runtime.hosting.entrypoints import command_in_steps, healthy, question
from services.runtime.hosting.resource_provider import provide
from services.runtime.hosting.resources import Resources
from services.runtime.refusals import Refusal
from services.runtime.storage.database import Database

ROLL_TIMEOUT = 30.0


def _parameters(settings: Settings) -> Parameters:
    return Parameters(
        code_key=settings.code_key,
        notification_public_key=settings.notification_public_key,
        iterations=settings.pbkdf2_iterations,
        spares=settings.spares_per_voter,
    )


def _name_of(resources: Resources[Settings], voting_event: str) -> str | None:
    """The name to print on the notices, where the voting event is identity's current one."""
    try:
        current = resources.rpc.call("identity", "voting_event", {}, timeout=ROLL_TIMEOUT)
    except Refusal:
        return None
    return str(current["name"]) if current["voting_event"] == voting_event else None


class ReassortService:
    """The credential authority: voting codes, spares, public credentials."""

    name = "reassort"

    resources = provide(Settings)

    @question(HEALTH)
    def health(self, _request: Nothing, session: Session) -> Health:
        """Whether the service and its database answer."""
        return healthy(self.name, session)

    @command_in_steps(methods.GENERATE_CODES)
    def generate_codes(self, request: GenerateCodes, database: Database) -> CodesGenerated:
        """Make the codes of one page of the roll."""
        listed = self.resources.rpc.call("identity", "list_bearers", request.dump(), timeout=ROLL_TIMEOUT)
        page = generation.generate_page(
            database,
            _parameters(self.resources.settings),
            request.voting_event,
            _name_of(self.resources, request.voting_event),
            [BearerToServe.parse(bearer) for bearer in listed["bearers"]],
            on_roll=listed["total"],
            compute=parallel.several_at_once,
        )
        return CodesGenerated(**asdict(page), next=listed["next"])

    @question(methods.CODE_COUNTS)
    def code_counts(self, request: OfVotingEvent, session: Session) -> CodeCounts:
        """How much was generated."""
        return generation.counts(session, request.voting_event)

    @question(methods.CODE_PARAMETERS)
    def code_parameters(self, request: CodeParametersOf, session: Session) -> CodeParameters:
        """The public parameters of the derivation from a code to its credential."""
        fixed = generation.iterations_of(session, request.voting_event)
        return CodeParameters(iterations=fixed or self.resources.settings.pbkdf2_iterations)
