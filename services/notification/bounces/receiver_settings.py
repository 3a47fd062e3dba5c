"""What the receiver of bounces reads from its environment (prefix ISOLOIR_BOUNCES_)."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.runtime.settings import RuntimeSettings


class BounceSettings(RuntimeSettings):
    """`bind` is host:port; the bus is needed, since notification is another process."""

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_BOUNCES_", extra="ignore", populate_by_name=True)

    amqp_uri: str = Field(validation_alias="AMQP_URI", min_length=1)
    bind: str = Field(default="127.0.0.1:2526", pattern=r"^[^:]+:\d+$")

    @property
    def host(self) -> str:
        """The address to listen at."""
        return self.bind.rpartition(":")[0]

    @property
    def port(self) -> int:
        """The port to listen at."""
        return int(self.bind.rpartition(":")[2])
