"""From the ledger and the two books to figures: votes kept, lost and doubled, refusals, times of each step."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.load.report.waiting import waiting
from deploy.load.scenario import ledger as of_kind
from deploy.rehearsal.held_votes import held

Line = Mapping[str, Any]
Figures = dict[str, Any]

BINS = 45
"""Points of the curves."""


@dataclass(frozen=True)
class Books:
    """One election after the test: its code, the trackers in its urn, how many signed its poll book."""

    code: str
    urn: Sequence[str]
    signed: int


def figures(lines: Sequence[Line], books: Mapping[str, Books]) -> Figures:
    """Everything that does not depend on the machine.

    Args:
        lines: The ledger, oldest first.
        books: Election uuid → its urn and poll book.

    Returns:
        votes, elections, people, refusals, steps, did, log_ins, waiting, seconds, timeline: what build/load.json has.
    """
    elections = [_election(uuid, one, lines) for uuid, one in books.items()]
    kinds = Counter(line["kind"] for line in lines)
    began = lines[0]["at"] if lines else 0.0
    return {
        "votes": {name: sum(one[name] for one in elections) for name in ELECTION_COUNTS},
        "elections": elections,
        "people": {
            "arrived": kinds[of_kind.ARRIVED],
            "left": kinds[of_kind.LEFT],
            "gave_up": kinds[of_kind.GAVE_UP],
            "unfinished": kinds[of_kind.ARRIVED] - kinds[of_kind.LEFT] - kinds[of_kind.GAVE_UP] - kinds[of_kind.FAULT],
            "faults": kinds[of_kind.FAULT],
        },
        "refusals": _refusals(lines),
        "steps": _steps(lines),
        "did": _did(lines),
        "log_ins": _log_ins(lines),
        "waiting": waiting(lines),
        "seconds": round(lines[-1]["at"] - began, 1) if lines else 0.0,
        "timeline": _timeline(lines, began),
    }


ELECTION_COUNTS = ("acknowledged", "urn", "poll_book", "lost", "doubled", "unclaimed", "not_signed")


def _election(uuid: str, books: Books, lines: Iterable[Line]) -> Figures:
    sent: defaultdict[str, list[str]] = defaultdict(list)
    acknowledged: list[str] = []
    for line in lines:
        if line.get("election") != uuid:
            continue
        if line["kind"] == of_kind.SENT:
            sent[line["voter"]].append(line["tracker"])
        elif line["kind"] == of_kind.ACKNOWLEDGED:
            acknowledged.append(line["tracker"])
    kept = held(acknowledged, books.urn, sent)
    return {
        "code": books.code,
        "acknowledged": kept.acknowledged,
        "urn": kept.urn,
        "poll_book": books.signed,
        "lost": len(kept.lost),
        # A signature too many is a voter counted twice, or one who never voted.
        "doubled": len(kept.doubled) + max(0, books.signed - kept.urn),
        "unclaimed": kept.unclaimed,
        "not_signed": max(0, kept.urn - books.signed),
    }


def _refusals(lines: Iterable[Line]) -> dict[str, int]:
    found = Counter(
        f"{line['step']}: {line['code']}" + (" (impatient)" if line.get("impatient") else "")
        for line in lines
        if line["kind"] == of_kind.REFUSED
    )
    return dict(found.most_common())


def _steps(lines: Iterable[Line]) -> dict[str, dict[str, float]]:
    """Step → how often it was done, and in how many milliseconds; tries that were refused count as refusals alone."""
    done: defaultdict[str, list[float]] = defaultdict(list)
    refused: Counter[str] = Counter()
    for line in lines:
        if line["kind"] == of_kind.STEP:
            if line["outcome"] == "ok":
                done[line["step"]].append(line["seconds"] * 1000)
            else:
                refused[line["step"]] += 1
    return {
        step: {
            "done": len(done[step]),
            "refused": refused[step],
            **{f"p{share}": percentile(done[step], share / 100) for share in (50, 95, 99)},
            "max": round(max(done[step], default=0.0), 1),
        }
        for step in dict.fromkeys([*done, *refused])
    }


def _did(lines: Iterable[Line]) -> dict[str, int]:
    """What the system had to do: each try counts, refused or not, for a wrong password costs as much as the right one."""
    tries = Counter(line["step"] for line in lines if line["kind"] == of_kind.STEP)
    return {
        "passwords": tries["log_in"] + tries["wrong_password"],
        "activations": tries["activation"],
        "pages": sum(tries[step] for step in ("arrival", "home", "lists", "booth_page")),
        "casts": tries["cast"],
        "reissues": tries["reissue_code"],
    }


HASHES = {"log_in": 1, "wrong_password": 1, "activation": 2}
"""Step → how many hashes it takes."""
ANSWERED = {"ok", "log_in_refused", "link_used"}


def _log_ins(lines: Iterable[Line]) -> Figures:
    """How many log-ins and activations were tried, how many were answered, and how many hashes those were."""
    tries = [
        (line["step"], line["outcome"]) for line in lines if line["kind"] == of_kind.STEP and line["step"] in HASHES
    ]
    answered = [step for step, outcome in tries if outcome in ANSWERED]
    return {
        "tried": len(tries),
        "answered": len(answered),
        "share": round(len(answered) / len(tries), 3) if tries else None,
        "hashes": sum(HASHES[step] for step in answered),
    }


def _timeline(lines: Sequence[Line], began: float) -> list[dict[str, float]]:
    if not lines:
        return []
    width = max((lines[-1]["at"] - began) / BINS, 1.0)
    arrivals: Counter[int] = Counter()
    votes: Counter[int] = Counter()
    refused: Counter[int] = Counter()
    times: defaultdict[int, list[float]] = defaultdict(list)
    for line in lines:
        place = int((line["at"] - began) / width)
        arrivals[place] += line["kind"] == of_kind.ARRIVED
        votes[place] += line["kind"] == of_kind.ACKNOWLEDGED
        refused[place] += line["kind"] == of_kind.REFUSED
        if line["kind"] == of_kind.STEP and line["outcome"] == "ok" and line["step"] == "cast":
            times[place].append(line["seconds"] * 1000)
    return [
        {
            "second": round(place * width, 1),
            "arrivals": round(arrivals[place] / width, 2),
            "votes": round(votes[place] / width, 2),
            "refusals": round(refused[place] / width, 2),
            "cast_p95": percentile(times[place], 0.95),
        }
        for place in range(int((lines[-1]["at"] - began) / width) + 1)
    ]


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` of all do not exceed (nearest rank), 0 where there are none."""
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1) if ordered else 0.0


