"""The files that a load test is run from."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.load.preparation import credentials
from deploy.load.preparation.credentials import InHand, LoadElection, LoadEvent, MadeBallot, UnusableFiles
from deploy.load.scenario.turns import next_turn

ADA = InHand("ada@academie.example", "a;b\"c'é", "réponse", "CODE-CODE-CODE-CODE", "", {"X" * 14: -1, "Y" * 14: 2})
IDA = InHand(
    "ida@academie.example", "mot", "r", "EDOC-EDOC-EDOC-EDOC", "http://portail.example/lien/jeton", {"X" * 14: 0}
)
EVENT = LoadEvent(["http://127.0.0.1:1"], "e" * 36, 1000, [LoadElection("X" * 14, "CSA", 3, '{"a":1}')], "/sent")
SECRETS = ("CODE-CODE", "réponse", "jeton")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    credentials.write_voters(tmp_path, [ADA, IDA])
    credentials.write_event(tmp_path, EVENT)
    made = [("ada@academie.example", "X" * 14, MadeBallot('{"ballot":1}', "tracker"))]
    assert credentials.write_ballots(tmp_path, made) == 1
    assert credentials.read_voters(tmp_path) == [ADA, IDA]
    assert credentials.read_event(tmp_path) == EVENT
    assert credentials.read_ballots(tmp_path) == {made[0][:2]: made[0][2]}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o600}, "closed to the other users of the machine"


def test_no_secret_shows_in_a_trace() -> None:
    assert not [secret for secret in SECRETS if secret in f"{ADA!r}{IDA!r}{MadeBallot('CODE-CODE', 't')!r}"]


def test_without_ballots_they_are_made_on_the_way(tmp_path: Path) -> None:
    assert credentials.read_ballots(tmp_path) == {}


@pytest.mark.parametrize("line", ["ada;mot", 'ada;mot;r;c;;{"x"', ";;;;;;;;"])
def test_a_wrong_line_is_named_and_its_secrets_are_not(line: str, tmp_path: Path) -> None:
    credentials.write_voters(tmp_path, [ADA])
    path = tmp_path / credentials.VOTERS
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(UnusableFiles, match="line 3") as refused:
        credentials.read_voters(tmp_path)
    assert "mot" not in str(refused.value).removesuffix("writes").replace("not what", "")


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFiles, match="isoloir load prepare"):
        credentials.read_event(tmp_path)
    with pytest.raises(UnusableFiles, match="isoloir load prepare"):
        credentials.read_voters(tmp_path)
    (tmp_path / credentials.EVENT).write_text(json.dumps({"portals": []}))
    with pytest.raises(UnusableFiles, match="not what"):
        credentials.read_event(tmp_path)
    (tmp_path / credentials.BALLOTS).write_text("{}\n")
    with pytest.raises(UnusableFiles, match="line 1"):
        credentials.read_ballots(tmp_path)


def test_each_voter_comes_once_however_many_ask_at_the_same_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda _: next_turn(tmp_path), range(200)))
    assert sorted(turns) == list(range(200))
