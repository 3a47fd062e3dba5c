"""``.venv/bin/python -m deploy.production.kubernetes``: writes manifests from docker-compose.yml and .env."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click
import yaml

from deploy.production.kubernetes import bus, databases, network, workloads
from deploy.production.kubernetes.composition import (
    BROKER,
    BROKER_DEFINITIONS,
    Container,
    NotSet,
    read_composition,
    read_settings,
)
from deploy.production.kubernetes.workloads import Manifest

COMPOSITION = Path(__file__).resolve().parents[3] / "docker-compose.yml"


def files(containers: list[Container], image: str = "", storage_class: str = "") -> dict[str, list[Manifest]]:
    """All manifests.

    Args:
        containers: of the composition.
        image: the product's, as the cluster's nodes fetch it; empty for the composition's name.
        storage_class: of the volumes; empty for the platform's own choice.

    Returns:
        Name of the file → its manifests. Secrets are in the first alone.
    """
    ours = [replace(one, image=image) if image and one.is_ours else one for one in containers]
    named = {one.name: one for one in ours}
    processes = [one for one in ours if one.name != BROKER_DEFINITIONS and (one.is_ours or one.is_migration)]
    running = [*processes, *(one for one in ours if one.name == "limits")]
    return {
        "1-secrets.yaml": [
            *(workloads.secret(one) for one in running if one.environment),
            *databases.secrets(ours),
            bus.secret(named[BROKER_DEFINITIONS]),
        ],
        "2-network.yaml": list(network.manifests(ours)),
        "3-databases.yaml": list(databases.manifests(ours, storage_class)),
        "4-broker.yaml": [bus.cluster(named[BROKER], storage_class)],
        "5-processes.yaml": list(workloads.manifests(running)),
    }


class _Plain(yaml.SafeDumper):
    """Each manifest stands for itself: no anchors, which people stumble over."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def write(folder: Path, made: dict[str, list[Manifest]]) -> None:
    """Write the files, readable by their owner alone: keys and passwords are among them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in made.items():
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yaml.dump_all(content, file, Dumper=_Plain, sort_keys=False, allow_unicode=True)


@click.command()
@click.option("--env-file", type=click.Path(path_type=Path, exists=True, dir_okay=False), default=Path(".env"))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("build/kubernetes"))
@click.option("--image", default="", help="The product's image, as the nodes fetch it: registry/isoloir@sha256:…")
@click.option("--storage-class", default="", help="Of the databases' and the broker's volumes.")
def command(env_file: Path, out: Path, image: str, storage_class: str) -> None:
    """Write the manifests of docker-compose.yml's processes, for a namespace of their own."""
    try:
        containers = read_composition(COMPOSITION, read_settings(env_file))
    except NotSet as missing:
        raise click.ClickException(f"{env_file} has no value for: {missing}") from None
    made = files(containers, image, storage_class)
    write(out, made)
    click.echo(
        f"{out}: {sum(map(len, made.values()))} manifests; 1-secrets.yaml has the keys: keep it as you keep {env_file}."
    )
    click.echo(f"Next: kubectl apply --namespace isoloir --filename {out}   (docs/operations.md, Kubernetes)")


if __name__ == "__main__":
    command()
