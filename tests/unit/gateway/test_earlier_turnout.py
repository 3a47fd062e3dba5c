"""The vote before, as an operator brings it: taken as it was meant, or refused whole with line, column and remedy (E13)."""

from pathlib import Path

import pytest

from deploy.operator.earlier_turnout import table
from deploy.operator.new_event import model
from services.files.csv_table import TableError
from services.identity.contract.figures import EarlierTurnout
from tests.unit.gateway.fake_rpc import FakeRpc
from tests.unit.gateway.terminal import run

CODES = ("CSA", "CAP-A")


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "avant.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_percents_and_counts_are_both_taken(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "heure;scrutin;emargements;inscrits;pourcentage",
        "2;CSA;1 250;10 000;",
        "1;CSA;;;7,25 %",
        "177;CAP-A;;;100",
    )
    assert table.read(path, CODES) == [
        {"code": "CSA", "hours": [{"hour": 1, "share": 725}, {"hour": 2, "share": 1250}]},
        {"code": "CAP-A", "hours": [{"hour": 177, "share": 10_000}]},
    ]


@pytest.mark.parametrize("hour", ["0000000009999", "0" * 5000 + "1", "1" * 5000])
def test_an_hour_of_many_digits_is_a_wrong_cell_like_another(tmp_path: Path, hour: str) -> None:
    with pytest.raises(TableError, match="ligne 2, heure : Heure mal formée"):
        table.read(written(tmp_path, "scrutin;heure;pourcentage", f"CSA;{hour};10"), CODES)


def test_every_wrong_cell_is_told_with_its_line_its_column_and_what_to_do(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "scrutin;heure;pourcentage;emargements;inscrits",
        "CSB;1;10;;",
        "CSA;1h;10;;",
        "CSA;2;101;;",
        "CSA;3;;30;",
        "CSA;4;;30;20",
        "CSA;5;;;",
        "CSA;6;10;1;10",
        "CSA;7;20;;",
        "CSA;7;21;;",
        "CSA;8;19;;",
    )
    with pytest.raises(TableError) as refused:
        table.read(path, CODES)
    told = refused.value.problems
    assert [one.partition(" : ")[0] for one in told] == [
        "ligne 2, scrutin",
        "ligne 3, heure",
        "ligne 4, pourcentage",
        "ligne 5, inscrits",
        "ligne 6, emargements",
        "ligne 7, pourcentage",
        "ligne 8, pourcentage",
        "ligne 10, heure",
        "ligne 11, pourcentage",
    ]
    assert all(" → " in one for one in told)
    with pytest.raises(TableError, match="n’a que son en-tête"):
        table.read(written(tmp_path, "scrutin;heure;pourcentage"), CODES)


def test_the_model_is_taken_as_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, (model.HERE / model.EARLIER).read_text(encoding="utf-8").rstrip("\n"))
    assert [one["code"] for one in table.read(path, CODES)] == ["CSA", "CAP-A"]
    words = (model.HERE / model.WORDS).read_text(encoding="utf-8")
    assert [name for name in table.COLUMNS.known if f"`{name}`" not in words] == []


def test_the_command_records_all_or_nothing(address: str, rpc: FakeRpc, tmp_path: Path) -> None:
    rpc.table["identity", "record_earlier_turnout"] = {"elections": 1, "hours": 1}
    event = rpc.table["identity", "voting_event"]
    code = event["elections"][0]["code"]
    good = str(written(tmp_path, "scrutin;heure;pourcentage", f"{code};1;10"))
    assert run(address, "earlier-turnout", good, "--dry-run").exit_code == 0
    assert rpc.made("identity", "record_earlier_turnout") == []
    result = run(address, "earlier-turnout", good)
    assert result.exit_code == 0, result.output
    [sent] = rpc.made("identity", "record_earlier_turnout")
    assert EarlierTurnout.load(sent.payload).elections[0].code == code
    bad = str(written(tmp_path, "scrutin;heure;pourcentage", f"{code};1;10", "autre;1;10"))
    result = run(address, "earlier-turnout", bad)
    assert result.exit_code == 1
    assert "ligne 3, scrutin" in result.output
    assert len(rpc.made("identity", "record_earlier_turnout")) == 1
