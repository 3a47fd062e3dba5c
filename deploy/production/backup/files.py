"""One backup of one service: `SERVICE.dump`, sealed by age for a recipient, and `SERVICE.json` that describes it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

import pyrage

from deploy.production.backup.dumps import BackupFailed

FORMAT = "isoloir-backup-1"
BLOCK = 1 << 20


@dataclass(frozen=True)
class Description:
    """What a backup holds.

    Attributes:
        service: whose database.
        kind: of database; a copy is restored to the same kind.
        made_at: UTC, ISO 8601.
        sha256: of the file as it lies there, sealed or not; 64 hexadecimal digits.
        bytes: its size.
        sealed_for: the age recipient (age1…), None where it is in clear.
        rows: table → its rows.
        format: FORMAT.
    """

    service: str
    kind: str
    made_at: str
    sha256: str
    bytes: int
    sealed_for: str | None
    rows: dict[str, int]
    format: str = FORMAT


class _Hashed:
    """A file that is written, and hashed on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()
        self.size = 0

    def write(self, content: bytes) -> int:
        self.digest.update(content)
        self.size += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()


def keep(folder: Path, service: str, kind: str, stream: IO[bytes], recipient: str | None) -> tuple[str, int]:
    """Write a copy, sealed where there is a recipient; nothing of its name stands there before it is whole.

    Returns:
        Its digest and its size.

    Raises:
        BackupFailed: the recipient is no age key, or a backup of the service is there already.
    """
    target, part = folder / f"{service}.dump", folder / f".{service}.dump.part"
    if target.exists():
        raise BackupFailed(f"{target} existe déjà : donnez un dossier par sauvegarde.")
    recipients = []
    if recipient is not None:
        try:
            recipients = [pyrage.x25519.Recipient.from_str(recipient)]
        except pyrage.RecipientError:
            raise BackupFailed("le destinataire n’est pas une clé publique age (age1…).") from None
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            hashed = _Hashed(file)
            if recipients:
                pyrage.encrypt_io(stream, hashed, recipients)
            else:
                while block := stream.read(BLOCK):
                    hashed.write(block)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return hashed.digest.hexdigest(), hashed.size


def describe(folder: Path, described: Description) -> None:
    """Write the description beside the copy."""
    content = json.dumps(asdict(described), indent=2, ensure_ascii=False) + "\n"
    (folder / f"{described.service}.json").write_text(content, encoding="utf-8")


def described(folder: Path, service: str) -> Description:
    """Read a description. Raises BackupFailed where there is none, or it is another's."""
    file = folder / f"{service}.json"
    try:
        found = Description(**json.loads(file.read_text(encoding="utf-8")))
        datetime.fromisoformat(found.made_at)
    except FileNotFoundError:
        raise BackupFailed(
            f"{file} manque : il n’y a pas de sauvegarde entière de {service} dans ce dossier."
        ) from None
    except (TypeError, ValueError):
        raise BackupFailed(f"{file} n’est pas la description d’une sauvegarde.") from None
    if (found.service, found.format) != (service, FORMAT):
        raise BackupFailed(f"{file} décrit autre chose que {service}, ou un autre format.")
    return found


def check(folder: Path, found: Description) -> None:
    """Do nothing where the copy is the one described. Raises BackupFailed where it is missing or was altered."""
    file = folder / f"{found.service}.dump"
    if not file.exists() or _digest(file) != found.sha256:
        raise BackupFailed(f"{file} n’est pas le fichier décrit : il manque, ou a été altéré. Rien n’a été restauré.")


@contextmanager
def opened(folder: Path, found: Description, identity: str | None) -> Iterator[IO[bytes]]:
    """The copy, opened.

    Args:
        folder: of the backup.
        found: its description.
        identity: the private key (AGE-SECRET-KEY-1…), for a sealed one.

    Raises:
        BackupFailed: it does not open with that key.
    """
    file = folder / f"{found.service}.dump"
    if found.sealed_for is None:
        with file.open("rb") as stream:
            yield stream
        return
    if identity is None:
        raise BackupFailed(f"{file} est scellé pour {found.sealed_for} : donnez la clé privée par --identity.")
    clear = folder / f".{found.service}.dump.clear"
    try:
        try:
            with file.open("rb") as sealed, os.fdopen(os.open(clear, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as target:
                pyrage.decrypt_io(sealed, target, [pyrage.x25519.Identity.from_str(identity.strip())])
        except (pyrage.DecryptError, pyrage.IdentityError):
            raise BackupFailed(
                f"{file} ne s’ouvre pas avec cette clé : il est scellé pour {found.sealed_for}."
            ) from None
        with clear.open("rb") as stream:
            yield stream
    finally:
        clear.unlink(missing_ok=True)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        digest = sha256()
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
