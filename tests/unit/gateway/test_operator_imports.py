"""`isoloir operator import-event` and `import-roll` against the real gateway on a loopback port, over the fake bus."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.identity.contract.limits import ROLL_COLUMNS
from services.runtime.refusals import Refusal
from tests.unit.gateway.fake_rpc import EVENT_UUID, FakeRpc
from tests.unit.gateway.jobs import job
from tests.unit.gateway.terminal import run
from tests.unit.gateway.test_operator_files import LINE, definition


@pytest.fixture
def drafts(rpc: FakeRpc) -> FakeRpc:
    """A portal without an event, whose services take any draft."""
    rpc.table["identity", "voting_event"] = Refusal("no_voting_event")
    rpc.table["identity", "open_voting_event"] = {"voting_event": "x"}
    rpc.table["ballot", "create_election"] = {"uuid": "x"}
    return rpc


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A voting event to import."""
    written = tmp_path / "event.json"
    written.write_text(json.dumps(definition()), encoding="utf-8")
    return written


def test_import_event_opens_it_everywhere_and_can_be_run_again(address: str, drafts: FakeRpc, file: Path) -> None:
    result = run(address, "import-event", str(file))
    assert result.exit_code == 0, result.output
    imported = json.loads(file.with_name("event.imported.json").read_text(encoding="utf-8"))
    calls = [call for call in drafts.calls if call.method in ("open_voting_event", "create_election")]
    # Every service has checked before any of them records.
    assert [call.payload["dry_run"] for call in calls] == [True, True, False, False]
    opened, created = calls[2].payload, calls[3].payload
    assert opened["voting_event"] == imported["voting_event"]
    assert created["uuid"] == imported["elections"][0]["uuid"]
    assert run(address, "import-event", str(file)).exit_code == 0
    assert drafts.made("identity", "open_voting_event")[-1].payload == opened


def test_a_service_that_refuses_leaves_the_others_without_a_record(address: str, drafts: FakeRpc, file: Path) -> None:
    drafts.table["ballot", "create_election"] = Refusal("election_sealed")
    assert run(address, "import-event", str(file)).exit_code == 1
    assert [call.payload["dry_run"] for call in drafts.made("identity", "open_voting_event")] == [True]
    assert not file.with_name("event.imported.json").exists()


@pytest.mark.parametrize(("answer", "taken"), [("n\n", False), ("", False), ("y\n", True)])
def test_another_event_takes_the_place_of_a_live_one_only_when_told_to(
    address: str, rpc: FakeRpc, file: Path, answer: str, taken: bool
) -> None:
    rpc.table["identity", "open_voting_event"] = {"voting_event": "x"}
    rpc.table["ballot", "create_election"] = {"uuid": "x"}
    result = run(address, "import-event", str(file), answer=answer)
    assert (result.exit_code == 0) is taken
    assert "est en place" in result.output
    opened = [call.payload for call in rpc.made("identity", "open_voting_event") if not call.payload["dry_run"]]
    assert [payload["in_place_of"] for payload in opened] == ([EVENT_UUID] if taken else [])


def test_a_correction_of_a_draft_is_shown_and_asked_about(address: str, drafts: FakeRpc, file: Path) -> None:
    changes = [{"field": "questions[1].answers[1]", "before": "Liste Nauges", "after": "Liste Nuages"}]
    drafts.table["ballot", "create_election"] = {"uuid": "x", "changes": changes}
    refused = run(address, "import-event", str(file), answer="n\n")
    assert refused.exit_code == 1
    assert "CSA.questions[1].answers[1]" in refused.output
    assert "Liste Nauges" in refused.output
    assert all(call.payload["dry_run"] for call in drafts.made("ballot", "create_election"))
    assert run(address, "import-event", str(file), "--yes").exit_code == 0
    assert drafts.made("ballot", "create_election")[-1].payload["correct"] is True


