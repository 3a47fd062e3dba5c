"""The table of budgets says what is held, what is missed and what nobody has measured."""

from typing import Any

from tests.bench.budgets import TABLE, as_markdown, below, processes_as_markdown, rows
from tests.bench.plot import as_svg, used

RESULTS: dict[str, Any] = {
    "booth": {"ballot_ms": 60.0, "ratio_to_naive": 0.4},
    "protocol": {
        "cores": 2,
        "one_ballot_to_the_tool_in_bulk": {"native": 0.2, "libsodium": 0.95},
        "ratios": {"verify_archive_soundly_all_cores": 0.04, "tally": 0.1},
        "growth": {"tally_a_ballot": 1.01, "verify_mib": {"1000": 50.0, "10000": 75.0}},
    },
    "gateway_broker": {
        "ratio_votes_to_checks": 1.5,
        "cpu_ms_a_vote_besides_proofs": 7.25,
        "home": {"ratio": 0.7},
        "beside_log_ins": {
            "log_ins_a_second": 3.0,
            "hashes_a_second_one_core": 3.0,
            "p99_ratio": {"casting": 1.9, "pages": 5.5},
        },
    },
}


def seen(results: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {what: (figure, verdict.partition(":")[0]) for what, _, figure, verdict in rows(results)}


def test_each_line_says_how_it_stands() -> None:
    found = list(seen(RESULTS).values())
    assert found == [
        ("0.200", "held"),
        ("0.950", "missed"),
        ("25", "held"),
        ("0.75", "held"),
        ("7.2", "missed"),
        ("0.50", "missed"),
        ("1.9", "held"),
        ("5.5", "missed"),
        ("0.70", "held"),
        ("", "not measured"),
        ("0.100", "held"),
        ("1.01", "held"),
        ("1.50", "missed"),
        ("60", "held"),
        ("0.40", "missed"),
    ]


def test_what_is_missing_is_said_and_breaks_nothing() -> None:
    assert {verdict for _, verdict in seen({}).values()} == {"not measured"}
    assert as_markdown(RESULTS).count("\n") == len(TABLE) + 2


def test_what_a_vote_takes_is_said_by_process() -> None:
    voting = {"ballot": 16.4, "postgresql ballot": 3.25, "sink": 0.02}
    signing = {"cpu_ms_a_vote": {"notification-mail": 12.0, "ballot": 0.5}}
    measured = {"gateway_broker": {"cpu_ms_a_vote": voting, "poll_book": signing}}
    lines = processes_as_markdown(measured).splitlines()
    assert lines[2:] == [
        "| ballot | 16.40 | 0.50 |",
        "| postgresql ballot | 3.25 | 0.00 |",
        "| notification-mail | 0.00 | 12.00 |",
    ]
    assert processes_as_markdown({}) == processes_as_markdown({"gateway_broker": None}) == ""


def test_the_plot_shows_what_the_table_says() -> None:
    verdicts = seen(RESULTS)
    for budget, share in used(RESULTS):
        assert verdicts[budget.what][1] == ("not measured" if share is None else "held" if share <= 1 else "missed")
    plotted = as_svg(RESULTS)
    assert plotted.count("exceeded") == sum(verdict == "missed" for _, verdict in verdicts.values())
    assert plotted.count("not measured") == sum(verdict == "not measured" for _, verdict in verdicts.values())


def test_a_bound_that_must_not_be_reached_is_missed_where_it_is() -> None:
    assert below(5).holds(4.9)
    assert not below(5).holds(5)
