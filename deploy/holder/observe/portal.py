"""What an observer asks of a portal: what anybody may read, and nothing else."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

TIMES = (10.0, 60.0)
LONGEST_FILE = 64 * 1024 * 1024
"""Of heads and of registers; archives may have any length."""
LONGEST_JSON = 4 * 1024 * 1024
PIECE = 64 * 1024
REFUSALS = {403, 404, 409, 410}
"""With which a portal says that there is none; anything else may be otherwise in a minute."""
TRIES = 30
LONGEST_WAIT = 20.0
_TOTAL = re.compile(r"bytes (?:\*|[0-9]+-[0-9]+)/([0-9]{1,15})")


class CouldNotLook(Exception):
    """The portal does not answer, or not as a portal does; the message is French."""


class Refused(Exception):
    """The portal refuses: `code` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Tail:
    """An archive from a place on: how long it is as a whole, and the bytes."""

    total: int
    pieces: Iterator[bytes]


class Portal:
    """A portal's public pages, at an address."""

    def __init__(self, address: str, pause: Callable[[float], None] = time.sleep) -> None:
        """Take an address. Raises CouldNotLook where it is none."""
        self.address = address.rstrip("/")
        if urlsplit(self.address).scheme not in {"http", "https"} or not urlsplit(self.address).netloc:
            raise CouldNotLook(f"« {address} » n'est pas l'adresse d'un portail (https://…)")
        self._session = requests.Session()
        self._session.headers["Accept-Encoding"] = "identity"
        self._pause = pause

    def json(self, path: str) -> dict[str, Any]:
        """A JSON object. Raises Refused, CouldNotLook."""
        with self._answer(path, {}) as answer:
            try:
                content = json.loads(_whole(answer, LONGEST_JSON))
            except (ValueError, RecursionError):
                raise CouldNotLook("la réponse n'est pas celle d'un portail") from None
        if not isinstance(content, dict):
            raise CouldNotLook("la réponse n'est pas celle d'un portail")
        return content

    def lines(self, path: str) -> list[str]:
        """A file of lines. Raises Refused, CouldNotLook."""
        with self._answer(path, {}) as answer:
            content = _whole(answer, LONGEST_FILE)
        if content and not content.endswith(b"\n"):
            raise CouldNotLook("le téléchargement a été interrompu")
        return content.decode("utf-8", "replace").split("\n")[:-1]

    @contextmanager
    def archive(self, uuid: str, start: int) -> Iterator[Tail]:
        """An archive from a byte on; where it is shorter, no bytes and its length.

        Raises:
            Refused: By the portal.
            CouldNotLook: It does not answer, or is still preparing the file.
        """
        with self._answer(f"elections/{uuid}/archive", {"Range": f"bytes={start}-"}) as answer:
            if answer.status_code == requests.codes.ok:
                # Whoever stands between does not know ranges: all of it comes, the beginning is passed over.
                length = int(answer.headers.get("Content-Length", "0"))
                yield Tail(length, _after(answer.iter_content(PIECE), start))
                return
            found = _TOTAL.fullmatch(answer.headers.get("Content-Range", ""))
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                yield Tail(0 if found is None else int(found[1]), iter(()))
                return
            if found is None:
                raise CouldNotLook("la réponse n'est pas celle d'un portail")
            yield Tail(int(found[1]), answer.iter_content(PIECE))

    @contextmanager
    def _answer(self, path: str, headers: dict[str, str]) -> Iterator[requests.Response]:
        address = f"{self.address}/api/v1/{path}"
        try:
            for left in reversed(range(TRIES)):
                with self._session.get(address, headers=headers, stream=True, timeout=TIMES) as answer:
                    if answer.ok or answer.status_code == requests.codes.requested_range_not_satisfiable:
                        yield answer
                        return
                    code, status = _code_of(answer), answer.status_code
                    if code != "archive_in_preparation" or not left:
                        break
                    wait = answer.headers.get("Retry-After", "")
                self._pause(min(float(wait) if wait.isdigit() else 1.0, LONGEST_WAIT))
        except requests.RequestException:
            raise CouldNotLook("le portail ne répond pas") from None
        if code == "archive_in_preparation":
            raise CouldNotLook("le portail prépare encore l'archive de cette urne : réessayez")
        if code is None:
            raise CouldNotLook("la réponse n'est pas celle d'un portail")
        if status not in REFUSALS:
            raise CouldNotLook("le portail ne peut pas répondre en ce moment")
        raise Refused(code)


def _code_of(answer: requests.Response) -> str | None:
    try:
        code = json.loads(_whole(answer, LONGEST_JSON))["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return code if isinstance(code, str) else None


def _whole(answer: requests.Response, longest: int) -> bytes:
    content = bytearray()
    for piece in answer.iter_content(PIECE):
        content += piece
        if len(content) > longest:
            raise CouldNotLook("la réponse est plus longue qu'elle ne devrait")
    return bytes(content)


def _after(pieces: Iterator[bytes], start: int) -> Iterator[bytes]:
    for piece in pieces:
        if start < len(piece):
            yield piece[start:]
        start = max(0, start - len(piece))