def test_what_is_corrected_alike_in_several_elections_is_said_of_each(
    address: str, drafts: FakeRpc, tmp_path: Path
) -> None:
    event = definition()
    event["elections"] = [{**event["elections"][0], "code": code, "name": code} for code in ("CSA", "CAP")]
    several = tmp_path / "several.json"
    several.write_text(json.dumps(event), encoding="utf-8")
    hours = {"field": "closes_at", "before": "2026-12-10T16:00:00+00:00", "after": "2026-12-10T17:00:00+00:00"}
    again = {"field": "revoting", "before": "non", "after": "oui"}
    drafts.table["identity", "open_voting_event"] = {"voting_event": "x", "changes": [hours]}
    drafts.table["ballot", "create_election"] = {"uuid": "x", "changes": [hours, again]}
    said = run(address, "import-event", str(several), answer="n\n").output
    assert [said.count(field) for field in ("CSA.revoting", "CAP.revoting")] == [1, 1]
    # The hours are the event's: those are said once.
    assert said.count("closes_at") == 1


def test_a_dry_run_records_nothing(address: str, drafts: FakeRpc, file: Path) -> None:
    result = run(address, "import-event", str(file), "--dry-run")
    assert result.exit_code == 0, result.output
    assert all(call.payload["dry_run"] for call in drafts.calls if "dry_run" in call.payload)
    assert not file.with_name("event.imported.json").exists()


def test_import_event_says_what_is_wrong(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(definition(name="")), encoding="utf-8")
    result = run(address, "import-event", str(file))
    assert result.exit_code == 1
    assert "name : texte de 1 à 200" in result.output
    assert rpc.calls == []


def compared(**changes: Any) -> dict[str, Any]:
    """What identity says that a file would change: nothing, unless told otherwise."""
    found = {"voters": 0, "added": 0, "removed": 0, "changed": 0, "fields": [], "elections": [], "confirm": False}
    return job("done", result=found | changes)


