"""A portal's public pages over real HTTP, from true archives and heads; it can be made to lie."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from nacl.signing import SigningKey

from services.ballot.belenios.checking.archive import read_archive
from services.ballot.contract.signed_heads import signed_text
from tests.unit.register.urn import Urn

URN_KEY = SigningKey(b"\x07" * 32)
IDENTITY_KEY = SigningKey(b"\x08" * 32)
OPENS_AT = datetime(2026, 12, 3, 8, tzinfo=UTC)


def at(hour: int, minute: int = 0) -> datetime:
    """A moment of the day of the vote."""
    return datetime(2026, 12, 3, hour, minute, tzinfo=UTC)


class Recorded(Urn):
    """An urn with the places where its events end."""

    def __init__(self, *votes: tuple[int, int], description: str = "Pour les tests") -> None:
        super().__init__(*votes, description=description)
        entries = read_archive(io.BytesIO(self.archive))
        self.ends = [part.end for part in entries if part.kind == "event"]

    def until(self, height: int) -> bytes:
        """The archive as it stood at a height."""
        return self.archive[: self.ends[height]]

    def head(self, number: int, height: int, moment: datetime, **changes: Any) -> str:
        """A line of the file of heads."""
        fields = {
            "number": number,
            "height": height,
            "head": self.heads[height],
            "at": int(moment.timestamp()),
        } | changes
        text = signed_text(self.uuid, **fields)
        signature = URN_KEY.sign(text.encode()).signature.hex()
        return json.dumps({"election": self.uuid, **fields, "signature": signature}, separators=(",", ":"))

    def sealing(self, **changes: str) -> dict[str, str]:
        """What identity has signed."""
        fields = {
            "election": self.uuid,
            "fingerprint": self.sample.election.hash,
            "receipt_key": bytes(URN_KEY.verify_key).hex(),
        } | changes
        text = "isoloir sealing 1\n" + json.dumps(fields, separators=(",", ":"))
        signature = IDENTITY_KEY.sign(text.encode()).signature.hex()
        return fields | {"identity_key": bytes(IDENTITY_KEY.verify_key).hex(), "signature": signature}


@dataclass
class Shown:
    """What the portal shows now.

    `breaks_after`: bytes of the archive that it sends before the line breaks. `documents`: record and result, once there.
    """

    uuid: str
    archive: bytes = b""
    heads: list[str] = field(default_factory=list)
    register: list[str] = field(default_factory=list)
    sealing: dict[str, str] | None = None
    opens_at: str = OPENS_AT.isoformat()
    closes_at: str = "2026-12-10T17:00:00+00:00"
    gone: bool = False
    breaks_after: int | None = None
    documents: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def event(self) -> dict[str, Any]:
        """The voting event."""
        election = {"uuid": self.uuid, "code": "CSA", "name": "Comité d'essai", "mode": "online"}
        dates = {"opens_at": self.opens_at, "closes_at": self.closes_at, "grace_minutes": 30}
        return {"voting_event": "e", "name": "Essai", "elections": [] if self.gone else [election], **dates}


@contextmanager
def served(shown: Shown) -> Iterator[str]:
    """Serve it; the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            ranged = self.headers.get("Range")
            shown.asked.append((name, ranged))
            if name == "voting-event":
                self._send(200, json.dumps(shown.event()).encode())
            elif shown.gone:
                self._send(404, b'{"code":"election_unknown"}')
            elif name == "sealing" and shown.sealing is None:
                self._send(409, b'{"code":"election_not_sealed"}')
            elif name == "sealing":
                self._send(200, json.dumps(shown.sealing).encode())
            elif name in ("record", "result"):
                known = name in shown.documents
                content = shown.documents[name] if known else {"code": "result_not_published"}
                self._send(200 if known else 409, json.dumps(content).encode())
            elif name == "archive":
                self._archive(int(re.fullmatch(r"bytes=([0-9]+)-", str(ranged))[1]))  # type: ignore[index]
            else:
                self._send(200, "".join(f"{line}\n" for line in getattr(shown, name)).encode())

        def _archive(self, start: int) -> None:
            total = len(shown.archive)
            if start >= total:
                self._send(416, b"{}", **{"Content-Range": f"bytes */{total}"})
                return
            place = f"bytes {start}-{total - 1}/{total}"
            self._send(206, shown.archive[start:], shown.breaks_after, **{"Content-Range": place})

        def _send(self, status: int, content: bytes, breaks_after: int | None = None, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content[:breaks_after])
            if breaks_after is not None:
                self.close_connection = True

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
