"""In which order events come, and how many objects each has (section 9, 3: the reference tool does not look)."""

from __future__ import annotations

AFTER: dict[str, tuple[str | None, ...]] = {
    "Setup": (None,),
    "Ballot": ("Setup", "Ballot"),
    "EndBallots": ("Setup", "Ballot"),
    "EncryptedTally": ("EndBallots",),
    "PartialDecryption": ("EncryptedTally", "PartialDecryption"),
    "Result": ("EncryptedTally", "PartialDecryption"),
}
"""After which events each event may come."""

OBJECTS = {"Setup": 4, "Ballot": 1, "EndBallots": 0, "EncryptedTally": 2, "PartialDecryption": 2, "Result": 1}
