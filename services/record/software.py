"""The fingerprint of the software that runs: of its sources, so that whoever has them computes the same."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("deploy", "gateway", "services")
SOURCES = {".css", ".html", ".js", ".po", ".py", ".typ"}
# What is made from sources, and what an installed package has not.
LEFT_OUT = {"__pycache__", "build", "native", "node_modules", "static"}


@cache
def fingerprint(root: Path = ROOT) -> str:
    """Hash the sources: the SHA-256 of a line « digest, two spaces, path » for each, sorted by path.

    `find deploy gateway services` with the same suffixes, without the folders left out, `sort` in the order of
    bytes and `sha256sum` give the same.

    Args:
        root: Where the three folders are.
    """
    files = [
        path
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.suffix in SOURCES and not LEFT_OUT & set(path.relative_to(root).parts)
    ]
    whole = hashlib.sha256()
    for path in sorted(files, key=lambda one: one.relative_to(root).as_posix().encode()):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{digest}  {path.relative_to(root).as_posix()}\n".encode())
    return whole.hexdigest()
