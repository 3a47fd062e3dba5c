"""Settings from the environment, checked once when a process starts."""

import re
import sys
from typing import Annotated, Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.runtime.broker_address import BrokerAddress
from services.runtime.service_names import SERVICES
from services.runtime.time_limits import TimeLimits

EXIT_BAD_CONFIGURATION = 78  # EX_CONFIG of sysexits.h


HexKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RuntimeSettings(BaseSettings):
    """What every process knows; each service adds its own fields under its own prefix."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    amqp_uri: str = Field(default="", validation_alias="AMQP_URI")
    """Address of RabbitMQ (services.runtime.broker_address); empty for the in-process bus of demonstrations."""
    log_level: str = Field(default="INFO", validation_alias="ISOLOIR_LOG_LEVEL", pattern="^(DEBUG|INFO|WARNING|ERROR)$")
    public_url: str = Field(
        default="http://127.0.0.1:8080", validation_alias="ISOLOIR_PUBLIC_URL", pattern=r"^https?://[^\s/]+$"
    )
    """Where voters reach the gateway: scheme and host, no trailing slash."""
    metrics_bind: str = Field(default="", validation_alias="ISOLOIR_METRICS_BIND")
    """Where Prometheus asks this process, host:port, or the next free port; empty: nowhere."""
    database_lock_seconds: float = Field(
        default=TimeLimits.lock, validation_alias="ISOLOIR_DATABASE_LOCK_SECONDS", gt=0, lt=TimeLimits.statement
    )
    database_statement_seconds: float = Field(
        default=TimeLimits.statement,
        validation_alias="ISOLOIR_DATABASE_STATEMENT_SECONDS",
        gt=0,
        le=TimeLimits.statement,
    )
    database_idle_seconds: float = Field(
        default=TimeLimits.idle, validation_alias="ISOLOIR_DATABASE_IDLE_SECONDS", gt=0, le=900
    )
    """PostgreSQL's limits of time (services.runtime.time_limits): they only go down, or callers would give up first."""
    database_background_seconds: float = Field(
        default=TimeLimits.background, validation_alias="ISOLOIR_DATABASE_BACKGROUND_SECONDS", gt=0, le=86_400
    )
    """The same for one statement of a job, which nobody waits for: a roll of a million lines is taken over by a handful."""

    def time_limits(self) -> TimeLimits:
        """How long to wait for the database."""
        return TimeLimits(
            lock=self.database_lock_seconds,
            statement=self.database_statement_seconds,
            idle=self.database_idle_seconds,
            background=self.database_background_seconds,
        )

    event_keys: dict[str, HexKey] = Field(
        default_factory=dict, validation_alias="ISOLOIR_EVENT_KEYS", validate_default=True
    )
    """Service → public key, as JSON: its events are signed by it, and calls of it sealed to it. Empty without a broker."""
    inbox_days: int = Field(default=30, validation_alias="ISOLOIR_INBOX_DAYS", ge=1, le=3650)
    """How long an event that was worked off is known again by its id; a relay repeats within minutes."""
    concurrent_requests: int = Field(default=10, ge=2, le=400)
    """How many requests one process of a service works on at a time; those behind them wait in the broker."""
    job_lease_seconds: float = Field(default=30.0, validation_alias="ISOLOIR_JOB_LEASE_SECONDS", ge=1, le=3600)
    """How long the job of a worker that died waits for the next one; a worker at work renews it."""

    @field_validator("*")
    @classmethod
    def _addresses_can_be_used(cls, value: Any, info: ValidationInfo) -> Any:
        """Addresses are known by the ends of their names; a mistyped one would show as a traceback much later."""
        name = str(info.field_name)
        if value == "" == cls.model_fields[name].default:  # where nothing is meant to listen or be reached
            return value
        for ending, check in _ADDRESSES.items():
            if name.endswith(ending):
                check(value)
        return value


class ServiceSettings(RuntimeSettings):
    """What every process of a service knows."""

    database_url: str
    event_private_key: str = Field(default="", pattern=r"^([0-9a-f]{64})?$", repr=False, validate_default=True)
    """Ed25519 seed that the service signs its events with; without a broker it may be empty."""

    @field_validator("event_private_key")
    @classmethod
    def _events_are_signed(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("amqp_uri") and not value:
            raise ValueError("with a broker, events are signed by their sender")
        return value

    @field_validator("event_keys")
    @classmethod
    def _every_sender_is_known(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        missing = [service for service in SERVICES if service not in value]
        if info.data.get("amqp_uri") and missing:
            raise ValueError(f"with a broker, the keys of all senders are needed: {', '.join(missing)}")
        return value


def _check_broker(value: str) -> None:
    try:
        urlsplit(value).port  # noqa: B018 - of a port that is none, the standard library repeats what was written
    except ValueError:
        raise ValueError("should be amqp://account:password@host:port/virtual-host") from None
    BrokerAddress.parse(value)


def _check_database(value: str) -> None:
    # Here, since the gateway has settings but no database.
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        make_url(value).get_dialect().import_dbapi()
    except (ArgumentError, ImportError, ValueError):
        raise ValueError("should be sqlite:///file or postgresql+psycopg2://account:password@host/name") from None


def _check_bind(value: str) -> None:
    found = re.fullmatch(r"(?:[^\s:/]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})", value)
    if not found or not 0 < int(found[1]) < 65536:
        raise ValueError("should be host:port")


_ADDRESSES = {"amqp_uri": _check_broker, "database_url": _check_database, "bind": _check_bind}


SettingsType = TypeVar("SettingsType", bound=RuntimeSettings)


def load(settings_class: type[SettingsType], *, needs_broker: bool = False) -> SettingsType:
    """Read the environment into `settings_class`.

    In: a settings class; `needs_broker`, whether the process can do nothing without AMQP_URI. Out: its instance. Where a
    setting is missing or wrong, one clear line on standard error that names every such setting, never its value, and the
    process ends with status 78.
    """
    try:
        loaded = settings_class()
    except ValidationError as error:
        prefix = str(settings_class.model_config.get("env_prefix", ""))
        faults = []
        for fault in error.errors(include_url=False, include_input=False):
            field = str(fault["loc"][0]) if fault["loc"] else "?"
            name = field if field.isupper() else f"{prefix}{field}".upper()
            faults.append(f"{name}: {fault['msg'].removeprefix('Value error, ')}")
        _refuse(faults)
    if needs_broker and not loaded.amqp_uri:
        _refuse(["AMQP_URI: this process needs a broker"])
    return loaded


def _refuse(faults: list[str]) -> NoReturn:
    print(f"isoloir: cannot start, wrong settings: {'; '.join(faults)}", file=sys.stderr)  # noqa: T201
    raise SystemExit(EXIT_BAD_CONFIGURATION)


def environment_names(settings_class: type[RuntimeSettings]) -> set[str]:
    """The names of the environment variables that `settings_class` reads."""
    prefix = str(settings_class.model_config.get("env_prefix", ""))
    return {
        str(field.validation_alias) if field.validation_alias else f"{prefix}{name}".upper()
        for name, field in settings_class.model_fields.items()
    }
