"""What identity reads from its environment (prefix ISOLOIR_IDENTITY_)."""

from __future__ import annotations

import os
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, model_validator
from pydantic_settings import SettingsConfigDict

from services.identity.agents.passkeys.relying_party import RelyingParty, relying_party
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
    mail_public_key: HexKey
    sms_public_key: HexKey
    """X25519: what is sent by each channel is sealed to a key of its own, which one process of notification has."""
    bcrypt_cost: int = Field(default=12, ge=4, le=16)
    link_lifetime_minutes: int = Field(default=1440, ge=5)
    campaign_link_lifetime_minutes: int = Field(default=14 * 1440, ge=60)
    session_idle_minutes: int = Field(default=30, ge=1)
    agent_idle_minutes: int = Field(default=30, ge=1, le=720)
    agent_session_hours: int = Field(default=10, ge=1, le=24)
    """How long an agent's session lasts at the most, whatever is done in it: a day's work."""
    passkey_rp_id: str = Field(default="", pattern=r"^[a-z0-9.-]{0,253}$")
    """What agents' passkeys are bound to (docs/adr/0046): the host of ISOLOIR_PUBLIC_URL, or a domain that it is in. Empty:
    that host. Whoever changes it makes all passkeys useless."""
    passkey_origins: str = ""
    """Further addresses of the portal where passkeys serve, with commas: https://, within that domain."""
    passkey_user_verification: Literal["required", "preferred", "discouraged"] = "preferred"
    """Whether an authenticator has to check its owner (PIN, finger) though the password is asked for before."""
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
    integrity_minutes: int = Field(default=60, ge=0, le=1440)
    """How often what was sealed is computed anew and compared (docs/adr/0035); 0: when somebody asks."""
    turnout_minimum: int = Field(default=20, ge=5, le=1000)
    """The smallest group whose turnout is told of, and the smallest step by which it is told to grow."""
    roll_loss_voters: int = Field(default=10, ge=0, le=1_000_000)
    roll_loss_percent: float = Field(default=1.0, ge=0, le=100)
    """How many voters may leave by an import of the roll before their number is to be typed: the larger of the two."""
    roll_upload_hours: int = Field(default=24, ge=1, le=720)
    """How long a roll file that was sent from a page waits to be imported; then all of it is deleted."""
    challenge_required: bool = True
    """Whether the profile of 2022 insists on the challenge question; only rehearsals of older clients do without."""

    oidc_issuer: str = ""
    """OpenID Connect provider that may vouch for a voter's identity in a re-issue (docs/adr/0027); empty: none."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_name: str = Field(default="FranceConnect", min_length=1, max_length=60)
    """How voters call it."""
    oidc_scopes: str = Field(
        default="openid given_name family_name preferred_username birthdate", pattern="^openid( |$)"
    )
    oidc_acr: str = ""
    """The level of assurance that is asked for and must be answered (« eidas1 »); empty: what the provider has."""

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Settings:
        if self.oidc_issuer and not is_safe_address(self.oidc_issuer):
            raise ValueError("ISOLOIR_IDENTITY_OIDC_ISSUER: an address that begins with https://")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()):
            raise ValueError("ISOLOIR_IDENTITY_OIDC_CLIENT_ID and …_OIDC_CLIENT_SECRET: needed with …_OIDC_ISSUER")
        return self

    def relying_party(self) -> RelyingParty | None:
        """What passkeys are bound to; None where the portal's address can have none."""
        return relying_party(self.public_url, self.passkey_rp_id, self.passkey_origins, self.passkey_user_verification)

    @model_validator(mode="after")
    def _passkeys_are_of_this_portal(self) -> Settings:
        try:
            self.relying_party()
        except ValueError as error:
            raise ValueError(f"ISOLOIR_IDENTITY_PASSKEY_RP_ID, …_PASSKEY_ORIGINS: {error}") from None
        return self

    @model_validator(mode="after")
    def _pages_keep_workers(self) -> Settings:
        if self.hashing_places > self.concurrent_requests - WORKERS_FOR_PAGES:
            raise ValueError(f"ISOLOIR_IDENTITY_HASHING_PLACES: at most …_CONCURRENT_REQUESTS less {WORKERS_FOR_PAGES}")
        return self


def is_safe_address(address: str) -> bool:
    """Whether an address is https, or of this very machine (a provider that tests start)."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1"))
    )
