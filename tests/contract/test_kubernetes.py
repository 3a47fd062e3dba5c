"""Kubernetes manifests: valid by its schemas, with the processes, walls and secrets of docker-compose.yml."""

import json
import stat
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner

from deploy.production.images.new_env import EXAMPLE, filled
from deploy.production.kubernetes.__main__ import COMPOSITION, command, files
from deploy.production.kubernetes.composition import Container, NotSet, read_composition, read_settings
from deploy.production.kubernetes.network import OUTSIDE

VERSION = "1.34"
OPERATORS = {"RabbitmqCluster", "Cluster"}
"""Kinds of the operators, which Kubernetes' schemas do not describe."""
PRINTER = "age1" + "q" * 58


@pytest.fixture(scope="module")
def env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("env") / ".env"
    file.write_text(filled(EXAMPLE.read_text()).replace("PRINTER_RECIPIENT=\n", f"PRINTER_RECIPIENT={PRINTER}\n"))
    return file


@pytest.fixture(scope="module")
def containers(env_file: Path) -> dict[str, Container]:
    return {one.name: one for one in read_composition(COMPOSITION, read_settings(env_file))}


@pytest.fixture(scope="module")
def made(containers: dict[str, Container]) -> list[dict[str, Any]]:
    return [one for content in files(list(containers.values())).values() for one in content]


