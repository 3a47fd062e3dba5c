"""The register of re-issues: its lines stay, come when their hour says, and agree with the urn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from deploy.holder.observe.alarms import Alarm
from deploy.holder.observe.folder import ElectionFolder
from deploy.holder.observe.heads import TOLERANCE
from deploy.holder.register_words import fault_in_french
from services.ballot.belenios.checking.archive import read_archive
from services.ballot.belenios.keys.public_credentials import CredentialsReader, PublicCredentials
from services.reassort.register import audit, public_register
from services.reassort.register.public_register import InvalidRegister, Register

FILE = "register.jsonl"
HOUR = timedelta(hours=1)


@dataclass
class RegisterSeen:
    """How many entries there are, how many are new, and what is wrong."""

    entries: int = 0
    new: int = 0
    alarms: list[Alarm] = field(default_factory=list)


def look(
    folder: ElectionFolder,
    uuid: str,
    served: list[str],
    last_look: datetime | None,
    expected: str | None,
    *,
    grown: bool = True,
) -> RegisterSeen:
    """Compare the register that a portal shows now with the one that is kept, and with the urn; keep what is new.

    Args:
        folder: Of the election; its archive was looked at before.
        uuid: The election.
        served: The portal's lines.
        last_look: When the portal was asked before.
        expected: The credential authority's key as the board has published it; None: the one seen first.
        grown: Whether the urn has new ballots: a register that is the same needs no look otherwise.
    """
    kept = folder.lines(FILE)
    seen = RegisterSeen(max(0, len(kept) - 1))
    signed = folder.seen.register_head
    if not grown and signed is not None and served == [*kept, signed["line"]]:
        return seen
    alarm = _against_kept(uuid, kept, served)
    if alarm is not None:
        seen.alarms.append(alarm)
        return seen
    try:
        register = public_register.read(served, expected or folder.seen.register_key)
    except InvalidRegister as error:
        code = "changed-register-key" if error.code == "other-key" else "faulty-register"
        seen.alarms.append(Alarm(code, uuid, fault_in_french(error.code, error.line), tuple(served[-1:])))
        return seen
    fault = _beside_urn(folder, register, max(0, len(kept) - 1))
    if fault is not None:
        place = served[fault.line - 1 : fault.line] if fault.line else []
        seen.alarms.append(Alarm("faulty-register", uuid, fault_in_french(fault.code, fault.line), tuple(place)))
        return seen
    for entry in register.entries[seen.entries :]:
        ends = datetime.strptime(entry.hour, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC) + HOUR
        if kept and last_look is not None and ends < last_look - TOLERANCE:
            seen.alarms.append(Alarm("late-entry", uuid, f"n° {entry.number}, {entry.hour}", (entry.line(),)))
    seen.new = len(register.entries) - seen.entries
    seen.entries = len(register.entries)
    folder.keep_lines(FILE, served[:-1])
    folder.seen.register_key = register.public_key
    folder.seen.register_head = {
        "election": uuid,
        "beginning": public_register.hash_of(register.beginning.line()),
        "entries": seen.entries,
        "head": register.head,
        "public_key": register.public_key,
        "signature": public_register.signature_of(served[-1]),
        "line": served[-1],
    }
    folder.save()
    return seen


def _against_kept(uuid: str, kept: list[str], served: list[str]) -> Alarm | None:
    shown = served[:-1]
    for number, (before, now) in enumerate(zip(kept, shown, strict=False)):
        if before != now:
            return Alarm("changed-entry", uuid, f"ligne {number + 1}", (before, now))
    if len(shown) < len(kept):
        return Alarm("vanished-entry", uuid, f"{len(kept) - len(shown)} manquante(s)", tuple(kept[len(shown) :][:10]))
    return None


def _beside_urn(folder: ElectionFolder, register: Register, known: int) -> InvalidRegister | None:
    """What contradicts the urn. New entries may speak of what came after its download: the next look will tell."""
    checked = folder.checked()
    if checked is None:
        return None
    urn = audit.Urn(_credentials(folder), folder.hashes(), {}, checked.ballots, register.beginning.election)
    named = audit.spoken_of(register)
    for place, height in enumerate(checked.heights):
        if height and place < len(urn.credentials):
            credential = urn.credentials.at(place)
            if credential in named or (place < register.beginning.credentials and register.beginning.is_spare(place)):
                urn.ballots[credential] = height
    if folder.seen.replaced and urn.ballots:
        # What is kept is the height of each one's last ballot; the register is compared with the first.
        with folder.archive.open("rb") as file:
            urn.first = audit.first_heights(file, urn.ballots)
    try:
        audit.agreement(register, urn, known)
    except InvalidRegister as error:
        return error
    return None


def _credentials(folder: ElectionFolder) -> PublicCredentials:
    reader = CredentialsReader()
    with folder.archive.open("rb") as file:
        for entry in read_archive(file, credentials=reader.begin):
            if entry.kind == "event":
                break
    return reader.known()
