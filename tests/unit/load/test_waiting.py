"""What the report says of the waiting room: an overtaking, a false promise and a slow page inside do not stay unsaid."""

from typing import Any

import pytest

from deploy.load.report.waiting import in_words, waiting

DOOR = "http://portail.example"


def waits(voter: str, at: float, *, ahead: int = 0, minutes: int | None = None, door: str = DOOR) -> dict[str, Any]:
    told = {"ahead": ahead, "minutes_left": minutes, "seconds": 15, "took": 0.1}
    return {"at": at, "kind": "waits", "voter": voter, "door": door, **told}


def comes_in(voter: str, at: float) -> dict[str, Any]:
    return {"at": at, "kind": "let_in", "voter": voter, "door": DOOR}


def page(at: float, milliseconds: float) -> dict[str, Any]:
    return {
        "at": at,
        "kind": "step",
        "voter": "x",
        "step": "home",
        "seconds": milliseconds / 1000,
        "outcome": "ok",
    }


def of(*lines: dict[str, Any]) -> dict[str, Any]:
    return waiting(sorted(lines, key=lambda line: line["at"]))


def test_nobody_waited() -> None:
    assert of(page(1, 20)) == {}
    assert in_words({}) == []


def test_in_order_and_as_it_was_said() -> None:
    found = of(
        waits("ada", 0, ahead=1),
        waits("ada", 15, ahead=0, minutes=1),
        comes_in("ada", 30),
        waits("ida", 10, ahead=2, minutes=1),
        comes_in("ida", 45),
        page(20, 30),
        page(90, 25),
    )
    assert (found["people"], found["let_in"], found["longest"], found["overtaken"]) == (2, 2, 35, 0)
    assert (found["said"], found["false"], found["ahead_rose"]) == (2, 0, 0)
    assert found["inside_p99"] == {"waiting": 30.0, "quiet": 25.0}
    assert "Personne n'a été dépassé" in " ".join(in_words(found))


def test_who_was_overtaken_is_counted() -> None:
    found = of(waits("ada", 0), waits("ida", 10), comes_in("ida", 20), waits("ada", 30), comes_in("ada", 45))
    assert found["overtaken"] == 1
    assert "1 personne(s) attendaient encore" in " ".join(in_words(found))


@pytest.mark.parametrize(
    "other", [waits("ida", 1), waits("ida", 10, door="http://autre.example")], ids=["at-once", "elsewhere"]
)
def test_who_cannot_be_said_to_have_come_later_overtakes_nobody(other: dict[str, Any]) -> None:
    assert of(waits("ada", 0), other, comes_in("ida", 20), waits("ada", 30), comes_in("ada", 45))["overtaken"] == 0


def test_a_promise_that_was_not_kept_and_a_place_that_was_lost() -> None:
    found = of(waits("ada", 0, ahead=3, minutes=1), waits("ada", 90, ahead=4), comes_in("ada", 200))
    assert (found["said"], found["false"], found["ahead_rose"]) == (1, 1, 1)
