"""The archive of two years, read again before anything is destroyed: whole, and of this very vote."""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from deploy.holder.verify_words import clean, fault_in_french
from deploy.operator.archive.bundle import MANIFEST, PIECE, SUMS
from deploy.production.erasure.emptying import NotErased
from services.ballot.belenios.checking.verify import verify_archive

LONGEST = 64 * 1024 * 1024
"""Bytes of a manifest, or of the sums: no more is read into memory."""


@dataclass(frozen=True)
class Urn:
    """An election of the archive: what its verified urn says, and the key that signed its sealing.

    `name` ends with why there is no result, where there is none.
    """

    election: str
    name: str
    fingerprint: str
    head: str
    ballots: int
    identity_key: str


@dataclass(frozen=True)
class Archive:
    """An archive that holds together. `digest`: SHA-256 of its SHA256SUMS, the one that the record names."""

    name: str
    digest: str
    made_at: datetime
    urns: tuple[Urn, ...]


def read(path: Path, processes: int | None = None) -> Archive:
    """Read a whole archive: every file against its sum, every urn verified.

    Args:
        path: the tar file that `isoloir operator archive-all` wrote.
        processes: how many verify an urn.

    Raises:
        NotErased: it is none, is damaged, or is the public part alone; the message is French.
    """
    try:
        with tarfile.open(path, "r:") as tar, tempfile.TemporaryDirectory() as folder:
            return _read(tar, path.name, Path(folder), processes)
    except (tarfile.TarError, UnicodeError, KeyError, TypeError, ValueError, OSError) as error:
        raise NotErased(f"{path.name} n'est pas une archive entière ({type(error).__name__}).") from None


def _read(tar: tarfile.TarFile, name: str, folder: Path, processes: int | None) -> Archive:
    sums: dict[str, str] = {}
    small: dict[str, bytes] = {}
    urns: list[str] = []
    digest = ""
    for member in tar:
        if not member.isfile() or member.name in sums:
            raise NotErased(f"{name} : « {clean(member.name)} » n'a pas sa place dans une archive.")
        content = tar.extractfile(member)
        if content is None:
            raise ValueError
        wanted = member.name in (MANIFEST, SUMS) or member.name.endswith(".sealing.json")
        if wanted and member.size > LONGEST:
            raise ValueError
        target = None
        if member.name.startswith("scrutins/") and member.name.endswith(".bel"):
            urns.append(member.name)
            target = folder / f"{len(urns)}.bel"
        sums[member.name], kept = _digest(content, target, wanted)
        if wanted:
            small[member.name] = kept
    digest = sums.pop(SUMS)
    listed: dict[str, str] = {}
    for line in small[SUMS].decode().splitlines():
        value, _, one = line.partition("  ")
        listed[one] = value
    if listed != sums:
        wrong = sorted(one for one in listed.keys() | sums.keys() if listed.get(one) != sums.get(one))
        raise NotErased(f"{name} est abîmée : {clean(', '.join(wrong[:3]))}.")
    manifest = json.loads(small[MANIFEST])
    if manifest["format"] != "isoloir-archive":
        raise ValueError
    if not any(one.startswith("scelle/") for one in sums):
        raise NotErased(f"{name} n'a que la partie publique : elle n'est pas l'archive de l'article R211-580.")
    without = {one["name"]: str(one["without_result"]) for one in manifest["files"] if "without_result" in one}
    found = tuple(
        _urn(
            folder / f"{place}.bel",
            json.loads(small[one.removesuffix(".bel") + ".sealing.json"]),
            without.get(one),
            processes,
        )
        for place, one in enumerate(urns, 1)
    )
    return Archive(name, digest, datetime.fromisoformat(manifest["made_at"]), found)


def _digest(content: IO[bytes], target: Path | None, wanted: bool) -> tuple[str, bytes]:
    digest, kept = hashlib.sha256(), b""
    out = None if target is None else target.open("wb")
    try:
        for piece in _pieces(content):
            digest.update(piece)
            kept += piece if wanted else b""
            if out is not None:
                out.write(piece)
    finally:
        if out is not None:
            out.close()
    return digest.hexdigest(), kept


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    while piece := content.read(PIECE):
        yield piece


def _urn(path: Path, sealing: dict[str, str], why_none: str | None, processes: int | None) -> Urn:
    report = verify_archive(path, processes=processes)
    if report.fault is not None:
        raise NotErased(f"une urne de l'archive a un défaut dans {clean(fault_in_french(report.fault))}.")
    if why_none is None and not report.finished:
        raise NotErased("une urne de l'archive n'a pas de résultat.")
    if not report.uuid or not report.head or not report.election_hash:
        raise NotErased("une urne de l'archive est vide.")
    name = clean(report.name or "") + ("" if why_none is None else f" (sans résultat : {clean(why_none)})")
    return Urn(report.uuid, name, report.election_hash, report.head, report.ballots, str(sealing["identity_key"]))
