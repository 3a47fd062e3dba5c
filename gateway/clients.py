"""The contracts' clients, put together for the gateway: what is added here is only what the gateway keeps for a while."""

import threading
import time
from dataclasses import dataclass
from math import inf
from typing import Any

from flask import current_app

from services.ballot.contract.client import BallotClient
from services.identity.contract.client import IdentityClient
from services.identity.contract.entrance.sessions import ResumedSession
from services.notification.contract.client import NotificationClient
from services.reassort.contract.client import ReassortClient
from services.runtime.contracts.client import Caller, RpcTimeout, RpcUnavailable, ServiceClient
from services.runtime.refusals import Refusal

Payload = dict[str, Any]
"""An answer as JSON writes it, for templates and for the API: what `Message.dump` makes."""

EVENT_SECONDS = 10.0  # how long strangers' pages may present the same voting event
SILENT_SECONDS = 60.0
"""For how long they present the last one known while identity does not answer: a crowd that logs in takes no page away."""


class Identity(IdentityClient):
    """Identity, and the voting event as strangers' pages present it."""

    def __init__(self, rpc: Caller) -> None:
        super().__init__(rpc)
        self._event: tuple[float, Payload | None] = (-inf, None)
        self._asking = threading.Lock()
        self._versions: dict[str, Payload] = {}

    def presented_event(self) -> Payload | None:
        """The voting event as pages for strangers present it, some seconds old; None where there is none yet."""
        asked_at, event = self._event
        age = time.monotonic() - asked_at
        # One asks anew, and the others are not held up by it: a crowd of strangers is one question in ten seconds.
        if age < EVENT_SECONDS or (age < SILENT_SECONDS and not self._asking.acquire(blocking=False)):
            return event
        held = age < SILENT_SECONDS
        try:
            return self.event_now()
        except (RpcTimeout, RpcUnavailable):
            if age < SILENT_SECONDS:
                return event
            raise
        finally:
            if held:
                self._asking.release()

    def event_now(self) -> Payload | None:
        """The same as it stands, for whoever acts on it: another portal may have sealed it, or put one in its place."""
        event: Payload | None = None
        try:
            event = self.voting_event().dump()
        except Refusal as refusal:
            if refusal.code != "no_voting_event":
                raise
        self._event = (time.monotonic(), event)
        return event

    def forget_presented_event(self) -> None:
        """Another may be in place now: the next page of this process asks anew."""
        self._event = (-inf, None)

    def event_of(self, session: ResumedSession) -> Payload:
        """The voting event of a session, asked for only when it has changed, with the time that the session brings."""
        known = self._versions.get(session.voting_event)
        if known is None or known["version"] != session.version:
            known = self.voting_event(known_as=session.voting_event).dump()
            self._versions[session.voting_event] = known
        return {**known, "now": session.now.isoformat()}


class Reassort(ReassortClient):
    """The credential authority, and the parameters that it has fixed."""

    def __init__(self, rpc: Caller) -> None:
        super().__init__(rpc)
        self._iterations: dict[str, int] = {}

    def iterations(self, voting_event: str) -> int:
        """PBKDF2 iterations of the event's voting codes: published, fixed when the codes are made, so kept."""
        if voting_event not in self._iterations:
            self._iterations[voting_event] = self.code_parameters(voting_event)
        return self._iterations[voting_event]


@dataclass(frozen=True)
class Services:
    """The four clients over one RPC object."""

    identity: Identity
    ballot: BallotClient
    reassort: Reassort
    notification: NotificationClient

    @classmethod
    def over(cls, rpc: Caller) -> "Services":
        """Clients that share `rpc`, which must be safe to use from several threads."""
        return cls(Identity(rpc), BallotClient(rpc), Reassort(rpc), NotificationClient(rpc))

    def all(self) -> tuple[ServiceClient, ...]:
        """Every client, for questions put to all services."""
        return self.identity, self.ballot, self.reassort, self.notification


def services() -> Services:
    """The clients of the running application."""
    found: Services = current_app.extensions["isoloir"]
    return found
