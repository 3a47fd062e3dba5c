"""What the sink reads from its environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.runtime.settings import RuntimeSettings


class SinkSettings(RuntimeSettings):
    """Addresses are ``host:port``; the account and token are those that the SMS client must present."""

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_SINK_", extra="ignore", populate_by_name=True)

    directory: Path
    smtp_bind: str = Field(default="127.0.0.1:2525", pattern=r"^[^:]+:\d+$")
    http_bind: str = Field(default="127.0.0.1:2580", pattern=r"^[^:]+:\d+$")
    account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    auth_token: str = Field(min_length=16, repr=False)


def host_and_port(bind: str) -> tuple[str, int]:
    """``"127.0.0.1:2525"`` → ``("127.0.0.1", 2525)``."""
    host, _, port = bind.rpartition(":")
    return host, int(port)
