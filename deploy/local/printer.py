"""The printer of a local system: its key, its sheet, and printing what has come meanwhile.

In earnest no machine of the portal has this key. Here one person plays both sides, and its batches lie beside it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.printer import sheet_file
from deploy.printer.opened import Choices, opened
from deploy.production.keys import Keys, write_private
from services.notification.channels.paper import batches, typesetting
from services.notification.channels.paper.notice import Notice, Sheet
from services.runtime.age_box import Opener

BATCHES = "print"
ROOM = "printer"
SUPPORT = "01 99 00 12 34, du lundi au vendredi, de 8 h à 18 h"


def set_up(sent: Path, keys: Keys, portal: str, presentation_file: Path) -> None:
    """Give the printer its key, and tell it where the voting event is described, beside the batches in ``sent``."""
    room = sent / ROOM
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(room / "key.txt", keys.printer_key + "\n")
    told = {"portal": portal, "presentation_file": str(presentation_file.resolve())}
    write_private(room / "portal.json", json.dumps(told) + "\n")


def print_batch(sent: Path, manifest: batches.Manifest) -> list[Notice]:
    """Print a batch into a PDF beside it; return its notices in the order of the pages."""
    notices = opened_notices(sent, manifest)
    final = manifest.path.with_suffix(".pdf")
    if notices and not final.exists():
        unfinished = final.with_suffix(".new")
        unfinished.write_bytes(typesetting.notices(sheet(sent), notices, manifest.made_at))
        unfinished.chmod(0o600)
        unfinished.replace(final)
    return notices


def opened_notices(sent: Path, manifest: batches.Manifest) -> list[Notice]:
    """Open the notices of a batch that can be printed."""
    key = Opener((sent / ROOM / "key.txt").read_text(encoding="utf-8"))
    return [one.notice for one in opened(manifest, key, Choices()) if one.notice is not None]


def sheet(sent: Path) -> Sheet:
    """What the notices say alike: the voting event as it is described, and the demonstration's support cell."""
    told: dict[str, Any] = json.loads((sent / ROOM / "portal.json").read_text(encoding="utf-8"))
    event = json.loads(Path(told["presentation_file"]).read_text(encoding="utf-8"))
    content = sheet_file.of_voting_event(event, portal=told["portal"], support=SUPPORT, sender=[event["name"][:60]])
    return sheet_file.parse(content)