def with_machine(
    found: Figures, used: Mapping[str, float], idle: Mapping[str, float], idle_seconds: float, about: Mapping[str, Any]
) -> Figures:
    """Add what the processes used, and what is known of machine and system.

    Args:
        found: Figures.
        used: Kind of process → processor time of the run, seconds.
        idle: The same before anybody came.
        idle_seconds: For how long that was looked at.
        about: Whatever else belongs into the file.

    Returns:
        The figures with `cpu`: kind → {seconds, idle_per_second, per_vote_ms, per_voter_ms}. Per vote and per voter
        without what the process uses when nobody is there. `log_ins` has `hashes_per_cpu_second` besides: hashes that were
        waited for, by second of identity's processor time; all that it did for nobody makes it smaller.
    """
    votes, voters, lasted = found["votes"]["acknowledged"], found["people"]["arrived"], found["seconds"]
    cpu = {}
    for kind, seconds in used.items():
        at_rest = idle.get(kind, 0.0) / idle_seconds if idle_seconds else 0.0
        work = max(0.0, seconds - at_rest * lasted)
        cpu[kind] = {
            "seconds": round(seconds, 2),
            "idle_per_second": round(at_rest, 4),
            "per_vote_ms": round(1000 * work / votes, 2) if votes else None,
            "per_voter_ms": round(1000 * work / voters, 2) if voters else None,
        }
    log_ins = dict(found.get("log_ins", {}))
    if "identity" in cpu:
        own = cpu["identity"]
        worked = max(0.0, float(own["seconds"] or 0) - float(own["idle_per_second"] or 0) * lasted)
        log_ins["hashes_per_cpu_second"] = round(log_ins.get("hashes", 0) / worked, 2) if worked else None
    return {**about, **found, "cpu": cpu, "log_ins": log_ins}


def faults(found: Figures) -> list[str]:
    """What must not be, in French sentences; empty for a good test."""
    votes = found["votes"]
    said = []
    if votes["lost"]:
        said.append(f"{votes['lost']} vote(s) accusé(s) de réception manquent dans l'urne.")
    if votes["doubled"]:
        said.append(f"{votes['doubled']} vote(s) ou émargement(s) en double.")
    if votes["not_signed"]:
        said.append(f"{votes['not_signed']} bulletin(s) de l'urne sans émargement.")
    if found["people"]["faults"]:
        said.append(f"{found['people']['faults']} électeur(s) arrêté(s) par une erreur du scénario lui-même.")
    if not votes["acknowledged"]:
        said.append("Aucun vote n'a été accusé de réception.")
    return said
