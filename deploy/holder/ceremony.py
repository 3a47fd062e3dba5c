"""The electoral board of a rehearsal: its key ceremony and its decryptions, each holder by himself.

R211-545 and R211-573 ask for the president or the secretary, and at least two delegates: two threshold groups,
administration 1-of-2 and delegates 2-of-4, both needed; two thirds of the keys are delegates' (R211-545).
"""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from services.ballot.belenios.election import Election
from services.ballot.belenios.keys.pedersen import run_ceremony
from services.ballot.belenios.keys.trustees import make_trustees as trustees_json
from services.ballot.belenios.tally import partial_decryption

GROUPS = (
    ("administration", 1, ("Présidente", "Secrétaire")),
    ("delegates", 2, ("Délégué A", "Déléguée B", "Délégué C", "Déléguée D")),
)
"""Name, threshold and holders of each group, in the order of the trustees file."""


@dataclass(frozen=True)
class TrusteeKey:
    """What one holder keeps on his own device."""

    owner: int
    """Position in the trustees file, from 1 (protocol, section 6)."""
    group: str
    name: str
    secret: int = field(repr=False)

    def decrypt(self, election: Election, encrypted_tally: str) -> str:
        """The holder's part of the decryption, with its proof. In: the election, the encrypted tally's JSON."""
        return partial_decryption(election, encrypted_tally, self.secret)


def make_trustees(told: Callable[[str], None] = lambda _line: None) -> tuple[str, list[TrusteeKey]]:
    """Run the ceremony of both groups. In: `told`, called with a line of progress. Out: trustees.json, the keys."""
    entries: list[tuple[str, dict[str, Any]]] = []
    keys: list[TrusteeKey] = []
    for group, threshold, names in GROUPS:
        told(f"Cérémonie des clés : {group}, {threshold} sur {len(names)}")
        parameters, holders = run_ceremony(len(names), threshold)
        entries.append(("Pedersen", parameters))
        for name, holder in zip(names, holders, strict=True):
            keys.append(TrusteeKey(len(keys) + 1, group, name, holder.decryption_key))
    return trustees_json(entries), keys


def keys_that_suffice(keys: list[TrusteeKey]) -> list[TrusteeKey]:
    """The fewest holders who can open the urn together: the threshold of each group."""
    chosen = []
    for group, threshold, _names in GROUPS:
        chosen += [key for key in keys if key.group == group][:threshold]
    return chosen


def save_key(key: TrusteeKey, directory: Path) -> Path:
    """Write a key where its holder alone can read it. Out: the file."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = directory / f"{key.owner}-{key.group}.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(key) | {"secret": str(key.secret)}, file, ensure_ascii=False)
    return path


def load_key(path: Path) -> TrusteeKey:
    """The key that `save_key` wrote. Raises ValueError, KeyError or TypeError for a file that is none."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return TrusteeKey(int(content["owner"]), str(content["group"]), str(content["name"]), int(content["secret"]))


def load_keys(directory: Path) -> list[TrusteeKey]:
    """The keys that `save_key` wrote, in the order of their owners."""
    return sorted((load_key(path) for path in directory.glob("[0-9]*.json")), key=lambda key: key.owner)
