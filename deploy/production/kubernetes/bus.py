"""RabbitMQ by its own operator: a cluster of three with quorum queues, and the accounts that the contracts say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.cli.broker_definitions import variable
from deploy.production.broker.accounts import accounts
from deploy.production.broker.definitions import definitions
from deploy.production.kubernetes.composition import BROKER_DEFINITIONS, Container
from deploy.production.kubernetes.workloads import Manifest, labels

NODES = 3
STORAGE = "20Gi"
CONFIGURATION = Path(__file__).resolve().parents[1] / "broker" / "rabbitmq.conf"
PLACE = "/var/lib/isoloir/broker"


def cluster(broker: Container, storage_class: str = "") -> Manifest:
    """The broker. A queue that is declared durable and quorum lives on three nodes, and two of them carry on."""
    persistence: dict[str, Any] = {"storage": STORAGE} | ({"storageClassName": storage_class} if storage_class else {})
    mounted = {"name": BROKER_DEFINITIONS, "mountPath": PLACE, "readOnly": True}
    pod = {
        "containers": [{"name": "rabbitmq", "volumeMounts": [mounted]}],
        "volumes": [{"name": BROKER_DEFINITIONS, "secret": {"secretName": BROKER_DEFINITIONS}}],
    }
    return {
        "apiVersion": "rabbitmq.com/v1beta1",
        "kind": "RabbitmqCluster",
        # Its labels are given to its pods by the operator.
        "metadata": {"name": broker.name, "labels": {"app": broker.name} | labels(broker)},
        "spec": {
            "replicas": NODES,
            "image": broker.image,
            "persistence": persistence,
            "resources": {
                "requests": {"cpu": "1", "memory": broker.memory},
                "limits": {"memory": broker.memory},
            },
            "rabbitmq": {"additionalConfig": CONFIGURATION.read_text(encoding="utf-8")},
            "override": {"statefulSet": {"spec": {"template": {"spec": pod}}}},
            "terminationGracePeriodSeconds": 600,
        },
    }


def secret(made: Container) -> Manifest:
    """Accounts, rights and queues as the broker loads them. In: the container that writes the file in compose."""
    passwords = {one.name: made.environment[variable(one.name)] for one in accounts()}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": BROKER_DEFINITIONS},
        "type": "Opaque",
        "stringData": {"definitions.json": json.dumps(definitions(passwords))},
    }
