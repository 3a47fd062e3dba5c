"""docker-compose.yml and .env as they are read: which containers there are, and what each is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?::([?-])([^}]*))?\}")
OURS = "isoloir:"
DATABASE, MIGRATION, DEMONSTRATION = "-database", "-migrate", "demo"
BROKER, BROKER_DEFINITIONS, LIMITS = "rabbitmq", "broker-definitions", "limits"


class NotSet(ValueError):
    """Variables that docker-compose.yml wants and the file of settings does not have: their names."""


@dataclass(frozen=True)
class Container:
    """One container of docker-compose.yml.

    Attributes:
        name: of the process.
        image: with its version.
        command: of our image's entry point, or of the image itself.
        entrypoint: in place of the image's, empty for the image's own.
        environment: name → value, every variable filled in.
        networks: the names of the walls that it stands within.
        volumes: name of the volume → where it is mounted; files of the repository are left out.
        memory: most that it may use, as Kubernetes writes it (« 2Gi »).
    """

    name: str
    image: str
    command: tuple[str, ...]
    entrypoint: tuple[str, ...]
    environment: dict[str, str]
    networks: tuple[str, ...]
    volumes: dict[str, str]
    memory: str

    @property
    def is_ours(self) -> bool:
        """Whether it runs the product's image."""
        return self.image.startswith(OURS)

    @property
    def is_database(self) -> bool:
        """Whether it is a PostgreSQL server."""
        return self.name.endswith(DATABASE)

    @property
    def is_migration(self) -> bool:
        """Whether it ends when it has done its work."""
        return self.name.endswith(MIGRATION)


def read_settings(file: Path) -> dict[str, str]:
    """The variables of an .env file, as docker compose reads them: NAME=value, lines of comments left out."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#") and "=" in line)


def read_composition(file: Path, settings: Mapping[str, str]) -> list[Container]:
    """The containers of a composition, without the demonstration's.

    Args:
        file: docker-compose.yml.
        settings: the variables of .env.

    Raises:
        NotSet: required variables are empty or missing.
    """
    described: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["services"]
    wanted = {name: one for name, one in described.items() if DEMONSTRATION not in one.get("profiles", ())}
    missing = {variable for one in wanted.values() for variable in _missing(one, settings)}
    if missing:
        raise NotSet(", ".join(sorted(missing)))
    return [_container(name, one, settings) for name, one in wanted.items()]


def _missing(described: Any, settings: Mapping[str, str]) -> set[str]:
    found = VARIABLE.findall(str(described))
    return {name for name, kind, _default in found if kind != "-" and not settings.get(name)}


def _filled(text: Any, settings: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: settings.get(found[1]) or (found[3] if found[2] == "-" else ""), str(text))


def _container(name: str, described: dict[str, Any], settings: Mapping[str, str]) -> Container:
    mounted = (str(one).split(":") for one in described.get("volumes", ()))
    return Container(
        name=name,
        image=_filled(described["image"], settings),
        command=tuple(_filled(word, settings) for word in described.get("command", ())),
        entrypoint=tuple(described.get("entrypoint", ())),
        environment={key: _filled(value, settings) for key, value in (described.get("environment") or {}).items()},
        networks=tuple(described.get("networks", ())),
        volumes={volume: place for volume, place, *_mode in mounted if not volume.startswith(".")},
        memory=_filled(described.get("mem_limit", "512m"), settings).upper() + "i",
    )
