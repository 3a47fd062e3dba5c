"""Batches as notification writes them, and a printer's key."""

import json
import uuid

from services.notification.channels.paper import batches
from services.runtime import age_box
from tests.unit.notification.world import START

SHEET = {
    "voting_event": "Élections professionnelles du ministère des Saisons",
    "portal": "https://elections.example.org/portail",
    "opens_at": "2026-12-03T08:00:00+01:00",
    "closes_at": "2026-12-10T17:00:00+01:00",
    "support": "01 99 00 12 34",
    "fingerprint": "7F3A 91C0 55DE 2B14",
    "sender": ["Ministère des Saisons"],
}
PRIVATE, PUBLIC = age_box.new_identity()


def voter(number, *, name=None, lines=None, **to):
    return {
        "to": {"name": name or f"Ada Nom{number}", "lines": lines or [f"{number} rue du Phare", "80000 AMIENS"], **to},
        "values": {"voting_code": code(number)},
    }


def code(number):
    return f"ABCD-EFGH-JKMN-{number:04}"


def message_id(number):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, str(number)))


def write_batches(folder, voters, *, size=500):
    """Voters by number into batches, each notice sealed for the printer."""
    numbers = sorted(voters)
    for start in range(0, len(numbers), size):
        sealed = {message_id(n): age_box.seal(PUBLIC, voters[n]) for n in numbers[start : start + size]}
        batches.write(folder, f"{start:04}", sealed, START)


def write_key_and_sheet(folder):
    folder.mkdir(exist_ok=True)
    (folder / "key.txt").write_text(f"# a comment\n{PRIVATE}\n")
    (folder / "sheet.json").write_text(json.dumps(SHEET))
    return folder / "key.txt", folder / "sheet.json"
