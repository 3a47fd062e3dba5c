"""The files of a load test: what each voter has in hand, the ballots that were made beforehand, and where the portal is.

They hold passwords and codes, of invented voters only; each is closed to the other users of the machine all the same.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TextIO

from deploy.production.keys import write_private

VOTERS, BALLOTS, EVENT = "voters.csv", "ballots.jsonl", "event.json"


class UnusableFiles(ValueError):
    """The folder holds no load test that can be run; the message says which file and line, and no secret."""


@dataclass(frozen=True)
class InHand:
    """One voter: a password, or the link that leads to one; a voting code; which list he chooses in each election."""

    identifier: str
    password: str = field(repr=False)
    answer: str = field(repr=False)
    code: str = field(repr=False)
    link: str = field(repr=False, default="")
    """Where the account is not activated yet."""
    choices: dict[str, int] = field(default_factory=dict)
    """Election uuid → index of the list, -1 for a blank vote."""


@dataclass(frozen=True)
class LoadElection:
    """One election: its uuid, code, number of lists, and the sealed election itself (JSON)."""

    uuid: str
    code: str
    lists: int
    sealed: str = field(repr=False)


@dataclass(frozen=True)
class LoadEvent:
    """Where the portal is and what is voted on. `sent`: the folder where messages arrive, empty where it is elsewhere."""

    portals: list[str]
    voting_event: str
    iterations: int
    elections: list[LoadElection]
    sent: str = ""
    works: bool = False
    """Whether the portal has testers do the work of a challenge."""


@dataclass(frozen=True)
class MadeBallot:
    """A ballot made beforehand."""

    ballot: str = field(repr=False)
    tracker: str


def write_event(folder: Path, event: LoadEvent) -> None:
    """Write event.json."""
    write_private(folder / EVENT, json.dumps(asdict(event), ensure_ascii=False, indent=1) + "\n")


def read_event(folder: Path) -> LoadEvent:
    """Read event.json. Raises UnusableFiles."""
    try:
        content = json.loads((folder / EVENT).read_text(encoding="utf-8"))
        elections = [LoadElection(**one) for one in content.pop("elections")]
        return LoadEvent(elections=elections, **content)
    except OSError:
        raise UnusableFiles(f"{folder / EVENT}: no such file; `isoloir load prepare` makes it") from None
    except (ValueError, TypeError, KeyError):
        raise UnusableFiles(f"{folder / EVENT}: not what `isoloir load prepare` writes") from None


def write_voters(folder: Path, voters: Iterable[InHand]) -> None:
    """Write voters.csv, in the order in which they will come."""
    with _private(folder / VOTERS) as file:
        writer = csv.DictWriter(file, [one.name for one in fields(InHand)], delimiter=";")
        writer.writeheader()
        for voter in voters:
            writer.writerow(asdict(voter) | {"choices": json.dumps(voter.choices, separators=(",", ":"))})


def read_voters(folder: Path) -> list[InHand]:
    """Read voters.csv. Raises UnusableFiles."""
    path = folder / VOTERS
    found: list[InHand] = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter=";"):
                choices: dict[str, int] = json.loads(row.pop("choices"))
                found.append(InHand(**row, choices=choices))
    except OSError:
        raise UnusableFiles(f"{path}: no such file; `isoloir load prepare` makes it") from None
    except (ValueError, TypeError, KeyError):
        raise UnusableFiles(f"{path}: line {len(found) + 2} is not what `isoloir load prepare` writes") from None
    if not found:
        raise UnusableFiles(f"{path}: no voters")
    return found


def write_ballots(folder: Path, ballots: Iterable[tuple[str, str, MadeBallot]]) -> int:
    """Write ballots.jsonl, a line each. In: (identifier, election uuid, ballot). Out: how many."""
    count = 0
    with _private(folder / BALLOTS) as file:
        for identifier, election, made in ballots:
            line = {"identifier": identifier, "election": election, "ballot": made.ballot, "tracker": made.tracker}
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
            count += 1
    return count


def read_ballots(folder: Path) -> dict[tuple[str, str], MadeBallot]:
    """(identifier, election uuid) → ballot; empty where none were made. Raises UnusableFiles."""
    path = folder / BALLOTS
    if not path.exists():
        return {}
    found = {}
    for number, line in enumerate(_lines(path), 1):
        try:
            one = json.loads(line)
            found[one["identifier"], one["election"]] = MadeBallot(one["ballot"], one["tracker"])
        except (ValueError, TypeError, KeyError):
            raise UnusableFiles(f"{path}: line {number} is not a ballot") from None
    return found


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from file


def _private(path: Path) -> TextIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
