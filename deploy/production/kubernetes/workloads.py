"""Processes as Kubernetes runs them: deployments, jobs, who may be taken away, and what grows with the crowd."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from deploy.production.kubernetes.composition import LIMITS, Container

Manifest = dict[str, Any]

REPLICAS = {"identity": 2, "ballot": 3, "reassort": 2, "notification": 2, "gateway": 2}
"""As many at least. Workers, deliverers, the relay and bounces are one each: what they do is kept in the databases, so
that a successor goes on with it."""
MOST = {"identity": 12, "ballot": 24, "gateway": 12}
"""What grows with the crowd, up to so many (docs/operations.md says how to find the numbers)."""
BUSY = 70
"""Percent of the processor asked for at which one more is started."""
ASKED_PROCESSOR = {"identity": "1", "ballot": "1", "gateway": "1"}
SHARED_VOLUMES = {"print": "20Gi"}
"""Volumes that two processes see. Others are copies of what can be made again, each pod's own."""
PORTS = {"gateway": (8080, 8081), "bounces": (2526,), LIMITS: (6379,)}
METRICS = 9400
ACCOUNT = 10001


def labels(container: Container) -> dict[str, str]:
    """What pods are found by: the process, and a label for each wall that it stands within."""
    return {"app": container.name} | {f"isoloir/{network}": "inside" for network in container.networks}


def digest(container: Container) -> str:
    """Changes with what a container runs and is told, so that pods are exchanged and jobs run again."""
    told = sorted(container.environment.items())
    return sha256(repr((container.image, container.command, told)).encode()).hexdigest()[:10]


def secret(container: Container) -> Manifest:
    """What one process is told, and no other: passwords and keys among it."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": container.name},
        "type": "Opaque",
        "stringData": dict(container.environment),
    }


def manifests(containers: list[Container]) -> Iterator[Manifest]:
    """All workloads of processes of ours, and the store of limits."""
    for one in containers:
        if one.is_migration:
            yield job(one)
        elif one.is_ours or one.name == LIMITS:
            yield deployment(one)
            if one.name in REPLICAS:
                yield disruption_budget(one)
            if one.name in MOST:
                yield autoscaler(one)
    for name, size in SHARED_VOLUMES.items():
        yield {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name},
            "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": size}}},
        }


def deployment(container: Container) -> Manifest:
    """A process that stays."""
    own = {"app": container.name}
    spec: dict[str, Any] = {
        "selector": {"matchLabels": own},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
        "template": _pod(container, restart="Always"),
    }
    if container.name not in MOST:
        spec["replicas"] = REPLICAS.get(container.name, 1)
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": container.name}, "spec": spec}


def job(container: Container) -> Manifest:
    """A migration: once for each version and settings, since a job that has run cannot be changed."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": f"{container.name}-{digest(container)}"},
        "spec": {
            "backoffLimit": 10,
            "ttlSecondsAfterFinished": 86400,
            "template": _pod(container, restart="OnFailure"),
        },
    }


def disruption_budget(container: Container) -> Manifest:
    """Nodes are emptied one pod at a time."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": container.name},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": container.name}}},
    }


def autoscaler(container: Container) -> Manifest:
    """More of what is busy; less of it only after a quarter of an hour, or each lull would empty the room."""
    utilization = {"type": "Utilization", "averageUtilization": BUSY}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": container.name},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": container.name},
            "minReplicas": REPLICAS[container.name],
            "maxReplicas": MOST[container.name],
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": utilization}}],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 900}},
        },
    }


def _pod(container: Container, restart: str) -> dict[str, Any]:
    """The template of a process's pods: nothing of the machine, no rights, one secret."""
    shared = [name for name in container.volumes if name in SHARED_VOLUMES]
    own = [name for name in container.volumes if name not in SHARED_VOLUMES]
    account = ACCOUNT if container.is_ours else 999
    return {
        "metadata": {"labels": labels(container), "annotations": {"isoloir/told": digest(container)}},
        "spec": {
            "restartPolicy": restart,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 60,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": account,
                "runAsGroup": account,
                "fsGroup": account,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "kubernetes.io/hostname",
                    "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {"matchLabels": {"app": container.name}},
                }
            ],
            "containers": [_container(container)],
            "volumes": [
                {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
                *({"name": name, "persistentVolumeClaim": {"claimName": name}} for name in shared),
                *({"name": name, "emptyDir": {}} for name in own),
            ],
        },
    }


def _container(container: Container) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": container.name,
        "image": container.image,
        "args": list(container.command),
        "resources": {
            "requests": {"cpu": ASKED_PROCESSOR.get(container.name, "100m"), "memory": "256Mi"},
            "limits": {"memory": container.memory},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the container's own, in memory
            *({"name": name, "mountPath": place} for name, place in container.volumes.items()),
        ],
    }
    if container.entrypoint:
        described["command"] = list(container.entrypoint)
    if container.environment:
        described["envFrom"] = [{"secretRef": {"name": container.name}}]
    ports = [*PORTS.get(container.name, ()), *([METRICS] if container.environment.get("ISOLOIR_METRICS_BIND") else [])]
    if ports and not container.is_migration:
        described["ports"] = [{"containerPort": port} for port in ports]
    if container.is_migration:
        return described
    asked = ["isoloir", "health", container.name] if container.is_ours else ["redis-cli", "ping"]
    probe = {"exec": {"command": asked}, "timeoutSeconds": 15, "periodSeconds": 30}
    return described | {
        "startupProbe": probe | {"periodSeconds": 10, "failureThreshold": 30},
        "livenessProbe": probe | {"failureThreshold": 3},
        "readinessProbe": probe | {"periodSeconds": 10, "failureThreshold": 2},
    }
