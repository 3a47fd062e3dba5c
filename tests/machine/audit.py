"""`make audit`: known vulnerabilities of what is pinned, as far as the registries tell of them.

Whatever is known and not accepted below fails. A registry that does not answer (a mirror, a machine without network) stops
nobody's work, and is said.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("runtime.txt", "holder.txt", "dev.txt", "native.txt", "load.txt")
ACCEPTED: dict[str, str] = {}
"""Id of an advisory → why it does not concern Isoloir, in words, and until when that was last looked at."""
SECONDS = 600


def main() -> int:
    """Ask both registries. Out: 1 where something is known, 0 otherwise."""
    known = [*python_packages(), *node_packages()]
    for line in known:
        print(f"Isoloir: {line}")
    return 1 if known else 0


def python_packages() -> list[str]:
    """What pip-audit knows of every pinned Python package: a line each."""
    files = [argument for lock in LOCKS for argument in ("--requirement", str(ROOT / "requirements" / lock))]
    options = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")
    ran = _run([sys.executable, "-m", "pip_audit", *files, *options])
    return known_by_pip_audit(ran, len(pinned()))


def pinned() -> set[str]:
    """The names of the pinned Python packages."""
    texts = [(ROOT / "requirements" / lock).read_text() for lock in LOCKS]
    return {
        line.partition("==")[0] for text in texts for line in text.splitlines() if "==" in line and line[0] not in " #"
    }


def known_by_pip_audit(answer: str, packages: int) -> list[str]:
    """A line for each vulnerability in pip-audit's JSON; what it could not look up is said on the way."""
    found = _json(answer)
    listed: list[dict[str, Any]] = found["dependencies"] if found else []
    looked_up = len([one for one in listed if "skip_reason" not in one])
    if looked_up == 0:
        print("Isoloir: the Python index tells of no vulnerabilities here: nothing is known of what is pinned.")
        return []
    print(f"Isoloir: {looked_up} of {packages} Python packages looked up.")
    return [
        f"{one['name']} {one['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in listed
        for fault in one.get("vulns", [])
        if fault["id"] not in ACCEPTED
    ]


def node_packages() -> list[str]:
    """What `npm audit` knows of every package of package-lock.json: a line each."""
    return known_by_npm(_run(["npm", "audit", "--json"]))


def known_by_npm(answer: str) -> list[str]:
    """A line for each vulnerability in npm's JSON (auditReportVersion 2)."""
    found = _json(answer)
    if found is None or "vulnerabilities" not in found:
        print("Isoloir: the npm registry tells of no vulnerabilities here: nothing is known of what is pinned.")
        return []
    print(f"Isoloir: {found['metadata']['dependencies']['total']} npm packages looked up.")
    lines = []
    for name, one in sorted(found["vulnerabilities"].items()):
        advisories = [
            via for via in one["via"] if isinstance(via, dict)
        ]  # a name stands for another entry of the report
        lines += [
            f"{name} {one['range']}: {advisory['title']} ({advisory['url']})"
            for advisory in advisories
            if advisory["url"].rpartition("/")[2] not in ACCEPTED
        ]
    return lines


def _run(command: list[str]) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False).stdout
    except subprocess.TimeoutExpired:
        return ""


def _json(answer: str) -> Any:
    try:
        return json.loads(answer)
    except json.JSONDecodeError:
        return None


if __name__ == "__main__":
    sys.exit(main())
