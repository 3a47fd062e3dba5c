"""For supervisors: is the process alive, do the services answer. Reachable over plain http from inside."""

from flask import Blueprint, Response, jsonify

from gateway.clients import services
from gateway.edge.security_headers import reachable_over_http
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@reachable_over_http
def alive() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@reachable_over_http
def ready() -> tuple[Response, int]:
    """Each service answers; 503 and its name when one does not."""
    found = {}
    for client in services().all():
        try:
            client.health()
            found[client.service] = "ok"
        except (RpcTimeout, RpcUnavailable):
            found[client.service] = "silent"
        except (ServiceFault, Refusal):
            found[client.service] = "failing"
    everything = all(state == "ok" for state in found.values())
    return jsonify(status="ok" if everything else "degraded", services=found), 200 if everything else 503
