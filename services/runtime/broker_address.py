"""Where the broker is, as one address: `amqp://account:password@host:port/vhost`, and with TLS

`amqps://account:password@host:5671/vhost?cacertfile=CA.pem`, in the names of RabbitMQ's own URI query parameters:
`cacertfile` (without it, the authorities that the machine trusts), `certfile` and `keyfile` (this process's own
certificate, where the broker asks for one). A broker whose certificate does not name its host is never spoken to.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

TLS_FILES = {"cacertfile": "ca_certs", "certfile": "certfile", "keyfile": "keyfile"}
"""Name in the address → name that amqp and the standard library have for the same file."""


@dataclass(frozen=True)
class BrokerAddress:
    """An address taken apart. `uri` is without the query, which kombu, pika and nameko each read differently."""

    uri: str
    account: str
    host: str
    tls: bool
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, amqp_uri: str) -> BrokerAddress:
        """Take an address apart. Raises ValueError where it is none, or names a file that cannot be read."""
        parts = urlsplit(amqp_uri)
        if amqp_uri and not (parts.scheme in {"amqp", "amqps"} and parts.hostname and parts.port != 0):
            raise ValueError("should be amqp://account:password@host:port/virtual-host")
        named = dict(parse_qsl(parts.query, keep_blank_values=True))
        tls = parts.scheme == "amqps"
        if set(named) - set(TLS_FILES) or (named and not tls):
            raise ValueError(f"knows {', '.join(TLS_FILES)}, with amqps://")
        if missing := sorted(name for name, path in named.items() if not Path(path).is_file()):
            raise ValueError(f"names no readable file as {', '.join(missing)}")
        return cls(
            urlunsplit(parts._replace(query="")),
            unquote(parts.username or ""),
            parts.hostname or "",
            tls,
            {TLS_FILES[name]: path for name, path in named.items()},
        )

    def kombu_ssl(self) -> dict[str, Any] | bool:
        """The `ssl` argument of kombu's Connection, and nameko's AMQP_SSL."""
        if not self.tls:
            return False
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": self.host, **self.files}

    def pika_parameters(self) -> Any:
        """Pika's connection parameters."""
        import pika

        # pika would read TLS options from the scheme; they are given instead.
        parameters = pika.URLParameters(self.uri.replace("amqps://", "amqp://", 1))
        if self.tls:
            context = ssl.create_default_context(cafile=self.files.get("ca_certs"))
            if "certfile" in self.files:
                context.load_cert_chain(self.files["certfile"], self.files.get("keyfile"))
            parameters.ssl_options = pika.SSLOptions(context, self.host)
            if urlsplit(self.uri).port is None:
                parameters.port = 5671
        return parameters
