"""All services at once, as the booth's tests have them answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.ballot.belenios.ballot import tracker
from services.ballot.belenios.election import Election
from services.ballot.urn import receipt
from services.reassort.codes import voting_code
from services.runtime.refusals import Refusal
from tests.unit.gateway.fake_rpc import RECEIPT_SEED, described, permit, sealing

ROOT = Path(__file__).resolve().parents[2]


UUID = "3yT9RzCXGmGW5w"


EVENT = "5f0c1a52-93b1-4c3e-9c39-0d2f3f1f6c11"


ITERATIONS = 1000


NEXT = "4zU8SADYHnHX6x"


@dataclass
class Backend:
    """All services at once: what they answer, and what they were sent."""

    election: Election
    credential: str
    state: str = "open"
    voted: bool = False
    refusals: list[str] = field(default_factory=list)
    retired: list[dict[str, Any]] = field(default_factory=list)
    mailed: list[dict[str, Any]] = field(default_factory=list)
    tracker: str | None = None
    next_election: Election | None = None
    next_credential: str = ""
    asked: str = UUID
    received: list[str] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    """What stands in the place of the first receipts' signatures."""
    sealed: str = ""
    """The fingerprint that identity recorded, where it is not that of the election that the urn shows."""

    def call(self, service: str, method: str, payload: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """The answer of a service."""
        return dict(getattr(self, f"_{method}")(payload))

    def close(self) -> None:
        """Nothing is held."""

    def _own_elections(self, _payload: dict[str, Any]) -> dict[str, Any]:
        other = {"uuid": NEXT, "code": "CAP", "name": "CAP nationale", "mode": "online", "notice": "", "permit": None}
        entry = {"uuid": UUID, "code": "CSA", "name": "CSA", "mode": "online", "notice": "", "permit": None}
        return {"elections": [entry, other]}

    def _voting_event(self, _payload: dict[str, Any]) -> dict[str, Any]:
        opens = {"opens_at": "2026-12-01T08:00:00Z", "closes_at": "2026-12-10T16:00:00Z", "now": "2026-12-02T08:00:00Z"}
        return {
            "voting_event": EVENT,
            "name": "Élections",
            "profile": "2022",
            "availability": {},
            "roll_sealed": True,
            "grace_minutes": 30,
            "version": 1,
            "elections": [],
            **opens,
        }

    def _resume_session(self, payload: dict[str, Any]) -> dict[str, Any]:
        voter = {"surname": "Martin", "first_name": "Anne", "identifier": "a@example.org", "assignment": ""}
        return {
            "voter": voter,
            "last_connection": None,
            "activated": True,
            "expires_at": "2026-12-02T09:00:00Z",
            "votes_until": "2026-12-10T16:30:00Z",
            "voting_event": EVENT,
            "version": 1,
            "now": "2026-12-02T08:00:00Z",
            "elections": self._own_elections(payload)["elections"] if payload["elections"] else None,
        }

    def _election_states(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {"states": dict.fromkeys(payload["elections"], "open"), "voted": []}

    def _issue_permit(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked = payload["election"]
        of = self.next_election if self.asked == NEXT and self.next_election else self.election
        return {"permit": permit(self.asked, fingerprint=self.sealed or of.hash), "expires_at": "2026-12-02T09:00:00Z"}

    def _confirm_permit(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"permit": "to-cast"}

    def _close_session(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _open_captcha(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"captcha": "captcha-1", "text": "2fh9k"}

    def _captcha_text(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"text": "2fh9k"}

    def _code_parameters(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"iterations": ITERATIONS}

    def _booth_material(self, _payload: dict[str, Any]) -> dict[str, Any]:
        if self.asked == NEXT and self.next_election:
            common = {"election": self.next_election.raw, "credential": self.next_credential}
        else:
            common = {"election": self.election.raw, "credential": self.credential}
        return {**common, "retired": self.retired, "voted": self.voted, "state": self.state}

    def _sealing(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {**sealing(), "election": payload["election"], "fingerprint": self.election.hash}

    def _describe_election(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return described(election=self.election.raw, election_hash=self.election.hash)

    def _send_receipt(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.mailed.append(payload)
        return {"sent": True}

    def _cast_ballot(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.received.append(payload["ballot"])
        if self.refusals:
            raise Refusal(self.refusals.pop(0))
        own = self.tracker or tracker(payload["ballot"])
        given = receipt.sign(RECEIPT_SEED, election=self.asked, tracker=own, head="ab" * 32, height=7).dump()
        return {"receipt": {**given, "signature": self.signatures.pop(0)} if self.signatures else given}


CODE = voting_code.generate()
