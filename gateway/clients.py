"""One small typed class per service: the only place where the gateway knows the names of remote methods.

Questions are asked once. Commands carry an idempotency key, one per action of the user, and are tried a
second time with the same key when the first answer did not come: the service runs them once at most.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import current_app

from services.runtime.contracts.client import Caller, RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal

Payload = dict[str, Any]

QUESTION_SECONDS = 5.0
COMMAND_SECONDS = 10.0
PASSWORD_SECONDS = 15.0  # bcrypt waits its turn at opening time
EVENT_SECONDS = 10.0  # how long strangers' pages may present the same voting event


class ServiceClient:
    """The two ways of calling a service."""

    service: str

    def __init__(self, rpc: Caller) -> None:
        self._rpc = rpc

    def ask(self, method: str, payload: Payload, seconds: float = QUESTION_SECONDS) -> Payload:
        """A question: changes nothing, no key, no second try."""
        return self._rpc.call(self.service, method, payload, timeout=seconds)

    def command(self, method: str, payload: Payload, seconds: float = COMMAND_SECONDS) -> Payload:
        """A command: one key for both tries, so that a late first try and the second make one change."""
        key = str(uuid4())
        try:
            return self._rpc.call(self.service, method, payload, timeout=seconds, idempotency_key=key)
        except (RpcTimeout, RpcUnavailable):
            return self._rpc.call(self.service, method, payload, timeout=seconds, idempotency_key=key)

    def health(self, seconds: float = 2.0) -> Payload:
        """{service, database}; raises when the service does not answer."""
        return self.ask("health", {}, seconds)


class Identity(ServiceClient):
    """Persons, access, sessions, the right to vote."""

    service = "identity"

    def __init__(self, rpc: Caller) -> None:
        super().__init__(rpc)
        self._event: tuple[float, Payload | None] = (-EVENT_SECONDS, None)

    def voting_event(self) -> Payload:
        """The current voting event with its elections. Refusal: no_voting_event."""
        return self.ask("voting_event", {})

    def presented_event(self) -> Payload | None:
        """The voting event as pages for strangers present it, some seconds old; None where there is none yet."""
        asked_at, event = self._event
        if time.monotonic() - asked_at >= EVENT_SECONDS:
            try:
                event = self.voting_event()
            except Refusal as refusal:
                if refusal.code != "no_voting_event":
                    raise
                event = None
            self._event = (time.monotonic(), event)
        return event

    def open_captcha(self, form: str, binding: str) -> str:
        """A new code for one form and one browser; its id."""
        captcha: str = self.ask("open_captcha", {"form": form, "binding": binding})["captcha"]
        return captcha

    def captcha_text(self, captcha: str, binding: str) -> str:
        """What to draw or say. Refusal: captcha_expired, for codes of other browsers too."""
        text: str = self.ask("captcha_text", {"captcha": captcha, "binding": binding})["text"]
        return text

    def check_captcha(self, captcha: str, form: str, binding: str, answer: str) -> None:
        """Judge an answer and use the code up. Refusals: captcha_wrong, captcha_expired."""
        self.command("check_captcha", {"captcha": captcha, "form": form, "binding": binding, "answer": answer})

    def spend_proof(self, proof: str, form: str, expires_at: datetime) -> None:
        """Remember a proof of work until it expires. Refusal: proof_spent."""
        self.command("spend_proof", {"proof": proof, "form": form, "expires_at": expires_at.isoformat()})

    def request_access(self, identifier: str) -> Payload:
        """{next, sent_since, retry_after}: "password" or "link_sent", the second for unknown addresses too."""
        return self.command("request_access", {"identifier": identifier})

    def request_password_link(self, identifier: str) -> Payload:
        """Have a link to a new password sent, where the address is known; the same shape either way."""
        return self.command("request_password_link", {"identifier": identifier})

    def open_link(self, token: str) -> Payload:
        """{purpose, expires_at, identifier, profile}; does not use the link up. Refusals: link_*."""
        return self.ask("open_link", {"token": token})

    def prepare_activation(self, token: str, password: str) -> None:
        """Have a password checked and kept, hashed, until the next step. Refusals: link_*, password_refused."""
        self.command("prepare_activation", {"token": token, "password": password}, PASSWORD_SECONDS)

    def activate(self, token: str, **more: str) -> str:
        """Use the link up; the new session. In: `password`, `question` and `answer` as the profile wants them.

        Refusals: link_*, password_refused, answer_refused, activation_not_prepared.
        """
        session: str = self.command("activate", {"token": token, **more}, PASSWORD_SECONDS)["session"]
        return session

    def enter_without_activation(self, token: str) -> str:
        """Use the link up for one visit; the new session. Refusals: link_*, not_in_this_profile."""
        session: str = self.command("enter_without_activation", {"token": token})["session"]
        return session

    def log_in(self, identifier: str, password: str) -> str:
        """A new session. Refusals: log_in_refused, account_locked."""
        # Not repeated: a second try would count as a second guess.
        answer = self.ask("log_in", {"identifier": identifier, "password": password}, PASSWORD_SECONDS)
        session: str = answer["session"]
        return session

    def resume_session(self, session: str) -> Payload:
        """{voter, last_connection, voting_event, elections}. Refusal: session_expired."""
        return self.ask("resume_session", {"session": session})

    def close_session(self, session: str) -> None:
        """End a session; silent when it has ended already."""
        self.command("close_session", {"session": session})

    def issue_permit(self, session: str, election: str) -> Payload:
        """{permit, expires_at}. Refusals: session_expired, not_entitled, election_elsewhere."""
        return self.ask("issue_permit", {"session": session, "election": election})


class Ballot(ServiceClient):
    """Elections, the urn and its public record."""

    service = "ballot"

    def describe_election(self, election: str) -> Payload:
        """State, dates, fingerprint, counts, result. Refusal: election_unknown."""
        return self.ask("describe_election", {"election": election})

    def election_states(self, elections: list[str], seconds: float) -> dict[str, str]:
        """The state of each election; "draft" for one that the ballot box does not know yet."""
        states: dict[str, str] = self.ask("election_states", {"elections": elections}, seconds)["states"]
        return states

    def booth_material(self, permit: str) -> Payload:
        """{election, credential, voted, state} for the holder of the permit."""
        return self.ask("booth_material", {"permit": permit})

    def cast_ballot(self, permit: str, ballot: str) -> Payload:
        """The signed receipt; the same ballot again gives the same receipt."""
        receipt: Payload = self.command("cast_ballot", {"permit": permit, "ballot": ballot}, PASSWORD_SECONDS)[
            "receipt"
        ]
        return receipt

    def list_trackers(self, election: str, after: int, limit: int) -> Payload:
        """{trackers: [{height, tracker}], next, total}."""
        return self.ask("list_trackers", {"election": election, "after": after, "limit": limit})

    def find_tracker(self, election: str, tracker: str) -> int | None:
        """The height of the ballot with that tracker, None where the urn has none. Refusal: election_unknown."""
        height: int | None = self.ask("find_tracker", {"election": election, "tracker": tracker})["height"]
        return height

    def read_archive(self, election: str, after: int, limit: int) -> Payload:
        """{data: base64 of archive entries, next}."""
        return self.ask("read_archive", {"election": election, "after": after, "limit": limit}, COMMAND_SECONDS)


class Reassort(ServiceClient):
    """Voting codes."""

    service = "reassort"

    def __init__(self, rpc: Caller) -> None:
        super().__init__(rpc)
        self._iterations: dict[str, int] = {}

    def iterations(self, voting_event: str) -> int:
        """PBKDF2 iterations of the event's voting codes: published, fixed when the codes are made, so kept."""
        if voting_event not in self._iterations:
            answer = self.ask("code_parameters", {"voting_event": voting_event})
            self._iterations[voting_event] = int(answer["iterations"])
        return self._iterations[voting_event]


class Notification(ServiceClient):
    """Messages."""

    service = "notification"

    def record_callback(self, message_id: str, form: dict[str, str], signature: str) -> str:
        """Hand on what an operator tells of a message; its state now, "refused" where the operator did not sign it."""
        fields = [{"name": name, "value": value} for name, value in form.items()]
        payload = {"message_id": message_id, "form": fields, "signature": signature}
        return str(self.command("record_callback", payload)["state"])


@dataclass(frozen=True)
class Services:
    """The four clients over one RPC object."""

    identity: Identity
    ballot: Ballot
    reassort: Reassort
    notification: Notification

    @classmethod
    def over(cls, rpc: Caller) -> "Services":
        """Clients that share `rpc`, which must be safe to use from several threads."""
        return cls(Identity(rpc), Ballot(rpc), Reassort(rpc), Notification(rpc))

    def all(self) -> tuple[ServiceClient, ...]:
        """Every client, for questions put to all services."""
        return self.identity, self.ballot, self.reassort, self.notification


def services() -> Services:
    """The clients of the running application."""
    found: Services = current_app.extensions["isoloir"]
    return found
