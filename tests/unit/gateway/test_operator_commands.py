"""`isoloir operator …` against the real gateway on a loopback port, over the fake bus."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.cli.serve import SERVICES
from deploy.operator import jobs, message_words
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.command import command
from deploy.production.hosting.loading import load_class
from gateway.api.operator_schemas import SERVICES_WITH_JOBS
from services.identity.contract.limits import ROLL_COLUMNS
from services.notification.contract.limits import CHANNELS
from services.notification.models import State
from services.runtime.contracts.jobs import JobState
from services.runtime.hosting.jobs import jobs_of
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, FakeRpc, described
from tests.unit.gateway.test_operator_files import LINE, definition


def run(address: str, *arguments: str, token: str = OPERATOR_TOKEN) -> Result:
    """Run a command as a terminal would."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(command, ["--url", address, "--token", token, *arguments])


def test_import_event_opens_it_everywhere_and_can_be_run_again(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    rpc.table["identity", "open_voting_event"] = {"voting_event": "x"}
    rpc.table["ballot", "create_election"] = {"uuid": "x"}
    file = tmp_path / "event.json"
    file.write_text(json.dumps(definition()), encoding="utf-8")
    result = run(address, "import-event", str(file))
    assert result.exit_code == 0, result.output
    imported = json.loads((tmp_path / "event.imported.json").read_text(encoding="utf-8"))
    opened = rpc.made("identity", "open_voting_event")[0].payload
    assert opened["voting_event"] == imported["voting_event"]
    created = rpc.made("ballot", "create_election")
    assert [call.payload["uuid"] for call in created] == [imported["elections"][0]["uuid"]]
    assert run(address, "import-event", str(file)).exit_code == 0
    assert rpc.made("identity", "open_voting_event")[1].payload == opened


def test_import_event_says_what_is_wrong(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(definition(name="")), encoding="utf-8")
    result = run(address, "import-event", str(file))
    assert result.exit_code == 1
    assert "name : texte de 1 à 200" in result.output
    assert rpc.calls == []


def test_import_roll_streams_all_lines_and_commits_once(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    rpc.table["identity", "stage_roll"] = {"staged": 1}
    rpc.table["identity", "start_commit_roll"] = {"job": "j"}
    rpc.table["identity", "job"] = job("done", result={"voters": 1201, "entitlements": 1201})
    file = tmp_path / "roll.csv"
    file.write_text("\n".join([";".join(ROLL_COLUMNS), *[LINE] * 1201]), encoding="utf-8")
    result = run(address, "import-roll", str(file))
    assert result.exit_code == 0, result.output
    assert "1201 électeurs" in result.output
    staged = rpc.made("identity", "stage_roll")
    assert [(call.payload["first_line"], len(call.payload["rows"])) for call in staged] == [
        (2, 500),
        (502, 500),
        (1002, 201),
    ]
    commit = rpc.made("identity", "start_commit_roll")[0].payload
    assert (commit["voting_event"], commit["lines"]) == (EVENT_UUID, 1201)
    assert {call.payload["import_id"] for call in staged} == {commit["import_id"]}


def test_import_roll_prints_every_error_with_its_remedy(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    rpc.table["identity", "stage_roll"] = {"staged": 1}
    errors = [{"line": 2, "column": "nom", "problem": "le nom est vide", "remedy": "Complétez [le] nom."}]
    rpc.table["identity", "start_commit_roll"] = {"job": "j"}
    rpc.table["identity", "job"] = Refusal("roll_invalid", total=3, errors=errors)
    file = tmp_path / "roll.csv"
    file.write_text("\n".join([";".join(ROLL_COLUMNS), LINE]), encoding="utf-8")
    result = run(address, "import-roll", str(file))
    assert result.exit_code == 1
    assert "ligne 2, nom : le nom est vide → Complétez [le] nom." in result.output
    assert "2 autre(s) erreur(s)" in result.output
    assert "rien n’a été importé" in result.output


def job(state: str, **more: Any) -> dict[str, Any]:
    """A job of the codes as its service describes it."""
    unknown = dict.fromkeys(("step", "done", "total", "remaining_seconds", "result", "reason"))
    at = "2026-12-03T08:00:00+00:00"
    moments = {"asked_at": at, "started_at": at, "changed_at": at, "finished_at": None}
    known = {"job": "j", "kind": "generate_codes", "subject": EVENT_UUID, "attempts": 1}
    return known | moments | unknown | {"state": state, **more}


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
    kinds = {kind for path in SERVICES.values() for kind in jobs_of(load_class(path))}
    assert kinds == set(jobs.KINDS)
    assert {state.value for state in JobState} == set(jobs.STATES)


def test_seal_close_publish_and_status(address: str, rpc: FakeRpc) -> None:
    rpc.table["identity", "start_seal_roll"] = {"job": "j"}
    rpc.table["identity", "job"] = job("done", result={"voters": 2, "entitlements": 3})
    rpc.table["ballot", "start_seal_election"] = {"job": "j"}
    rpc.table["ballot", "job"] = job("done", result={"election_hash": "HASH", "head": "x", "credentials": 8})
    rpc.table["ballot", "close_election"] = {"head": "HEAD", "ballots": 2}
    rpc.table["ballot", "start_tally"] = {"job": "j"}
    tallied = {
        "encrypted_tally": "[]",
        "sized": "{}",
        "election_hash": "h",
        "owners": [{"owner": 1, "group": 1, "kind": "Pedersen"}, {"owner": 2, "group": 2, "kind": "Pedersen"}],
    }
    rpc.table["ballot", "encrypted_tally"] = [Refusal("tally_missing"), tallied]
    rpc.table["ballot", "publish_result"] = {"result": '{"result":[[1,1,0]]}', "ballots": 2}
    sealed = run(address, "seal", "--present", "Présidente", "--present", "Délégué")
    assert sealed.exit_code == 0, sealed.output
    assert "HASH" in sealed.output
    assert rpc.made("ballot", "start_seal_election")[0].payload == {
        "election": ONLINE,
        "present": ["Présidente", "Délégué"],
    }
    closed = run(address, "close", "--reason", "répétition", "--yes")
    assert closed.exit_code == 0, closed.output
    assert "2 bulletin(s)" in closed.output
    rpc.table["ballot", "describe_election"] = described(state="closed")
    status = run(address, "tally", "status")
    assert status.exit_code == 0, status.output
    assert "groupe 2 : n° 2" in status.output
    published = run(address, "publish")
    assert published.exit_code == 0, published.output
    assert '{"result":[[1,1,0]]}' in published.output


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
    first = {"data": base64.b64encode(b"one").decode(), "next": 1}
    rpc.table["ballot", "read_archive"] = [first, RuntimeError("broken")]
    result = run(address, "download-archive", ONLINE, "--to", str(target))
    assert result.exit_code == 1
    assert "incomplet" in result.output
    assert list(tmp_path.glob("a.bel*")) == []


def test_refusals_end_with_a_sentence(address: str, rpc: FakeRpc) -> None:
    wrong = run(address, "failures", token="wrong")
    assert wrong.exit_code == 1
    assert "jeton d’opérateur" in wrong.output
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
