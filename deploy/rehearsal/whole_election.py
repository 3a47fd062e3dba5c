"""A whole election without a human, through the doors that people use: HTTP for voters and operators, SMTP for links,
paper for codes. It ends with a comparison of everything that can be compared (features E4).
"""

import json
import threading
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import requests
from requests.adapters import HTTPAdapter

from deploy.holder import ceremony
from deploy.local.demonstration.scenario import voting_event
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.contract_check import check
from deploy.rehearsal import electorate, notices, witness
from deploy.rehearsal.held_votes import held
from deploy.rehearsal.mailbox import Mailboxes, NoSuchMail
from deploy.rehearsal.phases import Phases
from deploy.rehearsal.reconciliation import ElectionCounts
from deploy.rehearsal.voter import Voter, VoterRefused
from services.ballot.belenios.election import Election
from services.files import roll_file
from services.files.voting_event_file import for_ballot, for_identity

VOTERS_AT_ONCE = 8
ROWS_AT_ONCE = 500
ASK_AGAIN_SECONDS = 130.0  # identity sends no second link within two minutes
EVENTS_SECONDS = 120.0  # how long events may take to arrive before a rehearsal gives up


class RunningSystem(Protocol):
    """What a rehearsal needs of a system: the launcher's, or one that runs already."""

    @property
    def base_url(self) -> str:
        """Address of the portal."""

    @property
    def operator_token(self) -> str:
        """What an operator's client presents."""

    @property
    def demo_dir(self) -> Path:
        """Where e-mails and paper notices arrive: mail/*.eml, print/*, with the printer's key in printer/."""

    @property
    def presentation_file(self) -> Path:
        """Where the portal reads the voting event's file."""


class OldCodeWorks(Exception):
    """A code that was re-issued still opens the booth."""


@dataclass
class Outcome:
    """What a rehearsal leaves: the counts of each online election, and who activated."""

    voters: int = 0
    activated: int = 0
    elections: list[ElectionCounts] = field(default_factory=list)


