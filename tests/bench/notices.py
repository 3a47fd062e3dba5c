"""What printing costs: seconds and peak memory for two numbers of notices, each in a process of its own."""

import json
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.printer import printing, sheet_file
from deploy.printer.opened import Choices
from services.notification.channels.paper import batches
from services.runtime import age_box

FEW, MANY = 5_000, 100_000
A_BATCH = 500
MADE_AT = datetime(2026, 11, 20, tzinfo=UTC)
EVENT = {
    "name": "Élections professionnelles du ministère des Saisons",
    "opens_at": "2026-12-03T08:00:00+01:00",
    "closes_at": "2026-12-10T17:00:00+01:00",
}


def run() -> dict[str, Any]:
    """Print few and many. Out: seconds and peak mebibytes of each; the memory of many over that of few."""
    few, many = (_alone(count) for count in (FEW, MANY))
    peaks = [one["peak_mib"] + one["peak_mib_of_a_child"] for one in (few, many)]
    return {"few": few, "many": many, "memory_ratio": round(peaks[1] / peaks[0], 2)}


def _alone(count: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.notices", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(count: int) -> dict[str, Any]:
    private, public = age_box.new_identity()
    with tempfile.TemporaryDirectory(prefix="isoloir-notices-") as folder:
        sealing = time.monotonic()
        for start in range(0, count, A_BATCH):
            sealed = {str(uuid.uuid4()): age_box.seal(public, _voter(start + one)) for one in range(A_BATCH)}
            batches.write(Path(folder) / "in", f"{start:07}", sealed, MADE_AT)
        begun = time.monotonic()
        sheet = sheet_file.parse(
            sheet_file.of_voting_event(EVENT, portal="https://vote.example.org", support="01 99 00 12 34")
        )
        press = printing.Press(Path(folder) / "out", sheet, MADE_AT, public)
        printed = printing.print_all(Path(folder) / "in", age_box.Opener(private), press, Choices(), lambda _: None)
        seconds = time.monotonic() - begun
    assert printed.printed == count
    return {
        "notices": count,
        "sealing_seconds": round(begun - sealing, 1),
        "printing_seconds": round(seconds, 1),
        "notices_a_second": round(count / seconds),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_mib_of_a_child": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


def _voter(number: int) -> dict[str, Any]:
    # One in ten is handed over, at one of a hundred places.
    handed = number % 10 == 0
    place = f"Lycée n° {number % 1000 // 10}"
    return {
        "to": {
            "name": f"Ada-Ελένη Łukasiewicz-{number}",
            "lines": [place] if handed else [f"{number} rue du Baromètre", "54519 VANDOEUVRE LES NANCY CEDEX"],
            "place": place,
            "posted": not handed,
        },
        "values": {"voting_code": f"ABCD-EFGH-{number // 10000:04}-{number % 10000:04}"},
    }


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]))))
