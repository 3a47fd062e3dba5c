"""/operator/<command>: one route per RPC command, for whoever holds the operator's token."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from marshmallow import Schema

from gateway.api import json_body
from gateway.api import operator_schemas as schemas
from gateway.api.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.schemas import EmptySchema
from gateway.clients import COMMAND_SECONDS, Payload, ServiceClient, services
from gateway.edge.failures import answer
from services.ballot.contract import methods as ballot
from services.notification.contract import methods as notification
from services.reassort.contract import methods as reassort
from services.runtime.contracts import methods as contract
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.contracts.jobs import JobAsked, JobDescription
from services.runtime.contracts.messages import Message
from services.runtime.contracts.methods import AnyMethod
from services.runtime.refusals import Refusal, ServiceFault

blueprint = Blueprint(
    "operator", __name__, url_prefix="/api/v1/operator", description="Running an election, with the operator's token"
)


@dataclass(frozen=True)
class Command:
    """A command: whose it is, what it takes, how long it may take, what it may refuse, whether it changes anything."""

    name: str
    service: str
    schema: type[Schema]
    seconds: float
    codes: tuple[str, ...] = ()
    changes: bool = True
    answer: type[Schema] | None = None

    @property
    def method(self) -> str:
        """The name of the service's method."""
        return self.name.replace("-", "_")


def of(service: str, methods: Mapping[str, AnyMethod], name: str, *codes: str) -> Command:
    """A command as the contract of its service has it: what is documented is what is checked behind."""
    method = methods[name.replace("-", "_")]
    request, said = method.request.schema(), method.answer.schema()
    return Command(name, service, request, method.seconds, codes, isinstance(method, contract.Command), said)


COMMANDS = (
    Command("open-voting-event", "identity", schemas.OpenVotingEvent, COMMAND_SECONDS, ("voting_event_differs",)),
    Command("stage-roll", "identity", schemas.StageRoll, 30, ("roll_sealed", "voting_event_unknown")),
    Command("start-commit-roll", "identity", schemas.CommitRoll, COMMAND_SECONDS, answer=JobAsked.schema()),
    Command("start-seal-roll", "identity", schemas.OfVotingEvent, COMMAND_SECONDS, answer=JobAsked.schema()),
    Command("attendance", "identity", schemas.OfVotingEvent, 30, ("voting_event_unknown",), changes=False),
    of("reassort", reassort.METHODS, "start-generate-codes"),
    of("reassort", reassort.METHODS, "code-counts"),
    of("ballot", ballot.METHODS, "create-election", "election_differs"),
    of("ballot", ballot.METHODS, "set-trustees", "trustees_invalid", "election_unknown", "election_sealed"),
    of("ballot", ballot.METHODS, "start-seal-election"),
    of("ballot", ballot.METHODS, "describe-election", "election_unknown"),
    of("ballot", ballot.METHODS, "close-election", "election_unknown"),
    of("ballot", ballot.METHODS, "start-tally"),
    of("ballot", ballot.METHODS, "encrypted-tally", "tally_missing", "election_not_closed", "election_unknown"),
    of(
        "ballot",
        ballot.METHODS,
        "submit-partial-decryption",
        "decryption_invalid",
        "tally_missing",
        "election_not_closed",
        "election_unknown",
    ),
    of("ballot", ballot.METHODS, "publish-result", "decryptions_missing", "election_not_closed", "election_unknown"),
    Command("open-campaign", "identity", schemas.OpenCampaign, 30, ("voting_event_unknown",)),
    Command("list-campaigns", "identity", schemas.OfVotingEvent, 30, ("voting_event_unknown",), changes=False),
    Command("send-campaign-page", "identity", schemas.SendCampaignPage, 30, ("campaign_unknown",)),
    Command("campaign-progress", "identity", schemas.OfCampaign, 30, ("campaign_unknown",), changes=False),
    Command("list-claims-queue", "identity", schemas.Queue, 30, changes=False),
    Command("answer-claim", "identity", schemas.AnswerClaim, 30, ("claim_unknown", "already_answered")),
    Command("list-assistance", "identity", schemas.Queue, 30, changes=False),
    Command("answer-assistance", "identity", schemas.AnswerAssistance, 30, ("assistance_unknown", "already_answered")),
    of("notification", notification.METHODS, "message-counts"),
    of("notification", notification.METHODS, "list-failures"),
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
    @operation(operation_id(command.name), OPERATOR, summary=f"{command.service}.{command.method}")
    @blueprint.arguments(command.schema)
    @blueprint.response(200, command.answer or {"type": "object"}, description="The answer of the service")
    @refusals(blueprint, "operator_refused", "not_found", *WITH_BODY, *command.codes)
    def run(wanted: Payload | Message) -> Any:
        remote = client(command.service)
        call: Callable[[str, Payload, float], Payload] = remote.command if command.changes else remote.ask
        payload = wanted.dump() if isinstance(wanted, Message) else wanted
        return jsonify(call(command.method, payload, command.seconds))


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
            found[remote.service] = remote.health()
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
    return jsonify(client(wanted["service"]).ask("job", {"job": wanted["job"]}))


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
            found += [{"service": service, **one} for one in client(service).ask("jobs", {})["jobs"]]
        except (RpcTimeout, RpcUnavailable, ServiceFault):
            away.append(service)
    return jsonify({"jobs": found, "away": away})
