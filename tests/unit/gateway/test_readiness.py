"""`isoloir operator readiness`: what is missing before the opening is said, with what to do; nothing else ends with 1."""

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from deploy.operator.readiness.checklist import CHECK, MISSING, READY, checklist
from deploy.operator.readiness.facts import Election, Facts
from deploy.operator.watch.observation import Observed
from services.runtime.refusals import Refusal
from tests.unit.gateway import terminal
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc, described, event
from tests.unit.gateway.test_doctor import condition, failure, process

AT = datetime(2026, 11, 1, tzinfo=UTC)
SEALED = {"sealed": True, "keys": True, "holders": 9, "expected": 9, "received": 9, "untried": []}
DRAFT = {**SEALED, "sealed": False}
SEEN = Observed(
    certificate_days=90,
    conditions={name: condition(name) for name in ("identity", "ballot", "reassort", "notification")},
    offsets={"identity": 0.5},
)
CAMPAIGN = {"name": "Ouverture", "queued": 9, "voters": 9, "activated": 0}
MAILS = {"channel": "email", "arrived": 9, "failed": 0, "unknown": 0}
TEXTS: dict[str, Any] = {"missing": [], "elections": [], "presentation": True}
READY_FACTS = Facts(
    seen=SEEN,
    at=AT,
    event=event(),
    elections=[Election("CSA", "sealed", 9, SEALED)],
    codes={"voters": 9, "spares": 9, "credentials": 18, "notices": 9},
    counts=[{"channel": "paper", "state": "sent", "count": 9}],
    recent=[MAILS],
    not_handed_over=0,
    campaigns=[CAMPAIGN],
    texts=TEXTS,
)


def but(**changes: Any) -> Facts:
    """All is ready, but for the changes."""
    return dataclasses.replace(READY_FACTS, **changes)


def drafted(**changes: Any) -> Facts:
    """An election that is not sealed."""
    return but(elections=[Election("CSA", "draft", 9, {**DRAFT, **changes})])


GAPS = {
    "event": but(event=None),
    "portal_unreachable": but(seen=Observed(refusal="unreachable")),
    "service_gone": but(seen=dataclasses.replace(SEEN, away={"ballot": "RpcTimeout: x"})),
    "worker_missing": but(
        seen=dataclasses.replace(
            SEEN,
            conditions={"ballot": condition("ballot", processes=[process("ballot"), process("relay")])},
        )
    ),
    "test_addresses": but(seen=dataclasses.replace(SEEN, test_addresses="192.0.2.7")),
    "clock": but(seen=dataclasses.replace(SEEN, offsets={"ballot": 3600.0})),
    "certificate_days": but(seen=dataclasses.replace(SEEN, certificate_days=38)),
    "elections": but(elections=None),
    "roll": but(elections=[Election("CSA", "draft", 0, DRAFT)]),
    "codes": drafted(holders=8),
    "keys": drafted(untried=["Delia Verveine"]),
    "sealing": drafted(),
    "texts": but(texts={**TEXTS, "missing": ["edito"]}),
    "presentation": but(texts={**TEXTS, "presentation": False}),
    "notices": but(counts=[{"channel": "paper", "state": "queued", "count": 9}]),
    "campaign": but(campaigns=[{**CAMPAIGN, "queued": 8}]),
    "mail": but(recent=[{**MAILS, "failed": 9}]),
    "sms": but(seen=dataclasses.replace(SEEN, failures=[failure("sms", "queued", "sms_not_configured")])),
}


@pytest.mark.parametrize("name", GAPS)
def test_what_is_missing_is_said_with_what_to_do(name: str) -> None:
    found = {one.name: one for one in checklist(GAPS[name])}
    assert found[name].state == MISSING
    assert found[name].what
    assert len(found[name].remedy) > 15


