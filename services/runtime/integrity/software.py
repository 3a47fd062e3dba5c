"""The software that runs, file by file: what was installed of ours, what was built, and the libraries below."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

PACKAGES = ("services", "gateway", "deploy")
ROOT = Path(__file__).resolve().parents[3]
LIBRARY = "library "
PYTHON = "python"
_NOT_RUN = {"__pycache__", "target"}


def manifest(root: Path = ROOT) -> dict[str, str]:
    """Say what the software is made of; the same function at the sealing and at each check.

    Args:
        root: Where the packages stand, as installed, with what was built into them (the booth, the catalogues).

    Returns:
        Path → SHA-256 of each file; « library NAME » → version and SHA-256 of its list of files; « python » → its version.
    """
    found = {file.relative_to(root).as_posix(): _digest(file.read_bytes()) for file in _files(root)}
    for distribution in metadata.distributions():
        name = (distribution.metadata["Name"] or "").lower().replace("_", "-")
        # Ours is told file by file, and where it stands is no part of it.
        if name and name != "isoloir":
            record = distribution.read_text("RECORD") or ""
            found[LIBRARY + name] = f"{distribution.version} {_digest(record.encode())}"
    return found | {PYTHON: platform.python_version()}


def digest_of(listed: Mapping[str, str]) -> str:
    """One digest of a whole manifest."""
    return _digest(json.dumps(dict(sorted(listed.items())), separators=(",", ":")).encode())


def _files(root: Path) -> Iterator[Path]:
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*")):
            if file.is_file() and not _NOT_RUN & set(file.relative_to(root).parts) and file.suffix != ".pyc":
                yield file


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
