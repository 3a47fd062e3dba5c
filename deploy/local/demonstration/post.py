"""The post office of a demonstration: it plays the printer, and leaves one file for each addressee."""

import json
import time
import unicodedata
from collections.abc import Set
from pathlib import Path

from deploy.local import printer
from deploy.production.keys import write_private
from services.notification.channels.paper import batches, typesetting

LIST = "notices.json"
SECONDS = 60.0


def deliver(demo_dir: Path, names: Set[str], *, seconds: float = SECONDS) -> int:
    """Wait until a notice has come for each of ``names`` (at most ``seconds``), then print what there is.

    Leaves <demo_dir>/print/<name>.pdf and <demo_dir>/notices.json ``[{file, name}]``. Returns how many were delivered.
    """
    room = demo_dir / printer.BATCHES
    deadline = time.monotonic() + seconds
    entries: list[dict[str, str]] = []
    found: dict[str, str] = {}
    seen: set[str] = set()
    while len(found) < len(names) and time.monotonic() < deadline:
        fresh = [one for one in batches.manifests(room) if one.batch not in seen] if room.is_dir() else []
        for manifest in fresh:
            seen.add(manifest.batch)
            notices = printer.print_batch(demo_dir, manifest)
            entries.append({"file": manifest.path.with_suffix(".pdf").name, "name": "Toutes les notices de ce lot"})
            for notice in notices:
                if notice.name in names:
                    file = f"{_slug(notice.name)}.pdf"
                    _write(room / file, typesetting.notices(printer.sheet(demo_dir), [notice], manifest.made_at))
                    found[notice.name] = file
        if not fresh:
            time.sleep(0.2)
    entries += [{"file": file, "name": name} for name, file in sorted(found.items())]
    write_private(demo_dir / LIST, json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
    return len(found)


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.write_bytes(content)
    unfinished.chmod(0o600)
    unfinished.replace(path)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().lower()
    return plain.replace(" ", "-")