def of_kind(made: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    found = [one for one in made if one["kind"] == kind]
    named = {one["metadata"]["name"]: one for one in found}
    assert len(named) == len(found), f"two of one name: {kind}"
    return named


def pods(made: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The templates of all pods of processes."""
    return {
        one["spec"]["template"]["metadata"]["labels"]["app"]: one["spec"]["template"]
        for one in made
        if one["kind"] in ("Deployment", "Job")
    }


def test_kubernetes_takes_every_manifest(made: list[dict[str, Any]]) -> None:
    known = [one for one in made if one["kind"] not in OPERATORS]
    assert len(known) > 60
    for one in known:
        kubernetes_validate.validate(one, VERSION, strict=True)


def test_every_process_of_the_composition_runs(containers: dict[str, Container], made: list[dict[str, Any]]) -> None:
    elsewhere = {"rabbitmq", "broker-definitions", *(name for name in containers if name.endswith("-database"))}
    assert set(pods(made)) == set(containers) - elsewhere
    assert set(of_kind(made, "Cluster")) == {name for name in elsewhere if name.endswith("-database")}
    assert "sink" not in containers, "the demonstration's"


def test_a_process_is_told_what_compose_tells_it_and_nothing_else(
    containers: dict[str, Container], made: list[dict[str, Any]]
) -> None:
    secrets = of_kind(made, "Secret")
    for name, pod in pods(made).items():
        [container] = pod["spec"]["containers"]
        told = [one["secretRef"]["name"] for one in container.get("envFrom", [])]
        assert told == ([name] if containers[name].environment else [])
        assert "env" not in container, "what is told stands in the secret alone"
        for one in told:
            assert secrets[one]["stringData"] == containers[name].environment
    assert "${" not in json.dumps(made), "every variable has its value"


def test_no_password_stands_outside_the_secrets(env_file: Path, containers: dict[str, Container]) -> None:
    given = read_settings(env_file)
    hidden = {
        value for name, value in given.items() if name.endswith(("PASSWORD", "PRIVATE_KEY", "SECRET_KEY", "TOKEN"))
    }
    hidden -= {""}
    assert len(hidden) > 20
    content = files(list(containers.values()))
    secrets = content.pop("1-secrets.yaml")
    assert all(one["kind"] == "Secret" for one in secrets)
    rest = json.dumps(content)
    assert [value for value in hidden if value in rest] == []


def test_the_walls_are_those_of_the_composition(containers: dict[str, Container], made: list[dict[str, Any]]) -> None:
    policies = of_kind(made, "NetworkPolicy")
    assert policies["nothing"]["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [],
        "egress": [],
    }
    networks = {network for one in containers.values() for network in one.networks} - set(OUTSIDE)
    assert {name for name in policies if name.startswith("within-")} == {f"within-{network}" for network in networks}
    labels = {name: pod["metadata"]["labels"] for name, pod in pods(made).items()}
    labels |= {name: one["spec"]["inheritedMetadata"]["labels"] for name, one in of_kind(made, "Cluster").items()}
    labels |= {name: one["metadata"]["labels"] for name, one in of_kind(made, "RabbitmqCluster").items()}
    inside = {
        name: {label.removeprefix("isoloir/") for label, value in given.items() if value == "inside"}
        for name, given in labels.items()
    }
    assert inside == {name: set(containers[name].networks) for name in inside}


def test_only_who_delivers_reaches_the_world_and_only_the_portal_is_reached(made: list[dict[str, Any]]) -> None:
    policies = of_kind(made, "NetworkPolicy")
    anywhere = [
        name
        for name, one in policies.items()
        for rule in one["spec"].get("egress", [])
        if any("ipBlock" in peer for peer in rule.get("to", []))
    ]
    assert anywhere == ["deliver"]
    open_doors = {
        name: rule["ports"][0]["port"]
        for name, one in policies.items()
        for rule in one["spec"].get("ingress", [])
        if "from" not in rule
    }
    assert open_doors == {"voters": 8080, "returned": 2526}


def test_databases_have_the_accounts_of_the_services_addresses(
    containers: dict[str, Container], made: list[dict[str, Any]]
) -> None:
    secrets = of_kind(made, "Secret")
    for name, one in of_kind(made, "Cluster").items():
        initial = one["spec"]["bootstrap"]["initdb"]
        accounts = {initial["owner"]: initial["secret"]["name"]} | {
            role["name"]: role["passwordSecret"]["name"] for role in one["spec"]["managed"]["roles"]
        }
        passwords = {account: secrets[held]["stringData"]["password"] for account, held in accounts.items()}
        service = name.removesuffix("-database")
        used = [
            value
            for process in (service, f"{service}-migrate", "relay")
            for setting, value in containers[process].environment.items()
            if f"@{name}/" in value
        ]
        assert len(used) == 3
        for address in used:
            account, _, rest = address.partition("://")[2].partition(":")
            assert rest == f"{passwords[account]}@{name}/{initial['database']}"
        assert one["spec"]["instances"] == 3
        assert one["spec"]["postgresql"]["synchronous"]["number"] == 1


def test_what_serves_voters_survives_the_loss_of_a_node(made: list[dict[str, Any]]) -> None:
    deployments, budgets = of_kind(made, "Deployment"), of_kind(made, "PodDisruptionBudget")
    scaled = of_kind(made, "HorizontalPodAutoscaler")
    for process in ("gateway", "identity", "ballot", "reassort", "notification"):
        least = (
            scaled[process]["spec"]["minReplicas"] if process in scaled else deployments[process]["spec"]["replicas"]
        )
        assert least >= 2
        assert budgets[process]["spec"]["maxUnavailable"] == 1
        assert deployments[process]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert {"gateway", "ballot"} <= set(scaled)


def test_no_process_has_rights_on_its_machine(made: list[dict[str, Any]]) -> None:
    for name, pod in pods(made).items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        [container] = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert container["resources"]["limits"]["memory"].endswith(("Gi", "Mi")), name


def test_the_command_writes_files_for_their_owner_alone(env_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "kubernetes"
    said = CliRunner().invoke(
        command, ["--env-file", str(env_file), "--out", str(out), "--image", "registry.example.org/isoloir@sha256:0"]
    )
    assert said.exit_code == 0, said.output
    assert "kubectl apply" in said.output
    written = [one for file in sorted(out.iterdir()) for one in yaml.safe_load_all(file.read_text())]
    assert {"Deployment", "Cluster", "RabbitmqCluster", "Ingress"} <= {one["kind"] for one in written}
    images = {pod["spec"]["containers"][0]["image"] for pod in pods(written).values()}
    assert images == {"registry.example.org/isoloir@sha256:0", "redis:7-bookworm"}
    for file in out.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_missing_value_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(EXAMPLE.read_text())
    said = CliRunner().invoke(command, ["--env-file", str(file), "--out", str(tmp_path / "out")])
    assert said.exit_code == 1
    assert "BROKER_IDENTITY_PASSWORD" in said.output
    assert "PRINTER_RECIPIENT" in said.output
    assert not (tmp_path / "out").exists()
    with pytest.raises(NotSet):
        read_composition(COMPOSITION, {})
