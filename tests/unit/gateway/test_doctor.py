"""`isoloir doctor`: each fault is named, with what to do, from what the portal and its services say."""

import datetime
import json
import ssl
import threading
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.operator.command import command as operator
from deploy.operator.watch import doctor
from deploy.operator.watch.diagnosis import diagnose
from deploy.operator.watch.observation import Observed, Urn, certificate, passkeys_elsewhere
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.service_names import DELIVERERS, WORKERS
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, FakeRpc, described

NOW = "2026-12-03T08:15:00+00:00"
PARKED = {
    "event": "e1",
    "source": "ballot",
    "type": "activated",
    "attempts": 12,
    "reason": "KeyError",
    "correlation_id": "4bea7734-fa75-40a5-99bc-180307fa8989",
    "received_at": NOW,
}


def process(kind: str, silent: int = 3) -> dict[str, Any]:
    """A process by its kind."""
    return {"process": f"{kind}@vote1:17", "kind": kind, "started_at": NOW, "silent_seconds": silent}


def aside_of(service: str) -> list[str]:
    """The processes that a service has beside the one that serves."""
    return [name for name, owner in (WORKERS | DELIVERERS).items() if owner == service]


def condition(service: str, **changes: Any) -> dict[str, Any]:
    """A service that is well, but for the changes."""
    well = {
        "service": service,
        "now": datetime.datetime.now(datetime.UTC).isoformat(),
        "outbox": 0,
        "outbox_oldest_seconds": None,
        "inbox": 0,
        "inbox_oldest_seconds": None,
        "parked_count": 0,
        "parked": [],
        "processes": [process(kind) for kind in (service, *aside_of(service), "relay")],
        "disks": [{"path": "/var/lib/isoloir", "free_percent": 60}],
    }
    return well | changes


def of_ballot(**changes: Any) -> Observed:
    """All is well but for ballot."""
    return Observed(conditions={"identity": condition("identity"), "ballot": condition("ballot", **changes)})


def queue(messages: int, readers: int | None) -> dict[str, Any]:
    return {"queue": "rpc-ballot", "service": "ballot", "messages": messages, "readers": readers}


def failure(channel: str, state: str, reason: str) -> dict[str, Any]:
    """A message that did not leave."""
    return {"channel": channel, "state": state, "reason": reason}


