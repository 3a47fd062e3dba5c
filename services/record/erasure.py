"""The certificate that a vote was erased after its term: what it says, its text, its pages, and its signature's text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.record.typesetting import paris, set_page

FORMAT = "isoloir-erasure"
VERSION = 1
ARTICLES = (
    "Article R211-580 du code général de la fonction publique : conservation pendant deux ans, puis destruction des "
    "fichiers supports, sauf action contentieuse en cours.",
    "Article 5, 1, e du règlement (UE) 2016/679 et article 4, 5° de la loi n° 78-17 : pas de conservation au-delà du terme.",
)
ELSEWHERE = (
    "les exemplaires de l'archive, sur chacun de leurs supports",
    "les sauvegardes des bases, et les journaux d'écriture anticipée (WAL) archivés",
    "les journaux techniques des machines et de l'outil qui les réunit",
    "la clé privée d'archive du bureau et les fichiers de clé des porteurs",
)
"""What no command of ours reaches: whoever holds it destroys it, and signs for it on the page."""


@dataclass(frozen=True)
class Election:
    """An election that was erased: its uuid, its name, its fingerprint, the last head of its urn, its ballots."""

    election: str
    name: str
    fingerprint: str
    head: str
    ballots: int


@dataclass(frozen=True)
class Certificate:
    """What was destroyed.

    Attributes:
        events: names of the voting events.
        elections: their elections.
        term: when the two years were over.
        contest: what became of actions in court, as was declared.
        archives: name and digest of each archive that was read again first.
        erased: service → table → rows that it had.
        remaining: service → table → rows that stay.
        kept: name and SHA-256 of each document that stays for good.
        by: who had it done: name and function.
        began_at: when it began.
        ended_at: when the last table was found empty.
    """

    events: Sequence[str]
    elections: Sequence[Election]
    term: datetime
    contest: str
    archives: Sequence[tuple[str, str]]
    erased: Mapping[str, Mapping[str, int]]
    remaining: Mapping[str, Mapping[str, int]]
    kept: Sequence[tuple[str, str]]
    by: Sequence[str]
    began_at: datetime
    ended_at: datetime

    def as_json(self) -> dict[str, Any]:
        """As programs read it, without its signature."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "events": list(self.events),
            "elections": [vars(one) for one in self.elections],
            "term": self.term.isoformat(),
            "contest": self.contest,
            "archives": [{"name": name, "sha256sums": digest} for name, digest in self.archives],
            "erased": {service: dict(tables) for service, tables in self.erased.items()},
            "remaining": {service: dict(tables) for service, tables in self.remaining.items()},
            "kept": [{"name": name, "sha256": digest} for name, digest in self.kept],
            "by": list(self.by),
            "articles": list(ARTICLES),
            "elsewhere": list(ELSEWHERE),
            "began_at": self.began_at.isoformat(),
            "ended_at": self.ended_at.isoformat(),
        }


def signed_text(said: Mapping[str, Any]) -> str:
    """Return what is signed of a certificate: a line that says what follows, then compact JSON, its keys sorted.

    Args:
        said: the certificate as JSON; `key` and `signature` in it are not part of what is signed.
    """
    facts = {name: value for name, value in said.items() if name not in ("key", "signature")}
    return "isoloir erasure 1\n" + json.dumps(facts, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def lines(one: Certificate, key: str, signature: str) -> list[str]:
    """The certificate as plain text.

    Args:
        one: what it says.
        key: the public key that signed it, hexadecimal.
        signature: hexadecimal Ed25519.
    """
    data = _prepared(one, key, signature)
    said = [f"CERTIFICAT D'EFFACEMENT : {data['title']}", ""]
    for heading, rows in (
        ("Effacement", data["facts"]),
        ("Détruit (lignes par table)", data["erased"]),
        ("Resté dans les bases", data["remaining"]),
        ("Conservé sans terme (SHA-256)", data["kept"]),
        ("Signature", data["signature"]),
    ):
        said += [heading, *(f"  {name} : {value}" for name, value in rows), ""]
    said += ["Scrutins", *(f"  {one['name']} ({one['uuid']}) : {one['ballots']}" for one in data["elections"])]
    said += [f"    {name} : {value}" for one in data["elections"] for name, value in one["rows"]]
    said += ["", "En application de", *(f"  {text}" for text in ARTICLES)]
    return [*said, "", "À détruire par qui les détient", *(f"  [ ] {text}" for text in ELSEWHERE)]


def pages(one: Certificate, key: str, signature: str) -> bytes:
    """Set the certificate as accessible PDF (PDF/UA-1); the same certificate gives the same bytes.

    Args:
        one: what it says.
        key: the public key that signed it, hexadecimal.
        signature: hexadecimal Ed25519.
    """
    return set_page("erasure.typ", _prepared(one, key, signature), one.ended_at)


def _prepared(one: Certificate, key: str, signature: str) -> dict[str, Any]:
    return {
        "title": ", ".join(one.events),
        "facts": [
            ["Terme des deux ans", paris(one.term)],
            ["Recours", one.contest],
            ["Commencé", paris(one.began_at)],
            ["Achevé, tables trouvées vides", paris(one.ended_at)],
            *(["Par", name] for name in one.by),
            *(
                pair
                for name, digest in one.archives
                for pair in (["Archive relue avant", name], ["Son empreinte", digest])
            ),
        ],
        "elections": [
            {
                "name": election.name,
                "uuid": election.election,
                "ballots": f"{_count(election.ballots)} bulletin(s)",
                "rows": [["Empreinte du scrutin", election.fingerprint], ["Empreinte de l'urne", election.head]],
            }
            for election in one.elections
        ],
        "erased": _counted(one.erased),
        "remaining": _counted(one.remaining),
        "kept": [list(pair) for pair in one.kept],
        "articles": list(ARTICLES),
        "elsewhere": list(ELSEWHERE),
        "signature": [["Clé publique (Ed25519)", key], ["Signature", signature]],
        "signatures": [[name, ""] for name in one.by],
    }


def _count(number: int) -> str:
    # With the narrow space that does not break, as the record has it: 1 234 567.
    return f"{number:,}".replace(",", "\u202f")


def _counted(tables: Mapping[str, Mapping[str, int]]) -> list[list[str]]:
    return [
        [f"{service} / {table}", _count(count)]
        for service, counted in tables.items()
        for table, count in sorted(counted.items())
    ]
