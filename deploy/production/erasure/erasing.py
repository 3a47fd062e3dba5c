"""One service after the other is emptied; what was done is on the disk before the next begins, so that it can be resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy.engine import URL

from deploy.production.erasure.emptying import NotErased, empty, left, rows
from deploy.production.erasure.plan import Plan
from deploy.production.erasure.tables import KEPT
from services.record.erasure import Certificate, Election, lines, pages, signed_text

BEGUN = "effacement-en-cours.json"
CERTIFICATE = "certificat-effacement"
ORDER = ("notification", "reassort", "ballot", "identity")
"""Identity last: it says which vote this is."""


class Progress:
    """How far an erasure has come: a file, written before and after each service.

    Args:
        folder: where the certificate will be.
        declared: what was said at its beginning (archives, contest, who, what is kept, when); of an erasure that was
            interrupted, what was said then counts.

    Raises:
        NotErased: another erasure was begun there, or one was finished.
    """

    def __init__(self, folder: Path, declared: dict[str, Any]) -> None:
        self._file = folder / BEGUN
        if (folder / f"{CERTIFICATE}.json").exists():
            raise NotErased(f"{folder} a déjà le certificat d'un effacement.")
        self.resumed = self._file.exists()
        self.said: dict[str, Any] = declared | {"services": {}}
        if self.resumed:
            self.said = json.loads(self._file.read_text(encoding="utf-8"))
            if self.said["archives"] != declared["archives"]:
                raise NotErased(f"{folder} a commencé d'effacer un autre vote : {self._file}.")

    def before(self, service: str) -> dict[str, int] | None:
        """Table → rows that a service had before it was begun; None where it was not."""
        begun = self.said["services"].get(service)
        return None if begun is None else dict(begun["rows"])

    def begin(self, service: str, counted: dict[str, int]) -> None:
        """Keep what a service has, before it goes."""
        self.said["services"][service] = {"rows": counted, "done": False}
        self._keep()

    def done(self, service: str) -> None:
        """Keep that a service was found empty."""
        self.said["services"][service]["done"] = True
        self._keep()

    def finish(self) -> None:
        """Forget it: the certificate is written."""
        self._file.unlink()

    def _keep(self) -> None:
        part = self._file.with_suffix(".part")
        with part.open("w", encoding="utf-8") as file:
            json.dump(self.said, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._file)


def erase(progress: Progress, urls: Mapping[str, URL], told: Callable[[str], None]) -> None:
    """Empty every database; killed in between, the same call goes on where it was.

    Args:
        progress: of this erasure.
        urls: service → its database.
        told: hears a French line for each service.

    Raises:
        NotErased: a database refuses, or something writes into it; what was emptied before stays so.
    """
    for service in ORDER:
        counted = progress.before(service)
        if counted is None:
            counted = rows(urls[service])
            progress.begin(service, counted)
        if left(service, rows(urls[service])):
            empty(service, urls[service])
        again = left(service, rows(urls[service]))
        if again:
            raise NotErased(f"{service} : quelque chose y écrit encore ({', '.join(again)}). Arrêtez les services.")
        progress.done(service)
        told(f"{service} : {sum(left(service, counted).values())} lignes détruites")


def certify(progress: Progress, plan: Plan, urls: Mapping[str, URL], folder: Path, seed: str, now: datetime) -> Path:
    """Write the certificate as data, text and pages, once every table was found empty again.

    Args:
        progress: of this erasure, done.
        plan: what was erased.
        urls: service → its database.
        folder: where to.
        seed: identity's Ed25519 seed, hexadecimal.
        now: the moment.

    Raises:
        NotErased: something is in a table again.
    """
    said = progress.said
    found = {service: rows(urls[service]) for service in ORDER}
    for service, counted in found.items():
        if left(service, counted):
            raise NotErased(f"{service} : quelque chose y écrit encore. Arrêtez les services.")
    before: dict[str, dict[str, int]] = {service: said["services"][service]["rows"] for service in ORDER}
    one = Certificate(
        events=plan.events,
        elections=[
            Election(urn.election, urn.name, urn.fingerprint, urn.head, urn.ballots) for urn in plan.urns
        ],
        term=plan.term,
        contest=said["contest"],
        archives=[(name, digest) for name, digest in said["archives"]],
        erased={
            service: {name: count for name, count in counted.items() if name not in KEPT[service]}
            for service, counted in before.items()
        },
        remaining={
            service: {name: count for name, count in counted.items() if name in KEPT[service]}
            for service, counted in found.items()
        },
        kept=[(name, digest) for name, digest in said["kept"]],
        by=said["by"],
        began_at=datetime.fromisoformat(said["began_at"]),
        ended_at=now.astimezone(UTC).replace(microsecond=0),
    )  # fmt: skip
    key = SigningKey(bytes.fromhex(seed))
    public, signature = key.verify_key.encode().hex(), key.sign(signed_text(one.as_json()).encode()).signature.hex()
    text = "\n".join(lines(one, public, signature)) + "\n"
    data = json.dumps(one.as_json() | {"key": public, "signature": signature}, ensure_ascii=False, indent=1)
    for suffix, content in (
        (".pdf", pages(one, public, signature)),
        (".txt", text.encode()),
        (".json", data.encode()),
    ):
        (folder / f"{CERTIFICATE}{suffix}").write_bytes(content)
    progress.finish()
    return folder / f"{CERTIFICATE}.pdf"


def holds(said: Mapping[str, Any]) -> bool:
    """Whether the signature of a certificate, as JSON, is that of its key."""
    try:
        VerifyKey(bytes.fromhex(str(said["key"]))).verify(
            signed_text(said).encode(), bytes.fromhex(str(said["signature"]))
        )
    except (BadSignatureError, KeyError, ValueError):
        return False
    return True
