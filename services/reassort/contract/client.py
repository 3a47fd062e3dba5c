"""The typed client of the credential authority."""

from __future__ import annotations

from typing import ClassVar

from services.reassort.contract import methods
from services.reassort.contract.codes import CodeCounts, CodeParametersOf, OfVotingEvent
from services.runtime.contracts.client import JobClient


class ReassortClient(JobClient):
    """Voting codes."""

    service: ClassVar[str] = "reassort"

    def start_generate_codes(self, voting_event: str) -> str:
        """Have the codes of the whole roll made; the job's id. Its refusals: voting_event_unknown, entitlements_changed."""
        return self._do(methods.START_GENERATE_CODES, OfVotingEvent(voting_event=voting_event)).job

    def code_counts(self, voting_event: str) -> CodeCounts:
        """How much was generated."""
        return self._ask(methods.CODE_COUNTS, OfVotingEvent(voting_event=voting_event))

    def code_parameters(self, voting_event: str | None = None) -> int:
        """The PBKDF2 iterations of a voting event's codes; without one, those of the next."""
        return self._ask(methods.CODE_PARAMETERS, CodeParametersOf(voting_event=voting_event)).iterations
