"""Settings of the gateway, from the environment. A wrong one stops the start with one clear line."""

import hmac
import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from services.runtime.settings import RuntimeSettings

LARGEST_TEST_NETWORK = {4: 24, 6: 64}
"""IP version → the shortest prefix of a network of load testers: whole providers are no load testers."""
SPARE_THREADS = 8
"""What answers supervisors, static files and those whose line is full."""
LIMIT_OF_REQUESTS = r"^[1-9][0-9]{0,8} per ([1-9][0-9]{0,3} )?(second|minute|hour|day)s?$"


class Settings(RuntimeSettings):
    """What the gateway needs to know; names in the environment begin with ISOLOIR_GATEWAY_.

    `presentation_file` is the voting event file written by `isoloir operator import-event`: the booth takes
    unions and logos from it. Empty: lists are shown by name alone.

    `challenge` is what the forms of anonymous visitors ask for: an image or a voice to copy (CAPTCHA), or work done by
    the browser (ALTCHA), whose cost is `challenge_max_number`: the greatest count of SHA-256 that a solver may need.
    `challenge_key` signs those challenges (64 hexadecimal digits, the same for all gateways; from `secret_key` when
    empty). `ratelimit_storage` is a URI of the `limits` library: memory:// counts in each gateway by itself, redis://…
    for several together. `workers`: processes that serve at the same address; 0 stands for 2 where the store of limits is
    shared, for 1 where it is memory://. `line_…`: how many requests of a kind one process answers at a time
    (gateway.edge.lines). `trusted_proxies`: how many proxies in front write X-Forwarded-For; with 0 the header is not
    believed. `proxy_addresses`: from where the nearest of them comes (addresses and networks, with commas); whoever comes
    from elsewhere is not believed. `hosts`: names, with commas, under which the portal answers besides that of
    ISOLOIR_PUBLIC_URL. `operator_bind`: another address, where alone the operators' API answers; empty, it answers at `bind`
    like all the rest. `demonstration`: nothing here is in earnest, so that one `operator_token` may stand for all agents.
    `test_addresses`: addresses and networks of load testers, with commas: no challenge there, no limit by address
    (gateway.captcha.load_testers); only in a demonstration, or where `test_addresses_in_earnest` says so.
    `content_dir`: the folder of texts for voters, Markdown files.
    `archive_dir`: where copies of the public archives are kept for downloads; they may be deleted at any time.
    """

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_GATEWAY_", extra="ignore")

    secret_key: SecretStr = Field(min_length=32)
    secret_key_before: SecretStr = SecretStr("")
    """The one before, while it is being replaced: what it signed is still read, nothing is signed by it any more."""
    bind: str = "127.0.0.1:8080"
    operator_bind: str = ""
    reuse_port: bool = False
    """Whether other gateways of this machine listen at the same address: one that is away is no outage."""
    workers: int = Field(default=0, ge=0, le=64)
    line_vote: int = Field(default=24, ge=1, le=500)
    line_log_in: int = Field(default=32, ge=1, le=500)
    line_session: int = Field(default=24, ge=1, le=500)
    line_public: int = Field(default=16, ge=1, le=500)
    line_operator: int = Field(default=6, ge=1, le=100)
    line_download: int = Field(default=8, ge=1, le=500)
    operator_token: SecretStr = SecretStr("")
    demonstration: bool = False
    demo_dir: str = ""
    secure_cookies: bool = False
    presentation_file: str = ""
    content_dir: Path = Path(__file__).parent / "content" / "default"
    archive_dir: Path = Path("var/archives")
    roll_upload_megabytes: int = Field(default=200, ge=1, le=1500)
    """The largest roll file that an operator may send from a page."""
    spool_dir: Path | None = None
    """Where a body that is too large for memory waits while it comes, in files without a name that nobody else can open and
    that end with the request; absent: the system's temporary folder."""
    challenge: Literal["captcha", "proof_of_work"] = "captcha"
    challenge_key: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = Field(default="", repr=False)
    challenge_max_number: int = Field(default=50_000, ge=1, le=10_000_000)
    delivery_alert: float = Field(default=0.9, gt=0, le=1)
    """Below which share of messages that arrive the pages of agents say so."""
    status_dir: str = ""
    """Where the public status page is written too, for a proxy to serve while the portal is away; empty: nowhere."""
    waiting_pace: int = Field(default=0, ge=0, le=1_000_000)
    """How many arrivals a minute all gateways together let in before others wait (gateway.waiting); 0: not bound."""
    waiting_inside: int = Field(default=0, ge=0, le=10_000_000)
    """How many may have been let in during the last `waiting_inside_minutes`; 0: not bound. With both 0 nobody waits."""
    waiting_inside_minutes: int = Field(default=15, ge=1, le=30)
    waiting_automatic: bool = True
    """Whether arrivals wait, at the pace at which log-ins are served, while a service says that it can hash no more."""
    ratelimit_enabled: bool = True
    ratelimit_storage: str = "memory://"
    address_limit: Annotated[str, StringConstraints(pattern=LIMIT_OF_REQUESTS)] = "3000 per minute"
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    proxy_addresses: str = "127.0.0.0/8,::1/128"
    hosts: str = ""
    test_addresses: str = ""
    test_addresses_in_earnest: bool = False

    @property
    def operator_port(self) -> int | None:
        """The port of the operators' API, None where it has none of its own."""
        return int(self.operator_bind.rpartition(":")[2]) if self.operator_bind else None

    @property
    def listeners(self) -> list[str]:
        """Where the portal listens."""
        return [self.bind, *([self.operator_bind] if self.operator_bind else [])]

    @field_validator("secret_key_before")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 32:
            raise ValueError("should have at least 32 characters, or be empty")
        return value

    @model_validator(mode="after")
    def _ports_differ(self) -> "Settings":
        """The port is what tells the two apart."""
        if self.operator_port == int(self.bind.rpartition(":")[2]):
            raise ValueError("ISOLOIR_GATEWAY_OPERATOR_BIND: should be another port than that of ISOLOIR_GATEWAY_BIND")
        return self

    @field_validator("proxy_addresses")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for one in _listed(value):
            ipaddress.ip_network(one, strict=False)
        return value

    def proxies(self) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        """Where believed proxies are."""
        return [ipaddress.ip_network(one, strict=False) for one in _listed(self.proxy_addresses)]

    @field_validator("test_addresses")
    @classmethod
    def _are_small_networks(cls, value: str) -> str:
        for one in _listed(value):
            network = ipaddress.ip_network(one, strict=False)
            if network.prefixlen < LARGEST_TEST_NETWORK[network.version]:
                raise ValueError(
                    f"ISOLOIR_GATEWAY_TEST_ADDRESSES: {one} is too large a network; at most /24, or /64 of IPv6"
                )
        return value

    def networks_of_tests(self) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        """Where load testers are."""
        return [ipaddress.ip_network(one, strict=False) for one in _listed(self.test_addresses)]

    @model_validator(mode="after")
    def _testers_are_not_voters(self) -> "Settings":
        """Whoever comes from there guesses without work: not in an election, unless somebody has decided it."""
        if self.test_addresses and not (self.demonstration or self.test_addresses_in_earnest):
            raise ValueError(
                "ISOLOIR_GATEWAY_TEST_ADDRESSES: load testers pass without a challenge in demonstrations alone "
                "(ISOLOIR_GATEWAY_DEMONSTRATION=true), or with ISOLOIR_GATEWAY_TEST_ADDRESSES_IN_EARNEST=true"
            )
        return self

    def more_names(self) -> list[str]:
        """Further names of the portal, in lower case."""
        return [one.lower() for one in _listed(self.hosts)]

    @model_validator(mode="after")
    def _limits_are_shared(self) -> "Settings":
        """Two processes that count for themselves would let through twice what is allowed."""
        if self.workers > 1 and not self.limits_are_shared:
            raise ValueError(
                "ISOLOIR_GATEWAY_WORKERS: several processes need ISOLOIR_GATEWAY_RATELIMIT_STORAGE=redis://host:port/0"
            )
        return self

    @property
    def waiting_is_shared(self) -> bool:
        """Whether all gateways have one waiting room: where the store of limits is a Redis."""
        return self.ratelimit_storage.startswith(("redis://", "rediss://", "unix://"))

    @model_validator(mode="after")
    def _waiting_is_shared(self) -> "Settings":
        """Several lines would be no order."""
        if (self.waiting_pace or self.waiting_inside) and self.limits_are_shared and not self.waiting_is_shared:
            raise ValueError(
                "ISOLOIR_GATEWAY_WAITING_PACE, ISOLOIR_GATEWAY_WAITING_INSIDE: the waiting room of several gateways needs "
                "ISOLOIR_GATEWAY_RATELIMIT_STORAGE=redis://host:port/0"
            )
        return self

    @model_validator(mode="after")
    def _shared_token_is_for_demonstrations(self) -> "Settings":
        """Whoever holds a shared token is nobody in the journal."""
        if self.operator_token.get_secret_value() and not self.demonstration:
            raise ValueError(
                "ISOLOIR_GATEWAY_OPERATOR_TOKEN: a shared token is for demonstrations alone "
                "(ISOLOIR_GATEWAY_DEMONSTRATION=true); agents make personal tokens at /agents/jetons"
            )
        return self

    @property
    def limits_are_shared(self) -> bool:
        """Whether all gateways count in one store."""
        return not self.ratelimit_storage.startswith("memory:")

    @property
    def processes(self) -> int:
        """How many processes serve."""
        return self.workers or (2 if self.limits_are_shared else 1)

    def places(self) -> dict[str, int]:
        """Line → its places in one process. Readiness asks all services: two supervisors at a time."""
        return {
            "vote": self.line_vote,
            "log_in": self.line_log_in,
            "session": self.line_session,
            "public": self.line_public,
            "operator": self.line_operator,
            "download": self.line_download,
            "readiness": 2,
        }

    @property
    def threads(self) -> int:
        """Threads of one process: one for each place, and some that no line can take."""
        return sum(self.places().values()) + SPARE_THREADS

    def secret_keys(self) -> list[str]:
        """Keys of what browsers keep: those that are read alone, then the one that signs too."""
        return [one for one in (self.secret_key_before.get_secret_value(), self.secret_key.get_secret_value()) if one]

    def key_of_challenges(self) -> bytes:
        """The key that signs proof-of-work challenges."""
        if self.challenge_key:
            return bytes.fromhex(self.challenge_key)
        return hmac.digest(self.secret_key.get_secret_value().encode(), b"challenge", "sha256")


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
