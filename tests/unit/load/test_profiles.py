"""Profiles: how voters come, as data that cannot be wrong unnoticed."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.load.profiles.profile import FOLDER, NAMES, InvalidProfile, load

OPENING = json.loads((FOLDER / "opening.json").read_text(encoding="utf-8"))


def test_the_kit_has_three() -> None:
    assert NAMES == ("opening", "soak", "spike")


@pytest.mark.parametrize("name", NAMES)
def test_everybody_comes_once_in_order(name: str) -> None:
    profile = load(name)
    curve = [profile.arrived(profile.seconds * part / 200) for part in range(-10, 231)]
    assert curve == sorted(curve)
    assert (curve[0], curve[-1]) == (0.0, 1.0)
    assert profile.meaning


def test_an_opening_is_steepest_when_the_doors_open() -> None:
    opening = load("opening")
    assert opening.arrived(0.1 * opening.seconds) == pytest.approx(0.25)
    assert opening.peak == pytest.approx(2.5)
    assert load("spike").peak == pytest.approx(9.0)
    assert load("soak").peak == pytest.approx(1.0)


def test_another_length_keeps_the_shape() -> None:
    longer = load("opening", 900)
    assert longer.arrived(90) == pytest.approx(0.25)


def test_the_same_voter_does_the_same_in_every_run() -> None:
    profile = load("opening")
    voters = [f"electeur{number}@academie.example" for number in range(2000)]
    chosen = [profile.does("reloads", voter) for voter in voters]
    assert chosen == [profile.does("reloads", voter) for voter in voters]
    assert sum(chosen) / len(chosen) == pytest.approx(profile.shares.reloads, abs=0.05)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"arrivals": [[0, 0], [0.5, 0.9], [0.4, 1], [1, 1]]}, "rise"),
        ({"arrivals": [[0, 0.5], [1, 1]]}, "arrivals"),
        ({"arrivals": [[0, 0], [1, 2]]}, "arrivals"),
        ({"seconds": 0}, "seconds"),
        ({"tries": 0}, "tries"),
        ({"shares": {**OPENING["shares"], "reissue": 1.5}}, "reissue"),
        ({"think": {**OPENING["think"], "typing": [3, 1]}}, "shortest"),
        ({"arrival": []}, "arrival"),
    ],
)
def test_a_wrong_profile_is_refused_by_the_name_of_what_is_wrong(
    change: dict[str, Any], named: str, tmp_path: Path
) -> None:
    path = tmp_path / "own.json"
    path.write_text(json.dumps(OPENING | change))
    with pytest.raises(InvalidProfile, match=named):
        load(str(path))


def test_a_profile_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(InvalidProfile, match="opening, soak, spike"):
        load("openning")
