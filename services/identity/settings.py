"""What identity reads from its environment (prefix ISOLOIR_IDENTITY_)."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator
from pydantic_settings import SettingsConfigDict

from services.runtime.settings import ServiceSettings

WORKERS_FOR_PAGES = 8
"""How many requests at least are answered while the line of those who log in is full."""

HexKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Settings(ServiceSettings):
    """Keys are 32 bytes in lower-case hexadecimal. Only identity holds HOLDER_KEY and PERMIT_PRIVATE_KEY."""

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_IDENTITY_", extra="ignore")

    database_url: str = "sqlite:///var/identity.sqlite"
    holder_key: HexKey = Field(repr=False)
    permit_private_key: HexKey = Field(repr=False)
    notification_public_key: HexKey
    bcrypt_cost: int = Field(default=12, ge=4, le=16)
    link_lifetime_minutes: int = Field(default=1440, ge=5)
    campaign_link_lifetime_minutes: int = Field(default=14 * 1440, ge=60)
    session_idle_minutes: int = Field(default=30, ge=1)
    agent_idle_minutes: int = Field(default=30, ge=1, le=720)
    agent_session_hours: int = Field(default=10, ge=1, le=24)
    """How long an agent's session lasts at the most, whatever is done in it: a day's work."""
    permit_minutes: int = Field(default=60, ge=1)
    concurrent_requests: int = Field(default=40, ge=10, le=400)
    hashing_places: int = Field(default=24, ge=1, le=390)
    """How many may have a password hashed, or wait for it, in one process; the next is told to come back. Fewer than the
    requests at once: pages of sessions always find a worker."""
    hashing_threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=64)
    reissues_per_voter: int = Field(default=3, ge=0, le=20)
    """How many times a voter may have another code; no more than the spares that reassort makes."""
    reissue_voters_per_phone: int = Field(default=3, ge=1)
    """How many voters may have their codes sent to one number (a couple, a staff room): beyond, it is refused."""
    challenge_required: bool = True
    """Whether the profile of 2022 insists on the challenge question; only rehearsals of older clients do without."""

    @model_validator(mode="after")
    def _pages_keep_workers(self) -> Settings:
        if self.hashing_places > self.concurrent_requests - WORKERS_FOR_PAGES:
            raise ValueError(f"ISOLOIR_IDENTITY_HASHING_PLACES: at most …_CONCURRENT_REQUESTS less {WORKERS_FOR_PAGES}")
        return self
