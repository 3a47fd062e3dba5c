"""What a load test says of its votes: nothing lost stays unsaid, nothing doubled either."""

from typing import Any

import pytest

from deploy.load.report.figures import Books, faults, figures, percentile, with_machine
from deploy.load.report.page import chart, page
from deploy.rehearsal.held_votes import held

URN = "U" * 14


def line(kind: str, voter: str = "ada", at: float = 0.0, **more: Any) -> dict[str, Any]:
    return {"at": at, "kind": kind, "voter": voter, **more}


def voted(voter: str, tracker: str, at: float = 1.0, times: int = 1) -> list[dict[str, Any]]:
    about = {"election": URN, "tracker": tracker}
    return [
        line("arrived", voter, at),
        line("sent", voter, at, **about),
        line("step", voter, at, step="cast", seconds=0.02, outcome="ok"),
        *[line("acknowledged", voter, at, **about)] * times,
        line("left", voter, at),
    ]


def of(lines: list[dict[str, Any]], urn: list[str], signed: int) -> dict[str, Any]:
    return figures(lines, {URN: Books("CSA", urn, signed)})


def test_a_good_test_has_no_fault() -> None:
    found = of([*voted("ada", "t1"), *voted("ida", "t2", times=2)], ["t1", "t2"], 2)
    assert found["votes"] == {
        "acknowledged": 2,
        "urn": 2,
        "poll_book": 2,
        "lost": 0,
        "doubled": 0,
        "unclaimed": 0,
        "not_signed": 0,
    }
    assert found["people"] == {"arrived": 2, "left": 2, "gave_up": 0, "unfinished": 0, "faults": 0}
    assert faults(found) == []


@pytest.mark.parametrize(
    ("urn", "signed", "said"),
    [
        (["t2"], 1, "manquent"),
        (["t1", "t2", "t1"], 3, "double"),
        (["t1", "t2"], 3, "double"),
        (["t1", "t2"], 1, "sans émargement"),
    ],
)
def test_what_is_lost_or_doubled_is_a_fault(urn: list[str], signed: int, said: str) -> None:
    (fault,) = faults(of([*voted("ada", "t1"), *voted("ida", "t2")], urn, signed))
    assert said in fault


def test_two_ballots_of_one_voter_are_one_too_many() -> None:
    twice = [*voted("ada", "t1"), line("sent", "ada", 2.0, election=URN, tracker="t2")]
    found = of(twice, ["t1", "t2"], 2)
    assert found["votes"]["doubled"] == 1
    assert found["votes"]["unclaimed"] == 1


def test_a_ballot_whose_receipt_got_lost_on_its_way_is_neither_lost_nor_doubled() -> None:
    sent = [*voted("ada", "t1"), line("arrived", "ida"), line("sent", "ida", election=URN, tracker="t2")]
    found = of(sent, ["t1", "t2"], 2)
    assert (found["votes"]["unclaimed"], found["people"]["unfinished"]) == (1, 1)
    assert faults(found) == []


def test_a_test_in_which_nobody_voted_or_the_scenario_failed_proves_nothing() -> None:
    assert faults(of([], [], 0)) == ["Aucun vote n'a été accusé de réception."]
    assert "scénario" in faults(of([*voted("ada", "t1"), line("fault", "ida", code="KeyError")], ["t1"], 1))[0]


def test_refusals_are_counted_by_step_and_kind() -> None:
    refused = {"step": "cast", "code": "service_unavailable", "impatient": False}
    lines = [
        *voted("ada", "t1"),
        line("refused", **refused),
        line("refused", **refused),
        line("refused", step="cast", code="timeout", impatient=True),
    ]
    found = of(lines, ["t1"], 1)
    assert found["refusals"] == {"cast: service_unavailable": 2, "cast: timeout (impatient)": 1}


def test_times_are_those_of_what_was_done() -> None:
    lines = [line("step", step="log_in", seconds=second / 1000, outcome="ok") for second in range(1, 101)]
    lines.append(line("step", step="log_in", seconds=9.0, outcome="timeout"))
    step = of(lines, [], 0)["steps"]["log_in"]
    assert step == {"done": 100, "refused": 1, "p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0}
    assert percentile([], 0.5) == 0.0
    assert percentile([7.0], 0.99) == 7.0


def test_what_processes_use_at_rest_is_no_voters() -> None:
    found = of([*voted("ada", "t1", at=0.0), *voted("ida", "t2", at=10.0)], ["t1", "t2"], 2)
    cpu = with_machine(found, {"ballot": 3.0, "relay": 0.1}, {"ballot": 1.0, "relay": 1.0}, 10.0, {})["cpu"]
    assert cpu["ballot"] == {"seconds": 3.0, "idle_per_second": 0.1, "per_vote_ms": 1000.0, "per_voter_ms": 1000.0}
    assert cpu["relay"]["per_voter_ms"] == 0.0


def test_the_page_shows_it_all_and_trusts_nothing() -> None:
    lines = [*voted("ada", "t1"), line("refused", step="<b>", code="x", impatient=False)]
    about = {"profile": "opening", "meaning": "L’heure", "system": {"bus": "broker"}, "machine": {"cores": 2}}
    shown = page(with_machine(of(lines, [], 0), {"ballot": 1.0}, {}, 0.0, about))
    assert "1 vote(s) accusé(s) de réception manquent" in shown
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert shown.count("<svg") == 2


def test_a_curve_stays_in_its_picture() -> None:
    drawn = chart("x", [0.0, 5.0, 10.0], {"a": [0.0, 4.0, 2.0]})
    assert drawn.lines[0].path == "M60.0 212.0 L385.0 10.0 L710.0 111.0"
    assert chart("x", [], {"a": []}).lines[0].path == ""


def test_held_votes_name_what_is_missing() -> None:
    kept = held(["a", "a", "b"], ["b", "c", "c"])
    assert (kept.acknowledged, kept.urn, kept.lost, kept.doubled, kept.unclaimed) == (2, 3, ("a",), ("c",), 1)
