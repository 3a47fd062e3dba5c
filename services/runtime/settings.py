"""Settings from the environment, checked once when a process starts."""

import sys
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

EXIT_BAD_CONFIGURATION = 78  # EX_CONFIG of sysexits.h


class RuntimeSettings(BaseSettings):
    """What every process knows; each service adds its own fields under its own prefix."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    amqp_uri: str = Field(default="", validation_alias="AMQP_URI")
    """Address of RabbitMQ; empty for the in-process bus of demonstrations."""
    log_level: str = Field(default="INFO", validation_alias="ISOLOIR_LOG_LEVEL", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    public_url: str = Field(
        default="http://127.0.0.1:8080", validation_alias="ISOLOIR_PUBLIC_URL", pattern=r"^https?://[^\s/]+$"
    )
    """Where voters reach the gateway: scheme and host, no trailing slash."""


SettingsType = TypeVar("SettingsType", bound=RuntimeSettings)


def load(settings_class: type[SettingsType]) -> SettingsType:
    """Read the environment into `settings_class`.

    In: a settings class. Out: its instance. Where a setting is missing or wrong, one clear line on standard error that
    names every such setting, never its value, and the process ends with status 78.
    """
    try:
        return settings_class()
    except ValidationError as error:
        prefix = str(settings_class.model_config.get("env_prefix", ""))
        faults = []
        for fault in error.errors(include_url=False, include_input=False):
            field = str(fault["loc"][0]) if fault["loc"] else "?"
            name = field if field.isupper() else f"{prefix}{field}".upper()
            faults.append(f"{name}: {fault['msg']}")
        print(f"isoloir: cannot start, wrong settings: {'; '.join(faults)}", file=sys.stderr)  # noqa: T201
        raise SystemExit(EXIT_BAD_CONFIGURATION) from None


def environment_names(settings_class: type[RuntimeSettings]) -> set[str]:
    """The names of the environment variables that `settings_class` reads."""
    prefix = str(settings_class.model_config.get("env_prefix", ""))
    return {
        str(field.validation_alias) if field.validation_alias else f"{prefix}{name}".upper()
        for name, field in settings_class.model_fields.items()
    }
