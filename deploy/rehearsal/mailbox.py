"""The voters' mailboxes of a rehearsal: what the local sink received by SMTP."""

import email
import email.policy
import email.utils
import re
import threading
import time
from pathlib import Path

_LINK = re.compile(r"https?://\S+/lien/[\w-]+")


SETTLED_NS = 1_000_000_000


class NoSuchMail(Exception):
    """The mail that was waited for did not come in time."""


class Mailboxes:
    """Reads the sink's folder, each file once, for any number of threads. In: the folder of .eml files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: set[str] = set()
        self._listed_at = -1
        self._links: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def links(self, address: str) -> list[str]:
        """The links that this address received so far, oldest first."""
        with self._lock:
            self._read_new()
            return list(self._links.get(address.lower(), []))

    def newest_links(self) -> dict[str, str]:
        """Address → the newest link that it received so far, of everybody: one look at the folder for all of them."""
        with self._lock:
            self._read_new()
            return {address: links[-1] for address, links in self._links.items()}

    def wait_for_link(self, address: str, seconds: float = 60.0, earlier: int = 0) -> str:
        """The newest link sent to `address`, once more than `earlier` have come. Raises NoSuchMail after `seconds`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.links(address)
            if len(found) > earlier:
                return found[-1]
            time.sleep(0.05)
        raise NoSuchMail(f"no link arrived in {seconds:g} s")

    def _read_new(self) -> None:
        try:
            changed_at = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return
        # A long folder is not listed again for nothing; one that has just changed may change once more at the same tick.
        if changed_at == self._listed_at and time.time_ns() - changed_at > SETTLED_NS:
            return
        self._listed_at = changed_at
        for path in sorted(self.folder.glob("*.eml")):
            if path.name in self._seen:
                continue
            self._seen.add(path.name)
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = message.get_body(("plain",))
            for link in _LINK.findall(body.get_content() if body else ""):
                for recipient in str(message["To"]).split(","):
                    address = email.utils.parseaddr(recipient)[1].lower()
                    self._links.setdefault(address, []).append(link)
