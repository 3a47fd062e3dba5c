"""`make bench`: protocol against belenios-tool, votes a second through the gateway, searches of a
roll, notices on paper, e-mails a second, the booth in Chromium, an urn of a million; build/bench.json."""

import json
import tempfile
from pathlib import Path

from services.runtime.telemetry import logs
from tests.bench import booth, budgets, crypto, gateway, mail, notices, plot, roll, urn

RESULTS = Path(__file__).resolve().parents[2] / "build" / "bench.json"


def main() -> None:
    """Measure, say, keep."""
    logs.configure("bench", "ERROR")
    with tempfile.TemporaryDirectory(prefix="isoloir-bench-") as folder:
        print("Protocol: making, checking, tallying, verifying, against belenios-tool on the same ballots…", flush=True)
        results = {"protocol": crypto.run(Path(folder))}
    print(f"Roll: searches among {roll.LONG[1]:,} voters…", flush=True)
    results["roll"] = roll.run()
    print(f"Paper: {notices.MANY:,} notices…", flush=True)
    results["notices"] = notices.run()
    print(f"Mail: {mail.MANY:,} e-mails to a local server…", flush=True)
    results["mail"] = mail.run()
    print(f"Booth: a ballot of {booth.ANSWERS} answers in Chromium…", flush=True)
    results["booth"] = booth.run()
    print(f"Urn: votes beside {urn.LARGE:,} others…", flush=True)
    results["urn"] = urn.run()
    for bus in ("broker", "in-process"):
        print(f"Gateway: votes a second, {bus} bus…", flush=True)
        results[f"gateway_{bus}"] = gateway.run(bus)
    results["budgets"] = [
        dict(zip(("what", "budget", "seen", "verdict"), row, strict=True)) for row in budgets.rows(results)
    ]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    RESULTS.with_suffix(".svg").write_text(plot.as_svg(results), encoding="utf-8")
    print(json.dumps(results, indent=2))
    print(budgets.as_markdown(results))
    print(budgets.processes_as_markdown(results))
    print(f"Kept in {RESULTS.relative_to(Path.cwd()) if RESULTS.is_relative_to(Path.cwd()) else RESULTS}")


if __name__ == "__main__":
    main()
