"""/operator/<command>: one route per RPC command, for whoever holds a personal token that is good for it.

Each route declares a right; what is not in RIGHTS is refused. A command that changes something is in the journal before it
is done. The one shared token is a demonstration's: a gateway in earnest does not start with it (gateway/settings.py).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint

from gateway.api import json_body
from gateway.api.documentation.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.operators import schemas
from gateway.api.schemas.base import EmptySchema
from gateway.clients import Payload, services
from gateway.edge.failures import answer
from services.ballot.contract import methods as ballot
from services.identity.contract import methods as identity
from services.identity.contract.staff.agents import TOKEN_PREFIX
from services.identity.contract.staff.rights import Right
from services.notification.contract import methods as notification
from services.reassort.contract import methods as reassort
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable, ServiceClient
from services.runtime.contracts.jobs import JOB, JOBS, JobDescription, JobOf
from services.runtime.contracts.messages import Message, Nothing
from services.runtime.contracts.methods import AnyMethod, Question
from services.runtime.refusals import Refusal, ServiceFault

blueprint = Blueprint(
    "operator",
    __name__,
    url_prefix="/api/v1/operator",
    description="Running an election, with an agent's personal token",
)


LONGEST_TOKEN = 200


@dataclass(frozen=True)
class Command:
    """A command: whose it is, what may be refused; the rest is in the contract of its service."""

    name: str
    service: str
    method: AnyMethod
    right: Right
    codes: tuple[str, ...] = ()


METHODS: Mapping[str, Mapping[str, AnyMethod]] = {
    "identity": identity.METHODS,
    "ballot": ballot.METHODS,
    "reassort": reassort.METHODS,
    "notification": notification.METHODS,
}


def of(service: str, name: str, *codes: str, right: Right | None = None) -> Command:
    """A command as the contract of its service has it: what is documented is what is checked behind.

    Without a right of its own, a question is to watch and a command to run elections.
    """
    method = METHODS[service][name.replace("-", "_")]
    usual = Right.WATCH if isinstance(method, Question) else Right.RUN_ELECTIONS
    return Command(name, service, method, right or usual, codes)


COMMANDS = (
    of("identity", "open-voting-event", "voting_event_differs", "voting_event_in_place", "roll_sealed"),
    of("identity", "stage-roll", "roll_sealed", "voting_event_unknown"),
    of("identity", "start-compare-roll"),
    of("identity", "list-differences", right=Right.RUN_ELECTIONS),
    of("identity", "drop-roll", "roll_sealed", "voting_event_unknown"),
    of("identity", "start-commit-roll"),
    of("identity", "start-seal-roll"),
    of("identity", "attendance", "voting_event_unknown"),
    of("identity", "record-earlier-turnout", "voting_event_unknown"),
    of("reassort", "start-generate-codes"),
    of("reassort", "code-counts"),
    of("ballot", "create-election", "election_differs", "election_sealed"),
    of(
        "ballot",
        "set-trustees",
        "trustees_invalid",
        "election_unknown",
        "election_sealed",
        "ceremony_under_way",
        right=Right.BRING_KEYS,
    ),
    of("ballot", "sealing-checks", "election_unknown"),
    of("ballot", "start-seal-election"),
    of("ballot", "start-check-integrity", "election_unknown"),
    of("ballot", "integrity", "election_unknown"),
    of("identity", "start-check-roll-integrity", "voting_event_unknown"),
    of("identity", "roll-integrity", "voting_event_unknown"),
    of("ballot", "describe-election", "election_unknown"),
    of("ballot", "tally-keys", "election_unknown", "trustees_missing"),
    of("identity", "list-board", right=Right.RUN_ELECTIONS),
    of("ballot", "close-election", "election_unknown"),
    of("ballot", "start-mock", "election_unknown", "election_sealed"),
    of("ballot", "mock-minutes"),
    of("ballot", "start-tally", right=Right.BRING_KEYS),
    of(
        "ballot",
        "encrypted-tally",
        "tally_missing",
        "election_not_closed",
        "election_unknown",
        right=Right.BRING_KEYS,
    ),
    of(
        "ballot",
        "submit-partial-decryption",
        "key_not_yours",
        "decryption_invalid",
        "tally_missing",
        "election_not_closed",
        "election_unknown",
        right=Right.BRING_KEYS,
    ),
    of("ballot", "publish-result", "decryptions_missing", "election_not_closed", "election_unknown"),
    of("identity", "open-campaign", "voting_event_unknown"),
    of("identity", "list-campaigns", "voting_event_unknown"),
    of("identity", "start-campaign", "voting_event_unknown"),
    of("identity", "send-campaign-page", "campaign_unknown"),
    of("identity", "campaign-progress", "campaign_unknown"),
    of("identity", "list-claims-queue", right=Right.RUN_ELECTIONS),
    of("identity", "answer-claim", "claim_unknown", "already_answered"),
    of("identity", "list-assistance", right=Right.RUN_ELECTIONS),
    of("identity", "answer-assistance", "assistance_unknown", "already_answered"),
    of("identity", "list-shared-phones"),
    of("identity", "record-notice", "no_voting_event", "identifier_unknown"),
    of("identity", "list-notices"),
    of("notification", "message-counts"),
    of("notification", "list-failures"),
    of("notification", "list-deliveries"),
)

JOB_CODES = (
    "job_unknown",
    "voting_event_unknown",
    "roll_invalid",
    "roll_unreadable",
    "roll_upload_unknown",
    "roll_sealed",
    "roll_in_use",
    "roll_would_lose",
    "removal_under_way",
    "import_incomplete",
    "entitlements_changed",
    "campaign_unknown",
    "election_unknown",
    "trustees_missing",
    "keys_untried",
    "credentials_incomplete",
    "urn_not_empty",
    "poll_book_not_empty",
    "election_not_closed",
)
"""What a look at a job may answer: besides its own, the refusals that the jobs end with."""


UNNOTED = {"stage-roll", "start-compare-roll", "drop-roll", "send-campaign-page"}
"""Parts of what `start-commit-roll` and `open-campaign` have noted: thousands of them, and nothing by themselves."""
RIGHTS: dict[str, Right] = {command.name: command.right for command in COMMANDS}
"""Route → the right that it asks for; other modules add their own routes."""
TOKEN_CODES = ("operator_refused", "token_refused", "right_missing")
"""What each route may answer to a token."""


@blueprint.before_request
def authorize() -> ResponseReturnValue | None:
    """401 unless the caller's token is one, 403 unless it is good for this route."""
    expected = current_app.extensions["isoloir_settings"].operator_token.get_secret_value()
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return _refused("operator_refused")
    if expected and hmac.compare_digest(given.encode(), expected.encode()):
        g.personal_token, g.agent = None, None
        return None
    if not given.startswith(TOKEN_PREFIX) or len(given) > LONGEST_TOKEN:
        return _refused("operator_refused")
    try:
        g.agent = services().identity.authorize_token(given, _right(), None)
    except Refusal as refusal:
        return _refused(refusal.code)
    g.personal_token = given
    return None


