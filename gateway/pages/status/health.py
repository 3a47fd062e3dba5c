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
    """Each service answers; 503 and its name when one does not.

    `warnings`: what is not as it should be though all answer (a relay that is silent, events that wait), by service.
    """
    found, warnings = {}, {}
    for client in services().all():
        try:
            warnings[client.service] = client.health().warnings
            found[client.service] = "ok"
        except (RpcTimeout, RpcUnavailable):
            found[client.service] = "silent"
        except (ServiceFault, Refusal):
            found[client.service] = "failing"
    everything = all(state == "ok" for state in found.values())
    status = "ok" if everything else "degraded"
    warned = {service: codes for service, codes in warnings.items() if codes}
    return jsonify(status=status, services=found, warnings=warned), 200 if everything else 503
