"""/operator/condition and /operator/retry-parked: who is alive, what waits, what was put aside, of all services at once."""

from typing import Any

from flask import current_app, jsonify

from gateway.api.documentation.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.operators import schemas
from gateway.api.operators.commands import RIGHTS, TOKEN_CODES, blueprint, client, note
from gateway.api.schemas.base import EmptySchema
from gateway.clients import Payload, services
from services.identity.contract.staff.rights import Right
from services.runtime.bus import broker_queues
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
    description="{services: the condition of each that answers, away: {service: why it does not, in a word or two}, "
    "dead_letters: how many messages the broker has set aside, null where it does not say, "
    "queues: each queue that services read {queue, service, messages, readers}, readers null where the broker has none "
    "such; empty where it does not say, "
    "test_addresses: from where load testers pass without a challenge, empty where nobody does, "
    "public_url: where the portal is, "
    "passkeys: what those of agents are bound to {rp_id, origins}, null where identity is away}",
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
    settings = current_app.extensions["isoloir_settings"]
    standing = broker_queues.look_at(settings.amqp_uri)
    return jsonify(
        {
            "services": found,
            "away": away,
            "dead_letters": standing.dead_letters if standing else None,
            "queues": standing.dump() if standing else [],
            "test_addresses": settings.test_addresses,
            "public_url": settings.public_url,
            "passkeys": _passkeys() if "identity" in found else None,
        }
    )


def _passkeys() -> Payload | None:
    try:
        return services().identity.passkey_terms().dump()
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        return None


@blueprint.post("/retry-parked", endpoint="retry-parked")
@operation("retryParked", OPERATOR, summary="try events again that were put aside")
@blueprint.arguments(schemas.OfParked)
@blueprint.response(200, Retried.schema(), description="How many are tried again")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY)
def retry_parked(wanted: Payload) -> Any:
    """Have one event of a service tried again, or all that it has put aside."""
    note("retry-parked")
    return jsonify(client(wanted["service"]).pass_on(RETRY_PARKED, RetryParked(event=wanted["event"])))
