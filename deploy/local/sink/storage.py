"""Files of the sink: one for each message, named so that sorting by name sorts by time, never seen half written."""

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

MAIL = "mail"
SMS = "sms"


def prepare(directory: Path) -> None:
    """Create the rooms, closed to the other users of the machine: the messages hold access links."""
    for room in (MAIL, SMS):
        (directory / room).mkdir(mode=0o700, parents=True, exist_ok=True)


def store_mail(directory: Path, content: bytes) -> Path:
    """Keep the message as it was received, byte for byte. Returns the .eml file."""
    return _store(directory / MAIL, ".eml", content, datetime.now(UTC))


def store_sms(directory: Path, to: str, sender: str, body: str) -> Path:
    """Keep the SMS as JSON ``{to, from, body, at}``, ``at`` in ISO 8601 UTC. Returns the file."""
    now = datetime.now(UTC)
    record = {"to": to, "from": sender, "body": body, "at": now.isoformat()}
    return _store(directory / SMS, ".json", json.dumps(record, ensure_ascii=False, indent=1).encode(), now)


def _store(room: Path, suffix: str, content: bytes, now: datetime) -> Path:
    path = room / f"{now:%Y%m%dT%H%M%S.%f}Z-{secrets.token_hex(4)}{suffix}"
    unfinished = path.with_suffix(".tmp")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)
    return path
