"""Who else verifies: our own verifier, and belenios-tool, which Isoloir did not write, where it is at hand."""

import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from deploy.holder.observe import looking
from deploy.holder.observe.folder import Folder
from deploy.holder.observe.portal import Portal
from services.ballot.belenios.checking.verify import verify_archive
from services.reassort.register import audit, public_register

TOOL_SECONDS = 600


def belenios_tool() -> Path | None:
    """The independent verifier: ISOLOIR_BELENIOS_TOOL, the project's build folder, or the PATH; None where absent."""
    candidates = (
        os.environ.get("ISOLOIR_BELENIOS_TOOL"),
        str(Path(__file__).resolve().parents[2] / "build" / "belenios" / "belenios-tool"),
        shutil.which("belenios-tool"),
    )
    return next((Path(path) for path in candidates if path and os.access(path, os.X_OK)), None)


def verdicts(archive: Path) -> dict[str, str]:
    """What each verifier says of an archive: verifier → "ok", the fault, or "absent"."""
    report = verify_archive(archive)
    return {"isoloir": "ok" if report.ok else str(report.fault), "belenios-tool": tool_verdict(archive)}


def compared(archive: Path, register: Path) -> tuple[int, str]:
    """The entries of a register of re-issues, and "ok" or what does not agree with the archive."""
    try:
        with register.open(encoding="utf-8", newline="\n") as lines:
            read = public_register.read(lines)
        with archive.open("rb") as file:
            return audit.compare(read, file).entries, "ok"
    except public_register.InvalidRegister as error:
        return -1, f"{error.code}, ligne {error.line}"


def observed(folder: Path, address: str) -> dict[str, str]:
    """What an observer says who looks now, after whatever it saw before: election → "ok", or what is wrong."""
    kept = Folder(folder, address)
    found = looking.look(kept, Portal(address), looking.Options(), datetime.now(UTC), [])
    wrong = {one.uuid: found.failures for one in found.elections} if found.failures else {}
    for alarm in found.alarms:
        wrong.setdefault(alarm.election, []).append(f"{alarm.code} {alarm.detail}")
    return {one.uuid: " ; ".join(wrong.get(one.uuid, ["ok"])) for one in found.elections}


def tool_verdict(archive: Path) -> str:
    """What belenios-tool says of an archive: "ok", the fault, or "absent"."""
    tool = belenios_tool()
    if tool is None:
        return "absent"
    with tempfile.TemporaryDirectory() as folder:
        # The tool wants the archive alone in a folder.
        shutil.copy(archive, folder)
        ran = subprocess.run(
            [tool, "election", "verify", "--dir", folder],
            capture_output=True,
            text=True,
            timeout=TOOL_SECONDS,
            check=False,
        )
    return "ok" if ran.returncode == 0 else (ran.stderr or ran.stdout).strip()[-300:] or f"code {ran.returncode}"
