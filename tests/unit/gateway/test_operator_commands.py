"""`isoloir operator …` against the real gateway on a loopback port, over the fake bus."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.serve import PATHS
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.commands import jobs
from deploy.operator.files import message_words
from deploy.production.hosting.loading import load_class
from gateway.api.operators.schemas import SERVICES_WITH_JOBS
from services.notification.contract.limits import CHANNELS
from services.notification.models import State
from services.runtime.contracts.jobs import JobState
from services.runtime.hosting.jobs import jobs_of
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, FakeRpc, described
from tests.unit.gateway.jobs import job
from tests.unit.gateway.terminal import run


def test_generate_codes_waits_for_its_job(address: str, rpc: FakeRpc) -> None:
    rpc.table["reassort", "start_generate_codes"] = {"job": "j"}
    rpc.table["reassort", "job"] = [
        job("waiting"),
        job("running", step="codes", done=40, total=120, remaining_seconds=300),
        job("done", result={"voters": 120, "missing": 0}),
    ]
    result = run(address, "generate-codes")
    assert result.exit_code == 0, result.output
    assert "120 électeurs" in result.output
    assert [call.payload for call in rpc.made("reassort", "start_generate_codes")] == [{"voting_event": EVENT_UUID}]


def test_voters_without_codes_are_said_and_not_passed_over(address: str, rpc: FakeRpc) -> None:
    rpc.table["reassort", "start_generate_codes"] = {"job": "j"}
    rpc.table["reassort", "job"] = job("done", result={"voters": 118, "missing": 2})
    result = run(address, "generate-codes")
    assert result.exit_code == 1
    assert "2 électeur(s) n’ont pas encore de code" in result.output


def test_a_job_that_failed_says_what_to_do(address: str, rpc: FakeRpc) -> None:
    rpc.table["reassort", "start_generate_codes"] = {"job": "j"}
    rpc.table["reassort", "job"] = job("failed", reason="RuntimeError")
    result = run(address, "generate-codes")
    assert result.exit_code == 1
    assert "Relancez la commande" in result.output
    assert "RuntimeError" in result.output


def test_jobs_are_listed_with_what_is_left(address: str, rpc: FakeRpc) -> None:
    for service in SERVICES_WITH_JOBS:
        rpc.table[service, "jobs"] = {"jobs": []}
    rpc.table["reassort", "jobs"] = {
        "jobs": [
            job("running", step="codes", done=40, total=120, remaining_seconds=7500),
            job("failed", reason="RuntimeError"),
        ]
    }
    result = run(address, "jobs")
    assert result.exit_code == 0, result.output
    assert "production des codes 40/120, encore 2 h 05" in result.output
    assert "arrêté" in result.output


def test_every_kind_and_step_of_job_has_words() -> None:
    kinds = {kind for path in PATHS.values() for kind in jobs_of(load_class(path))}
    assert kinds == set(jobs.KINDS)
    assert {state.value for state in JobState} == set(jobs.STATES)


SEAL = ("seal", "--president", "Claire Brise", "--delegate", "Noé Vent", "--delegate", "Ali Grain")
READY = {"sealed": False, "keys": True, "holders": 2, "expected": 8, "received": 8}


@pytest.fixture
def board(rpc: FakeRpc) -> FakeRpc:
    """An event that is ready to be sealed."""
    rpc.table["identity", "attendance"] = {"elections": [{"uuid": ONLINE, "entitled": 2, "signed": 0}]}
    rpc.table["ballot", "sealing_checks"] = READY
    rpc.table["identity", "start_seal_roll"] = {"job": "j"}
    rpc.table["identity", "job"] = job("done", result={"voters": 2, "entitlements": 3})
    rpc.table["ballot", "start_seal_election"] = {"job": "j"}
    rpc.table["ballot", "job"] = job("done", result={"election_hash": "HASH", "head": "x", "credentials": 8})
    return rpc


def test_sealing_names_who_is_present(address: str, board: FakeRpc) -> None:
    sealed = run(address, *SEAL, "--yes")
    assert sealed.exit_code == 0, sealed.output
    assert "HASH" in sealed.output
    assert "Échéance « " in sealed.output
    assert board.made("ballot", "start_seal_election")[0].payload == {
        "election": ONLINE,
        "present": ["Claire Brise", "Noé Vent", "Ali Grain"],
    }


@pytest.mark.parametrize(
    ("checks", "arguments", "words"),
    [
        ({"keys": False}, SEAL, "clés du bureau"),
        ({"holders": None, "expected": None, "received": 0}, SEAL, "generate-codes"),
        ({"holders": 1}, SEAL, "1 électeur(s) sans code"),
        ({"received": 7}, SEAL, "1 clé(s) publiques sont encore en route"),
        ({}, SEAL[:5], "au moins 2 délégués"),
        ({}, (*SEAL[:5], "--delegate", "Claire Brise"), "deux fois"),
        ({}, (*SEAL, "--dry-run"), "Tout est prêt"),
    ],
)
def test_sealing_is_all_or_nothing(
    address: str, board: FakeRpc, checks: dict[str, Any], arguments: tuple[str, ...], words: str
) -> None:
    board.table["ballot", "sealing_checks"] = READY | checks
    result = run(address, *arguments, *([] if "--dry-run" in arguments else ["--yes"]))
    assert words in result.output
    assert (result.exit_code == 0) is ("--dry-run" in arguments)
    assert board.made("identity", "start_seal_roll") == board.made("ballot", "start_seal_election") == []


def test_sealing_and_closing_ask_first(address: str, board: FakeRpc) -> None:
    assert run(address, *SEAL, answer="n\n").exit_code == 1
    assert run(address, "close", "--reason", "essai", answer="").exit_code == 1
    assert board.made("identity", "start_seal_roll") == board.made("ballot", "close_election") == []


def test_close_tally_and_publish_in_words(address: str, rpc: FakeRpc) -> None:
    rpc.table["ballot", "close_election"] = {"head": "HEAD", "ballots": 2}
    rpc.table["ballot", "start_tally"] = {"job": "j"}
    rpc.table["ballot", "job"] = job("done", result={})
    tallied = {
        "encrypted_tally": "[]",
        "sized": "{}",
        "election_hash": "h",
        "owners": [{"owner": 1, "group": 1, "kind": "Pedersen"}, {"owner": 2, "group": 2, "kind": "Pedersen"}],
    }
    rpc.table["ballot", "encrypted_tally"] = [Refusal("tally_missing"), tallied]
    rpc.table["ballot", "publish_result"] = {"result": '{"result":[[1,7,3]]}', "ballots": 11}
    closed = run(address, "close", "--election", "CSA", "--reason", "répétition", "--yes")
    assert closed.exit_code == 0, closed.output
    assert "2 bulletin(s)" in closed.output
    reason = {"closed_at": "2026-12-10T16:00:00+00:00", "close_reason": "répétition"}
    rpc.table["ballot", "describe_election"] = described(state="closed", **reason)
    status = run(address, "tally", "status")
    assert status.exit_code == 0, status.output
    for words in ("groupe 2 : n° 2", "clos, à dépouiller", "répétition"):
        assert words in status.output
    published = run(address, "publish")
    assert published.exit_code == 0, published.output
    rows = [line.split("│")[1:3] for line in published.output.splitlines() if line.count("│") > 2]
    assert [[cell.strip() for cell in row] for row in rows] == [
        ["Liste Nuages", "7"],
        ["Liste Marées", "3"],
        ["Vote blanc", "1"],
    ]


@pytest.mark.parametrize(
    "arguments", [("close", "--election", "XYZ", "--reason", "essai", "--yes"), ("publish", "--election", "XYZ")]
)
def test_an_election_that_nobody_knows_is_said(address: str, rpc: FakeRpc, arguments: tuple[str, ...]) -> None:
    result = run(address, *arguments)
    assert result.exit_code == 1
    assert "n’a pas de scrutin en ligne « XYZ »" in result.output
    assert f"CSA ({ONLINE})" in result.output


def test_an_event_that_nobody_knows_is_said(address: str, rpc: FakeRpc) -> None:
    rpc.table["identity", "attendance"] = Refusal("voting_event_unknown")
    result = run(address, "counts", "--event", "22222222-2222-4222-8222-222222222222")
    assert result.exit_code == 1
    assert rpc.made("reassort", "code_counts") == []


def test_counts_and_failures(address: str, rpc: FakeRpc) -> None:
    rpc.table["reassort", "code_counts"] = {"voters": 2, "spares": 6, "credentials": 8, "notices": 2}
    rpc.table["identity", "attendance"] = {"elections": [{"uuid": ONLINE, "entitled": 2, "signed": 1}]}
    rpc.table["notification", "message_counts"] = {"counts": [{"channel": "email", "state": "sent", "count": 4}]}
    rpc.table["notification", "list_failures"] = {"failures": []}
    counts = run(address, "counts")
    assert counts.exit_code == 0, counts.output
    assert "6 codes de réserve" in counts.output
    assert "e-mail" in counts.output
    assert "remis" in counts.output
    failures = run(address, "failures")
    assert failures.exit_code == 0
    assert "Aucun échec" in failures.output


def test_numbers_that_too_many_voters_use_are_shown_masked(address: str, rpc: FakeRpc) -> None:
    refused = {"masked": "06xxxxxxx", "refused": 4, "last_at": "2026-12-03T07:00:00+00:00"}
    rpc.table["identity", "list_shared_phones"] = {"phones": [refused]}
    shown = run(address, "reissues", "shared-phones")
    assert shown.exit_code == 0, shown.output
    assert "06xxxxxxx" in shown.output
    rpc.table["identity", "list_shared_phones"] = {"phones": []}
    assert "Aucun numéro" in run(address, "reissues", "shared-phones").output


def test_download_archive_leaves_no_half_file(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    target = tmp_path / "a.bel"
    result = run(address, "download-archive", ONLINE, "--to", str(target))
    assert result.exit_code == 0, result.output
    assert target.read_bytes() == b"tar"
    target.unlink()
    rpc.table["ballot", "read_archive"] = RuntimeError("broken")
    result = run(address, "download-archive", ONLINE, "--to", str(target))
    assert result.exit_code == 1
    assert "incident" in result.output
    assert list(tmp_path.glob("a.bel*")) == []


def test_refusals_end_with_a_sentence(address: str, rpc: FakeRpc) -> None:
    wrong = run(address, "failures", token="wrong")
    assert wrong.exit_code == 1
    assert "Le jeton est absent ou incorrect" in wrong.output
    assert "Référence" in wrong.output
    away = run("http://127.0.0.1:9", "failures")
    assert away.exit_code == 1
    assert "ne répond pas" in away.output


def test_client_carries_code_message_and_details(address: str, rpc: FakeRpc) -> None:
    rpc.table["ballot", "set_trustees"] = Refusal("trustees_invalid", reason="pok")
    client = OperatorClient(address, OPERATOR_TOKEN)
    with pytest.raises(OperatorRefusal) as caught:
        client.set_trustees(ONLINE, "[]")
    client.close()
    assert caught.value.code == "trustees_invalid"
    assert caught.value.details == {"reason": "pok"}
    assert caught.value.message.startswith("Le fichier des clés publiques")


def test_every_channel_and_state_of_notification_has_words() -> None:
    assert set(message_words.CHANNELS) == set(CHANNELS)
    assert set(message_words.STATES) == {state.value for state in State}


def test_deliveries_are_a_table_and_a_file(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    line = {"hour": "2026-12-03T10:00:00+00:00", "channel": "sms", "operator": "first", "territory": "RE", "asked": 100}
    line |= {"arrived": 11, "failed": 9, "unknown": 80, "waiting": 0, "in_time": 7, "mean_seconds": 42}
    rpc.table["notification", "list_deliveries"] = {"deliveries": [line]}
    shown = run(address, "deliveries", "--since", "2026-12-03", "--until", "2026-12-04T10:00")
    assert shown.exit_code == 0, shown.output
    assert "11,0" in shown.output
    asked = rpc.made("notification", "list_deliveries")[0].payload
    assert asked == {"since": "2026-12-03T00:00:00+00:00", "until": "2026-12-04T10:00:00+00:00"}
    file = tmp_path / "remise.csv"
    assert run(address, "deliveries", "--csv", str(file)).exit_code == 0
    heading, *rows = file.read_text(encoding="utf-8").splitlines()
    assert heading.startswith("heure;canal;operateur;territoire;demandes;arrives")
    assert rows == ["2026-12-03T10:00:00+00:00;sms;first;RE;100;11;9;80;0;0.1100;7;42"]
    rpc.table["notification", "list_deliveries"] = {"deliveries": []}
    assert "Aucun message" in run(address, "deliveries").output


def test_notices_that_were_not_handed_over_are_recorded_and_followed(address: str, rpc: FakeRpc) -> None:
    rpc.table["identity", "record_notice"] = [{"new": True}, {"new": False}]
    said = run(address, "notices", "not-handed-over", "a@ac.fr", "b@ac.fr", "--reason", "returned")
    assert said.exit_code == 0, said.output
    assert "a@ac.fr : consignée" in said.output
    assert "b@ac.fr : déjà consignée" in said.output
    voter = {"surname": "Nuage", "first_name": "Iris", "identifier": "a@ac.fr", "assignment": "École des Essais"}
    line = {"number": 1, "voter": voter, "reason": "returned", "recorded_at": "2026-12-03T07:00:00+00:00"}
    rpc.table["identity", "list_notices"] = {"notices": [line | {"reissues": 1, "voted": False}], "next": None}
    assert "Nuage" in run(address, "notices", "list").output
    rpc.table["identity", "record_notice"] = Refusal("identifier_unknown")
    assert run(address, "notices", "not-handed-over", "x@ac.fr", "--reason", "absent").exit_code != 0


def test_integrity_names_what_differs_and_ends_with_one(address: str, rpc: FakeRpc) -> None:
    state: dict[str, Any] = {
        "sealed_at": "2026-12-02T08:00:00+00:00",
        "emptiness": {"ballots": 0},
        "software": "ab" * 32,
        "checking": False,
        "checked_at": "2026-12-04T06:00:00+00:00",
        "parts": ["lists", "chain"],
        "differences": [],
        "total": 0,
        "alarm": 0,
    }
    rpc.table["identity", "start_check_roll_integrity"] = rpc.table["ballot", "start_check_integrity"] = {"job": "j"}
    for service in ("identity", "ballot"):
        rpc.table[service, "job"] = job("done", kind="check_integrity", result={})
    rpc.table["identity", "roll_integrity"] = state | {"parts": ["roll"]}
    rpc.table["ballot", "integrity"] = state
    right = run(address, "integrity")
    assert (right.exit_code, "CSA : tout est comme au scellement" in right.output) == (0, True), right.output
    difference = {"part": "configuration", "what": "attendance_minimum", "sealed": "20", "now": None}
    rpc.table["ballot", "integrity"] = state | {"differences": [difference], "total": 1, "alarm": 1}
    wrong = run(address, "integrity", "CSA")
    assert wrong.exit_code == 1
    assert "la configuration, attendance_minimum : 20 au scellement, absent maintenant" in wrong.output
    assert json.loads(run(address, "integrity", "--json").stdout.splitlines()[-1])["CSA"]["total"] == 1
    admitted = {"at": "2026-12-04T07:00:00+00:00", "change": "cd" * 32, "reason": "Correctif", "members": ["A", "B"]}
    rpc.table["ballot", "integrity"] |= {"alarm": 0, "change": "cd" * 32, "admitted": [admitted]}
    right = run(address, "integrity", "CSA")
    assert (right.exit_code, "dont 1 admise(s) par le bureau" in right.output) == (0, True), right.output
