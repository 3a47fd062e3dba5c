"""What a demonstration has sent, read from its folder: messages (.eml), SMS (.json), paper notices (.pdf).

Files come from other processes while they are read, and some may be cut or malformed: each is read on its
own, and one that cannot be read is shown as such and hides no other.
"""

import email
import email.policy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MOST = 200
"""Files of a kind that are looked at."""
SHOWN = 10
"""Messages on the page, the newest: who looks for an older one gives its address."""
MOST_BYTES = 1024 * 1024
URL = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Message:
    """An e-mail or an SMS. `text` is None where the file could not be read."""

    kind: str
    to: str
    subject: str
    text: str | None
    at: datetime

    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The text cut into (piece, whether it is a web address)."""
        text, start = self.text or "", 0
        for found in URL.finditer(text):
            address = found.group().rstrip(".,;:!?)»")
            yield text[start : found.start()], False
            yield address, True
            start = found.start() + len(address)
        yield text[start:], False


@dataclass(frozen=True)
class Notice:
    """A paper notice: the name of its file, and whom it is for where the demonstration says so."""

    file: str
    name: str
    at: datetime


@dataclass(frozen=True)
class DemoVoter:
    """Somebody the visitor can play."""

    identifier: str
    name: str


class DemoFolder:
    """The demonstration's folder, read only."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def messages(self, address: str = "") -> list[Message]:
        """E-mails and SMS to an address that contains `address`, newest first."""
        found = [_read(path, _eml) for path in self._files("mail", ".eml")]
        found += [_read(path, _sms) for path in self._files("sms", ".json")]
        wanted = address.strip().casefold()
        found = [message for message in found if wanted in message.to.casefold()]
        return sorted(found, key=lambda message: message.at, reverse=True)[:SHOWN]

    def notices(self) -> list[Notice]:
        """Paper notices, newest first."""
        names = {
            str(entry["file"]): str(entry["name"])
            for entry in self._list("notices.json")
            if "file" in entry and "name" in entry
        }
        return [
            Notice(path.name, names.get(path.name, path.stem), _written(path)) for path in self._files("print", ".pdf")
        ]

    def notice(self, name: str) -> Path | None:
        """The file of a notice. Only names that the folder lists are served, so no path can lead out of it."""
        return next((path for path in self._files("print", ".pdf") if path.name == name), None)

    def voters(self) -> list[DemoVoter]:
        """Voters that the visitor can play."""
        return [
            DemoVoter(str(entry["identifier"]), str(entry.get("name", "")))
            for entry in self._list("voters.json")
            if "identifier" in entry
        ]

    def _files(self, room: str, suffix: str) -> list[Path]:
        try:
            found = [
                path
                for path in (self._folder / room).iterdir()
                if path.suffix == suffix and path.is_file() and not path.is_symlink()
            ]
            return sorted(found, key=_written, reverse=True)[:MOST]
        except OSError:
            return []

    def _list(self, name: str) -> list[dict[str, Any]]:
        try:
            found = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return []
        return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _written(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:  # taken away in between
        return datetime.fromtimestamp(0, UTC)


def _read(path: Path, parse: Callable[[Path], Message]) -> Message:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("too large")
        return parse(path)
    except Exception:
        return Message("unreadable", "", path.name, None, _written(path))


def _eml(path: Path) -> Message:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    text = str(body.get_content()) if body is not None else ""
    if not message["to"]:
        raise ValueError("no addressee")
    return Message("e-mail", str(message["to"]), str(message["subject"] or ""), text, _written(path))


def _sms(path: Path) -> Message:
    sms = json.loads(path.read_text(encoding="utf-8"))
    at = datetime.fromisoformat(sms["at"]) if "at" in sms else _written(path)
    return Message("sms", str(sms["to"]), "", str(sms["body"]), at if at.tzinfo else at.replace(tzinfo=UTC))
