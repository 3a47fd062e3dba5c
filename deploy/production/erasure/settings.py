"""What erasing needs to know: where the databases are, and the key that identity signed the sealing with. Nothing else."""

from __future__ import annotations

from pydantic import Field
from sqlalchemy.engine import URL, make_url

from services.runtime.service_names import SERVICES
from services.runtime.settings import HexKey, RuntimeSettings


class Settings(RuntimeSettings):
    """The variables have the names that the services read them by; on PostgreSQL the account is the erasing one."""

    identity_database_url: str = Field(
        default="sqlite:///var/identity.sqlite", validation_alias="ISOLOIR_IDENTITY_DATABASE_URL"
    )
    ballot_database_url: str = Field(
        default="sqlite:///var/ballot.sqlite", validation_alias="ISOLOIR_BALLOT_DATABASE_URL"
    )
    reassort_database_url: str = Field(
        default="sqlite:///var/reassort.sqlite", validation_alias="ISOLOIR_REASSORT_DATABASE_URL"
    )
    notification_database_url: str = Field(
        default="sqlite:///var/notification.sqlite", validation_alias="ISOLOIR_NOTIFICATION_DATABASE_URL"
    )
    permit_private_key: HexKey = Field(repr=False, validation_alias="ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY")

    def urls(self) -> dict[str, URL]:
        """Service → its database."""
        return {service: make_url(getattr(self, f"{service}_database_url")) for service in SERVICES}
