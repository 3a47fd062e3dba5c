"""/operator/<command>: one route per RPC command, for whoever holds the operator's token."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from gateway.api import json_body
from gateway.api import operator_schemas as schemas
from gateway.api.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.schemas import EmptySchema
from gateway.clients import Payload, services
from gateway.edge.failures import answer
from services.ballot.contract import methods as ballot
from services.identity.contract import methods as identity
from services.notification.contract import methods as notification
from services.reassort.contract import methods as reassort
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable, ServiceClient
from services.runtime.contracts.jobs import JOB, JOBS, JobDescription, JobOf
from services.runtime.contracts.messages import Message, Nothing
from services.runtime.contracts.methods import AnyMethod
from services.runtime.refusals import Refusal, ServiceFault

blueprint = Blueprint(
    "operator", __name__, url_prefix="/api/v1/operator", description="Running an election, with the operator's token"
)


@dataclass(frozen=True)
class Command:
    """A command: whose it is, what may be refused; the rest is in the contract of its service."""

    name: str
    service: str
    method: AnyMethod
    codes: tuple[str, ...] = ()


METHODS: Mapping[str, Mapping[str, AnyMethod]] = {
    "identity": identity.METHODS,
    "ballot": ballot.METHODS,
    "reassort": reassort.METHODS,
    "notification": notification.METHODS,
}


def of(service: str, name: str, *codes: str) -> Command:
    """A command as the contract of its service has it: what is documented is what is checked behind."""
    return Command(name, service, METHODS[service][name.replace("-", "_")], codes)


COMMANDS = (
    of("identity", "open-voting-event", "voting_event_differs", "voting_event_in_place", "roll_sealed"),
    of("identity", "stage-roll", "roll_sealed", "voting_event_unknown"),
    of("identity", "start-commit-roll"),
    of("identity", "start-seal-roll"),
    of("identity", "attendance", "voting_event_unknown"),
    of("reassort", "start-generate-codes"),
    of("reassort", "code-counts"),
    of("ballot", "create-election", "election_differs", "election_sealed"),
    of("ballot", "set-trustees", "trustees_invalid", "election_unknown", "election_sealed"),
    of("ballot", "sealing-checks", "election_unknown"),
    of("ballot", "start-seal-election"),
    of("ballot", "describe-election", "election_unknown"),
    of("ballot", "close-election", "election_unknown"),
    of("ballot", "start-tally"),
    of("ballot", "encrypted-tally", "tally_missing", "election_not_closed", "election_unknown"),
    of(
        "ballot",
        "submit-partial-decryption",
        "decryption_invalid",
        "tally_missing",
        "election_not_closed",
        "election_unknown",
    ),
    of("ballot", "publish-result", "decryptions_missing", "election_not_closed", "election_unknown"),
    of("identity", "open-campaign", "voting_event_unknown"),
    of("identity", "list-campaigns", "voting_event_unknown"),
    of("identity", "send-campaign-page", "campaign_unknown"),
    of("identity", "campaign-progress", "campaign_unknown"),
    of("identity", "list-claims-queue"),
    of("identity", "answer-claim", "claim_unknown", "already_answered"),
    of("identity", "list-assistance"),
    of("identity", "answer-assistance", "assistance_unknown", "already_answered"),
    of("identity", "list-shared-phones"),
    of("identity", "record-notice", "no_voting_event", "voter_unknown"),
    of("identity", "list-notices"),
    of("notification", "message-counts"),
    of("notification", "list-failures"),
    of("notification", "list-deliveries"),
)

JOB_CODES = (
    "job_unknown",
    "voting_event_unknown",
    "roll_invalid",
    "roll_sealed",
    "roll_in_use",
    "import_incomplete",
    "entitlements_changed",
    "election_unknown",
    "trustees_missing",
    "credentials_incomplete",
    "election_not_closed",
)
"""What a look at a job may answer: besides its own, the refusals that the jobs end with."""


@blueprint.before_request
def authorize() -> ResponseReturnValue | None:
    """404 where no token is configured, 401 unless the caller's is the right one."""
    expected = current_app.extensions["isoloir_settings"].operator_token.get_secret_value()
    if not expected:
        abort(404)
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), expected.encode()):
        response = answer("operator_refused")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response
    return None


# After authorize: strangers learn nothing of what the routes expect.
json_body.install(blueprint)


def client(service: str) -> ServiceClient:
    """The client of a service by name."""
    found: ServiceClient = getattr(services(), service)
    return found


def operation_id(command: str) -> str:
    """The id of a command in the OpenAPI document: its name in camel case."""
    first, *rest = command.split("-")
    return first + "".join(word.capitalize() for word in rest)


def add(command: Command) -> None:
    """Make the route of a command."""

    @blueprint.post(f"/{command.name}", endpoint=command.name)
    @operation(operation_id(command.name), OPERATOR, summary=f"{command.service}.{command.method.name}")
    @blueprint.arguments(command.method.request.schema())
    @blueprint.response(200, command.method.answer.schema(), description="The answer of the service")
    @refusals(blueprint, "operator_refused", "not_found", *WITH_BODY, *command.codes)
    def run(wanted: Message) -> Any:
        return jsonify(client(command.service).pass_on(command.method, wanted))


for _command in COMMANDS:
    add(_command)


@blueprint.post("/health", endpoint="health")
@operation("health", OPERATOR, summary="health of every service")
@blueprint.arguments(EmptySchema)
@blueprint.response(200, {"type": "object"}, description="The state of each service by name")
@refusals(blueprint, "operator_refused", "not_found", *WITH_BODY)
def health(_wanted: Payload) -> Any:
    """Ask every service how it is; one that is away is said to be, and hides no other."""
    found: dict[str, Payload] = {}
    for remote in services().all():
        try:
            found[remote.service] = remote.health().dump()
        except (RpcTimeout, RpcUnavailable, ServiceFault, Refusal) as error:
            found[remote.service] = {"service": remote.service, "error": type(error).__name__}
    return jsonify(found)


@blueprint.post("/job", endpoint="job")
@operation("getJob", OPERATOR, summary="how far a job is, or what it came to")
@blueprint.arguments(schemas.OfJob)
@blueprint.response(
    200, JobDescription.schema(), description="The job; a job that was refused is answered as its refusal"
)
@refusals(blueprint, "operator_refused", "not_found", *WITH_BODY, *JOB_CODES)
def job(wanted: Payload) -> Any:
    """Look at a job; nobody's thread waits for it."""
    return jsonify(client(wanted["service"]).pass_on(JOB, JobOf(job=wanted["job"])))


@blueprint.post("/jobs", endpoint="jobs")
@operation("listJobs", OPERATOR, summary="the jobs of every service")
@blueprint.arguments(EmptySchema)
@blueprint.response(200, {"type": "object"}, description="{jobs: of all services, away: services that do not answer}")
@refusals(blueprint, "operator_refused", "not_found", *WITH_BODY)
def jobs(_wanted: Payload) -> Any:
    """List the jobs under way and the newest of the others; a service that is away hides no other."""
    found: list[Payload] = []
    away: list[str] = []
    for service in schemas.SERVICES_WITH_JOBS:
        try:
            found += [{"service": service, **one} for one in client(service).pass_on(JOBS, Nothing())["jobs"]]
        except (RpcTimeout, RpcUnavailable, ServiceFault):
            away.append(service)
    return jsonify({"jobs": found, "away": away})
