"""Settings of the credential authority, from ISOLOIR_REASSORT_*."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.reassort.codes.voting_code import DEFAULT_ITERATIONS
from services.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """The keys have no default: spares under a well-known key would be spares for everybody."""

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_REASSORT_", extra="ignore")

    database_url: str = "sqlite:///var/reassort.sqlite"
    code_key: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False, description="NaCl SecretBox key of the spares at rest")
    printer_recipient: str = Field(
        pattern=r"^age1[02-9ac-hj-np-z]{58}$", description="age recipient that notices are sealed for: the printer's"
    )
    sms_public_key: str = Field(
        pattern=r"^[0-9a-f]{64}$",
        description="X25519 public key of short messages, that re-issued codes are sealed for",
    )
    register_private_key: str = Field(
        pattern=r"^[0-9a-f]{64}$", repr=False, description="Ed25519 seed that heads of the register are signed with"
    )
    pbkdf2_iterations: int = Field(default=DEFAULT_ITERATIONS, ge=1, le=10_000_000)
    spares_per_voter: int = Field(default=3, ge=0, le=20)
