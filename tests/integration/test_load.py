"""A small opening end to end, through Locust: everybody votes, everything is counted, and a vote that is missing is told."""

import json

import pytest
from click.testing import CliRunner

from deploy.load.command import command
from deploy.load.profiles.profile import load
from tests.integration.conftest import QUICK

VOTERS = 20
PATIENT = {"typing": [0, 0.2], "reading": [0, 0.4], "choosing": [0, 0.2], "again": [0.2, 0.5]}
SHARES = {
    "activates": 0.3,
    "wrong_password": 0.4,
    "reissue": 0.1,
    "reloads": 0.3,
    "sends_again": 0.4,
    "impatient": 0.3,
}


@pytest.fixture
def profile(tmp_path):
    """Voters with many habits and little time."""
    told = load("opening").model_dump() | {"think": PATIENT, "shares": SHARES, "seconds": 4, "finish_seconds": 90}
    path = tmp_path / "hasty.json"
    path.write_text(json.dumps(told))
    return path


@pytest.mark.timeout(600)
def test_voters_come_through_locust_and_each_vote_is_counted_once(profile, tmp_path):
    out = tmp_path / "out"
    arguments = ["--voters", str(VOTERS), "--profile", str(profile), "--bus", "in-process", "--at-rest", "0"]
    arguments += [part for name, value in QUICK.items() for part in ("--setting", f"{name}={value}")]
    ran = CliRunner().invoke(command, ["test", "--out", str(out), *arguments])
    assert ran.exit_code == 0, ran.output
    found = json.loads((out / "load.json").read_text(encoding="utf-8"))
    assert found["people"] == {"arrived": VOTERS, "left": VOTERS, "gave_up": 0, "unfinished": 0, "faults": 0}
    votes = found["votes"]
    assert votes["acknowledged"] == votes["urn"] == votes["poll_book"] >= VOTERS
    assert votes["lost"] == votes["doubled"] == votes["unclaimed"] == 0
    done = found["steps"]
    assert {"activation", "wrong_password", "log_in", "reissue_code", "cast"} <= done.keys()
    assert done["cast"]["done"] > votes["acknowledged"], "some have sent their ballot again"
    assert found["cpu"]["all"]["per_vote_ms"] > 0
    assert "Rien de perdu" in (out / "load.html").read_text(encoding="utf-8")
    assert (out / "locust.html").exists()
    again = CliRunner().invoke(command, ["run", str(out), "--profile", str(profile), "--url", "http://127.0.0.1:9"])
    assert again.exit_code == 1
    assert "déjà venus" in again.output
