"""Messages that come back: reading reports (RFC 3464, or a mail server's plain words) and noting them."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message as Part
from email.utils import parseaddr

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.notification.evidence import ended
from services.notification.models import Message, State
from services.runtime.telemetry.logs import scrub

_ENVELOPE = re.compile(r"\Abounce\+([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^@\s]+\Z", re.IGNORECASE)
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_STATUS_IN_WORDS = re.compile(r"(?<![0-9.])[45]\.[0-9]\.[0-9]{1,3}(?![0-9.])")
_DAEMONS = re.compile(r"\A(mailer-daemon|postmaster|mail delivery (sub)?system)\b", re.IGNORECASE)
_ONLY_LATE = re.compile(r"\b(delay(ed)?|warning|retard[ée]e?|still (being )?(re)?tr(y|ied|ying))\b", re.IGNORECASE)
LONGEST_DIAGNOSTIC = 200
MOST_BYTES, MOST_LINES = 256 * 1024, 3000
"""How much of a report is read. What failed is told near its beginning; parts within parts, as strangers may write
them, take the library's parser minutes a megabyte."""
UNKNOWN = "no_such_message"


@dataclass(frozen=True)
class Bounce:
    """A final failure: RFC 3463's status (« 5.1.1 ») and the server's own words, which may hold addresses."""

    status: str
    diagnostic: str = field(repr=False)


def message_id_of(recipient: str) -> str | None:
    """Return the id of the message whose envelope sender `recipient` is, None for any other address."""
    found = _ENVELOPE.match(recipient.strip("<> "))
    return found.group(1).lower() if found else None


def read(content: bytes) -> Bounce | None:
    """Return the final failure that a received e-mail reports; None for delays, successes and anything else.

    Never raises and never takes long: the content is a stranger's.
    """
    beginning = b"\n".join(content[:MOST_BYTES].splitlines()[:MOST_LINES])
    try:
        report = email.message_from_bytes(beginning, policy=email.policy.compat32)
        if any(part.get_content_type() == "message/delivery-status" for part in report.walk()):
            return next(_failures(report), None)
        return _plain_failure(report)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        return None


def record(session: Session, *, message_id: str, status: str, diagnostic: str, now: datetime) -> str:
    """Put a message that was sent into the state bounced, and return its state, "no_such_message" when there is none.

    Of the server's words only what names nobody is kept.
    """
    message = session.execute(select(Message).where(Message.id == message_id).with_for_update()).scalar_one_or_none()
    if message is None:
        return UNKNOWN
    # One still being handed over is recorded by its sender first: the report has to come again.
    if message.state in (State.SENT, State.UNCERTAIN):
        message.state, message.reason, message.changed_at = State.BOUNCED, f"bounce_{status}", now
        message.diagnostic = _harmless(diagnostic) or None
        ended.count(session, message.channel, State.BOUNCED)
        session.flush()
    return message.state


def _failures(report: Part) -> Iterator[Bounce]:
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else []:
            if isinstance(block, Part) and str(block.get("Action", "")).strip().lower() == "failed":
                found = _STATUS.search(str(block.get("Status", "")))
                # RFC 3464 wants a status; without one a failure is a failure all the same.
                yield Bounce(found.group() if found else "5.0.0", str(block.get("Diagnostic-Code", ""))[:2000])


def _plain_failure(report: Part) -> Bounce | None:
    """Return what a mail server says in words, as qmail does: its address and a status are all there is to go by.

    The answer of a person, or of a person's robot, is no failure: it does not come from a mail server's own address.
    """
    name, address = parseaddr(str(report.get("From", "")))
    if not (_DAEMONS.match(address) or (not address and _DAEMONS.match(name))):
        return None
    automatic = str(report.get("Auto-Submitted", "")).strip().lower()
    if automatic.startswith("auto-replied") or _ONLY_LATE.search(str(report.get("Subject", ""))):
        return None
    lines = [line for part in report.walk() if part.get_content_maintype() == "text" for line in _lines(part)]
    for line in lines:
        if found := _STATUS_IN_WORDS.search(line):
            return Bounce(found.group(), line[:2000]) if found.group().startswith("5") else None
    return Bounce("5.0.0", "")


def _lines(part: Part) -> list[str]:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace").splitlines() if isinstance(content, bytes) else []


def _harmless(words: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in words)
    return scrub(" ".join(printable.encode("ascii", "replace").decode().split()))[:LONGEST_DIAGNOSTIC]
