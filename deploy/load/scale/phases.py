"""The phases of one scrutin, each of which goes on where an interrupted run of it stopped, and may be done again."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.holder import ceremony
from deploy.load.scale import casting, roll
from deploy.load.scale.place import Place
from deploy.load.scale.state import State
from deploy.local.demonstration.scenario import voting_event
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.contract_check import check
from deploy.production.keys import keep
from deploy.rehearsal import witness
from services.files import roll_file
from services.files.voting_event_file import for_ballot, for_identity
from services.reassort.codes.voting_code import DEFAULT_ITERATIONS, credential_from_code
from services.reassort.codes.voting_code import generate as draw_code

ROWS = 1000
"""Lines of the roll that are sent at once."""
REMEMBERED_EVERY = 20
"""Pieces of the roll between two notes of how far it is."""
NEWS_SECONDS = 900.0
"""Without a new credential or notice: something is stuck."""
REASON = "Fin de la mesure"

Run = Callable[[Sequence[str]], str]
"""Runs `isoloir` with these arguments and returns what it printed; raises PhaseFailed."""
Counted = dict[str, Any]


class PhaseFailed(Exception):
    """A phase did not end as it should; the message says why."""


class Scale:
    """One scrutin on a running system.

    Args:
        place: The system.
        state: What earlier phases have left.
        out: The folder for files.
        run: For the commands of holders and auditors.
        remember: Writes the state down, now and then.
        tell: Gets a line about what is going on.
        processes: How many cast beside each other.
    """

    def __init__(
        self,
        place: Place,
        state: State,
        out: Path,
        run: Run,
        *,
        remember: Callable[[], None] = lambda: None,
        tell: Callable[[str], None] = lambda line: None,
        processes: int = 1,
    ) -> None:
        self._place, self._state, self._out, self._run = place, state, out, run
        self._remember, self._tell, self._processes = remember, tell, processes
        self._operator = OperatorClient(place.base_url, place.operator_token, check)
        if not state.event:
            event = voting_event(datetime.now(UTC) - timedelta(minutes=1))
            event["elections"] = [one for one in event["elections"] if one["mode"] == "online"][:1]
            # A run that is interrupted may go on weeks later.
            event["closes_at"] = (datetime.now(UTC) + timedelta(days=90)).isoformat(timespec="seconds")
            state.event = event
            remember()
        place.presentation_file.write_text(json.dumps(state.event, ensure_ascii=False), encoding="utf-8")

    @property
    def archive_file(self) -> Path:
        """Where the archive is downloaded to."""
        return self._out / f"{self._state.election}.bel"

    @property
    def phases(self) -> dict[str, Callable[[], Counted]]:
        """Name → the phase, in their order. Each returns what it counted."""
        return {
            "roll": self.import_roll,
            "codes": self.make_codes,
            "sealing": self.seal,
            "casting": self.cast,
            "closing": self.close,
            "archive": self.download,
            "verify": self.verify,
            "decryption": self.decrypt,
            "tally": self.tally,
            "integrity": self.check_integrity,
        }

    def import_roll(self) -> Counted:
        """The roll, written, sent line by line, taken over. What was sent before is not sent again."""
        path, state = self._out / "roll.csv", self._state
        if not path.exists():
            unfinished = path.with_suffix(".new")
            roll.write(unfinished, state.voters, str(state.event["elections"][0]["code"]))
            unfinished.replace(path)
        self._operator.open_voting_event(for_identity(state.event))
        for election in for_ballot(state.event):
            self._operator.create_election(election)
        kept = state.kept.setdefault("import", {"id": str(uuid.uuid4()), "lines": 0})
        for number, chunk in enumerate(roll_file.chunks(path, ROWS)):
            last = chunk.first_line - 2 + len(chunk.rows)
            if last <= kept["lines"]:
                continue
            self._operator.stage_roll(state.voting_event, kept["id"], chunk.first_line, chunk.rows)
            kept["lines"] = last
            if number % REMEMBERED_EVERY == 0:
                self._remember()
                self._tell(f"{last} lignes envoyées")
        self._remember()
        counts = self._operator.commit_roll(state.voting_event, kept["id"], state.voters, self._watch)
        _expect("voters on the roll", counts["voters"], state.voters)
        return {"rows": counts["voters"] + counts["entitlements"], "bytes": path.stat().st_size}

    def make_codes(self) -> Counted:
        """Codes of all voters, their credentials in the urn, their notices at the printer's."""
        state = self._state
        made = self._operator.generate_codes(state.voting_event, self._watch)
        _expect("voters with codes", made["voters"], state.voters)
        self._until(self._credentials_there, "credentials in the urn")
        self._until(self._notices_there, "notices for the printer")
        counts = self._operator.code_counts(state.voting_event)
        notices = sum(path.stat().st_size for path in (self._place.demo_dir / "print").glob("*.jsonl"))
        return {
            "rows": counts["voters"] + counts["spares"] + 2 * counts["credentials"] + counts["notices"],
            "bytes": notices,
            "credentials": counts["credentials"],
            "codes": counts["voters"] + counts["spares"],
            "ms_of_a_code": self._milliseconds_of_a_code(state.iterations),
            "ms_of_a_code_in_earnest": self._milliseconds_of_a_code(DEFAULT_ITERATIONS),
            "iterations_in_earnest": DEFAULT_ITERATIONS,
        }

    def _credentials_there(self) -> tuple[int, bool]:
        checks = self._operator.sealing_checks(self._state.election)
        return checks["received"], checks["received"] == checks["expected"]

    def _notices_there(self) -> tuple[int, bool]:
        counts = self._operator.message_counts()
        done = sum(one["count"] for one in counts if one["channel"] == "paper" and one["state"] not in _UNDER_WAY)
        return done, done == self._state.voters

    def _milliseconds_of_a_code(self, iterations: int) -> float:
        codes = [draw_code() for _ in range(50)]
        began = time.process_time()
        for code in codes:
            credential_from_code(code, self._state.voting_event, iterations)
        return round((time.process_time() - began) / len(codes) * 1000, 3)

    def seal(self) -> Counted:
        """Keys, roll and election fixed."""
        state, folder = self._state, self._out / "trustees"
        if not (folder / "trustees.json").exists():
            trustees, keys = ceremony.make_trustees()
            for key in keys:
                ceremony.save_key(key, folder)
            (folder / "trustees.json").write_text(trustees, encoding="utf-8")
        trustees = (folder / "trustees.json").read_text(encoding="utf-8")
        self._operator.seal_roll(state.voting_event, self._watch)
        self._operator.set_trustees(state.election, trustees)
        names = [key.name for key in ceremony.load_keys(folder)]
        sealed = self._operator.seal_election(state.election, names, self._watch)
        return {"rows": sealed["credentials"]}

    def cast(self) -> Counted:
        """The ballots of the first voters."""
        state, keys = self._state, keep(self._place.state_dir)
        described = self._operator.describe_election(state.election)
        urn = casting.Urn(
            database_url=self._place.urn_url,
            permit_key=keys.permit_private_key,
            receipt_key=keys.receipt_private_key,
            sealed=described["election"],
            voting_event=state.voting_event,
            iterations=state.iterations,
            lists=state.lists,
        )
        done = casting.Cast([0] * (state.lists + 1))
        for part in casting.cast_all(urn, self._place.demo_dir, state.ballots, self._processes):
            done.add(part)
            self._tell(f"{sum(done.counts)} bulletins")
        described = self._operator.describe_election(state.election)
        _expect("ballots in the urn", described["ballots"], state.ballots)
        state.kept["choices"] = done.counts
        each = 1000 / max(1, state.ballots)
        return {
            "rows": 4 * state.ballots,
            "ms_of_making_a_ballot": round(done.made * each, 2),
            "ms_of_taking_a_ballot": round(done.taken * each, 2),
        }

    def close(self) -> Counted:
        """The urn closed and its ballots added up, all of its attendance in the poll book."""
        state = self._state
        closed = self._operator.close_election(state.election, REASON)
        self._operator.encrypted_tally(state.election, self._watch)
        self._until(self._attendance_there, "signatures in the poll book")
        return {"rows": closed["ballots"]}

    def _attendance_there(self) -> tuple[int, bool]:
        signed = self._operator.attendance(self._state.voting_event)[0]["signed"]
        return signed, signed == self._state.ballots

    def download(self) -> Counted:
        """The public archive, over HTTP."""
        with self.archive_file.open("wb") as file:
            for piece in self._operator.archive(self._state.election):
                file.write(piece)
        return {"bytes": self.archive_file.stat().st_size}

    def verify(self) -> Counted:
        """What any auditor does with archive and register; belenios-tool beside it, where it is at hand."""
        register = self._out / "register.jsonl"
        with register.open("wb") as file:
            for piece in self._operator.register(self._state.election):
                file.write(piece)
        report = json.loads(self._run(["verify", "--json", "--register", str(register), str(self.archive_file)]))
        _expect("credentials in the archive", report["credentials"], self._credentials())
        _expect("ballots in the archive", report["ballots"], self._state.ballots)
        found: Counted = {"rows": report["credentials"] + report["ballots"], "bytes": report["bytes"]}
        if witness.belenios_tool() is not None:
            began = time.monotonic()
            _expect("verdict of belenios-tool", witness.tool_verdict(self.archive_file), "ok")
            found["seconds_of_belenios_tool"] = round(time.monotonic() - began, 1)
        return found

    def _credentials(self) -> int:
        return int(self._operator.sealing_checks(self._state.election)["received"])

    def decrypt(self) -> Counted:
        """As many holders as suffice, each of whom downloads and verifies the archive before anything is decrypted."""
        keys = ceremony.keys_that_suffice(ceremony.load_keys(self._out / "trustees"))
        for key in keys:
            # The token by its file, and the address: as holders give them.
            portal = ["--url", self._place.base_url, "--token-file", str(self._place.operator_token_file)]
            path = self._out / "trustees" / f"{key.owner}-{key.group}.json"
            counted = ["--ballots", str(self._state.ballots)]
            self._run(["trustee", "decrypt", str(path), self._state.election, *counted, *portal])
            self._tell(f"part de {key.name} reçue")
        return {"rows": len(keys)}

    def tally(self) -> Counted:
        """The result, published, downloaded and verified once more, and compared with what was chosen."""
        self._operator.publish_result(self._state.election)
        self.download()
        report = json.loads(self._run(["verify", "--json", str(self.archive_file)]))
        question = report["result"][0]
        _expect("votes counted", [question["blank"], *question["counts"]], self._state.kept["choices"])
        return {"rows": self._state.ballots, "bytes": report["bytes"]}

    def check_integrity(self) -> Counted:
        """What the sealings fixed, computed anew, and the whole urn read row by row."""
        urn = self._operator.check_integrity(self._state.election, self._watch)
        listed = self._operator.check_roll_integrity(self._state.voting_event, self._watch)
        _expect("differences", urn["total"] + listed["total"], 0)
        return {"rows": self._state.voters + self._credentials()}

    def _watch(self, job: dict[str, Any]) -> None:
        if job.get("done") is not None and job.get("total"):
            self._tell(f"{job['kind']} : {job['done']} sur {job['total']}")

    def _until(self, look: Callable[[], tuple[int, bool]], what: str) -> None:
        """Wait for events to arrive. Raises PhaseFailed when none has for long."""
        known, deadline = -1, time.monotonic() + NEWS_SECONDS
        while True:
            began = time.monotonic()
            try:
                count, there = look()
            except OperatorRefusal as refusal:
                if refusal.code != "service_unavailable":
                    raise
                count, there = known, False
            if there:
                return
            if count > known:
                known, deadline = count, time.monotonic() + NEWS_SECONDS
                self._tell(f"{what}: {count}")
            if time.monotonic() > deadline:
                raise PhaseFailed(f"{what}: no more than {count} came")
            # Counting millions costs the database something: a twentieth of its time at most.
            time.sleep(max(0.2, 20 * (time.monotonic() - began)))


_UNDER_WAY = frozenset({"queued", "sending"})


def _expect(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise PhaseFailed(f"{what}: {found} instead of {expected}")
