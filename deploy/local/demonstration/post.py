"""The post office of a demonstration: the printer's batches, one addressee a page, become one file for each addressee.

Batches are in no order that links a page to a line of the roll, so each page is recognised by the name in its window.
"""

import json
import time
import unicodedata
from collections.abc import Iterator, Set
from pathlib import Path

from pypdf import PageObject, PdfReader, PdfWriter

from deploy.production.keys import write_private

PRINTER = "print"
LIST = "notices.json"
SECONDS = 60.0


def deliver(demo_dir: Path, names: Set[str], *, seconds: float = SECONDS) -> int:
    """Wait until a notice is printed for each of ``names`` (at most ``seconds``), then sort what there is.

    Leaves <demo_dir>/print/<name>.pdf and <demo_dir>/notices.json ``[{file, name}]``. Returns how many were sorted.
    """
    room = demo_dir / PRINTER
    deadline = time.monotonic() + seconds
    found: dict[str, PageObject] = {}
    seen: set[Path] = set()
    while len(found) < len(names) and time.monotonic() < deadline:
        batches = set(room.glob("*.pdf")) - seen if room.is_dir() else set()
        for batch in batches:
            found |= dict(_recognised(batch, names))
        seen |= batches
        if not batches:
            time.sleep(0.2)
    entries = [{"file": batch.name, "name": "Toutes les notices de ce lot"} for batch in sorted(seen)]
    for name, page in sorted(found.items()):
        file = f"{_slug(name)}.pdf"
        _write(room / file, page)
        entries.append({"file": file, "name": name})
    write_private(demo_dir / LIST, json.dumps(entries, ensure_ascii=False, indent=1) + "\n")
    return len(found)


def _recognised(batch: Path, names: Set[str]) -> Iterator[tuple[str, PageObject]]:
    for page in PdfReader(batch).pages:
        lines = {" ".join(line.split()) for line in page.extract_text().splitlines()}
        for name in lines & names:
            yield name, page


def _write(path: Path, page: PageObject) -> None:
    writer = PdfWriter()
    writer.add_page(page)
    unfinished = path.with_suffix(".new")
    with unfinished.open("wb") as file:
        unfinished.chmod(0o600)
        writer.write(file)
    unfinished.replace(path)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().lower()
    return plain.replace(" ", "-")