class Rehearsal:
    """One rehearsal on a running system.

    In: the system, the number of voters, the folder for archives and files, the phases that speak and measure, and how
    many seconds a voter keeps trying while the portal is away.
    Raises what its steps raise: an operator's or a voter's refusal, a mail or notice that does not come.
    """

    def __init__(self, system: RunningSystem, voters: int, out: Path, phases: Phases, patience: float = 0.0) -> None:
        self.system = system
        self.out = out
        self.phases = phases
        self.patience = patience
        self.operator = OperatorClient(system.base_url, system.operator_token, check)
        self.definition = voting_event(datetime.now(UTC) - timedelta(minutes=1))
        self.online = [entry for entry in self.definition["elections"] if entry["mode"] == "online"]
        on_paper = tuple(entry["code"] for entry in self.definition["elections"] if entry["mode"] != "online")
        self.lists = electorate.online_lists(self.definition)
        self.electors = electorate.invent(voters, self.lists, on_paper)
        self.receipts: dict[str, list[dict[str, Any]]] = {entry["uuid"]: [] for entry in self.online}
        self._receipts_lock = threading.Lock()
        self._mailboxes = Mailboxes(system.demo_dir / "mail")
        self._connections = HTTPAdapter(pool_connections=1, pool_maxsize=VOTERS_AT_ONCE)

    def run(self) -> Outcome:
        """Everything from the roll to the verified result."""
        self.prepare()
        keys = self.seal()
        codes = self.collect_codes()
        activated = self.activate()
        self.observe()
        self.vote(codes)
        self.close_and_tally(keys)
        with self.phases.phase("Vérification"):
            observed = self.observe()
            elections = [self.compare(entry) for entry in self.online]
            for counts in elections:
                counts.verdicts["isoloir observe"] = observed.get(counts.uuid, "absent")
        return Outcome(len(self.electors), activated, elections)

    def prepare(self) -> None:
        """Import the voting event and the roll, generate the voting codes."""
        self.out.mkdir(parents=True, exist_ok=True)
        roll = self.out / "roll.csv"
        electorate.write_roll(self.electors, roll)
        self.system.presentation_file.write_text(json.dumps(self.definition, ensure_ascii=False), encoding="utf-8")
        voting_event_uuid = self.definition["voting_event"]
        with self.phases.phase("Import du scrutin et de la liste électorale"):
            self.operator.open_voting_event(for_identity(self.definition))
            for election in for_ballot(self.definition):
                self.operator.create_election(election)
            import_id = str(uuid.uuid4())
            for chunk in roll_file.chunks(roll, ROWS_AT_ONCE):
                self.operator.stage_roll(voting_event_uuid, import_id, chunk.first_line, chunk.rows)
            self.operator.commit_roll(voting_event_uuid, import_id, len(self.electors))
        with self.phases.phase("Codes de vote"):
            self.operator.generate_codes(voting_event_uuid)

    def seal(self) -> list[ceremony.TrusteeKey]:
        """Hold the key ceremony and seal roll and elections. Out: the holders' keys."""
        with self.phases.phase("Cérémonie des clés et scellement"):
            trustees, keys = ceremony.make_trustees()
            for key in keys:
                ceremony.save_key(key, self.out / "trustees")
            self.operator.seal_roll(self.definition["voting_event"])
            for entry in self.online:
                self.operator.set_trustees(entry["uuid"], trustees)
                self._seal_once_complete(entry["uuid"], [key.name for key in keys])
        return keys

    def _seal_once_complete(self, election: str, present: list[str]) -> None:
        """The credentials come to the urn by events: sealing is refused until the last one is there."""
        deadline = time.monotonic() + EVENTS_SECONDS
        while True:
            try:
                self.operator.seal_election(election, present)
                return
            except OperatorRefusal as refusal:
                if refusal.code != "credentials_incomplete" or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

    def collect_codes(self) -> dict[str, str]:
        """Read the printed notices. Out: identifier → voting code."""
        with self.phases.phase("Notices de vote imprimées"):
            streets = {elector.street: elector.identifier for elector in self.electors}
            return notices.wait_for_codes(self.system.demo_dir / "print", streets)

    def activate(self, electors: Iterable[electorate.Elector] | None = None) -> int:
        """Voters ask for access, follow the link of their e-mail and choose a password: all, or those. Out: how many did."""
        mailboxes = self._mailboxes
        activated: list[str] = []

        def activate(elector: electorate.Elector) -> None:
            voter = self.voter()
            voter.request_access(elector.identifier)
            try:
                link = mailboxes.wait_for_link(elector.identifier, seconds=ASK_AGAIN_SECONDS)
            except NoSuchMail:
                # A process that dies with a message in hand keeps it back for minutes. The page says to ask again.
                voter.request_access(elector.identifier)
                link = mailboxes.wait_for_link(elector.identifier)
            try:
                voter.activate(link, elector.password, elector.answer)
            except VoterRefused as refused:
                # The answer to an activation that was done may have come too late or been lost with a process. The page
                # says so and proposes to log in: the password tells whether it was ours.
                if refused.code != "link_used":
                    raise
                voter.log_in(elector.identifier, elector.password)
            activated.append(elector.identifier)
            voter.log_out()

        everybody = self.electors if electors is None else list(electors)
        self.phases.for_each("Activation des comptes", everybody, activate, VOTERS_AT_ONCE)
        return len(activated)

    def observe(self) -> dict[str, str]:
        """Look at the public chains as an observer does, who keeps what it saw. Out: election → "ok", or what is wrong."""
        return witness.observed(self.out / "observation", self.system.base_url)

    def vote(self, codes: dict[str, str]) -> None:
        """Everybody who means to vote does, in all his elections; some lose their code and have it re-issued."""

        def vote(elector: electorate.Elector) -> None:
            voter = self.voter()
            voter.log_in(elector.identifier, elector.password)
            code = codes[elector.identifier]
            loses = elector.loses_code
            for entry in self.online:
                if entry["code"] not in elector.choices:
                    continue
                plaintext = electorate.plaintext(elector.choices[entry["code"]], self.lists[entry["code"]])
                if loses and not (elector.loses_code_late and entry is self.online[0]):
                    loses, lost, code = False, code, self.another_code(voter, elector)
                    self._is_refused(voter, entry["uuid"], lost, plaintext)
                receipt = voter.vote(entry["uuid"], code, plaintext)
                with self._receipts_lock:
                    self.receipts[entry["uuid"]].append(receipt)
            voter.log_out()

        voting = [elector for elector in self.electors if elector.choices]
        self.phases.for_each("Vote", voting, vote, VOTERS_AT_ONCE)

    def another_code(self, voter: Voter, elector: electorate.Elector) -> str:
        """Have a lost code re-issued, as the pages do: answer, mailed link, code for this browser alone."""
        earlier = len(self._mailboxes.links(elector.identifier))
        voter.ask_for_another_code(elector.answer)
        return voter.another_code(self._mailboxes.wait_for_link(elector.identifier, EVENTS_SECONDS, earlier))

    def _is_refused(self, voter: Voter, election: str, lost: str, plaintext: list[list[int]]) -> None:
        """The lost code opens nothing any more. Raises OldCodeWorks."""
        try:
            voter.prepare(election, lost, plaintext)
        except VoterRefused as refused:
            if refused.code == "wrong_voting_code":
                return
            raise
        raise OldCodeWorks(election)

    def close_and_tally(self, keys: list[ceremony.TrusteeKey]) -> None:
        """Close each election, decrypt with the fewest holders that suffice, publish the result."""
        for entry in self.online:
            uuid_of = entry["uuid"]
            with self.phases.phase(f"Clôture et dépouillement {entry['code']}"):
                self.operator.close_election(uuid_of, "Fin de la répétition générale")
                tally = self.operator.encrypted_tally(uuid_of)["encrypted_tally"]
                election = Election.parse(self.operator.describe_election(uuid_of)["election"])
                for key in ceremony.keys_that_suffice(keys):
                    self.operator.submit_partial_decryption(uuid_of, key.owner, key.decrypt(election, tally))
                self.operator.publish_result(uuid_of)

    def compare(self, entry: dict[str, Any]) -> ElectionCounts:
        """Fetch the archive of one election, have it verified, and lay all its counts side by side."""
        election, code = entry["uuid"], entry["code"]
        archive = self.out / f"{election}.bel"
        with archive.open("wb") as file:
            for piece in self.operator.archive(election):
                file.write(piece)
        register = self.out / f"{election}.register.jsonl"
        register.write_bytes(b"".join(self.operator.register(election)))
        entries, agrees = witness.compared(archive, register)
        described = self.operator.describe_election(election)
        attendance = self._settled_attendance(election)
        kept = held([receipt["tracker"] for receipt in self.receipts[election]], self.voter().trackers(election))
        return ElectionCounts(
            uuid=election,
            code=code,
            entitled=attendance["entitled"],
            on_roll=sum(code in elector.elections for elector in self.electors),
            planned=sum(code in elector.choices for elector in self.electors),
            acknowledged=len(self.receipts[election]),
            poll_book=attendance["signed"],
            urn=described["ballots"] - described["replaced"],
            lost=len(kept.lost),
            doubled=len(kept.doubled),
            expected=electorate.expected_counts(self.electors, code, self.lists[code]),
            counted=json.loads(described["result"])["result"][0],
            labels=["Vote blanc", *(answer["union"] for answer in entry["question"]["answers"])],
            verdicts=witness.verdicts(archive) | {"isoloir, registre des réassorts": agrees},
            reissued=sum(elector.loses_code and code in elector.elections for elector in self.electors),
            register=entries,
        )

    def _settled_attendance(self, election: str) -> dict[str, Any]:
        """The poll book's figures once every acknowledged ballot has reached it, or after the time it may take."""
        deadline = time.monotonic() + EVENTS_SECONDS
        while True:
            counts = self.operator.attendance(self.definition["voting_event"])
            found = next(entry for entry in counts if entry["uuid"] == election)
            if found["signed"] >= len(self.receipts[election]) or time.monotonic() > deadline:
                return found
            time.sleep(0.2)

    def voter(self) -> Voter:
        """A voter with cookies of his own, on shared connections."""
        session = requests.Session()
        session.mount("http://", self._connections)
        return Voter(self.system.base_url, session, self.patience)
