"""`isoloir operator new-event`: what is written is taken as it is, explains itself, and replaces nothing."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from marshmallow import Schema

from deploy.cli.main import COMMANDS, main
from deploy.operator.command import command
from deploy.operator.new_event import event_model_tables, model
from services.files import event_columns, event_rules, event_tables, roll_file, voting_event_file
from services.identity.contract.limits import ROLL_COLUMNS, ROLL_OPTIONAL
from services.identity.roll.roll_lines import problems_of
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.fake_rpc import FakeRpc

DAYS = [date(2026, 1, 1) + timedelta(days=days) for days in range(0, 366, 5)]


def new_event(folder: Path) -> Result:
    """Run the command, without a portal."""
    return CliRunner(env={"COLUMNS": "300"}).invoke(command, ["new-event", str(folder)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that the command has filled."""
    assert new_event(tmp_path / "a" / "b").exit_code == 0
    return tmp_path / "a" / "b"


def test_what_is_written_passes_the_dry_run_of_an_import(address: str, rpc: FakeRpc, folder: Path) -> None:
    """Through the file's reader, the contracts of identity and ballot, and identity's rules for lines of a roll."""
    rpc.table["identity", "voting_event"] = Refusal("no_voting_event")
    rpc.table["identity", "open_voting_event"] = {"voting_event": "x"}
    rpc.table["ballot", "create_election"] = {"uuid": "x"}
    result = CliRunner(env={"COLUMNS": "300", "ISOLOIR_TOKEN": OPERATOR_TOKEN}).invoke(
        command, ["--url", address, "import-event", str(folder / "event.json"), "--dry-run"]
    )
    assert result.exit_code == 0, result.output
    assert [call.payload["dry_run"] for call in rpc.made("identity", "open_voting_event")] == [True]
    assert len(rpc.made("ballot", "create_election")) == 2
    event = voting_event_file.read(folder / "event.json")
    codes = {election["code"] for election in event["elections"]}
    (chunk,) = roll_file.chunks(folder / "roll.csv", 500)
    lines = enumerate(chunk.rows, start=chunk.first_line)
    assert [problem for line, row in lines for problem in problems_of(line, row, codes)] == []
    used = {code for row in chunk.rows for code in row["scrutins"].split("|")}
    assert used == codes


def test_the_tables_are_the_same_event(folder: Path) -> None:
    said: list[str] = []
    assert event_tables.read(folder / model.TABLES, said.append) == voting_event_file.read(folder / "event.json")
    assert said == []


def test_every_field_of_an_event_is_in_its_tables(tmp_path: Path) -> None:
    """What the model leaves out too: several questions, logos, women and men."""
    path = tmp_path / "event.json"
    path.write_text(model.files(DAYS[0])["event.json"], encoding="utf-8")
    event = voting_event_file.read(path)
    first = event["elections"][0]
    first["question"] |= {"women_percent": 61.5}
    first["question"]["answers"][0] |= {"women": 2, "men": 1, "logo": "data:image/png;base64,AAAA"}
    own = {"name": "Liste inventée des Nuages", "union": "", "logo": "", "candidates": ["Ondine Exemple"]}
    yes = {"name": "Oui", "union": "", "logo": ""}
    first["further_questions"] = [
        {"question": "Un accord ?", "answers": [own, yes], "blank": False, "minimum": 0, "maximum": 2},
        {"question": "Encore ?", "answers": [yes], "blank": True, "minimum": 1, "maximum": 1},
    ]
    for name, content in event_model_tables.tables(event).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert event_tables.read(tmp_path) == event


def test_a_folder_of_tables_is_imported_as_its_json_would_be(address: str, rpc: FakeRpc, folder: Path) -> None:
    rpc.table["identity", "voting_event"] = Refusal("no_voting_event")
    rpc.table["identity", "open_voting_event"] = {"voting_event": "x"}
    rpc.table["ballot", "create_election"] = {"uuid": "x"}
    result = CliRunner(env={"COLUMNS": "300", "ISOLOIR_TOKEN": OPERATOR_TOKEN}).invoke(
        command, ["--url", address, "import-event", str(folder / model.TABLES), "--yes"]
    )
    assert result.exit_code == 0, result.output
    imported = voting_event_file.read(folder / model.TABLES / "event.imported.json")
    assert [one["code"] for one in imported["elections"]] == ["CSA", "CAP-A", "CCP"]
    assert len(rpc.made("ballot", "create_election")) == 4  # rehearsed, then done


def test_dates_are_ahead_and_lawful_whatever_the_day(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    for today in DAYS:
        path.write_text(model.files(today)["event.json"], encoding="utf-8")
        event = voting_event_file.read(path)
        opens, closes = (datetime.fromisoformat(event[name]) for name in ("opens_at", "closes_at"))
        assert opens - datetime.combine(today, datetime.min.time(), UTC) > timedelta(days=60)
        assert timedelta(days=1) <= closes - opens <= timedelta(days=8)
        assert (closes.date() - opens.date()).days + 1 == 8
        for moment, hour in ((opens, 8), (closes, 17)):
            in_paris = moment.astimezone(model.PARIS)
            assert (in_paris.hour, in_paris.utcoffset()) == (hour, moment.utcoffset())
        for part, at in event["availability"].items():
            assert today < datetime.fromisoformat(at).date() < opens.date(), part


def test_nothing_is_ever_replaced(folder: Path) -> None:
    (folder / "event.json").unlink()
    (folder / "roll.csv").write_text("ma liste", encoding="utf-8")
    result = new_event(folder)
    assert result.exit_code == 1
    assert "contient déjà roll.csv" in result.output
    assert (folder / "roll.csv").read_text(encoding="utf-8") == "ma liste"
    assert not (folder / "event.json").exists()


def test_it_says_what_comes_next_and_keeps_the_roll_to_its_owner(tmp_path: Path) -> None:
    result = new_event(tmp_path / "new")
    assert "Ensuite" in result.output.splitlines()[-1]
    assert f"import-event {tmp_path / 'new' / 'event.json'} --dry-run" in result.output
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_every_field_is_explained() -> None:
    words = model.files(DAYS[0])["LISEZ-MOI.md"]
    schemas: list[Schema] = [
        event_rules.VotingEventSchema(),
        event_rules.ElectionSchema(),
        event_rules.QuestionSchema(),
        event_rules.AnswerSchema(),
        event_rules.AvailabilitySchema(),
    ]
    names = [name for schema in schemas for name in schema.fields]
    columns = [name for table in event_columns.COLUMNS.values() for name in table.known]
    assert [
        name
        for name in (*names, *columns, *event_columns.COLUMNS, *ROLL_COLUMNS, *ROLL_OPTIONAL)
        if f"`{name}`" not in words
    ] == []


def test_every_command_that_is_named_exists() -> None:
    named = re.findall(r"`isoloir ([a-z -]+)", model.files(DAYS[0])["LISEZ-MOI.md"])
    assert len(named) > 10
    context = click.Context(main)
    for line in named:
        words = line.split()
        assert words[0] in COMMANDS
        found: click.Command | None = main.get_command(context, words[0])  # type: ignore[attr-defined]
        for word in words[1:]:
            if word.startswith("-") or not isinstance(found, click.Group):
                break
            found = found.get_command(context, word)
            assert found is not None, line


def test_names_are_plainly_invented() -> None:
    files = model.files(DAYS[0])
    event = json.loads(files["event.json"])
    assert all("À REMPLACER" in one["name"] for one in (event, *event["elections"]))
    assert all("@example.org;" in line for line in files["roll.csv"].splitlines()[1:])
