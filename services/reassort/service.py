"""Entry points of the credential authority: load, call the domain, dump. No rule lives here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.reassort import schemas
from services.reassort.codes import generation, parallel
from services.reassort.codes.generation import BearerToServe, Parameters
from services.reassort.settings import Settings
from services.runtime.hosting.entrypoints import entrypoint
from services.runtime.hosting.resource_provider import ResourceProvider
from services.runtime.hosting.resources import Resources
from services.runtime.refusals import Refusal

ROLL_TIMEOUT = 30.0


def _parameters(settings: Settings) -> Parameters:
    return Parameters(
        code_key=settings.code_key,
        notification_public_key=settings.notification_public_key,
        iterations=settings.pbkdf2_iterations,
        spares=settings.spares_per_voter,
    )


def _name_of(resources: Resources, voting_event: str) -> str | None:
    """The name to print on the notices, where the voting event is identity's current one."""
    try:
        current = resources.rpc.call("identity", "voting_event", {}, timeout=ROLL_TIMEOUT)
    except Refusal:
        return None
    return str(current["name"]) if current["voting_event"] == voting_event else None


class ReassortService:
    """The credential authority: voting codes, spares, public credentials."""

    name = "reassort"

    resources = ResourceProvider(Settings)

    @entrypoint(schemas.GenerateCodesRequest, schemas.CodesGenerated)
    def generate_codes(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make the codes of one page of the roll."""
        voting_event = request["voting_event"]
        listed = self.resources.rpc.call("identity", "list_bearers", request, timeout=ROLL_TIMEOUT)
        page = generation.generate_page(
            self.resources.database,
            _parameters(self.resources.settings),
            voting_event,
            _name_of(self.resources, voting_event),
            [BearerToServe.parse(bearer) for bearer in listed["bearers"]],
            on_roll=listed["total"],
            compute=parallel.several_at_once,
        )
        return asdict(page) | {"next": listed["next"]}

    @entrypoint(schemas.VotingEventRequest, schemas.CodeCounts)
    def code_counts(self, request: dict[str, Any]) -> dict[str, Any]:
        """How much was generated."""
        with self.resources.database.reading() as session:
            return asdict(generation.counts(session, request["voting_event"]))

    @entrypoint(schemas.CodeParametersRequest, schemas.CodeParameters)
    def code_parameters(self, request: dict[str, Any]) -> dict[str, Any]:
        """The public parameters of the derivation from a code to its credential."""
        with self.resources.database.reading() as session:
            fixed = generation.iterations_of(session, request["voting_event"])
        return {"iterations": fixed or self.resources.settings.pbkdf2_iterations}

    @entrypoint(schemas.Empty, schemas.Health)
    def health(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Whether the service and its database answer."""
        self.resources.database.check()
        return {"service": self.name, "database": "ok"}