FAULTS = {
    "portal_unreachable": Observed(refusal="unreachable"),
    "token": Observed(refusal="operator_refused"),
    "certificate": Observed(certificate_problem="certificate has expired"),
    "certificate_expires": Observed(certificate_days=6),
    "broker_blocked": Observed(away=dict.fromkeys(("identity", "ballot"), "RpcUnavailable: the broker is blocked")),
    "broker_away": Observed(away=dict.fromkeys(("identity", "ballot"), "RpcUnavailable: the broker does not answer")),
    "service_gone": Observed(away={"ballot": "RpcTimeout: ballot.health: no answer in 2 s"}),
    "database_away": Observed(away={"ballot": "RpcUnavailable: OperationalError"}),
    "database_read_only": Observed(away={"ballot": "RpcUnavailable: InternalError 25006"}),
    "disk_full": Observed(away={"ballot": "RpcUnavailable: OperationalError 53100"}),
    "service_failing": Observed(away={"ballot": "ServiceFault: 4bea7734"}),
    "relay_silent": Observed(conditions={"ballot": condition("ballot", processes=[process("relay", 900)])}),
    "process_silent": of_ballot(processes=[process("ballot", 600), process("ballot-worker"), process("relay")]),
    "deliverer_missing": Observed(
        conditions={
            "notification": condition(
                "notification", processes=[process(kind) for kind in ("notification", "notification-mail", "relay")]
            )
        }
    ),
    "worker_missing": of_ballot(processes=[process("ballot"), process("relay")]),
    "outbox_old": of_ballot(outbox=12, outbox_oldest_seconds=300),
    "inbox_old": of_ballot(inbox=12, inbox_oldest_seconds=300),
    "events_parked": of_ballot(parked_count=1, parked=[PARKED]),
    "dead_letters": Observed(conditions={"ballot": condition("ballot")}, dead_letters=3),
    "queue_missing": Observed(conditions={"ballot": condition("ballot")}, queues=[queue(0, None)]),
    "queue_unread": Observed(conditions={"ballot": condition("ballot")}, queues=[queue(3, 0)]),
    "queue_long": Observed(conditions={"ballot": condition("ballot")}, queues=[queue(5_000, 2)]),
    "job_failed": Observed(jobs=[{"state": "failed", "kind": "tally", "reason": "OSError"}], away={"x": "RpcTimeout"}),
    "channel_away": Observed(failures=[failure("email", "queued", "connection_refused")], away={"x": "RpcTimeout"}),
    "many_failures": Observed(failures=[failure("email", "failed", "smtp_550")] * 20, away={"x": "RpcTimeout"}),
    "deliveries_low": Observed(
        deliveries=[
            {"channel": "sms", "arrived": 11, "failed": 40, "unknown": 49},
            {"channel": "email", "arrived": 100, "failed": 1, "unknown": 0},
        ],
        away={"x": "RpcTimeout"},
    ),
    "poll_book_behind": Observed(conditions={"ballot": condition("ballot")}, urns=[Urn("CSA", 9, 7, 9)]),
    "poll_book_ahead": Observed(conditions={"ballot": condition("ballot")}, urns=[Urn("CSA", 9, 10, 9)]),
    "test_addresses": Observed(conditions={"ballot": condition("ballot")}, test_addresses="192.0.2.7"),
    "passkeys_elsewhere": Observed(conditions={"ballot": condition("ballot")}, passkeys_elsewhere="example.net"),
    "clock": Observed(conditions={"ballot": condition("ballot")}, offsets={"ballot": -3600.0}),
    "checks_slow": of_ballot(backend="libsodium"),
    "disk_low": of_ballot(disks=[{"path": "/var/lib/isoloir", "free_percent": 4}]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_with_what_to_do(name: str) -> None:
    found = {one.name: one for one in diagnose(FAULTS[name])}
    assert name in found
    assert found[name].what.endswith((".", "…"))
    assert len(found[name].remedy) > 15


def test_every_fault_has_its_entry_in_the_runbook() -> None:
    runbook = Path("docs/operations.md").read_text(encoding="utf-8")
    assert [name for name in FAULTS if f"| `{name}` |" not in runbook] == []


def test_nothing_wrong_is_said_and_what_is_on_its_way_is_no_fault() -> None:
    assert diagnose(of_ballot()) == []
    votes = Observed(
        conditions={"ballot": condition("ballot", outbox=2, outbox_oldest_seconds=1)},
        urns=[Urn("CSA", 9, 7, 11, is_open=True)],
        offsets={"ballot": 1.5},
    )
    assert diagnose(votes) == []


def test_what_hurts_voters_comes_first() -> None:
    found = diagnose(of_ballot(processes=[process("ballot"), process("relay")], outbox=9, outbox_oldest_seconds=99))
    assert [one.name for one in found] == ["outbox_old", "worker_missing"]


def run(address: str, *arguments: str) -> Result:
    """Run the doctor as a terminal would."""
    return CliRunner(env={"COLUMNS": "200", "ISOLOIR_TOKEN": OPERATOR_TOKEN}).invoke(
        doctor.command, ["--url", address, *arguments]
    )


@pytest.fixture
def well(rpc: FakeRpc) -> FakeRpc:
    """Services that are well, and an urn."""
    for service in ("identity", "ballot", "reassort", "notification"):
        rpc.table[service, "condition"] = condition(service)
        rpc.table[service, "jobs"] = {"jobs": []}
    rpc.table["notification", "list_failures"] = {"failures": []}
    rpc.table["notification", "message_counts"] = {"counts": [{"channel": "email", "state": "queued", "count": 4}]}
    rpc.table["identity", "attendance"] = {"elections": [{"uuid": ONLINE, "entitled": 9, "signed": 3}]}
    rpc.table["ballot", "describe_election"] = described(ballots=3)
    return rpc


def test_one_screen_says_that_all_is_well(address: str, well: FakeRpc) -> None:
    well.table["ballot", "condition"] = condition("ballot", backend="native")
    result = run(address)
    assert result.exit_code == 0, result.output
    assert "Rien ne gêne les électeurs." in result.output
    assert "3 bulletin(s), 3 émargement(s)" in result.output
    assert "vérifications : code natif" in result.output


def test_one_screen_says_what_to_do_and_ends_with_1(address: str, well: FakeRpc) -> None:
    well.table["ballot", "health"] = RpcTimeout("ballot.health: no answer in 2 s")
    well.table["reassort", "health"] = RpcUnavailable("OperationalError 53100")
    well.table["identity", "condition"] = condition("identity", parked_count=1, parked=[PARKED])
    result = run(address, "--json")
    assert result.exit_code == 1
    names = {one["name"] for one in json.loads(result.output[result.output.index("[\n") :])}
    assert names == {"service_gone", "disk_full", "events_parked"}
    assert "isoloir serve ballot" in run(address).output


def test_parked_events_are_listed_and_tried_again_by_a_command(address: str, well: FakeRpc) -> None:
    well.table["identity", "condition"] = condition("identity", parked_count=1, parked=[PARKED])
    well.table["identity", "retry_parked"] = {"retried": 1}

    def say(*arguments: str) -> Result:
        return CliRunner(env={"COLUMNS": "250", "ISOLOIR_TOKEN": OPERATOR_TOKEN}).invoke(
            operator, ["--url", address, "parked", *arguments]
        )

    assert PARKED["correlation_id"] in say("list").output
    assert "1 événement(s) repris" in say("retry", "--service", "identity", "--event", "e1").output
    assert well.made("identity", "retry_parked")[0].payload == {"event": "e1"}
    well.table["identity", "retry_parked"] = {"retried": 0}
    unknown = say("retry", "--service", "identity", "--event", "e2")
    assert unknown.exit_code == 1
    assert "n’est pas (ou plus) mis de côté" in unknown.output
    assert EVENT_UUID not in unknown.output


EXPIRED = Path(__file__).with_name("expired.pem")
"""Key and certificate of localhost, valid for one day of 2020; nothing was ever guarded by them."""


def test_an_expired_certificate_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(EXPIRED))
    server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(EXPIRED)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        problem, _ = certificate(f"https://localhost:{server.server_port}")
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
    assert "expired" in problem
    assert certificate("http://localhost:1") == ("", None)


def test_passkeys_are_held_against_the_address_of_the_portal() -> None:
    terms = {"rp_id": "example.org", "origins": []}
    for address in ("https://example.org", "https://vote.example.org:8443"):
        assert passkeys_elsewhere(terms, address) == ""
    for address in ("https://example.net", "https://badexample.org"):
        assert passkeys_elsewhere(terms, address) == "example.org"
    assert passkeys_elsewhere({"rp_id": "localhost"}, "http://127.0.0.1:8080") == ""
    assert passkeys_elsewhere({}, "https://example.org") == passkeys_elsewhere({"rp_id": None}, "http://x") == ""
