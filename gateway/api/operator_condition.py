"""/operator/condition and /operator/retry-parked: who is alive, what waits, what was put aside, of all services at once."""

from typing import Any

from flask import jsonify

from gateway.api import operator_schemas as schemas
from gateway.api.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.operator import RIGHTS, TOKEN_CODES, blueprint, client, note
from gateway.api.schemas import EmptySchema
from gateway.clients import Payload, services
from services.identity.contract.rights import Right
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED, Retried, RetryParked
from services.runtime.contracts.messages import Nothing
from services.runtime.refusals import Refusal, ServiceFault

RIGHTS |= {"condition": Right.WATCH, "retry-parked": Right.RUN_ELECTIONS}


@blueprint.post("/condition", endpoint="condition")
@operation("condition", OPERATOR, summary="who is alive, what waits, what was put aside")
@blueprint.arguments(EmptySchema)
@blueprint.response(
    200,
    {"type": "object"},
    description="{services: the condition of each that answers, away: {service: why it does not, in a word or two}}",
)
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY)
def condition(_wanted: Payload) -> Any:
    """Ask every service how it is; one that is away hides no other, and the reason is told as far as it is known."""
    found: dict[str, Payload] = {}
    away: dict[str, str] = {}
    for remote in services().all():
        try:
            remote.health()  # writes: a database may answer and take nothing
            found[remote.service] = remote.pass_on(CONDITION, Nothing())
        except (RpcTimeout, RpcUnavailable, ServiceFault, Refusal) as error:
            away[remote.service] = f"{type(error).__name__}: {error}"
    return jsonify({"services": found, "away": away})


@blueprint.post("/retry-parked", endpoint="retry-parked")
@operation("retryParked", OPERATOR, summary="try events again that were put aside")
@blueprint.arguments(schemas.OfParked)
@blueprint.response(200, Retried.schema(), description="How many are tried again")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY)
def retry_parked(wanted: Payload) -> Any:
    """Have one event of a service tried again, or all that it has put aside."""
    note("retry-parked")
    return jsonify(client(wanted["service"]).pass_on(RETRY_PARKED, RetryParked(event=wanted["event"])))
