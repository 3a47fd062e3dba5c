"""PostgreSQL by CloudNativePG: for each service a cluster of three, with the accounts that init.sh makes for compose."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploy.production.kubernetes.composition import Container
from deploy.production.kubernetes.workloads import Manifest, labels
from deploy.production.postgresql.grants import OWNER

RELAY = "isoloir_relay"
INSTANCES = 3
STORAGE = "100Gi"
IMAGE = "ghcr.io/cloudnative-pg/postgresql:15-bookworm"


def manifests(containers: list[Container], storage_class: str = "") -> Iterator[Manifest]:
    """The clusters.

    Args:
        containers: of the composition.
        storage_class: of their volumes, empty for the one that the platform chooses.
    """
    for one in containers:
        if one.is_database:
            yield cluster(one, storage_class)


def secrets(containers: list[Container]) -> Iterator[Manifest]:
    """The passwords of their accounts, one secret each, as the operator reads them."""
    for one in containers:
        if one.is_database:
            for account, password in _accounts(one).items():
                yield {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "metadata": {"name": _secret_name(one, account), "labels": {"cnpg.io/reload": "true"}},
                    "type": "kubernetes.io/basic-auth",
                    "stringData": {"username": account, "password": password},
                }


def cluster(container: Container, storage_class: str) -> Manifest:
    """One service's servers. What was committed is on two of them before it is said: a lost node loses no ballot."""
    name = container.environment["ISOLOIR_DATABASE_NAME"]
    owner, running, relay = _accounts(container)
    storage: dict[str, Any] = {"size": STORAGE} | ({"storageClass": storage_class} if storage_class else {})
    return {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "metadata": {"name": container.name},
        "spec": {
            "instances": INSTANCES,
            "imageName": IMAGE,
            "inheritedMetadata": {"labels": labels(container)},
            "enableSuperuserAccess": False,
            "postgresql": {"synchronous": {"method": "any", "number": 1}},
            "bootstrap": {
                "initdb": {
                    "database": name,
                    "owner": owner,
                    "encoding": "UTF8",
                    "secret": {"name": _secret_name(container, owner)},
                    "postInitApplicationSQL": _accounts_and_walls(name, owner, running, relay),
                }
            },
            "managed": {
                "roles": [
                    {
                        "name": account,
                        "ensure": "present",
                        "login": True,
                        "passwordSecret": {"name": _secret_name(container, account)},
                    }
                    for account in (running, relay)
                ],
                # Under the name that the services' settings have, as in compose.
                "services": {
                    "additional": [
                        {"selectorType": "rw", "serviceTemplate": {"metadata": {"name": container.name}}},
                    ]
                },
            },
            "storage": storage,
            "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": container.memory}},
        },
    }


def _accounts(container: Container) -> dict[str, str]:
    told = container.environment
    name = told["ISOLOIR_DATABASE_NAME"]
    return {
        f"{name}{OWNER}": told["ISOLOIR_OWNER_PASSWORD"],
        name: told["ISOLOIR_DATABASE_PASSWORD"],
        RELAY: told["ISOLOIR_RELAY_PASSWORD"],
    }


def _secret_name(container: Container, account: str) -> str:
    return f"{container.name}-{account.replace('_', '-')}"


def _accounts_and_walls(name: str, owner: str, running: str, relay: str) -> list[str]:
    """The same as init.sh; passwords are given by the operator, from the secrets."""
    return [
        f'CREATE ROLE "{running}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE',
        f'CREATE ROLE "{relay}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE',
        f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC',
        f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO "{running}"',
        f'GRANT CONNECT ON DATABASE "{name}" TO "{relay}"',
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f'ALTER SCHEMA public OWNER TO "{owner}"',
    ]
