"""Every operator command ends by saying what comes next: whoever runs an election for the first time is never left alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from deploy.operator.command import command
from deploy.operator.commands import campaigns
from gateway.api.operators.schemas import SERVICES_WITH_JOBS
from services.identity.contract.limits import ROLL_COLUMNS
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, FakeRpc, described
from tests.unit.gateway.test_doctor import condition
from tests.unit.gateway.test_operator_commands import READY, SEAL, job
from tests.unit.gateway.test_operator_files import LINE, definition
from tests.unit.gateway.test_operator_portal_commands import CAMPAIGN, progress

CEREMONY: dict[str, Any] = {
    "voting_event": EVENT_UUID,
    "round": 1,
    "threshold": 1,
    "step": "done",
    "seats": [],
    "groups": [{"group": "g", "size": 2, "threshold": 1, "step": "done", "certificates": []}],
}
OPEN: dict[str, Any] = {"state": "active", "last_log_in": None}
PATHS: dict[str, tuple[str, ...]] = {
    "new-event": ("{folder}/new",),
    "readiness": (),
    "import-event": ("{folder}/event.json", "--yes"),
    "import-roll": ("{folder}/roll.csv", "--yes"),
    "generate-codes": (),
    "remove-voter": ("a@x.fr", "--reason", "Fin de détachement.", "--yes"),
    "ceremony open": ("--administration", "a@x.fr", "--delegate", "b@x.fr", "--threshold", "1"),
    "ceremony status": (),
    "mock-election": (),
    "seal": (*SEAL[1:], "--yes"),
    "close": ("--reason", "essai", "--yes"),
    "tally status": (),
    "publish": (),
    "download-archive": (ONLINE, "--to", "{folder}/urn.bel"),
    "campaign start": ("--no-follow",),
    "campaign progress": (),
    "claims list": (),
    "claims answer": ("1", "--state", "accepted", "--answer", "Corrigé."),
    "assistance list": (),
    "assistance answer": ("1", "--answer", "Voici."),
    "counts": (),
    "earlier-turnout": ("{folder}/before.csv",),
    "failures": (),
    "jobs": (),
    "parked list": (),
    "parked retry": ("--service", "ballot"),
    "reissues shared-phones": (),
    "deliveries": (),
    "notices not-handed-over": ("a@x.fr", "--reason", "absent"),
    "notices list": (),
    "integrity": (),
    "waiting-room show": (),
    "waiting-room auto": (),
    "waiting-room open": ("--yes",),
    "waiting-room pace": ("60",),
    "waiting-room hold": ("--yes",),
}
"""Each command → what it is called with, over a portal where everything answers."""
ELSEWHERE = ("archive-all",)
"""Over urns that are verified: tests/unit/archive/test_archive_all.py."""
SEALED = {
    "sealed_at": "2026-12-02T08:00:00+00:00",
    "emptiness": {"ballots": 0},
    "alarm": 0,
    "software": "ab" * 32,
    "checking": False,
    "checked_at": "2026-12-04T06:00:00+00:00",
    "parts": ["roll"],
    "differences": [],
    "total": 0,
}


REMOVED = {
    "removal": "5e5e5e5e-0000-4000-8000-00000000000a",
    "state": "done",
    "who": "Zoé Nom",
    "assignment": "Lycée",
    "leaves": ["CSA"],
    "stays": [],
    "codes_made": True,
}


def board_member(letter: str) -> dict[str, Any]:
    """A member of the board, as identity describes one."""
    return {
        "agent": f"{letter * 8}-0000-4000-8000-{letter * 12}",
        "email": f"{letter}@x.fr",
        "name": letter,
        "role": "delegate",
        "elections": [],
        **OPEN,
    }


def leaves(found: click.Command, name: str = "") -> Iterator[str]:
    """The names of all commands below one."""
    if isinstance(found, click.Group):
        for word, below in found.commands.items():
            yield from leaves(below, f"{name} {word}".strip())
    else:
        yield name


@pytest.fixture
def portal(rpc: FakeRpc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeRpc:
    """Services that take and answer anything."""
    monkeypatch.setattr(campaigns, "EVERY", 0.01)
    (tmp_path / "event.json").write_text(json.dumps(definition()), encoding="utf-8")
    (tmp_path / "roll.csv").write_text("\n".join([";".join(ROLL_COLUMNS), LINE]), encoding="utf-8")
    (tmp_path / "before.csv").write_text("scrutin;heure;pourcentage\nCSA;1;1,8\n", encoding="utf-8")
    for service in SERVICES_WITH_JOBS:
        rpc.table[service, "jobs"] = {"jobs": []}
    for service in ("identity", "ballot", "reassort", "notification"):
        rpc.table[service, "condition"] = condition(service)
        rpc.table[service, "retry_parked"] = {"retried": 1}
    done = {
        "voters": 2,
        "entitlements": 3,
        "missing": 0,
        "election_hash": "HASH",
        "head": "x",
        "credentials": 8,
        "elections": [],
    }
    done |= {"added": 2, "removed": 0, "changed": 0, "fields": [], "confirm": False}
    rpc.table |= {
        ("identity", "open_voting_event"): {"voting_event": "x"},
        ("identity", "attendance"): {"elections": [{"uuid": ONLINE, "entitled": 2, "signed": 0}]},
        ("identity", "stage_roll"): {"staged": 1},
        ("identity", "start_compare_roll"): {"job": "j"},
        ("identity", "start_commit_roll"): {"job": "j"},
        ("identity", "start_seal_roll"): {"job": "j"},
        ("identity", "start_check_roll_integrity"): {"job": "j"},
        ("identity", "roll_integrity"): SEALED,
        ("ballot", "start_check_integrity"): {"job": "j"},
        ("ballot", "integrity"): SEALED,
        ("identity", "job"): job("done", result=done),
        ("identity", "open_campaign"): {"campaign": CAMPAIGN},
        ("identity", "campaign_progress"): progress(450),
        ("identity", "send_campaign_page"): {"queued": 0, "finished": True},
        ("identity", "list_campaigns"): {"campaigns": [{"campaign": CAMPAIGN, **progress(450)}]},
        ("identity", "list_claims_queue"): {"claims": [], "next": None},
        ("identity", "answer_claim"): {"claim": 1, "state": "accepted"},
        ("identity", "list_assistance"): {"requests": [], "next": None},
        ("identity", "answer_assistance"): {"request": 1},
        ("identity", "ask_removal"): REMOVED,
        ("identity", "record_earlier_turnout"): {"elections": 1, "hours": 1},
        ("identity", "list_notices"): {"notices": [], "next": None},
        ("identity", "record_notice"): {"new": True},
        ("identity", "list_board"): {"agents": [board_member("a"), board_member("b")]},
        ("reassort", "start_generate_codes"): {"job": "j"},
        ("reassort", "job"): job("done", result=done),
        ("reassort", "code_counts"): {"voters": 2, "spares": 6, "credentials": 8, "notices": 2},
        ("identity", "list_shared_phones"): {"phones": []},
        ("ballot", "create_election"): {"uuid": "x"},
        ("ballot", "open_ceremony"): {},
        ("ballot", "ceremony"): CEREMONY,
        ("ballot", "sealing_checks"): READY,
        ("ballot", "start_mock"): {"job": "j"},
        ("ballot", "start_seal_election"): {"job": "j"},
        ("ballot", "job"): job("done", result=done),
        ("ballot", "close_election"): {"head": "HEAD", "ballots": 2},
        ("ballot", "describe_election"): described(),
        ("ballot", "publish_result"): {"result": '{"result":[[1,7,3]]}', "ballots": 11},
        ("notification", "message_counts"): {"counts": []},
        ("notification", "list_failures"): {"failures": []},
        ("notification", "list_deliveries"): {"deliveries": []},
    }
    return rpc


def run(address: str, folder: Path, name: str) -> Result:
    """Run a command as a terminal would."""
    arguments = [one.format(folder=folder) for one in PATHS[name]]
    runner = CliRunner(env={"COLUMNS": "200", "ISOLOIR_TOKEN": OPERATOR_TOKEN})
    return runner.invoke(command, ["--url", address, *name.split(), *arguments])


def test_no_command_is_left_out() -> None:
    assert sorted(leaves(command)) == sorted([*PATHS, *ELSEWHERE])


@pytest.mark.parametrize("name", PATHS)
def test_a_command_ends_by_saying_what_comes_next(name: str, address: str, portal: FakeRpc, tmp_path: Path) -> None:
    result = run(address, tmp_path, name)
    assert result.exit_code == (1 if name == "readiness" else 0), result.output
    assert result.output.rstrip().splitlines()[-1].startswith("Ensuite : "), result.output


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("draft", "readiness"),
        ("open", "counts"),
        ("suspended", "counts"),
        ("closing", "délai de grâce"),
        ("closed", "decrypt-all"),
        ("tallied", "publish"),
        ("published", "download-archive"),
    ],
)
def test_the_tally_says_what_comes_next_in_each_state(
    state: str, said: str, address: str, portal: FakeRpc, tmp_path: Path
) -> None:
    portal.table["ballot", "describe_election"] = described(state=state)
    owners = {"encrypted_tally": "[]", "sized": "{}", "election_hash": "h", "owners": []}
    portal.table["ballot", "encrypted_tally"] = [Refusal("tally_missing"), owners]
    portal.table["ballot", "start_tally"] = {"job": "j"}
    assert said in run(address, tmp_path, "tally status").output.splitlines()[-1]
