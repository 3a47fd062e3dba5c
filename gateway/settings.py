"""Settings of the gateway, from the environment. A wrong one stops the start with one clear line."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.runtime.settings import RuntimeSettings


class Settings(RuntimeSettings):
    """What the gateway needs to know; names in the environment begin with ISOLOIR_GATEWAY_.

    `presentation_file` is the voting event file written by `isoloir operator import-event`: the booth takes
    unions and logos from it. Empty: lists are shown by name alone.
    """

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_GATEWAY_", extra="ignore")

    secret_key: SecretStr = Field(min_length=32)
    bind: str = "127.0.0.1:8080"
    threads: int = Field(default=16, ge=1, le=256)
    operator_token: SecretStr = SecretStr("")
    demo_dir: str = ""
    secure_cookies: bool = False
    presentation_file: str = ""
