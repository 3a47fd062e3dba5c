"""The budgets of docs/performance.md beside the figures of one run: which are held, which missed, which not measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Results = Mapping[str, Any]
COLUMNS = ("what", "budget", "seen", "verdict")
LEAST_MS = 0.1
"""Of a process that has a line of its own."""
HELD, MISSED, UNKNOWN = "held", "missed", "not measured"


@dataclass(frozen=True)
class Limit:
    """What a figure may be at most, or must be at least.

    Attributes:
        value: The bound.
        least: Whether figures must reach it.
        below: Whether the bound itself is too much.
    """

    value: float
    least: bool = False
    below: bool = False

    def holds(self, figure: float) -> bool:
        """Whether a figure is within it."""
        if self.least:
            return figure >= self.value
        return figure < self.value if self.below else figure <= self.value

    def used(self, figure: float) -> float:
        """How much of the budget a figure takes: up to 1 it is held."""
        return self.value / figure if self.least else figure / self.value


def at_most(value: float) -> Limit:
    """No more than that."""
    return Limit(value)


def at_least(value: float) -> Limit:
    """No less than that."""
    return Limit(value, least=True)


def below(value: float) -> Limit:
    """Less than that."""
    return Limit(value, below=True)


@dataclass(frozen=True)
class Budget:
    """One line of the table.

    Attributes:
        what: What is measured.
        words: The budget as it is said.
        figure: From the results of `make bench` to the figure. Raises KeyError, TypeError, ZeroDivisionError where there is
            none.
        limit: What a figure is held against.
        shown: How it is written.
        note: Why it is missed, or where it is measured instead.
    """

    what: str
    words: str
    figure: Callable[[Results], float]
    limit: Limit
    shown: str = "{:.2f}"
    note: str = ""


def _at(*path: str) -> Callable[[Results], float]:
    def found(results: Results) -> float:
        value: Any = results
        for name in path:
            value = value[name]
        return float(value)

    return found


def _of_proofs(results: Results) -> float:
    """Votes a second over what proof checking alone allows on all cores of the machine."""
    return _at("gateway_broker", "ratio_votes_to_checks")(results) / _at("protocol", "cores")(results)


def _of_hashing(results: Results) -> float:
    """Log-ins a second over what bcrypt allows on all cores of the machine."""
    beside: Results = results["gateway_broker"]["beside_log_ins"]
    hashes = float(beside["hashes_a_second_one_core"]) * _at("protocol", "cores")(results)
    return float(beside["log_ins_a_second"]) / hashes


def _memory(results: Results) -> float:
    """Of the larger archive, over that of the smaller one."""
    smaller, larger = results["protocol"]["growth"]["verify_mib"].values()
    return float(larger) / float(smaller)


def _inverse(of: Callable[[Results], float]) -> Callable[[Results], float]:
    return lambda results: 1 / of(results)


NOT_THERE = "belenios-tool or the native backend is missing"
SHARED = "client, broker, databases and all services share the cores of one machine"
TABLE = (
    Budget(
        "one ballot verified, native, to belenios-tool in bulk",
        "≤ 0.25",
        _at("protocol", "one_ballot_to_the_tool_in_bulk", "native"),
        at_most(0.25),
        "{:.3f}",
    ),
    Budget(
        "one ballot verified, libsodium alone, to belenios-tool in bulk",
        "≤ 0.9",
        _at("protocol", "one_ballot_to_the_tool_in_bulk", "libsodium"),
        at_most(0.9),
        "{:.3f}",
    ),
    Budget(
        "archive verified on all cores, times faster than belenios-tool used soundly",
        "≥ 20",
        _inverse(_at("protocol", "ratios", "verify_archive_soundly_all_cores")),
        at_least(20),
        "{:.0f}",
    ),
    Budget(
        "votes through HTTP to the receipt, of what proofs alone allow on the same cores",
        "≥ 0.70",
        _of_proofs,
        at_least(0.70),
        note=SHARED,
    ),
    Budget(
        "processor time of a vote besides its proofs, all processes together",
        "≤ 6 ms",
        _at("gateway_broker", "cpu_ms_a_vote_besides_proofs"),
        at_most(6),
        "{:.1f}",
        note="cpu_ms_a_vote has it by process",
    ),
    Budget("log-ins, of what bcrypt allows on the same cores", "≥ 0.85", _of_hashing, at_least(0.85), note=SHARED),
    Budget(
        "p99 of casting while many log in, to the quiet one",
        "< 5",
        _at("gateway_broker", "beside_log_ins", "p99_ratio", "casting"),
        below(5),
        "{:.1f}",
    ),
    Budget(
        "p99 of pages while many log in, to the quiet one",
        "< 5",
        _at("gateway_broker", "beside_log_ins", "p99_ratio", "pages"),
        below(5),
        "{:.1f}",
    ),
    Budget(
        "home page, of an empty page of Flask that makes one RPC",
        "≥ 0.60",
        _at("gateway_broker", "home", "ratio"),
        at_least(0.60),
        note="asked with wrk; a home page makes two calls, and is a page",
    ),
    Budget(
        "cost of a vote as the urn grows from 1,000 to 1,000,000 ballots",
        "flat within 20 %",
        _at("urn", "ratio"),
        at_most(1.2),
    ),
    Budget("tally, to belenios-tool", "≤ 0.25", _at("protocol", "ratios", "tally"), at_most(0.25), "{:.3f}"),
    Budget(
        "a ballot of 100,000 tallied, to one of 10,000",
        "linear",
        _at("protocol", "growth", "tally_a_ballot"),
        at_most(1.2),
    ),
    Budget(
        "largest process of `isoloir verify`, ten times the ballots",
        "constant",
        _memory,
        at_most(1.2),
    ),
    Budget(
        "booth: from choice to encrypted ballot in Chromium, 10 answers",
        "< 150 ms",
        _at("booth", "ballot_ms"),
        below(150),
        "{:.0f}",
    ),
    Budget(
        "the same, to what a naive BigInt implementation has to do at least",
        "< 0.33",
        _at("booth", "ratio_to_naive"),
        below(1 / 3),
        note="a new worker meets its code for the first time; what is naive here makes no proof and no hash",
    ),
)


def rows(results: Results) -> list[tuple[str, str, str, str]]:
    """What, budget, figure seen, and whether it is held; why not, where that is known.

    Args:
        results: as build/bench.json has them.
    """
    found = []
    for one in TABLE:
        try:
            figure = one.figure(results)
        except (KeyError, TypeError, ZeroDivisionError):
            found.append(
                (one.what, one.words, "", f"{UNKNOWN}: {one.note or 'belenios-tool or the native backend is missing'}")
            )
            continue
        held = one.limit.holds(figure)
        why = f"{MISSED}: {one.note}" if one.note else MISSED
        found.append((one.what, one.words, one.shown.format(figure), HELD if held else why))
    return found


def as_markdown(results: Results) -> str:
    """The table as docs/performance.md has it."""
    lines = ["| what | budget | seen | |", "|---|---|---:|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows(results)]
    return "\n".join(lines) + "\n"


def processes_as_markdown(results: Results) -> str:
    """Which kind of process takes what of a vote through the whole system, and what of the signature and the e-mail that
    follow; empty where nobody has measured it."""
    try:
        voting: Mapping[str, float] = results["gateway_broker"]["cpu_ms_a_vote"]
        signing: Mapping[str, float] = results["gateway_broker"]["poll_book"]["cpu_ms_a_vote"]
    except (KeyError, TypeError):
        return ""
    lines = ["| process | ms of processor a vote | a signature and its e-mail |", "|---|---:|---:|"]
    for kind in sorted({*voting, *signing}, key=lambda one: -voting.get(one, 0.0)):
        both = voting.get(kind, 0.0), signing.get(kind, 0.0)
        if max(both) >= LEAST_MS:
            lines.append(f"| {kind} | {both[0]:.2f} | {both[1]:.2f} |")
    return "\n".join(lines) + "\n"
