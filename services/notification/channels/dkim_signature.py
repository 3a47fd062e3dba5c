"""Signing e-mails for the sender's domain (DKIM, RFC 6376): what big mailboxes want before they take a campaign."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

SIGNED = (b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Auto-Submitted", b"MIME-Version", b"Content-Type")
"""Headers that the signature covers; the envelope is another's business."""


@dataclass(frozen=True)
class DkimKey:
    """The domain's key: `selector` is where its public half stands in the DNS, SELECTOR._domainkey.DOMAIN."""

    selector: str
    private_pem: bytes = field(repr=False)

    @classmethod
    def of(cls, selector: str, file: str) -> DkimKey | None:
        """The key of the settings, None where there is none. Raises OSError."""
        return cls(selector, Path(file).read_bytes()) if selector else None

    def sign(self, domain: str, content: bytes) -> bytes:
        """Return a whole e-mail, lines ended by CRLF, with its signature before it."""
        import dkim  # where no key is set, nothing of it is loaded

        signature: bytes = dkim.sign(
            content,
            self.selector.encode(),
            domain.encode(),
            self.private_pem,
            include_headers=list(SIGNED),
            canonicalize=(b"relaxed", b"simple"),
        )
        return signature + content
