"""The walls of docker-compose.yml as network policies, and the two doors: voters' and operators'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from deploy.production.kubernetes.composition import BROKER, LIMITS, Container
from deploy.production.kubernetes.workloads import METRICS, Manifest

OUTSIDE = ("portal", "delivery")
"""Networks that lead out of the composition."""
VOTERS, OPERATORS, RETURNED = 8080, 8081, 2526
CERTIFICATE = "isoloir-tls"
NAMESPACE = "kubernetes.io/metadata.name"


def manifests(containers: list[Container]) -> Iterator[Manifest]:
    """Nothing speaks to anything, but within a wall; then who may come in and go out."""
    yield _policy("nothing", {}, ingress=[], egress=[])
    yield _policy("names", {}, egress=[{"ports": [{"protocol": proto, "port": 53} for proto in ("UDP", "TCP")]}])
    for network in sorted({network for one in containers for network in one.networks}):
        inside = {"matchLabels": {f"isoloir/{network}": "inside"}}
        if network not in OUTSIDE:
            peers = [{"podSelector": inside}]
            yield _policy(f"within-{network}", inside, ingress=[{"from": peers}], egress=[{"to": peers}])
    delivering = {"matchLabels": {"isoloir/delivery": "inside"}}
    yield _policy("deliver", delivering, egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}])
    yield _policy("voters", _of("gateway"), ingress=[_at(VOTERS)])
    # The operators' API alone has that port: who may reach it says so by this label of the namespace.
    steering = [{"namespaceSelector": {"matchLabels": {"isoloir/operators": "yes"}}}]
    yield _policy("operators", _of("gateway"), ingress=[{"from": steering, **_at(OPERATORS)}])
    yield _policy("returned", _of("bounces"), ingress=[_at(RETURNED)])
    watching = [{"namespaceSelector": {"matchLabels": {"isoloir/monitoring": "yes"}}}]
    yield _policy("metrics", {}, ingress=[{"from": watching, **_at(METRICS)}])
    yield from _of_operators()
    yield _service(LIMITS, {"app": LIMITS}, 6379)
    yield _service("gateway", {"app": "gateway"}, VOTERS)
    yield _service("operators", {"app": "gateway"}, OPERATORS)
    yield _service("bounces", {"app": "bounces"}, RETURNED)
    gateway = next(one for one in containers if one.name == "gateway")
    yield ingress(str(urlsplit(gateway.environment["ISOLOIR_PUBLIC_URL"]).hostname))


def ingress(host: str) -> Manifest:
    """Voters' way in, with TLS; whoever terminates it writes X-Forwarded-For (ISOLOIR_GATEWAY_PROXY_ADDRESSES)."""
    backend = {"service": {"name": "gateway", "port": {"number": VOTERS}}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "portal"},
        "spec": {
            "tls": [{"hosts": [host], "secretName": CERTIFICATE}],
            "rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}],
        },
    }


def _of_operators() -> Iterator[Manifest]:
    """What the operators of databases and broker need: copies among themselves, the state of each, the platform's API."""
    for name, selector, home in (
        ("databases", {"matchExpressions": [{"key": "cnpg.io/cluster", "operator": "Exists"}]}, "cnpg-system"),
        (BROKER, {"matchLabels": {"app.kubernetes.io/name": BROKER}}, "rabbitmq-system"),
    ):
        yield _policy(
            f"operator-of-{name}",
            selector,
            ingress=[
                {"from": [{"podSelector": selector}, {"namespaceSelector": {"matchLabels": {NAMESPACE: home}}}]},
            ],
            egress=[
                {"to": [{"podSelector": selector}]},
                {"ports": [{"protocol": "TCP", "port": port} for port in (443, 6443)]},
            ],
        )


def _of(process: str) -> dict[str, Any]:
    return {"matchLabels": {"app": process}}


def _at(port: int) -> dict[str, Any]:
    return {"ports": [{"protocol": "TCP", "port": port}]}


def _policy(name: str, selector: dict[str, Any], **rules: list[dict[str, Any]]) -> Manifest:
    kinds = [kind.capitalize() for kind in rules]
    spec = {"podSelector": selector, "policyTypes": kinds, **rules}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def _service(name: str, selector: dict[str, str], port: int) -> Manifest:
    spec = {"selector": selector, "ports": [{"port": port, "targetPort": port}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": spec}
