"""What `isoloir doctor` looks at: the portal from outside, and what its services say of themselves."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from deploy.operator.client import OperatorClient, OperatorRefusal

SECONDS = 5.0
FAILURES_ASKED = 200
RECENT = timedelta(hours=3)


@dataclass(frozen=True)
class Urn:
    """What one election's two books count: ballots before and after the poll book was asked, since people vote meanwhile.

    While it is open the poll book is behind: it is told in batches (docs/adr/0005).
    """

    code: str
    before: int
    signed: int
    after: int
    is_open: bool = False


@dataclass(frozen=True)
class Observed:
    """What was seen, with nothing judged yet.

    Attributes:
        refusal: the code that the portal, or the way to it, refuses with; empty where it answers.
        certificate_problem: what is wrong with the portal's certificate, in the library's words; empty where nothing is.
        certificate_days: how long the certificate is valid still; None without https.
        conditions: service → its condition, as its contract has it.
        away: service → why it does not answer.
        jobs: all jobs, each with its service.
        failures: messages that failed or wait with a reason.
        queued: channel → how many messages wait.
        urns: of the current voting event.
        deliveries: what became of the messages of the last hours, by hour, channel, operator and territory.
        dead_letters: how many messages the broker has set aside.
        queues: the broker's, as the portal sees them: queue, service, messages, readers.
        test_addresses: from where load testers pass without a challenge; empty where nobody does.
        passkeys_elsewhere: what agents' passkeys are bound to, where the portal is not there; empty otherwise.
        offsets: service → by how many seconds its clock is before this machine's.
    """

    refusal: str = ""
    certificate_problem: str = ""
    certificate_days: float | None = None
    conditions: dict[str, dict[str, Any]] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)
    jobs: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)
    queued: dict[str, int] = field(default_factory=dict)
    urns: list[Urn] = field(default_factory=list)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    offsets: dict[str, float] = field(default_factory=dict)
    dead_letters: int = 0
    queues: list[dict[str, Any]] = field(default_factory=list)
    test_addresses: str = ""
    passkeys_elsewhere: str = ""


def observe(client: OperatorClient) -> Observed:
    """Look at everything; whatever cannot be asked is left out, and hides nothing else."""
    problem, days = certificate(client.base_url)
    if problem:
        return Observed(certificate_problem=problem, certificate_days=days)
    asked_at = datetime.now(UTC)
    try:
        found = client.condition()
    except OperatorRefusal as refusal:
        return Observed(refusal=refusal.code, certificate_days=days)
    middle = asked_at + (datetime.now(UTC) - asked_at) / 2
    return Observed(
        certificate_days=days,
        conditions=found["services"],
        away=found["away"],
        dead_letters=found.get("dead_letters") or 0,
        queues=found.get("queues") or [],
        test_addresses=found.get("test_addresses") or "",
        passkeys_elsewhere=passkeys_elsewhere(found.get("passkeys") or {}, found.get("public_url") or ""),
        jobs=or_else([], lambda: client.jobs()["jobs"]),
        failures=or_else([], lambda: client.list_failures(FAILURES_ASKED)),
        queued=or_else({}, lambda: _queued(client.message_counts())),
        urns=or_else([], lambda: _urns(client)),
        deliveries=or_else([], lambda: client.deliveries((asked_at - RECENT).isoformat(), asked_at.isoformat())),
        offsets={
            service: (datetime.fromisoformat(condition["now"]) - middle).total_seconds()
            for service, condition in found["services"].items()
        },
    )


def passkeys_elsewhere(terms: dict[str, Any], url: str) -> str:
    """Hold what agents' passkeys are bound to against the address of the portal.

    Args:
        terms: as identity says them; empty where it does not.
        url: the public one, as the portal knows it.

    Returns:
        The name that passkeys are bound to, where the portal is not under it; empty otherwise, and where there are none.
    """
    name, host = terms.get("rp_id") or "", urlsplit(url).hostname or ""
    serves = host == name or host.endswith(f".{name}") or (name == "localhost" and host in {"127.0.0.1", "::1"})
    return "" if not name or serves else str(name)


def certificate(url: str) -> tuple[str, float | None]:
    """Look at the certificate of an address.

    Returns:
        What is wrong with it, and how many days it is valid still. No words and None for http, or where nobody answers:
        that is seen elsewhere.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return "", None
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), timeout=SECONDS) as connection,
            ssl.create_default_context().wrap_socket(connection, server_hostname=parts.hostname) as secured,
        ):
            until = str((secured.getpeercert() or {}).get("notAfter", ""))
    except ssl.SSLCertVerificationError as error:
        return error.verify_message, None
    except OSError:
        return "", None
    left = datetime.fromtimestamp(ssl.cert_time_to_seconds(until), UTC) - datetime.now(UTC)
    return "", left.total_seconds() / 86_400


def _queued(counts: list[dict[str, Any]]) -> dict[str, int]:
    return {line["channel"]: line["count"] for line in counts if line["state"] == "queued"}


def _urns(client: OperatorClient) -> list[Urn]:
    event = client.voting_event()
    codes = {one["uuid"]: one["code"] for one in event["elections"] if one["mode"] == "online"}
    before = {uuid: client.describe_election(uuid) for uuid in codes}
    signed = {line["uuid"]: line["signed"] for line in client.attendance(event["voting_event"])}
    after = {uuid: _counted(client.describe_election(uuid)) for uuid in codes}
    return [
        Urn(
            code,
            _counted(before[uuid]),
            signed.get(uuid, 0),
            after[uuid],
            before[uuid]["state"] in {"open", "closing"},
        )
        for uuid, code in codes.items()
    ]


def _counted(described: dict[str, Any]) -> int:
    """Ballots that a signature stands for: of those of a voter who has voted again, one."""
    return int(described["ballots"]) - int(described.get("replaced", 0))


def or_else(nothing: Any, ask: Callable[[], Any]) -> Any:
    """What is answered, or `nothing` where the portal or a service refuses."""
    try:
        return ask()
    except OperatorRefusal:
        return nothing
