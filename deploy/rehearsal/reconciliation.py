"""What a rehearsal counted, side by side: whoever was to vote, who did, the poll book, the urn, the lists."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True)
class ElectionCounts:
    """One election's figures; `expected` and `counted` give blank votes first, then each list."""

    uuid: str
    code: str
    entitled: int
    """Voters whom the system knows to be entitled."""
    on_roll: int
    """Voters whom the roll that was imported entitles."""
    planned: int
    """Ballots that the voters meant to cast."""
    acknowledged: int
    """Receipts that they hold."""
    poll_book: int
    urn: int
    reissued: int
    """Voters who asked for another code."""
    register: int
    """Entries of the public register of re-issues."""
    lost: int
    """Receipts whose tracker does not stand in the public urn."""
    doubled: int
    """Ballots too many in the public urn."""
    expected: list[int]
    counted: list[int]
    labels: list[str]
    verdicts: dict[str, str]
    """Verifier → "ok", its fault, or "absent"."""

    def differences(self) -> list[str]:
        """Everything that does not agree; empty for a good election."""
        found = []
        if self.entitled != self.on_roll:
            found.append(f"{self.code}: inscrits au scrutin {self.entitled}, attendu {self.on_roll}")
        found += [
            f"{self.code}: {name} {value}, attendu {self.planned}"
            for name, value in (
                ("accusés de réception", self.acknowledged),
                ("émargements", self.poll_book),
                ("bulletins dans l'urne", self.urn),
            )
            if value != self.planned
        ]
        found += [
            f"{self.code}: {name} {value}, attendu 0"
            for name, value in (("bulletins perdus", self.lost), ("bulletins en double", self.doubled))
            if value
        ]
        if self.register != self.reissued:
            found.append(f"{self.code}: registre des réassorts {self.register}, attendu {self.reissued}")
        if self.expected != self.counted:
            found.append(f"{self.code}: résultat {self.counted}, attendu {self.expected}")
        found += [f"{self.code}: {who}: {said}" for who, said in self.verdicts.items() if said not in ("ok", "absent")]
        return found


def all_differences(voters: int, activated: int, elections: list[ElectionCounts]) -> list[str]:
    """Everything that does not agree in a whole rehearsal; empty for a good one."""
    found = [] if activated == voters else [f"comptes activés {activated}, attendu {voters}"]
    return found + [difference for counts in elections for difference in counts.differences()]


def show(console: Console, voters: int, activated: int, elections: list[ElectionCounts]) -> None:
    """Print the one table."""
    table = Table(title="Répétition générale", show_lines=True)
    table.add_column("")
    for counts in elections:
        table.add_column(counts.code, justify="right")
    rows: list[tuple[str, list[Any]]] = [
        ("Électeurs inscrits", [voters] * len(elections)),
        ("Comptes activés", [activated] * len(elections)),
        ("Inscrits au scrutin", [counts.entitled for counts in elections]),
        ("Ont voté (accusés de réception)", [counts.acknowledged for counts in elections]),
        ("Émargements", [counts.poll_book for counts in elections]),
        ("Bulletins dans l'urne", [counts.urn for counts in elections]),
        ("Codes réassortis", [counts.reissued for counts in elections]),
        ("Réassorts au registre", [counts.register for counts in elections]),
        ("Voix attendues → comptées", ["\n".join(_pairs(counts)) for counts in elections]),
    ]
    for who in elections[0].verdicts if elections else ():
        rows.append((f"Vérifié par {who}", [counts.verdicts[who] for counts in elections]))
    for label, values in rows:
        table.add_row(label, *[str(value) for value in values])
    console.print(table)


def write_summary(
    path: Path, voters: int, activated: int, elections: list[ElectionCounts], seconds: dict[str, float], bus: str
) -> None:
    """Write summary.json beside the archives."""
    summary = {
        "voters": voters,
        "activated": activated,
        "bus": bus,
        "elections": [
            {
                "uuid": counts.uuid,
                "code": counts.code,
                "entitled": counts.entitled,
                "voted": counts.acknowledged,
                "poll_book": counts.poll_book,
                "urn": counts.urn,
                "reissued": counts.reissued,
                "register": counts.register,
                "votes": [
                    {"list": label, "expected": expected, "counted": counted}
                    for label, expected, counted in zip(counts.labels, counts.expected, counts.counted, strict=True)
                ],
                "verified": counts.verdicts,
            }
            for counts in elections
        ],
        "differences": all_differences(voters, activated, elections),
        "seconds": seconds,
    }
    path.write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _pairs(counts: ElectionCounts) -> list[str]:
    return [
        f"{label} : {expected} → {counted}"
        for label, expected, counted in zip(counts.labels, counts.expected, counts.counted, strict=True)
    ]