def test_what_is_ready_asks_for_nothing_and_what_nobody_can_see_is_left_to_people() -> None:
    lines = {one.name: one for one in checklist(READY_FACTS)}
    assert [one.name for one in lines.values() if one.state == MISSING] == []
    assert all(one.remedy for one in lines.values() if one.state == CHECK)
    ready = {one.name for one in lines.values() if one.state == READY}
    assert {"processes", "clock", "certificate_days", "roll", "codes", "keys", "sealing", "campaign"} <= ready
    people = {one.name for one in lines.values() if one.state == CHECK}
    assert {"backups", "capacity", "handed_over", "mail_domains", "sms"} <= people


def test_an_election_in_which_voters_may_vote_again_is_for_people_to_want() -> None:
    assert "revoting" not in {one.name for one in checklist(READY_FACTS)}
    asked = but(elections=[Election("CSA", "draft", 9, DRAFT, revoting=True)])
    [said] = [one for one in checklist(asked) if one.name == "revoting"]
    assert (said.state, "CSA" in said.what, "R211-562" in said.what) == (CHECK, True, True)


def test_what_could_not_be_asked_is_never_called_ready() -> None:
    lines = checklist(Facts(SEEN, AT, event()))
    ready = {one.name for one in lines if one.state == READY}
    assert ready == {"processes", "clock", "certificate_days", "event"}


def test_fifteen_days_before_the_notices_are_late() -> None:
    late = dataclasses.replace(GAPS["notices"], at=datetime(2026, 11, 25, tzinfo=UTC))
    said = {one.name: one.what for one in checklist(late)}
    assert "moins de quinze jours" in said["notices"]
    assert "quinze" not in {one.name: one.what for one in checklist(GAPS["notices"])}["notices"]


def run(address: str, *arguments: str) -> Result:
    """Run the command as a terminal would."""
    return terminal.run(address, "readiness", *arguments, columns=250)


@pytest.fixture
def prepared(rpc: FakeRpc) -> FakeRpc:
    """Services with an event whose roll is there, and nothing after."""
    for service in ("identity", "ballot", "reassort", "notification"):
        rpc.table[service, "condition"] = condition(service)
        rpc.table[service, "jobs"] = {"jobs": []}
    rpc.table["notification", "list_failures"] = {"failures": []}
    rpc.table["notification", "message_counts"] = {"counts": []}
    rpc.table["identity", "list_notices"] = {"notices": [], "next": None}
    rpc.table["identity", "list_campaigns"] = {"campaigns": []}
    rpc.table["identity", "attendance"] = {"elections": [{"uuid": ONLINE, "entitled": 9, "signed": 0}]}
    rpc.table["reassort", "code_counts"] = {"voters": 9, "spares": 9, "credentials": 9, "notices": 9}
    rpc.table["ballot", "describe_election"] = described(state="draft", ballots=0)
    rpc.table["ballot", "sealing_checks"] = {**DRAFT, "keys": False}
    return rpc


def test_the_command_names_what_is_missing_and_ends_with_1(address: str, prepared: FakeRpc) -> None:
    result = run(address, "--json")
    assert result.exit_code == 1, result.output
    lines = {one["name"]: one["state"] for one in json.loads(result.output[result.output.index("[\n") :])}
    assert {name for name, state in lines.items() if state == MISSING} == {
        "keys",
        "sealing",
        "texts",
        "presentation",
        "notices",
        "campaign",
    }
    for_people = run(address)
    assert for_people.exit_code == 1
    assert "✗ manque : CSA : les clés du bureau ne sont pas déposées." in for_people.output
    assert for_people.output.splitlines()[-1].startswith("Ensuite")


def test_a_portal_without_an_event_is_told_where_to_begin(address: str, prepared: FakeRpc) -> None:
    prepared.table["identity", "voting_event"] = Refusal("no_voting_event")
    result = run(address)
    assert result.exit_code == 1
    assert "isoloir operator new-event" in result.output


def test_the_runbook_names_the_command() -> None:
    assert "isoloir operator readiness" in Path("docs/operations.md").read_text(encoding="utf-8")
