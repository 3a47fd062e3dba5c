"""Why nothing could be started, in words for whoever asked."""

from urllib.parse import urlsplit


class PortTaken(RuntimeError):
    """Another program listens on the port that was asked for."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"Le port {port} de cette machine est déjà pris par un autre programme. "
            f"Choisissez-en un autre : .venv/bin/isoloir demo --port {port + 1}"
        )


class MigrationFailed(RuntimeError):
    """`isoloir migrate` did not end well; the message ends with what it said."""


class BusUnreachable(RuntimeError):
    """The RabbitMQ that AMQP_URI names does not take connections; the message has no password."""

    def __init__(self, amqp_uri: str) -> None:
        where = _host_and_port(amqp_uri)
        super().__init__(
            f"RabbitMQ ne répond pas à l'adresse d'AMQP_URI ({where}), ou refuse ce compte. "
            "Corrigez-la, ou retirez AMQP_URI pour un bus privé sur cette machine."
        )


def _host_and_port(address: str) -> str:
    try:
        parts = urlsplit(address)
        return f"{parts.hostname}:{parts.port or 5672}" if parts.hostname else "illisible"
    except ValueError:
        return "illisible"