def _right() -> Right:
    name = str(request.endpoint).rpartition(".")[2]
    if name not in RIGHTS:
        raise Refusal("right_missing")
    return RIGHTS[name]


def _refused(code: str) -> Response:
    response = answer(code)
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def note(command: str, election: str | None = None) -> None:
    """Have the journal say who asks for this, before it is done. Refusals: token_refused, right_missing."""
    token: str | None = g.personal_token
    services().identity.note_command(token, command, election)


RIGHTS |= dict.fromkeys(("health", "job", "jobs"), Right.WATCH)

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
    @refusals(blueprint, *TOKEN_CODES, *WITH_BODY, *command.codes)
    def run(wanted: Message) -> Any:
        election = getattr(wanted, "election", None)
        acts = not isinstance(command.method, Question) and command.name not in UNNOTED
        # Holders bring what is theirs, for all elections at once; operators change what all of them share.
        whole_event = election is None and acts and command.right is Right.RUN_ELECTIONS
        if (election is not None or whole_event) and g.personal_token is not None:
            services().identity.authorize_token(g.personal_token, command.right, election, whole_event=whole_event)
        if acts:
            note(command.name, election)
        return jsonify(client(command.service).pass_on(command.method, wanted))


for _command in COMMANDS:
    add(_command)


@blueprint.post("/health", endpoint="health")
@operation("health", OPERATOR, summary="health of every service")
@blueprint.arguments(EmptySchema)
@blueprint.response(200, {"type": "object"}, description="The state of each service by name")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY)
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
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY, *JOB_CODES)
def job(wanted: Payload) -> Any:
    """Look at a job; nobody's thread waits for it."""
    return jsonify(client(wanted["service"]).pass_on(JOB, JobOf(job=wanted["job"])))


@blueprint.post("/jobs", endpoint="jobs")
@operation("listJobs", OPERATOR, summary="the jobs of every service")
@blueprint.arguments(EmptySchema)
@blueprint.response(200, {"type": "object"}, description="{jobs: of all services, away: services that do not answer}")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY)
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
