"""The paper notices of a rehearsal, read as their addressees would: the name in the window, the code in the box."""

import re
import time
from pathlib import Path

from pypdf import PdfReader

from deploy.local import printer
from services.notification.channels.paper import batches

_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){3}\b")


class NoticesMissing(Exception):
    """Not every voter got a notice in time."""


def read_codes(folder: Path, names: dict[str, str]) -> dict[str, str]:
    """The voting codes on the printed notices so far.

    In: the folder of the batches, which the local printer prints; `names`, what identifies a voter on his notice (a
    line of text) → his identifier.
    Out: identifier → voting code.
    """
    codes = {}
    for manifest in batches.manifests(folder):
        if not manifest.path.with_suffix(".pdf").exists():
            printer.print_batch(folder.parent, manifest)
    for path in sorted(folder.glob("notices-*.pdf")):
        for page in PdfReader(path).pages:
            text = page.extract_text()
            code = _CODE.search(text)
            lines = {" ".join(line.split()) for line in text.splitlines()}
            for name in lines & names.keys():
                if code:
                    codes[names[name]] = code.group()
    return codes


def wait_for_codes(folder: Path, names: dict[str, str], seconds: float = 120.0) -> dict[str, str]:
    """The codes of all voters, once all notices are printed. Raises NoticesMissing after `seconds`."""
    deadline = time.monotonic() + seconds
    printed = -1
    while time.monotonic() < deadline:
        files = len(list(folder.glob("notices-*.json"))) if folder.is_dir() else 0
        if files != printed:  # reading is slow: only when the printer has made something new
            printed = files
            codes = read_codes(folder, names) if files else {}
            if len(codes) == len(set(names.values())):
                return codes
        time.sleep(0.2)
    raise NoticesMissing(f"{len(names)} notices expected, {printed} files printed in {seconds:g} s")
