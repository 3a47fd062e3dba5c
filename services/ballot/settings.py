"""Settings of the ballot box, from ISOLOIR_BALLOT_*."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """The two keys have no default: an urn that trusts a well-known key would accept forged permits."""

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_BALLOT_", extra="ignore")

    database_url: str = "sqlite:///var/ballot.sqlite"
    permit_public_key: str = Field(pattern=r"^[0-9a-f]{64}$", description="Ed25519 public key of identity's permits")
    receipt_private_key: str = Field(
        pattern=r"^[0-9a-f]{64}$", repr=False, description="Ed25519 seed that signs the receipts"
    )
    attendance_minutes: int = Field(default=60, ge=0, le=1440)
    """How often, at most, identity is told who has voted (docs/adr/0005); 0 for demonstrations: at once."""
    integrity_minutes: int = Field(default=60, ge=0, le=1440)
    """How often what was sealed is computed anew and compared (docs/adr/0035); 0: when somebody asks."""
    attendance_minimum: int = Field(default=20, ge=1)
    """How many must have voted since, for identity to be told before the urn is closed."""