def test_import_roll_streams_all_lines_and_commits_once(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    rpc.table["identity", "attendance"] = {"elections": []}
    rpc.table["identity", "stage_roll"] = {"staged": 1}
    rpc.table["identity", "start_compare_roll"] = rpc.table["identity", "start_commit_roll"] = {"job": "j"}
    rpc.table["identity", "job"] = [
        compared(added=1201),
        job("done", result={"voters": 1201, "entitlements": 1201}),
    ]
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
    rpc.table["identity", "attendance"] = {"elections": []}
    rpc.table["identity", "stage_roll"] = {"staged": 1}
    errors = [{"line": 2, "column": "nom", "problem": "le nom est vide", "remedy": "Complétez [le] nom."}]
    rpc.table["identity", "start_compare_roll"] = {"job": "j"}
    rpc.table["identity", "job"] = Refusal("roll_invalid", total=3, errors=errors)
    file = tmp_path / "roll.csv"
    file.write_text("\n".join([";".join(ROLL_COLUMNS), LINE]), encoding="utf-8")
    report = tmp_path / "report.csv"
    result = run(address, "import-roll", str(file), "--report", str(report))
    assert result.exit_code == 1
    assert "2;nom;le nom est vide;Complétez [le] nom." in report.read_text(encoding="utf-8-sig")
    assert "ligne 2, nom : le nom est vide → Complétez [le] nom." in result.output
    assert "2 autre(s) erreur(s)" in result.output
    assert "rien n’a été importé" in result.output


def test_a_file_alone_is_read_and_nothing_is_sent(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    file = tmp_path / "roll.csv"
    file.write_text("\n".join([",".join(ROLL_COLUMNS), LINE.replace(";", ",")]), encoding="utf-8")
    result = run(address, "import-roll", str(file), "--file-only")
    assert result.exit_code == 0, result.output
    assert "séparées par des virgules" in result.output
    assert "1 ligne(s) lisible(s)" in result.output
    assert rpc.calls == []


@pytest.fixture
def roll(rpc: FakeRpc, tmp_path: Path) -> Path:
    """A roll of one line, and services that take it."""
    rpc.table["identity", "stage_roll"] = {"staged": 1}
    rpc.table["identity", "drop_roll"] = {}
    rpc.table["identity", "start_compare_roll"] = rpc.table["identity", "start_commit_roll"] = {"job": "j"}
    file = tmp_path / "roll.csv"
    file.write_text("\n".join([";".join(ROLL_COLUMNS), LINE]), encoding="utf-8")
    return file


DONE: dict[str, Any] = {"voters": 901, "entitlements": 901}


@pytest.mark.parametrize(("arguments", "sent"), [((), []), (("--yes",), [False]), (("--add",), [True])])
def test_a_roll_in_place_is_replaced_only_when_told_to(
    address: str, rpc: FakeRpc, roll: Path, arguments: tuple[str, ...], sent: list[bool]
) -> None:
    rpc.table["identity", "job"] = [compared(voters=900, added=1), job("done", result=DONE)]
    result = run(address, "import-roll", str(roll), *arguments, answer="n\n")
    assert (result.exit_code == 0) is bool(sent)
    assert [call.payload["complement"] for call in rpc.made("identity", "start_commit_roll")] == sent


@pytest.mark.parametrize(
    ("typed", "arguments", "sent"),
    [
        ("899\n", (), [899]),
        ("9\n", (), []),
        ("\n", (), []),
        ("", ("--yes",), []),
        ("", ("--yes", "--removing", "9"), []),
        ("", ("--yes", "--removing", "899"), [899]),
    ],
)
def test_where_many_would_vanish_their_number_is_typed(
    address: str, rpc: FakeRpc, roll: Path, typed: str, arguments: tuple[str, ...], sent: list[int]
) -> None:
    lost = compared(voters=900, removed=899, changed=1, fields=[{"column": "ville", "voters": 1}], confirm=True)
    rpc.table["identity", "job"] = [lost, job("done", result=DONE)]
    result = run(address, "import-roll", str(roll), *arguments, answer=typed)
    assert (result.exit_code == 0) is bool(sent)
    assert "retirés : 899" in result.output
    assert [call.payload["removing"] for call in rpc.made("identity", "start_commit_roll")] == sent


def test_a_dry_run_of_a_roll_says_what_would_change_and_writes_who(
    address: str, rpc: FakeRpc, roll: Path, tmp_path: Path
) -> None:
    elections = [{"code": "CSA", "voters": 900, "added": 2, "removed": 1}]
    rpc.table["identity", "job"] = compared(voters=900, added=2, removed=1, elections=elections)
    rpc.table["identity", "list_differences"] = [
        {
            "entries": [{"kind": "added", "identifier": "a@x.fr", "line": 2, "columns": []}],
            "next": "2",
        },
        {"entries": [{"kind": "added", "identifier": "=1+1@x.fr", "line": 3, "columns": []}], "next": None},
        {
            "entries": [{"kind": "changed", "identifier": "c@x.fr", "line": 4, "columns": ["nom", "ville"]}],
            "next": None,
        },
        {"entries": [{"kind": "removed", "identifier": "d@x.fr", "line": None, "columns": []}], "next": None},
    ]
    report = tmp_path / "differences.csv"
    result = run(address, "import-roll", str(roll), "--dry-run", "--report", str(report))
    assert result.exit_code == 0, result.output
    assert "901" in result.output
    assert report.read_text(encoding="utf-8-sig").splitlines()[1:] == [
        "ajouté;a@x.fr;2;",
        "ajouté;'=1+1@x.fr;3;",
        "modifié;c@x.fr;4;nom|ville",
        "retiré;d@x.fr;;",
    ]
    assert rpc.made("identity", "start_commit_roll") == []
    assert len(rpc.made("identity", "drop_roll")) == 1
